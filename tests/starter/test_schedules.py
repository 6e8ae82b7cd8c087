"""The schedules of the law in a real Temporal server: a past year made up for begins exactly what was due, once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, ScheduleCalendarSpec, ScheduleRange, ScheduleUpdate, ScheduleUpdateInput
from temporalio.testing import WorkflowEnvironment

from models.base import Text
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.project import Status
from records import database, ledger, register
from regulations.procedure_files import load_laws
from runtime.connect import data_converter
from runtime.payloads.keyring import Algorithm, PayloadKey, create
from starter import schedules
from starter.schedules import NoSuchSchedule, Standing, Wanted
from starter.temporal import binary
from tests.workflows.installation import ROOT, Installation, on_dev_server

TODAY = datetime.now(CHINA).date()
YEAR = TODAY.year - 1
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
PATIENCE_SECONDS = 240.0

REGULATIONS = ("national", "jiangxi")
MEETINGS = "jiangxi.monthly_meeting"
DUE = {
    # In construction since before the year began, and since March; a third one was in construction from March to May.
    f"half_yearly_report:NA-OLD-{YEAR - 1}H2",
    f"half_yearly_report:NA-OLD-{YEAR}H1",
    f"half_yearly_report:NA-NEW-{YEAR}H1",
    f"annual_sharing_report:na-reserves-{YEAR - 1}",
    f"annual_sharing_summary:na-ndrc-{YEAR - 1}",
    f"annual_sharing_evaluation:na-reserves-{YEAR - 1}",
    f"annual_sharing_report:jx-sl-{YEAR - 1}",
    f"annual_sharing_summary:jx-drc-{YEAR - 1}",
    f"annual_sharing_evaluation:jx-sl-{YEAR - 1}",
    f"protection_assessment:jx-sl-{YEAR}",
    *(f"monthly_meeting:jx-big-data-centre-{YEAR}-{month:02}" for month in range(1, 13)),
}
ROUNDS = 21
"""Five of national schedules, four yearly and twelve monthly ones of Jiangxi."""


def wanted() -> list[Wanted]:
    return schedules.wanted(load_laws(), REGULATIONS, TODAY)


@asynccontextmanager
async def registered(folder: Path) -> AsyncIterator[Installation]:
    """An installation whose register has a department under either regulation, and whose ledger has four projects."""
    async with on_dev_server(folder) as built:
        engine = database.connect(built.settings.database_url)
        for name in REGULATIONS:
            register.import_register(engine, ROOT / "examples" / name / "register.yaml")
        for entry in (
            *project("NA-OLD", (YEAR - 1, 10, 8), "Acceptance"),
            *project("NA-NEW", (YEAR, 3, 3), "Acceptance"),
            *project("NA-DONE", (YEAR, 3, 3), "Acceptance", ended=(YEAR, 5, 6)),
            *project("NA-DESIGN", (YEAR, 1, 2), "Design"),
            *project("JX-OTHER", (YEAR, 1, 2), "Acceptance", regulation="jiangxi"),
        ):
            ledger.append(engine, entry)
        engine.dispose()
        yield built


def project(
    code: str,
    since: tuple[int, int, int],
    stage: str,
    *,
    ended: tuple[int, int, int] | None = None,
    regulation: str = "national",
) -> Iterable[LedgerEntry]:
    detail = {"regulation": regulation, "title": code, "unit": "na-reserves-info", "department": "na-reserves"}
    yield entry_of(code, EntryKind.PROJECT_FILED, date(YEAR - 1, 1, 2), "Application", detail)
    yield entry_of(code, EntryKind.STAGE_OPENED, date(*since), stage)
    if ended:
        yield entry_of(code, EntryKind.STAGE_OPENED, date(*ended), "PostEvaluation")


def entry_of(code: str, kind: EntryKind, day: date, stage: str, detail: dict[str, Any] | None = None) -> LedgerEntry:
    return LedgerEntry(
        entry_id=f"{code}/{kind}/{stage}",
        project=code,
        at=datetime.combine(day, time(9), CHINA),
        kind=kind,
        stage=stage,
        summary=Text(zh="测试", en="test"),
        detail=detail or {},
    )


async def until(reached: Callable[[], Any], what: str) -> None:
    """Ask again and again; a busy machine may be slow, a fault must show itself all the same."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not await reached():
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.2)


async def rounds_ended(client: Client, count: int) -> None:
    async def ended() -> bool:
        found = await client.count_workflows("WorkflowType = 'ReportRound' AND ExecutionStatus = 'Completed'")
        assert found.count <= count
        return found.count == count

    await until(ended, f"{count} rounds end")


async def begun(client: Client) -> Counter[str]:
    """How often each procedure was begun."""
    return Counter([found.id async for found in client.list_workflows("WorkflowType = 'Procedure'")])


async def test_a_past_year_made_up_for_begins_what_was_due_and_nothing_twice(tmp_path: Path) -> None:
    async with registered(tmp_path) as built:
        client = built.client
        applied = await schedules.apply(client, wanted(), REGULATIONS)
        assert len(applied.created) == len(wanted())

        # An outage: the meetings were held up for half a year, and are made up for before they run again.
        await schedules.pause(client, MEETINGS, "停机")
        assert len(await schedules.backfill(client, MEETINGS, FIRST, date(YEAR, 6, 30))) == 6
        await rounds_ended(client, 6)
        assert set(await begun(client)) == {
            address
            for address in DUE
            if "meeting" in address and address < f"monthly_meeting:jx-big-data-centre-{YEAR}-07"
        }
        await schedules.resume(client, MEETINGS, "恢复")

        running = [s.id for s in await schedules.listed(client, wanted()) if s.standing is Standing.RUNNING]
        for schedule_id in running:
            await schedules.backfill(client, schedule_id, FIRST, LAST)
        await rounds_ended(client, 6 + ROUNDS)
        assert await begun(client) == Counter(DUE)

        for schedule_id in running:
            await schedules.backfill(client, schedule_id, FIRST, LAST)
        await rounds_ended(client, 6 + 2 * ROUNDS)
        assert await begun(client) == Counter(DUE)

        await late_from_the_day_on_which_it_was_due(client)


