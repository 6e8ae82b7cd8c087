"""What the workflows' histories tell of the ledger, held against it: each entry was asked for by a workflow, in these words.

The tellings of all histories go into a file of their own while they are compared, since there may be more than fit in memory.
"""

import hashlib
import json
import sqlite3
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from models.base import Text
from models.effects import REGISTER_JOURNAL, EntryKind, LedgerEntry
from records.chain.discrepancies import Discrepancy, Tampering, about
from records.chain.links import moment

APPEND = "ledger.append"
"""The activity by which workflows put something on record."""

TOLD_BY_NO_HISTORY = frozenset(
    {
        EntryKind.REGISTER_IMPORTED,
        EntryKind.DELEGATION_GRANTED,
        EntryKind.DELEGATION_REVOKED,
        EntryKind.KEY_REGISTERED,
        EntryKind.KEY_REVOKED,
        EntryKind.DOSSIER_SEALED,
        EntryKind.OFFICE_VACANT,
    }
)
"""Kinds that commands and watches put on record, whose histories nobody keeps."""

_BEGINNINGS = frozenset({EntryKind.PROCEDURE_OPENED, EntryKind.PROJECT_REFUSED, EntryKind.RECTIFICATION_OPENED})
"""With one of these something beside the project begins, whose history may not be known. Its entries bear its code."""

_TABLES = """
    CREATE TABLE told (entry_id TEXT, project TEXT, content TEXT, chain TEXT, done INTEGER, met INTEGER DEFAULT 0,
                       PRIMARY KEY (entry_id, content));
    CREATE INDEX told_of_project ON told (project);
    CREATE TABLE run (run_id TEXT PRIMARY KEY, chain TEXT, code TEXT, continued_as TEXT, is_last INTEGER);
    CREATE INDEX run_of_chain ON run (chain);
    CREATE INDEX run_of_code ON run (code);
"""

_CONTINUED = "workflowExecutionContinuedAsNewEventAttributes"
_ENDS = frozenset(f"workflowExecution{end}EventAttributes" for end in ("Completed", "Failed", "TimedOut", "Terminated"))

Document = Mapping[str, Any]


