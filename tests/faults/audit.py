"""What is looked at after a run, from outside: the record, the in-boxes, Temporal. Nothing is asked of whoever sent it."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowHistory

from activities.planning import YEARS_AFTER, YEARS_BEFORE
from models.base import Value
from models.calendar import CHINA, Receipt
from models.effects import EntryKind, LedgerEntry, NoticeTemplate, RecipientKind
from models.review import Review
from regulations.almanac import calendar_in_force
from regulations.calendar import receipt
from simulation.histories import every_run, replay
from tests.faults.book import Book, Sent
from tests.faults.installation import Installation
from tests.faults.officers import ProjectInHand

SETTLING_SECONDS = 300.0
"""How long the last signals of a run may take to be on record."""
SAME_MOMENT = timedelta(minutes=15)
"""The workflow's clock and that of the suite, both of this machine, differ by the length of a run and no more."""

_RETRIED = (
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
)
"""The server takes a task back to write down the messages that came in meanwhile (the second: more than it holds back in
memory): the task is taken again, nothing has failed."""

_BUSY = "Potential deadlock"
"""The SDK gives up a task that did not get the processor for two seconds. On a machine that is busy with this suite that
says nothing; it is taken again, too."""


class Finding(Value):
    """What the audit of one project found; every number but the first two must be zero."""

    counted: int = 0
    refused: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unreplayable: tuple[str, ...] = ()


async def audited(installation: Installation, project: ProjectInHand, *, replayed: bool) -> Finding:
    """Hold what was sent to the project against what is on record. Waits until the last signal is accounted for."""
    review = (await project.insist(project.status, "the status")).review
    review_id = review.review_id if review else None
    entries, letters = await _settled(installation, project.code, project.book, review_id)
    client, workflow_id = installation.client, project.office.workflow_id
    runs = await project.insist(lambda: every_run(client, workflow_id), "the histories")
    return Finding(
        counted=len(_of(entries, EntryKind.DECISION_COUNTED)),
        refused=len(_of(entries, EntryKind.DECISION_REFUSED)),
        lost=tuple(_lost(entries, letters, project.book, project.code, review_id)),
        doubled=tuple(_doubled(entries, letters)),
        moved=tuple(_moved(entries, review)),
        failed=tuple(await _failed(client, runs)),
        unreplayable=tuple(await replay(runs)) if replayed else (),
    )


# ---------------------------------------------------------------- nothing lost


