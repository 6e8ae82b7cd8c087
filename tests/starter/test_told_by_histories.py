"""The ledger held against the histories of the workflows that wrote it."""

import json
import lzma
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.base import Text
from models.citation import Citation
from models.effects import REGISTER_JOURNAL, EntryKind, LedgerEntry
from records import database, ledger, migration
from records.chain import stored
from records.chain.discrepancies import Tampering
from starter.told_by_histories import Tellings, appends, gathered
from tests.starter.tongchou import ROOT

ENTRY = LedgerEntry(
    entry_id="JY-1/project.filed/JY-1",
    project="JY-1",
    at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    kind=EntryKind.PROJECT_FILED,
    officer="liu.fang",
    citations=(Citation(instrument="办法", article="第五条"),),
    summary=Text(zh="受理申报", en="admitted"),
    detail={"share": 0.25, "materials": []},
)


def entry(name: str, **changes: Any) -> LedgerEntry:
    return ENTRY.model_copy(update={"entry_id": name, **changes})


def history(
    run: str, *told: LedgerEntry, chain: str = "1", pending: int = 0, ends: str | None = "Completed", then: str = ""
) -> dict[str, Any]:
    """A run that asked for these entries, the last `pending` of them without an answer."""
    began = {"originalExecutionRunId": run, "firstExecutionRunId": chain, "workflowType": {"name": "Application"}}
    events: list[dict[str, Any]] = [{"eventId": "1", "workflowExecutionStartedEventAttributes": began}]
    for number, one in enumerate(told):
        data = b64encode(one.model_dump_json().encode()).decode()
        scheduled = {"activityType": {"name": "ledger.append"}, "input": {"payloads": [{"data": data}]}}
        events.append({"eventId": f"s{number}", "activityTaskScheduledEventAttributes": scheduled})
        if number < len(told) - pending:
            events.append({"eventId": "c", "activityTaskCompletedEventAttributes": {"scheduledEventId": f"s{number}"}})
    if then:
        events.append({"eventId": "z", "workflowExecutionContinuedAsNewEventAttributes": {"newExecutionRunId": then}})
    elif ends:
        events.append({"eventId": "z", f"workflowExecution{ends}EventAttributes": {}})
    return json.loads(json.dumps({"events": events}))  # type: ignore[no-any-return]


def documents(*entries: LedgerEntry) -> Iterable[dict[str, Any]]:
    for number, one in enumerate(sorted(entries, key=lambda e: e.project), start=1):
        yield {"position": number, "sequence": number, "entry": one.model_dump(mode="json")}


@pytest.fixture
def tellings() -> Iterator[Tellings]:
    with gathered() as made:
        yield made


def named(tellings: Tellings, *entries: LedgerEntry, until: int = 1000) -> list[tuple[Tampering, str | None]]:
    return [(f.fault, f.entry_id) for f in tellings.findings(documents(*entries), until)]


A, B, C = (entry(f"JY-1/event.reported/{name}", kind=EntryKind.EVENT_REPORTED) for name in "abc")


def test_a_ledger_that_is_what_its_histories_tell_holds(tellings: Tellings) -> None:
    tellings.add(history("1", A, B, then="2"), "JY-1")
    tellings.add(history("2", C), "JY-1")
    assert named(tellings, A, B, C) == []
    assert (tellings.runs, tellings.compared) == (2, 1)


def test_what_a_history_knows_to_be_on_record_and_is_not_is_named(tellings: Tellings) -> None:
    tellings.add(history("1", A, B), "JY-1")
    assert named(tellings, A) == [(Tampering.UNRECORDED, B.entry_id)]


def test_what_was_asked_for_and_not_answered_yet_need_not_be_on_record(tellings: Tellings) -> None:
    tellings.add(history("1", A, B, pending=1, ends=None), "JY-1", is_current=True)
    assert named(tellings, A) == []
    assert named(tellings, A, B) == []


@pytest.mark.parametrize(
    "change",
    [
        {"kind": EntryKind.GATE_CLOSED},
        {"officer": "chen.hao"},
        {"organ": "jy-data-bureau"},
        {"detail": {"share": 0.26, "materials": []}},
        {"summary": Text(zh="准予", en="admitted")},
        {"at": datetime(2026, 3, 2, 2, tzinfo=UTC)},
        {"citations": ()},
    ],
)
def test_an_entry_that_says_something_else_than_the_history_is_named(
    tellings: Tellings, change: dict[str, Any]
) -> None:
    tellings.add(history("1", A, B), "JY-1")
    assert named(tellings, A.model_copy(update=change), B) == [(Tampering.DIFFERING, A.entry_id)]


def test_of_two_tellings_either_may_stand(tellings: Tellings) -> None:
    later = A.model_copy(update={"at": datetime(2026, 3, 2, 2, tzinfo=UTC)})
    tellings.add(history("1", A, later), "JY-1")
    assert named(tellings, A) == named(tellings, later) == []


def test_an_entry_that_no_history_tells_of_is_named_where_all_histories_are_known(tellings: Tellings) -> None:
    tellings.add(history("1", A, then="2"), "JY-1")
    assert named(tellings, A, B) == [], "the second run may have told of it"
    tellings.add(history("2", C), "JY-1")
    assert named(tellings, A, B, C) == [(Tampering.UNTOLD, B.entry_id)]
    assert named(tellings, A, C, B, until=2) == [], "it came on record after the histories were read"


