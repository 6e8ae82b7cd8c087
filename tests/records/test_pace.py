"""How fast reviews go, by the ledger alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from models.base import Text
from models.effects import EntryKind, LedgerEntry
from records import ledger, pace
from records.pace import BOUNDS, DAY, Gate, Pace

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


def record(engine: Engine, project: str, kind: EntryKind, key: str, days: float = 0, gate: str = "review") -> None:
    entry = LedgerEntry(
        entry_id=f"{project}/{kind}/{key}",
        project=project,
        at=FIRST + timedelta(days=days),
        kind=kind,
        stage="Tender",
        gate=gate,
        summary=Text(zh="—", en="—"),
    )
    ledger.append(engine, entry)


def within(found: Pace, gate: str = "review") -> dict[float, int]:
    counts = found.gates[Gate("Tender", gate)].counts
    return {bound: number for bound, number in zip((*BOUNDS, float("inf")), counts, strict=True) if number}


def test_each_review_counts_once_with_the_time_from_its_opening_to_its_outcome(engine: Engine) -> None:
    found = Pace()
    record(engine, "P-1", EntryKind.REVIEW_OPENED, "Tender/review/r1")
    record(engine, "P-2", EntryKind.REVIEW_OPENED, "Tender/review/r1", days=1)
    record(engine, "P-1", EntryKind.GATE_CLOSED, "Tender/review/r1", days=2.5)
    found.catch_up(engine)
    assert within(found) == {3 * DAY: 1}
    record(engine, "P-2", EntryKind.GATE_CLOSED, "Tender/review/r1", days=1000)
    record(engine, "P-1", EntryKind.REVIEW_OPENED, "Tender/review/r2", days=3)
    found.catch_up(engine)
    found.catch_up(engine)
    assert within(found) == {3 * DAY: 1, float("inf"): 1}
    assert found.gates[Gate("Tender", "review")].seconds == (2.5 + 999) * DAY
    assert found.entries == {"review.opened": 3, "gate.closed": 2}


def test_whoever_begins_anew_finds_the_same_figures_however_few_entries_are_read_at_a_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = Pace(), Pace()
    for number in range(5):
        record(engine, f"P-{number}", EntryKind.REVIEW_OPENED, "r1")
        first.catch_up(engine)
        record(engine, f"P-{number}", EntryKind.GATE_CLOSED, "r1", days=number, gate="draft")
        first.catch_up(engine)
    monkeypatch.setattr(pace, "AT_ONCE", 2)
    again.catch_up(engine)
    assert within(first, "draft") == within(again, "draft") == {3600: 1, DAY: 1, 2 * DAY: 1, 3 * DAY: 1, 5 * DAY: 1}
    assert first.entries == again.entries


def test_an_outcome_whose_opening_nobody_recorded_counts_as_an_entry_and_as_no_time(engine: Engine) -> None:
    found = Pace()
    record(engine, "P-1", EntryKind.GATE_CLOSED, "r1")
    found.catch_up(engine)
    assert found.entries["gate.closed"] == 1 and not found.gates