async def _settled(
    installation: Installation, code: str, book: Book, review_id: str | None
) -> tuple[list[LedgerEntry], Counter[str]]:
    """The project's entries and letters, as soon as every message has left its trace in them, or after the patience."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        # The database may just be struck by the next run's fault.
        with suppress(OperationalError, sqlite3.OperationalError):
            entries = await asyncio.to_thread(installation.entries, code)
            letters = installation.letters(code)
            if not list(_lost(entries, letters, book, code, review_id)) or time.monotonic() > deadline:
                return entries, letters
        await asyncio.sleep(0.3)


def _lost(
    entries: list[LedgerEntry], letters: Counter[str], book: Book, code: str, review_id: str | None = None
) -> Iterable[str]:
    counted = Counter(_key(entry) for entry in _of(entries, EntryKind.DECISION_COUNTED))
    refused = Counter(_key(entry).rpartition("#")[0] for entry in _of(entries, EntryKind.DECISION_REFUSED))
    for sent in book.of(code):
        yield from _unaccounted(sent, counted[sent.decision_id], refused[sent.decision_id])
    yield from _unsaid(entries, letters, code)
    if review_id and review_id not in {f"{code}/{_key(entry)}" for entry in _of(entries, EntryKind.REVIEW_OPENED)}:
        yield f"{review_id}: lies open, and is not on record"
    unread = refused["unreadable"]
    if unread < book.nonsense[code]:
        yield f"{code}: of {book.nonsense[code]} unreadable signals only {unread} are on record"


def _unaccounted(sent: Sent, counted: int, refused: int) -> Iterable[str]:
    what = f"{sent.code} {sent.decision_id}"
    if sent.receipts and counted != 1:
        yield f"{what}: acknowledged, and {counted} times on record"
    if sent.signals and not counted and refused < sent.signals:
        yield f"{what}: sent {sent.signals} times by signal, counted {counted} and refused {refused} times on record"


def _unsaid(entries: list[LedgerEntry], letters: Counter[str], code: str) -> Iterable[str]:
    """Reviews of which an organ was not told, and of which it is not on record either that it could not be told."""
    known = {entry.entry_id for entry in entries}
    for entry in _of(entries, EntryKind.REVIEW_OPENED):
        for organ in entry.detail["organs"]:
            letter = f"{NoticeTemplate.REVIEW_OPENED}/{_key(entry)}/{RecipientKind.ORGAN}:{organ}"
            if f"{code}/{letter}" not in letters and f"{code}/{EntryKind.NOTICE_FAILED}/{letter}" not in known:
                yield f"{code}/{letter}: neither in the in-box nor on record as refused"


def _key(entry: LedgerEntry) -> str:
    return entry.entry_id.split("/", 2)[2]


def _of(entries: list[LedgerEntry], *kinds: EntryKind) -> list[LedgerEntry]:
    return [entry for entry in entries if entry.kind in kinds]


# ---------------------------------------------------------------- nothing doubled


def _doubled(entries: list[LedgerEntry], letters: Counter[str]) -> Iterable[str]:
    """Entries that tell one thing twice, be it under two ids, and letters that lie in an in-box twice."""
    once = (EntryKind.REVIEW_OPENED, EntryKind.GATE_CLOSED, EntryKind.STAGE_OPENED, EntryKind.PROJECT_FILED)
    places = [f"{e.kind} {e.stage}/{e.gate}/r{e.round}" for e in _of(entries, *once)]
    voices = [f"{e.officer} in {e.detail['review_id']}" for e in _of(entries, EntryKind.DECISION_COUNTED)]
    for counted in (Counter(e.entry_id for e in entries), Counter(places), Counter(voices), letters):
        yield from (f"{what}: {times} times" for what, times in counted.items() if times > 1)


# ---------------------------------------------------------------- no deadline moved


def _moved(entries: list[LedgerEntry], review: Review | None) -> Iterable[str]:
    """Deadlines that are not what the law makes of the moment of opening, or not any more."""
    yield from (f"{e.entry_id}: a deadline was moved" for e in _of(entries, EntryKind.DEADLINE_MOVED))
    opened = _of(entries, EntryKind.REVIEW_OPENED)
    for entry in opened:
        told = Receipt.model_validate(entry.detail["receipt"])
        if told != recomputed(entry.at, told):
            yield f"{entry.entry_id}: due {told.due_on}, though it opened at {entry.at}"
        if abs(datetime.now(CHINA) - entry.at) > SAME_MOMENT:
            yield f"{entry.entry_id}: opened at {entry.at}, by a clock that is wrong"
        if review and review.review_id.endswith(f"/{_key(entry)}") and review.deadline.receipt != told:
            yield f"{entry.entry_id}: due {review.deadline.receipt.due_on} by the workflow, {told.due_on} on record"


def recomputed(opened_at: datetime, told: Receipt) -> Receipt:
    """The receipt as the published calendar makes it, of a term that began at that moment."""
    year = opened_at.astimezone(CHINA).year
    return receipt(told.event, opened_at, told.term, calendar_in_force(year - YEARS_BEFORE, year + YEARS_AFTER))


# ---------------------------------------------------------------- nothing broken


async def _failed(client: Client, runs: list[WorkflowHistory]) -> list[str]:
    """Workflow tasks that failed in a run, though they were taken again since."""
    found = []
    for run in runs:
        for event in run.events:
            failed = event.workflow_task_failed_event_attributes
            if event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED or failed.cause in _RETRIED:
                continue
            why = str(await client.data_converter.decode_failure(failed.failure))
            if _BUSY not in why:
                cause = WorkflowTaskFailedCause.Name(failed.cause)
                found.append(f"{run.workflow_id} event {event.event_id}: {cause}: {why}")
    return found
