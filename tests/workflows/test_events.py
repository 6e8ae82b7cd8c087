"""事项: what other systems report. Once each, on record, and never able to stop a project."""

from datetime import date, timedelta

import pytest

from models.calendar import CalendarYear, WorkCalendar
from models.effects import EntryKind
from models.plan import StageName
from models.project import State
from tests.workflows.installation import resolution
from tests.workflows.project import Project


def published(*years: CalendarYear, version: str = "测试") -> dict[str, object]:
    return {"calendar": WorkCalendar(version=version, years=years).model_dump(mode="json")}


def year(number: int, holidays: dict[date, str] | None = None) -> CalendarYear:
    return CalendarYear(year=number, holidays=holidays or {}, make_up_days={}, published=True, source="测试")


async def test_the_same_event_twice_is_one(project: Project) -> None:
    await project.begin(StageName.ACCEPTANCE)
    await project.waits(State.UNDER_CONSTRUCTION)
    for _ in range(3):
        await project.report(project.event("fire_drill", "drill"))
    await project.report(project.event("construction_completed"))
    await project.open_review("evaluation")
    await project.report(project.event("fire_drill", "drill"))
    await project.report(project.event("another"))
    await project.recorded(EntryKind.EVENT_REPORTED, 3)
    assert len(project.ledger(EntryKind.EVENT_REPORTED)) == 3


async def test_an_unknown_signal_is_on_record_with_its_name(project: Project) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    await project.project.signal("approve_everything", args=[1, 2])
    await project.project.signal("bad\0name")
    refused = await project.recorded(EntryKind.MESSAGE_REFUSED, 2)
    # Both at the same moment, so that neither comes first.
    named = {name for name in ("approve_everything", "bad␀name") for entry in refused if name in entry.summary.zh}
    assert named == {"approve_everything", "bad␀name"}


@pytest.mark.parametrize(
    "data",
    [{"size": float("nan")}, {"text": "x" * 100_000}, {"list": list(range(20_000))}, {"nul": "a\0b"}],
    ids=["no number", "a long text", "a long list", "a NUL"],
)
async def test_whatever_an_event_carries_the_project_lives_on(project: Project, data: dict[str, object]) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    await project.report(project.event("strange", None, **data))
    await project.holds(
        lambda: bool(project.ledger(EntryKind.EVENT_REPORTED, EntryKind.MESSAGE_REFUSED)), "the event on record"
    )
    await project.submit_decision(project.decision(review.review_id))
    await project.recorded(EntryKind.GATE_CLOSED)


async def test_a_newly_published_calendar_moves_the_open_deadline_and_says_so(project: Project) -> None:
    await project.begin()
    before = (await project.open_review("tender_neutral")).deadline.receipt.due_on
    holidays = {date(2026, 3, 9) + timedelta(days=n): "测试假日" for n in range(5)}
    await project.report(project.event("calendar_published", None, **published(year(2026, holidays))))
    (moved,) = await project.recorded(EntryKind.DEADLINE_MOVED)
    after = (await project.open_review("tender_neutral")).deadline.receipt
    assert (after.due_on > before, moved.detail["was"]) == (True, before.isoformat())
    assert after.calendar_version == "测试"


async def test_a_calendar_of_one_year_leaves_the_other_years_as_they_were(project: Project) -> None:
    await project.begin(StageName.POST_EVALUATION)
    await project.waits(State.AWAITING_EVENT)
    await project.report(project.event("calendar_published", None, **published(year(2026))))
    await project.report(project.event("assessment_opened"))
    review = await project.open_review("annual_assessment")
    assert review.deadline.receipt.calendar_version == "测试"
    known = {y.year for y in resolution().calendar.years}
    assert len(known) > 1, "the deadline of the next year can still be counted"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"calendar": {"version": "x"}},
        published(year(2026, {date(2026, 1, 1) + timedelta(days=n): "假" for n in range(365)})),
    ],
    ids=["nothing", "half of one", "a year without a working day"],
)
async def test_a_calendar_that_cannot_be_used_changes_nothing_or_moves_the_deadline(
    project: Project, data: dict[str, object]
) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    await project.report(project.event("calendar_published", None, **data))
    await project.holds(
        lambda: bool(project.ledger(EntryKind.EVENT_REPORTED, EntryKind.MESSAGE_REFUSED)), "the calendar on record"
    )
    await project.submit_decision(project.decision(review.review_id))
    await project.recorded(EntryKind.GATE_CLOSED)


async def test_a_calendar_that_comes_while_nothing_runs_is_kept_for_the_next_deadline(project: Project) -> None:
    await project.begin(materials=())
    await project.waits(State.AWAITING_MATERIALS)
    await project.report(project.event("calendar_published", None, **published(year(2026))))
    await project.recorded(EntryKind.EVENT_REPORTED)
    assert project.ledger(EntryKind.DEADLINE_MOVED) == []
