"""期限: what moves a running deadline, who may, and that a suspended project's clock stands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import pytest

from models.calendar import CHINA
from models.effects import EntryKind
from models.messages import Answer, ClockPause, ClockResumption, DecisionReceipt, Extension, Resumption, Suspension
from models.plan import StageName
from models.project import State, Status
from models.review import Review
from runtime.client import Refusal
from tests.workflows.installation import resolution
from tests.workflows.project import BUREAU, CENTRE, Project

GATE = "tender_neutral"
DAY = timedelta(days=1)
SUSPENSION = Suspension(organ=BUREAU, officer="xu.ming", reason="资金待定")
RESUMPTION = Resumption(organ=BUREAU, officer="xu.ming", reason="资金落实")


def pause(
    review: Review, organ: str = BUREAU, officer: str = "chen.hao", ground: str = "site_inspection"
) -> ClockPause:
    return ClockPause(organ=organ, officer=officer, review_id=review.review_id, ground=ground, reason="现场核查")


def resumption(review: Review) -> ClockResumption:
    return ClockResumption(organ=BUREAU, officer="chen.hao", review_id=review.review_id, reason="核查完成")


def extension(review: Review, days: int = 5, organ: str = BUREAU, officer: str = "chen.hao") -> Extension:
    return Extension(organ=organ, officer=officer, review_id=review.review_id, working_days=days, reason="案情复杂")


def left(status: Status) -> int | None:
    assert status.review
    return status.review.deadline.receipt.remaining_working_days


async def gathered(speaking: Awaitable[Answer]) -> Answer | Refusal:
    try:
        return await speaking
    except Refusal as refusal:
        return refusal


async def test_a_pause_keeps_the_working_days_that_were_left(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    await project.say("pause_clock", pause(review))
    paused = await project.status()
    assert (left(paused), paused.awaiting) == (20, (BUREAU,))
    await project.say("resume_clock", resumption(review))
    assert (await project.open_review(GATE)).deadline.receipt.due_on == review.deadline.receipt.due_on


async def test_a_clock_is_paused_once_and_resumed_once(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    assert "没有停止" in (await project.refused(project.say("resume_clock", resumption(review)))).reason.zh
    await project.say("pause_clock", pause(review))
    assert "已经停止" in (await project.refused(project.say("pause_clock", pause(review)))).reason.zh
    by_power = pause(review, officer="xu.ming")
    assert "已经停止" in (await project.refused(project.say("pause_clock", by_power))).reason.zh


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda r: pause(r, ground="holiday"), "holiday"),
        (lambda r: pause(r, CENTRE, "gu.feng"), CENTRE),
        (lambda r: pause(r.model_copy(update={"review_id": "JY/other"})), "JY/other"),
        (lambda r: pause(r, officer="gu.feng"), "gu.feng"),
    ],
    ids=["an unlawful ground", "a foreign organ", "another review", "an officer without a post"],
)
async def test_a_pause_that_is_not_lawful_is_refused(
    project: Project, wrong: Callable[[Review], ClockPause], named: str
) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    assert named in (await project.refused(project.say("pause_clock", wrong(review)))).reason.zh
    assert not (await project.open_review(GATE)).deadline.clock


async def test_only_who_has_the_power_extends(project: Project) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION, gate="opinion")
    review = await project.open_review("opinion")
    own = extension(review, organ=CENTRE, officer="gu.feng")
    assert "无权" in (await project.refused(project.say("extend", own))).reason.zh
    await project.say("extend", extension(review))
    assert (await project.open_review("opinion")).deadline.receipt.extended_by == 5


async def test_an_extension_beyond_the_known_calendar_is_refused(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    years = len(resolution().calendar.years)
    answers = [await gathered(project.say("extend", extension(review, 250))) for _ in range(years)]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert refusals and "工作日历不含" in refusals[0].reason.zh
    assert (await project.status()).state is State.UNDER_REVIEW


async def test_an_extension_that_meets_the_last_decision_is_answered(project: Project) -> None:
    """The review closes while the extension is being recorded and told."""
    await project.begin()
    review = await project.open_review(GATE)
    accepted, refused = await project.at_once(
        project.say("extend", extension(review, officer="xu.ming")),
        project.submit_decision(project.decision(review.review_id)),
    )
    assert any(isinstance(answer, DecisionReceipt) for answer in accepted) and len(accepted) + len(refused) == 2
    await project.reached(StageName.DESIGN)


async def test_a_suspended_project_decides_nothing_and_keeps_its_working_days(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    await project.say("suspend", SUSPENSION)
    assert (await project.status()).state is State.SUSPENDED
    refusal = await project.refused(project.submit_decision(project.decision(review.review_id)))
    assert "中止" in refusal.reason.zh
    assert "已经中止" in (await project.refused(project.say("suspend", SUSPENSION))).reason.zh
    await project.say("resume", RESUMPTION)
    assert not (await project.open_review(GATE)).deadline.receipt.paused
    await project.submit_decision(project.decision(review.review_id))
    await project.reached(StageName.DESIGN)


async def test_the_clock_of_a_suspended_project_cannot_be_started(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    await project.say("suspend", SUSPENSION)
    assert "中止" in (await project.refused(project.say("resume_clock", resumption(review)))).reason.zh
    assert left(await project.status()) == 20


async def test_a_clock_that_was_stopped_before_the_suspension_stands_on_after_it(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    await project.say("pause_clock", pause(review))
    await project.say("suspend", SUSPENSION)
    await project.say("resume", RESUMPTION)
    assert (await project.open_review(GATE)).deadline.receipt.paused


async def test_no_review_opens_while_the_project_is_suspended(project: Project) -> None:
    """The suspension comes while the catalog is being asked."""
    project.installation.catalog.down = True
    try:
        await project.begin(StageName.TECHNICAL_COORDINATION)
        await project.holds(lambda: project.installation.catalog.refused > 0, "a question to the catalog")
        await project.say("suspend", SUSPENSION)
    finally:
        project.installation.catalog.down = False
    answered = project.installation.catalog.answered
    await project.holds(lambda: project.installation.catalog.answered > answered, "the catalog's answer")
    await project.say("resume", RESUMPTION)
    review = await project.open_review("committee")
    opened, resumed = project.ledger(EntryKind.REVIEW_OPENED, EntryKind.PROJECT_RESUMED)[::-1]
    assert (opened.kind, resumed.kind) == (EntryKind.REVIEW_OPENED, EntryKind.PROJECT_RESUMED)
    assert not review.deadline.receipt.paused


async def test_a_suspension_crosses_the_border_with_the_project(project: Project) -> None:
    """Suspended while the last gate is being closed: the next stage holds the file, and opens nothing."""
    await project.begin()
    review = await project.open_review(GATE)
    await project.still()
    project.installation.notification.down = True
    try:
        await project.submit_decision(project.decision(review.review_id))
        await project.recorded(EntryKind.GATE_CLOSED)
        suspending = asyncio.create_task(project.say("suspend", SUSPENSION))
        await project.recorded(EntryKind.PROJECT_SUSPENDED)
    finally:
        project.installation.notification.down = False
    await suspending
    status = await project.until(lambda s: s.stage == StageName.DESIGN or s.review is not None, "either")
    assert status.state is State.SUSPENDED
    await project.say("resume", RESUMPTION)
    await project.open_review("design_neutral")


async def test_nothing_is_told_of_a_deadline_while_the_project_is_suspended(lone_project: Project) -> None:
    """The moment of a reminder passes that was waited for before the suspension."""
    project = await lone_project.begin()
    review = await project.open_review(GATE)
    await project.say("suspend", SUSPENSION)
    await project.installation.advance_to(datetime.combine(review.deadline.receipt.due_on, time(23), CHINA))
    await project.installation.advance_to(datetime.combine(review.deadline.receipt.due_on, time(), CHINA) + 3 * DAY)
    assert project.ledger(EntryKind.DEADLINE_PASSED) == []
    status = await project.status()
    assert status.review and status.review.deadline.told == ()
    await project.say("resume", RESUMPTION)
    again = await project.open_review(GATE)
    assert again.deadline.receipt.due_on > review.deadline.receipt.due_on
