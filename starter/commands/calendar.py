"""calendar due, calendar publish: statutory time, and a newly published notice for every running project."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from temporalio.client import Client

from models.base import Text, Value
from models.calendar import CHINA, CalendarYear, Receipt, Term, TermUnit, WorkCalendar
from models.citation import Citation
from models.effects import EntryKind, LedgerEntry
from models.messages import EventReport
from models.plan import StageName
from records import calendars
from records.ledger import every_entry
from regulations.almanac import calendar_in_force, read_notice
from regulations.calendar import UncoveredYear, explain, receipt
from runtime.client import NoSuchWorkflow
from starter import documents
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.commands.speaking import signalled
from starter.failures import BadInput
from starter.output import Shown, Table
from starter.worklist import Running, running
from workflows.messages.events import CALENDAR_PUBLISHED

app = group("calendar", "工作日历与期限 working days and deadlines")

YEARS_BEFORE, YEARS_AFTER = 10, 6
"""A published calendar replaces that of every running project, so it reaches back to the oldest deadline that runs."""

TERM_YEARS = 11
"""How far ahead a term is counted: the longest that the options admit, and a year more for days off."""

POLL_SECONDS = 0.2


# ---------------------------------------------------------------- due


@command(app, "due")
def due(
    desk: Desk,
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起算日 day of the event")],
    working_days: Annotated[int | None, typer.Option("--working-days", min=1, max=2500, help="工作日")] = None,
    calendar_days: Annotated[int | None, typer.Option("--calendar-days", min=1, max=3650, help="自然日")] = None,
    months: Annotated[int | None, typer.Option("--months", min=1, max=120, help="月")] = None,
) -> Shown:
    """计算期限 when a term ends that begins with an event on that day, and why."""
    term = _term(working_days, calendar_days, months)
    counted = _counted(desk, from_day.date(), term)
    return Shown.of(counted, *explain(counted))


def _term(working_days: int | None, calendar_days: int | None, months: int | None) -> Term:
    given = {
        TermUnit.WORKING_DAYS: working_days,
        TermUnit.CALENDAR_DAYS: calendar_days,
        TermUnit.MONTHS: months,
    }
    terms = [(unit, amount) for unit, amount in given.items() if amount is not None]
    if len(terms) != 1:
        text = Text(zh="须给出一种期限", en="exactly one term is needed")
        raise BadInput(text, details=["term: give one of --working-days, --calendar-days and --months"])
    unit, amount = terms[0]
    return Term(unit=unit, amount=amount, citation=Citation(instrument="命令", article="tongchou calendar due"))


def _counted(desk: Desk, day: date, term: Term) -> Receipt:
    notices = calendars.notices(desk.records()) if desk.has_records() else ()
    try:
        calendar = calendar_in_force(day.year - 1, day.year + TERM_YEARS, notices)
        return receipt("起算日", datetime.combine(day, time(12), CHINA), term, calendar)
    except UncoveredYear as error:
        raise BadInput(Text(zh=f"日历不含 {error.year} 年", en=str(error))) from error
    except ValueError as error:
        raise BadInput(
            Text(zh="起算日超出日历", en="no calendar covers the day"), details=[f"from: {error}"]
        ) from error


# ---------------------------------------------------------------- publish


class Move(Value):
    """What the new calendar did to one running workflow. Without `new` nothing is on record yet."""

    workflow_id: str
    old: date | None = None
    new: date | None = None


@command(app, "publish")
async def publish(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="放假安排文件 the notice (YAML)")],
    by: Annotated[str, typer.Option("--by", help="公布人 who publishes it")] = "operator",
    wait: Annotated[float, typer.Option("--wait", min=0, help="等待结果的秒数 seconds to wait for the results")] = 10.0,
) -> Shown:
    """公布工作日历 put a year's notice on record, and have every running deadline counted anew."""
    year = _notice(file)
    # Reached first: a notice on record of which nobody is told would be found out by nobody.
    client = await desk.client()
    engine = desk.records(create=True)
    version = calendars.publish_notice(engine, year, desk.now)
    first, last = desk.today.year - YEARS_BEFORE, desk.today.year + YEARS_AFTER
    calendar = calendar_in_force(first, last, calendars.notices(engine))
    told = await _tell_everyone(client, calendar, desk.today, by)
    moves = await _moves(engine, told, calendar, wait)
    document = {"year": year.year, "version": version, "calendar": calendar.version, "told": len(told), "moves": moves}
    return Shown.of(document, _told(year.year, version, len(told)), _moved(moves))


