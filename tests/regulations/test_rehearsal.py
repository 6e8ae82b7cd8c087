"""What lies before an application is projected gate by gate, and what cannot be judged yet is never counted as passed."""

from datetime import date, datetime

import pytest

from models.application import Application, Material
from models.calendar import CHINA, WorkCalendar
from models.effects import CapabilityFact, CatalogFacts
from models.finding import Strength
from models.plan import Plan, StageName
from regulations import rehearsal
from regulations.almanac import calendar_in_force
from regulations.calendar import UncoveredYear, working_day_after
from regulations.files import load
from regulations.rehearsal import Rehearsal, rehearse
from regulations.resolve import resolve
from tests.regulations.jiangyin import DAY, JIANGYIN, OFFICERS, application

FILED_AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
PROJECT_PLAN = Material(kind="project_plan", name="方案", sha256="0" * 64, size=1)
SILENT = CatalogFacts(version="1", capabilities=(CapabilityFact(asked="统一支付", name="统一支付", state="retired"),))


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return calendar_in_force(2025, 2032)


def plan_of(of: Application) -> Plan:
    return resolve(load(JIANGYIN), of, DAY, OFFICERS)


def rehearsed(
    calendar: WorkCalendar, of: Application | None = None, facts: CatalogFacts | None = None, *materials: Material
) -> Rehearsal:
    of = of or application()
    return rehearse(plan_of(of), calendar, of, materials, facts, FILED_AT)


def test_the_chain_has_every_gate_of_the_plan_in_its_order(calendar: WorkCalendar) -> None:
    wanted = [(stage.name, gate.id) for stage in plan_of(application()).stages for gate in stage.gates]
    assert [(step.stage, step.gate) for step in rehearsed(calendar).steps] == wanted


def test_each_gate_opens_when_the_one_before_it_has_used_up_its_term(calendar: WorkCalendar) -> None:
    admission, forwarding, *_ = rehearsed(calendar).steps
    assert admission.receipt.started_on == date(2026, 3, 2)
    assert admission.receipt.due_on == working_day_after(date(2026, 3, 2), 20, calendar)
    assert forwarding.receipt.started_on == admission.receipt.due_on


def test_acceptance_waits_for_the_end_of_the_works_that_was_filed(calendar: WorkCalendar) -> None:
    steps = {step.gate: step for step in rehearsed(calendar).steps}
    wait = steps["evaluation"].wait
    assert wait is not None and (wait.event, wait.until) == ("construction_completed", date(2026, 12, 31))
    assert steps["evaluation"].receipt.started_on == date(2026, 12, 31)
    assert steps["acceptance_decision"].wait is None


def test_works_that_would_end_before_they_are_approved_are_waited_for_no_longer(calendar: WorkCalendar) -> None:
    of = application(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 3))
    steps = {step.gate: step for step in rehearsed(calendar, of).steps}
    assert steps["evaluation"].receipt.started_on == steps["design_neutral"].receipt.due_on


def test_the_assessment_opens_by_itself_with_the_new_year(calendar: WorkCalendar) -> None:
    steps = {step.gate: step for step in rehearsed(calendar).steps}
    assert steps["annual_assessment"].receipt.started_on == date(2028, 1, 1)
    assert steps["annual_assessment"].receipt.provisional


def test_a_projection_beyond_the_calendar_is_an_error_and_no_guess() -> None:
    with pytest.raises(UncoveredYear):
        rehearsed(calendar_in_force(2025, 2026))


def test_what_is_not_handed_in_is_named_at_its_gate(calendar: WorkCalendar) -> None:
    without, with_plan = rehearsed(calendar), rehearsed(calendar, None, None, PROJECT_PLAN)
    assert [finding.check for finding in without.steps[0].missing] == ["document.project_plan"]
    assert with_plan.steps[0].missing == ()
    assert {step.gate for step in with_plan.steps if step.missing} == {"tender_neutral", "design_neutral", "evaluation"}


def test_a_fault_that_three_gates_would_find_is_shown_once_at_the_first(calendar: WorkCalendar) -> None:
    faults = rehearsed(calendar).faults
    (machine_room,) = [fault for fault in faults if fault.finding.check == "JY-18"]
    assert (machine_room.stage, machine_room.gate) == (StageName.TECHNICAL_COORDINATION, "committee")


def test_without_the_catalog_its_checks_are_unjudged_and_the_others_are_judged(calendar: WorkCalendar) -> None:
    silent = rehearsed(calendar)
    reasons = {item.check: item.reason for item in silent.unjudged}
    assert {check for check, reason in reasons.items() if reason is rehearsal.NO_CATALOG} >= {"JY-19", "JY-22", "JY-31"}
    judged = {fault.finding.check for fault in silent.faults}
    assert judged >= {"JY-18", "JY-20", "JY-38"} and not judged & set(reasons)


def test_with_the_catalog_only_what_was_built_stays_unjudged(calendar: WorkCalendar) -> None:
    known = rehearsed(calendar, None, SILENT)
    own = {"JY-32", "JY-32.conditions", "JY-34", "JY-34.resources"}
    assert {item.check for item in known.unjudged} == own | {"NA-88", "NA-91", "NA-89", "NA-64"}
    assert {item.reason for item in known.unjudged} == {rehearsal.NOT_BUILT}
    assert "JY-29.payment" in {fault.finding.check for fault in known.faults}


def test_only_faults_that_stand_against_an_approval_count_as_blocking(calendar: WorkCalendar) -> None:
    filed_only = rehearsed(calendar, application("filing-only.yaml"))
    assert (len(filed_only.faults), filed_only.blocking) == (1, 0)
    standard = rehearsed(calendar)
    advice = [fault for fault in standard.faults if fault.finding.strength is Strength.ENCOURAGED]
    assert (len(advice), standard.blocking) == (1, len(standard.faults) - 1)


def test_a_classified_project_is_not_held_to_what_it_is_exempt_from(calendar: WorkCalendar) -> None:
    classified = rehearsed(calendar, application(classified=True))
    assert [fault.finding.check for fault in classified.faults] == ["JY-38", "NA-94"]
    assert [item.check for item in classified.unjudged if item.check.startswith("JY-")] == ["JY-32.conditions"]


def test_the_catalog_is_asked_once_for_all_gates_and_not_for_what_is_built_later() -> None:
    question = rehearsal.question(plan_of(application()), application())
    assert question is not None
    assert question.collects and question.items and "统一支付" in question.capabilities
    assert not question.usage


def test_a_route_that_asks_the_catalog_nothing_needs_no_answer() -> None:
    of = application("filing-only.yaml")
    assert rehearsal.question(plan_of(of), of) is None
