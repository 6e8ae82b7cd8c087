"""How fast the reviews go: each one's time from its opening to its outcome, read from the ledger as it grows.

Counted from what is on record and not while it happens: the figures survive every restart, and start again from nothing never.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.effects import EntryKind
from records.tables import LedgerRow

HOUR, DAY = 3600.0, 86400.0
BOUNDS = (HOUR, 4 * HOUR, *(days * DAY for days in (1, 2, 3, 5, 7, 10, 15, 20, 30, 60, 90, 180, 365)))
"""Upper bounds of the times that are counted together, in seconds; what takes longer counts beyond the last."""

AT_ONCE = 5000
"""Entries that are read in one go."""


@dataclass(frozen=True, order=True)
class Gate:
    """A gate of a stage, or the step of a procedure; `stage` is empty where the entry names none."""

    stage: str
    gate: str


@dataclass
class Times:
    """How many reviews of a gate ended within which time. `counts` are by `BOUNDS`, and one more for those beyond."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one review."""
        self.counts[next((n for n, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self.seconds += seconds


class Pace:
    """What the ledger told so far. `entries` counts its entries by their kinds, `gates` the times of the reviews that ended.

    The times are those of the law, in calendar time: a simulated life counts as it was dated.
    """

    def __init__(self) -> None:
        self.position = 0
        self.entries: Counter[str] = Counter()
        self._gates: dict[Gate, Times] = {}
        self._opened: dict[str, datetime] = {}

    @property
    def gates(self) -> Mapping[Gate, Times]:
        return self._gates

    def catch_up(self, engine: Engine) -> None:
        """Read what has come since the last time. A second call changes nothing where nothing has come."""
        while self._read(engine) == AT_ONCE:
            pass

    def _read(self, engine: Engine) -> int:
        columns = (LedgerRow.position, LedgerRow.entry_id, LedgerRow.kind, LedgerRow.at)
        newer = select(*columns, LedgerRow.stage, LedgerRow.gate).where(col(LedgerRow.position) > self.position)  # type: ignore[call-overload]
        with Session(engine) as session:
            rows = session.exec(newer.order_by(col(LedgerRow.position)).limit(AT_ONCE)).all()
        for position, entry_id, kind, at, stage, gate in rows:
            self.position = position
            self.entries[kind] += 1
            if kind == EntryKind.REVIEW_OPENED:
                # A review that was opened anew, because what it judged has changed, began with the first opening.
                self._opened.setdefault(_key(entry_id, kind), at)
            elif kind == EntryKind.GATE_CLOSED and (opened := self._opened.pop(_key(entry_id, kind), None)):
                times = self._gates.setdefault(Gate(stage or "", gate or ""), Times())
                times.add((at - opened).total_seconds())
        return len(rows)


def _key(entry_id: str, kind: str) -> str:
    """The review, by what the two entries about it have in common: their keys, after the kind."""
    return entry_id.replace(f"/{kind}/", "/", 1)