def _notice(file: Path) -> CalendarYear:
    try:
        return read_notice(file)
    except OSError as error:
        raise documents.unreadable(file, error) from error


async def _tell_everyone(client: Client, calendar: WorkCalendar, today: date, by: str) -> list[Running]:
    """Report the calendar to every running workflow; one that just ended needs none. A second time changes nothing."""
    told = []
    async for found in running(client):
        report = EventReport(
            event_id=event_id(found, calendar),
            event=CALENDAR_PUBLISHED,
            occurred_on=today,
            reported_by=by,
            data={"calendar": calendar.model_dump(mode="json")},
        )
        try:
            await signalled(client, found.workflow_id, "report_event", report)
        except NoSuchWorkflow:
            continue
        told.append(found)
    return told


def event_id(found: Running, calendar: WorkCalendar) -> str:
    """The event's id: the same for the same days. A rectification's differs from its project's, with which it shares a
    ledger, and there the id is part of the key."""
    code = found.workflow_id.partition(":")[2]
    apart = code.removeprefix(found.project)
    suffix = f"-{sha256(apart.encode()).hexdigest()[:12]}" if apart else ""
    return f"calendar-{calendar.version.rpartition(':')[2]}{suffix}"


async def _moves(engine: Engine, told: Sequence[Running], calendar: WorkCalendar, wait: float) -> list[Move]:
    """The deadlines old → new by the ledger. A workflow without a running clock has nothing to move."""
    counting = [found for found in told if found.due_at is not None]
    clock = asyncio.get_running_loop()
    deadline = clock.time() + wait
    while True:
        moves = [_move(engine, found, calendar) for found in counting]
        if all(move.new for move in moves) or clock.time() > deadline:
            return moves
        await asyncio.sleep(POLL_SECONDS)


def _move(engine: Engine, found: Running, calendar: WorkCalendar) -> Move:
    for recorded in every_entry(engine, found.project, kinds=[EntryKind.DEADLINE_MOVED]):
        entry, detail = recorded.entry, recorded.entry.detail
        if _is_of(entry, found) and "was" in detail and detail["receipt"]["calendar_version"] == calendar.version:
            return Move(workflow_id=found.workflow_id, old=detail["was"], new=detail["receipt"]["due_on"])
    return Move(workflow_id=found.workflow_id)


def _is_of(entry: LedgerEntry, found: Running) -> bool:
    """Whether the entry is of that workflow. A project shares its ledger with its rectifications."""
    code = found.workflow_id.partition(":")[2]
    if code == found.project:
        return entry.stage in set(StageName)
    return entry.entry_id.startswith(f"{found.project}/{entry.kind}/{code}/")


def _told(year: int, version: int, count: int) -> Text:
    return Text(
        zh=f"{year} 年工作日历第 {version} 版已公布，通知在办事项 {count} 件",
        en=f"calendar of {year}, version {version}, is published; {count} running workflows were told",
    )


def _moved(moves: Sequence[Move]) -> Table | None:
    columns = (views.CODE, Text(zh="原期限", en="old"), Text(zh="新期限", en="new"))
    pending = Text(zh="尚无结果", en="no answer yet")
    rows = [(m.workflow_id, str(m.old or ""), str(m.new) if m.new else pending) for m in moves]
    return Table(columns, rows) if rows else None
