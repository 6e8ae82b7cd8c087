"""What a later version of a small law changes for one project, and why it may not take its place."""

from datetime import date
from pathlib import Path

from models.application import Application
from models.deadline import Deadline
from models.plan import Plan, StageName
from models.project import ProjectFile, RunningLimit
from regulations.adoption import changes, reasons_against
from regulations.files import library
from regulations.resolve import resolve
from tests.regulations import plans
from tests.regulations.small_law import SMALL_LAW, spoiled, written

BEFORE, AFTER = date(2025, 12, 31), date(2026, 1, 1)


def plan_on(folder: Path, day: date, text: str = SMALL_LAW) -> Plan:
    written(folder, text)
    return resolve(library(folder)["small"], small(), day, {"bureau": 1, "panel": 3})


def small() -> Application:
    return plans.application(regulation="small")


def file(stage: StageName = StageName.APPLICATION, **more: object) -> ProjectFile:
    return ProjectFile.model_validate({"code": "S-1", "application": small(), "stage": stage, **more})


def test_a_dated_term_is_all_that_differs(tmp_path: Path) -> None:
    found = changes(plan_on(tmp_path, BEFORE), plan_on(tmp_path, AFTER))
    assert {change.place.en for change in found} == {
        "intake (Application/intake)",
        "panel (TechnicalCoordination/panel)",
    }
    assert {change.what.en for change in found} == {"deadline"}
    assert all("20 working_days" in str(c.before) and "15 working_days" in str(c.after) for c in found)


def test_a_plan_does_not_differ_from_itself(tmp_path: Path) -> None:
    plan = plan_on(tmp_path, AFTER)
    assert changes(plan, plan) == []


def test_a_project_cannot_go_on_where_its_stage_or_gate_or_limit_is_gone(tmp_path: Path) -> None:
    plan = plan_on(tmp_path, AFTER)
    assert reasons_against(plan, file(gate="intake")) == ()
    assert "Tender" in reasons_against(plan, file(StageName.TENDER))[0].en
    assert "gone" in reasons_against(plan, file(gate="gone"))[0].en
    deadline: Deadline = plans.review().deadline
    running = RunningLimit(limit="preliminary", deadline=deadline)
    (reason,) = reasons_against(plan, file(limits=(running,)))
    assert "preliminary" in reason.en
    met = running.model_copy(update={"met_at": plans.NOON})
    assert reasons_against(plan, file(limits=(met,))) == ()


def test_a_gate_that_the_later_law_drops_or_another_organ_is_seen(tmp_path: Path) -> None:
    before = plan_on(tmp_path, AFTER)
    after = plan_on(tmp_path, AFTER, spoiled("organs: [panel]", "organs: [bureau]"))
    (change,) = [c for c in changes(before, after) if c.what.en == "organs"]
    assert (change.before, change.after) == ("panel", "bureau")
