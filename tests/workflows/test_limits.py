"""时限 of the unit: it runs beside the gates and across the border of a stage, reminds, is late, moves, and decides nothing."""

import asyncio
from datetime import date, datetime

from models.base import Text
from models.calendar import CHINA, Term, TermUnit
from models.citation import Citation
from models.deadline import Rung, RungKind
from models.effects import EntryKind
from models.messages import LimitExtension, Resumption, Retraction, Suspension
from models.plan import Limit, Plan, StageName
from models.project import RunningLimit, Status
from regulations.calendar import is_overdue
from tests.workflows.installation import resolution
from tests.workflows.project import BUREAU, CENTRE, Project

CITATION = Citation(rule="NA-37", instrument="测试", article="第三十一条")
HALF_YEAR = Limit(
    id="preliminary",
    title=Text(zh="半年内验收", en="acceptance within half a year"),
    since="construction_completed",
    met_by="tender_neutral",
    term=Term(unit=TermUnit.MONTHS, amount=6, citation=CITATION),
    rungs=(Rung(at="T-5", kind=RungKind.REMINDER), Rung(at="due", kind=RungKind.OVERDUE)),
    tells=(BUREAU,),
    citation=CITATION,
)
# Six months after the filing of 2 March 2026; the 2nd of September is a Wednesday.
DUE_ON = date(2026, 9, 2)
GATE = "tender_neutral"
BUILT = "construction_completed"


def limited() -> Plan:
    plan = resolution().plan
    stages = tuple(
        stage.model_copy(update={"limits": (HALF_YEAR,)}) if stage.name is StageName.TENDER else stage
        for stage in plan.stages
    )
    return plan.model_copy(update={"stages": stages})


def of(status: Status) -> RunningLimit:
    (limit,) = status.limits
    return limit


async def built(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=limited())
    await project.open_review(GATE)
    await project.report(project.event(BUILT))
    await project.until(lambda s: bool(s.limits), "the limit")


def extension(until: date, organ: str = BUREAU, officer: str = "xu.ming", limit: str = "preliminary") -> LimitExtension:
    return LimitExtension(organ=organ, officer=officer, limit=limit, until=until, reason="设备到货推迟")


async def test_a_limit_counts_from_the_day_of_its_event(project: Project) -> None:
    await built(project)
    assert of(await project.status()).deadline.receipt.due_on == DUE_ON


async def test_a_limit_starts_once_even_if_its_event_is_reported_again_on_another_day(project: Project) -> None:
    await built(project)
    later = project.event(BUILT, "e-again").model_copy(update={"occurred_on": date(2026, 4, 1)})
    await project.report(later)
    await project.recorded(EntryKind.EVENT_REPORTED, 2)
    assert of(await project.status()).deadline.receipt.due_on == DUE_ON


async def test_when_it_is_late_the_unit_and_the_organ_are_told_and_nothing_else_happens(lone_project: Project) -> None:
    project = lone_project
    await built(project)
    review = await project.open_review(GATE)
    await project.still()
    await project.installation.advance_to(datetime(2026, 9, 3, 12, tzinfo=CHINA))
    await project.holds(lambda: _said(project, "limit/preliminary/due"), "the entry that it is late")
    status = await project.open_review(GATE)
    assert status.review_id == review.review_id and status.outcome is None


async def test_only_who_may_extend_moves_a_limit_to_a_later_working_day(project: Project) -> None:
    await built(project)
    for wrong, named in (
        (extension(date(2026, 12, 2), organ=CENTRE, officer="gu.feng"), "无权"),
        (extension(DUE_ON), "之后的工作日"),
        (extension(date(2026, 12, 5)), "之后的工作日"),
        (extension(date(2026, 12, 2), limit="no-such"), "没有在计"),
    ):
        assert named in (await project.refused(project.say("extend_limit", wrong))).reason.zh
    await project.say("extend_limit", extension(date(2026, 12, 2)))
    assert of(await project.status()).deadline.receipt.due_on == date(2026, 12, 2)


async def test_a_suspended_project_has_its_limit_stand_still(project: Project) -> None:
    await built(project)
    await project.open_review(GATE)
    await project.say("suspend", Suspension(organ=BUREAU, officer="xu.ming", reason="资金待定"))
    assert of(await project.status()).deadline.receipt.paused
    await project.say("resume", Resumption(organ=BUREAU, officer="xu.ming", reason="资金落实"))
    assert of(await project.status()).deadline.receipt.due_on == DUE_ON


async def test_a_limit_is_met_by_its_gate_and_travels_on_met(project: Project) -> None:
    await built(project)
    await project.decide(GATE, BUREAU, "chen.hao")
    (entry,) = await project.recorded(EntryKind.LIMIT_MET)
    assert entry.detail["late"] is False
    met = of(await project.reached(StageName.DESIGN))
    assert met.met_at is not None and not is_overdue(met.deadline.receipt, met.met_at)


async def test_a_limit_that_is_not_met_runs_on_in_the_next_stage(lone_project: Project) -> None:
    project = lone_project
    running = limited()
    elsewhere = HALF_YEAR.model_copy(update={"met_by": "no_gate_of_this_life"})
    stages = tuple(
        stage.model_copy(update={"limits": (elsewhere,) if stage.limits else ()}) for stage in running.stages
    )
    await project.begin(StageName.TENDER, plan=running.model_copy(update={"stages": stages}))
    await project.open_review(GATE)
    await project.report(project.event(BUILT))
    await project.until(lambda s: bool(s.limits), "the limit")
    await project.decide(GATE, BUREAU, "chen.hao")
    # Nothing is asked at the border: a query that meets it is never answered, and the test server's clock waits for it.
    await project.still()
    await project.installation.advance_to(datetime(2026, 9, 3, 12, tzinfo=CHINA))
    await project.holds(lambda: _said(project, "limit/preliminary/due"), "the entry that it is late")
    assert (await project.status()).stage is StageName.DESIGN


def _said(project: Project, key: str) -> bool:
    return any(key in entry.entry_id for entry in project.ledger(EntryKind.DEADLINE_PASSED))


async def test_an_event_from_which_no_term_can_be_counted_is_refused_and_stops_nothing(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=limited())
    await project.open_review(GATE)
    mistyped = project.event(BUILT).model_copy(update={"occurred_on": date(2206, 3, 2)})
    await project.report(mistyped)
    (refused,) = await project.recorded(EntryKind.MESSAGE_REFUSED)
    assert "2206" in refused.summary.zh
    assert (await project.status()).limits == ()


async def test_a_retracted_approval_lets_its_limit_run_again(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=limited())
    review = await project.open_review(GATE)
    await project.report(project.event(BUILT))
    await project.until(lambda s: bool(s.limits), "the limit")
    await project.still()
    project.installation.notification.down = True
    try:
        decided = await project.submit_decision(project.decision(review.review_id))
        await project.recorded(EntryKind.LIMIT_MET)
        again = Retraction(decision_id=decided.decision_id, organ=BUREAU, officer="chen.hao", reason="误点")
        retracting = asyncio.create_task(project.say("retract", again))
        await project.recorded(EntryKind.DECISION_RETRACTED)
    finally:
        project.installation.notification.down = False
    await retracting
    assert of(await project.status()).met_at is None
    await project.submit_decision(project.decision((await project.open_review(GATE)).review_id))
    assert len(await project.recorded(EntryKind.LIMIT_MET, 2)) == 2