@pytest.mark.parametrize(
    ("ends", "is_current", "known"), [(None, False, False), (None, True, True), ("Failed", False, True)]
)
def test_an_open_run_is_whole_only_where_it_is_what_temporal_has_now(
    tellings: Tellings, ends: str | None, is_current: bool, known: bool
) -> None:
    tellings.add(history("1", A, ends=ends), "JY-1", is_current=is_current)
    assert named(tellings, A, B) == ([(Tampering.UNTOLD, B.entry_id)] if known else [])


def test_a_rectification_whose_history_is_not_known_may_have_told_what_bears_its_code(tellings: Tellings) -> None:
    opened = entry("JY-1/rectification.opened/JY-1-R1", kind=EntryKind.RECTIFICATION_OPENED)
    answered = entry("JY-1/rectification.answered/JY-1-R1/1", kind=EntryKind.RECTIFICATION_ANSWERED)
    tellings.add(history("1", opened), "JY-1")
    assert named(tellings, opened, answered) == []
    assert named(tellings, opened, answered, B) == [(Tampering.UNTOLD, B.entry_id)]
    assert tellings.compared == 0
    tellings.add(history("r", answered, chain="r"), "JY-1-R1")
    assert named(tellings, opened, answered, B) == [(Tampering.UNTOLD, B.entry_id)]
    assert tellings.compared == 1


@pytest.mark.parametrize("kind", [EntryKind.PROCEDURE_OPENED, EntryKind.PROJECT_REFUSED])
def test_a_procedure_whose_history_is_not_known_may_have_told_what_bears_its_code(
    tellings: Tellings, kind: EntryKind
) -> None:
    opened = entry("JY-1/rectification.opened/mount:M-1/mount-M-1-R1", kind=EntryKind.RECTIFICATION_OPENED)
    its_own = entry("JY-1/event.reported/mount:M-1/b", kind=EntryKind.EVENT_REPORTED)
    of_its_rectification = entry("JY-1/event.reported/mount-M-1-R1/b", kind=EntryKind.EVENT_REPORTED)
    tellings.add(history("1", A), "JY-1")
    known = (A, entry(f"JY-1/{kind}/mount:M-1", kind=kind), opened, its_own, of_its_rectification)
    assert named(tellings, *known) == []
    assert tellings.compared == 0


@pytest.mark.parametrize(
    "beginning",
    [
        entry("JY-1/procedure.opened/mount:M-1", kind=EntryKind.PROCEDURE_OPENED),
        entry("JY-1/project.refused/mount:M-1", kind=EntryKind.PROJECT_REFUSED),
    ],
    ids=lambda e: str(e.kind),
)
def test_who_puts_the_beginning_of_a_procedure_on_record_excuses_nothing_else(
    tellings: Tellings, beginning: LedgerEntry
) -> None:
    tellings.add(history("1", A), "JY-1")
    assert named(tellings, A, beginning, B) == [(Tampering.UNTOLD, B.entry_id)]


def test_the_beginning_of_a_rectification_of_the_project_is_told_by_the_project(tellings: Tellings) -> None:
    forged = entry("JY-1/rectification.opened/JY-1-R9", kind=EntryKind.RECTIFICATION_OPENED)
    tellings.add(history("1", A), "JY-1")
    assert named(tellings, A, forged, B) == [(Tampering.UNTOLD, f.entry_id) for f in (forged, B)]


def test_a_real_life_is_what_its_histories_tell_and_one_entry_more_is_not(tellings: Tellings, tmp_path: Path) -> None:
    """The recorded histories of a whole life, and the ledger that they wrote."""
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    told = []
    with lzma.open(
        ROOT / "tests" / "replay" / "histories" / "v4" / "whole-life.jsonl.xz", "rt", encoding="utf-8"
    ) as lines:
        for line in map(json.loads, lines):
            tellings.add(line["history"], line["workflow_id"].partition(":")[2])
            told += [LedgerEntry.model_validate(e) for _, e in appends(line["history"]["events"])]
    for one in told:
        ledger.append(engine, one)
    assert list(tellings.findings(stored.documents(engine), 10_000)) == []
    assert (tellings.compared, len(told) > 50) == (1, True)
    forged = told[-1].model_copy(update={"entry_id": f"{told[-1].entry_id}-forged"})
    ledger.append(engine, forged)
    assert [f.entry_id for f in tellings.findings(stored.documents(engine), 10_000)] == [forged.entry_id]
    engine.dispose()


def test_what_commands_put_on_record_needs_no_history(tellings: Tellings) -> None:
    tellings.add(history("1", A), "JY-1")
    book = entry(f"{REGISTER_JOURNAL}/x", project=REGISTER_JOURNAL, kind=EntryKind.GATE_CLOSED)
    sealed = entry("JY-1/dossier.sealed/x", kind=EntryKind.DOSSIER_SEALED)
    assert named(tellings, book, A, sealed) == []


def test_a_project_without_any_history_is_not_held_against_the_others(tellings: Tellings) -> None:
    tellings.add(history("1", A), "JY-1")
    assert named(tellings, A, entry("JY-9/x", project="JY-9")) == []
    assert tellings.compared == 1


def test_an_entry_on_record_that_cannot_be_read_differs(tellings: Tellings) -> None:
    tellings.add(history("1", A), "JY-1")
    broken = [{**d, "entry": {**d["entry"], "detail": "{"}} for d in documents(A)]
    assert [f.fault for f in tellings.findings(broken, 9)] == [Tampering.DIFFERING]