class Tellings:
    """Everything that histories tell of the ledger. `runs` counts the histories that were read."""

    def __init__(self, file: Path) -> None:
        self.runs = 0
        self.compared = 0
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")

    def close(self) -> None:
        self._file.close()

    def add(self, history: Mapping[str, Any], code: str, *, is_current: bool = False) -> None:
        """Take what the history of one run tells, Temporal's JSON in clear. `code` is that of the workflow's id.

        `is_current` says of a run that is still open that it is what Temporal has now, and no older copy.
        """
        events = history["events"]
        began, ended = events[0]["workflowExecutionStartedEventAttributes"], events[-1]
        run, chain = began["originalExecutionRunId"], began["firstExecutionRunId"]
        continued_as = ended.get(_CONTINUED, {}).get("newExecutionRunId")
        is_last = continued_as is None and (is_current or any(end in ended for end in _ENDS))
        self._file.execute(
            "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?)", (run, chain, code, continued_as, is_last)
        )
        done = {
            event["activityTaskCompletedEventAttributes"]["scheduledEventId"]
            for event in events
            if "activityTaskCompletedEventAttributes" in event
        }
        for event, entry in appends(events):
            self._file.execute(
                "INSERT INTO told VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET done = max(done, excluded.done)",
                (entry.get("entry_id"), entry.get("project"), content_of(entry), chain, event["eventId"] in done),
            )
        self.runs += 1

    # ------------------------------------------------------------ against the ledger

    def findings(self, documents: Iterable[Document], until: int, project: str | None = None) -> Iterator[Discrepancy]:
        """What the ledger and the histories do not agree on. `documents` are the ledger's, project by project.

        An entry up to the position `until`, which was on record before the histories were read, has to come from one, if all
        histories of its project are known. `project` tells that the documents are those of one project only.
        """
        for code, chain in groupby(documents, key=lambda document: document["entry"]["project"]):
            yield from self._project(code, chain, until)
        yield from self._unrecorded(project)

    def _project(self, project: str, documents: Iterable[Document], until: int) -> Iterator[Discrepancy]:
        untold: list[tuple[Mapping[str, Any], Discrepancy]] = []
        beside: list[str] = []
        unknown: list[str] = []
        for document in documents:
            entry = document["entry"]
            told = self._told(entry["entry_id"])
            if entry["kind"] in _BEGINNINGS and (code := str(entry["entry_id"]).rpartition("/")[2]) != project:
                beside.append(code)
                by_its_opener = told and entry["kind"] == EntryKind.RECTIFICATION_OPENED
                unknown += [] if self._chains_of(code) or (told and not by_its_opener) else [code]
            if told and content_of(entry) not in told:
                yield about(
                    document,
                    Tampering.DIFFERING,
                    Text(zh="内容与流程历史所载不一致", en="the history has another content"),
                )
            elif not told and _comes_from_a_workflow(entry) and document["position"] <= until:
                untold.append((entry, about(document, Tampering.UNTOLD, _UNTOLD)))
        if self._is_known(project, beside):
            self.compared += not unknown
            # What is not known excuses its own entries, and no others: anybody could put its beginning on record.
            yield from (finding for entry, finding in untold if not _is_of(entry, unknown))

    def _told(self, entry_id: Any) -> set[str]:
        self._file.execute("UPDATE told SET met = 1 WHERE entry_id = ?", (entry_id,))
        return {row[0] for row in self._file.execute("SELECT content FROM told WHERE entry_id = ?", (entry_id,))}

    def _unrecorded(self, project: str | None) -> Iterator[Discrepancy]:
        missing = "SELECT DISTINCT project, entry_id FROM told WHERE done AND NOT met"
        query = f"{missing} AND coalesce(?, project) = project ORDER BY 1, 2"
        for code, entry_id in self._file.execute(query, (project,)):
            reason = Text(zh="流程历史载明已记入台账", en="a history tells that it was put on record")
            yield Discrepancy(fault=Tampering.UNRECORDED, project=code, entry_id=entry_id, reason=reason)

    # ------------------------------------------------------------ what is known

    def _is_known(self, project: str, beside: Iterable[str]) -> bool:
        """Whether the histories that are known of what may have written to the project's ledger go from end to end."""
        chains = {row[0] for row in self._file.execute("SELECT chain FROM told WHERE project = ?", (project,))}
        return bool(chains) and all(map(self._is_whole, chains.union(*map(self._chains_of, beside))))

    def _chains_of(self, code: str) -> set[str]:
        return {row[0] for row in self._file.execute("SELECT chain FROM run WHERE code = ?", (code,))}

    def _is_whole(self, chain: str) -> bool:
        runs = {
            run: (continued_as, is_last)
            for run, continued_as, is_last in self._file.execute(
                "SELECT run_id, continued_as, is_last FROM run WHERE chain = ?", (chain,)
            )
        }
        at: str | None = chain
        while at in runs:
            at, is_last = runs[at]
            if is_last:
                return True
        return False


@contextmanager
def gathered() -> Iterator[Tellings]:
    """Tellings in a file that is gone afterwards."""
    with TemporaryDirectory(prefix="tongchou-tellings-") as folder:
        tellings = Tellings(Path(folder) / "tellings.db")
        try:
            yield tellings
        finally:
            tellings.close()


def content_of(entry: Mapping[str, Any]) -> str:
    """The digest of what an entry says, as it was told or as it is on record; of what is no entry, that of nothing."""
    try:
        known = LedgerEntry.model_validate(entry)
        said = {**known.model_dump(mode="json"), "at": moment(known.at)}
        return hashlib.sha256(json.dumps(said, sort_keys=True, allow_nan=False).encode()).hexdigest()
    except (ValidationError, ValueError, TypeError):
        return ""


def appends(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Each time that the run asked for an entry, and the entry."""
    for event in events:
        scheduled = event.get("activityTaskScheduledEventAttributes")
        if scheduled and scheduled["activityType"]["name"] == APPEND:
            yield event, json.loads(b64decode(scheduled["input"]["payloads"][0]["data"]))


def _comes_from_a_workflow(entry: Mapping[str, Any]) -> bool:
    return entry["project"] != REGISTER_JOURNAL and entry["kind"] not in TOLD_BY_NO_HISTORY


def _is_of(entry: Mapping[str, Any], codes: Iterable[str]) -> bool:
    """Whether the entry was written by one of these: its key begins with the code. A rectification is opened by another."""
    key = str(entry["entry_id"]).removeprefix(f"{entry['project']}/{entry['kind']}/")
    if entry["kind"] == EntryKind.RECTIFICATION_OPENED:
        key = key.rpartition("/")[0]
    return any(key == code or key.startswith(f"{code}/") for code in codes)


_UNTOLD = Text(
    zh="该项目的流程历史齐全，均未载有此条", en="all histories of the project are known, and none tells of it"
)