async def late_from_the_day_on_which_it_was_due(client: Client) -> None:
    """The terms of a report that was made up for count from its own day, not from the backfill."""

    async def status() -> Status:
        answer: Status = await client.get_workflow_handle(f"half_yearly_report:NA-NEW-{YEAR}H1").query(
            "status", result_type=Status
        )
        return answer

    async def is_overdue() -> bool:
        return (await status()).overdue

    await until(is_overdue, "the report is overdue")
    found = await status()
    assert found.due_on and date(YEAR, 7, 31) <= found.due_on <= date(YEAR, 8, 3)
    assert (found.gate, found.awaiting, found.project) == ("half_year", ("na-reserves-info",), "NA-NEW")


# ---------------------------------------------------------------- apply


@asynccontextmanager
async def server() -> AsyncIterator[Client]:
    started = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()), data_converter=data_converter()
    )
    async with started:
        yield started.client


async def test_applied_again_nothing_changes_until_the_law_or_somebody_changes_something() -> None:
    async with server() as client:
        ids = {schedule.id for schedule in wanted()}
        assert set((await schedules.apply(client, wanted(), REGULATIONS)).created) == ids
        assert set((await schedules.apply(client, wanted(), REGULATIONS)).unchanged) == ids

        await schedules.pause(client, MEETINGS, "暂停")
        await client.get_schedule_handle(MEETINGS).update(at_another_hour)
        again = await schedules.apply(client, wanted(), REGULATIONS)
        assert (again.created, again.updated, again.held) == ((), (MEETINGS,), ())
        meetings = await the_listed(client, MEETINGS)
        assert (meetings.standing, meetings.note) == (Standing.PAUSED, "暂停")

        await schedules.resume(client, MEETINGS, "恢复")
        meetings = await the_listed(client, MEETINGS)
        assert [(at.day, at.hour, at.utcoffset()) for at in meetings.next_at] == [(1, 9, CHINA.utcoffset(None))] * 3


async def test_one_from_before_the_key_ring_is_written_anew_since_no_worker_would_read_it(tmp_path: Path) -> None:
    create(tmp_path / "ring", PayloadKey.fresh(Algorithm.AES_256_GCM))
    async with server() as client:
        service, namespace = client.service_client, client.namespace
        encrypting = Client(service, namespace=namespace, data_converter=data_converter(tmp_path / "ring"))
        (meetings,) = (schedule for schedule in wanted() if schedule.id == MEETINGS)
        kept = [
            await schedules.put(by, MEETINGS, schedules.definition(meetings))
            for by in (client, client, encrypting, encrypting, client)
        ]
    assert kept == ["created", "unchanged", "updated", "unchanged", "updated"]


async def test_one_that_the_law_no_longer_has_is_held_and_one_whose_time_is_over_starts_held() -> None:
    async with server() as client:
        await schedules.apply(client, wanted(), REGULATIONS)
        fewer = [schedule for schedule in wanted() if schedule.id != MEETINGS]
        assert (await schedules.apply(client, fewer, ("national",))).held == ()
        assert (await schedules.apply(client, fewer, REGULATIONS)).held == (MEETINGS,)
        assert (await schedules.apply(client, fewer, REGULATIONS)).held == ()
        assert (await the_listed(client, "national.monthly_progress")).standing is Standing.PAUSED


async def test_a_schedule_that_was_never_applied_is_absent_and_cannot_be_made_up_for() -> None:
    async with server() as client:
        assert {found.standing for found in await schedules.listed(client, wanted())} == {Standing.ABSENT}
        for refused in (
            schedules.backfill(client, MEETINGS, FIRST, LAST),
            schedules.pause(client, MEETINGS, "暂停"),
            schedules.resume(client, MEETINGS, "恢复"),
        ):
            with pytest.raises(NoSuchSchedule, match=MEETINGS):
                await refused


def at_another_hour(found: ScheduleUpdateInput) -> ScheduleUpdate:
    changed = found.description.schedule
    calendar: ScheduleCalendarSpec = changed.spec.calendars[0]
    changed.spec.calendars = [replace(calendar, hour=[ScheduleRange(14)])]
    return ScheduleUpdate(changed)


async def the_listed(client: Client, schedule_id: str) -> schedules.ListedSchedule:
    return next(found for found in await schedules.listed(client, wanted()) if found.id == schedule_id)


def test_every_schedule_of_the_law_can_be_told_with_its_moments_of_a_year() -> None:
    moments = {s.id: schedules.moments(schedules.definition(s).spec, FIRST, LAST) for s in wanted()}
    assert [f"{at:%m-%d %H:%M %Z}" for at in moments["national.half_yearly_report"]] == [
        "01-01 09:00 Asia/Shanghai",
        "07-01 09:00 Asia/Shanghai",
    ]
    assert sum(map(len, moments.values())) == ROUNDS + 2 * 12, "and the monthly progress of both, which is held"
