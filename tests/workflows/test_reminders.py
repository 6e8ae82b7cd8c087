"""Reminders, whatever moves their deadline and however often the worker begins again: each is told once, and when it is due."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import CHINA, ClockEvent, ClockEventKind
from models.deadline import Deadline, Rung, RungKind
from regulations import deadlines
from regulations.almanac import calendar_in_force
from regulations.calendar import rung_instants
from tests.regulations.plans import TERM
from workflows.ladder import Ladder

CALENDAR = calendar_in_force(2025, 2028)
BEGINNING = datetime(2026, 1, 12, 9, tzinfo=CHINA)
RUNGS = (
    *(Rung(at=at, kind=RungKind.REMINDER) for at in ("half", "T-3", "T-1")),
    Rung(at="due", kind=RungKind.OVERDUE),
    *(Rung(at=at, kind=RungKind.ESCALATION) for at in ("T+1", "T+5")),
)
RENEWAL, SUSPENSION = "renewal", "suspension"
"""What befalls a deadline besides its moves: a new run takes it over; the project it belongs to stands still for a while."""

troubles = st.lists(
    st.tuples(st.integers(1, 15 * 24), st.sampled_from([*ClockEventKind, RENEWAL, SUSPENSION]), st.integers(1, 8)),
    max_size=9,
)
"""Hours until it happens, what happens, and by how many working days where that matters."""


class Renewing(Exception):
    """The run ends here, and another takes the deadline over."""


class Clock:
    """A life of one deadline in a time of its own: waits, and lets happen what was planned meanwhile."""

    def __init__(self, planned: list[tuple[int, str, int]]) -> None:
        self.now, self.standing_until = BEGINNING, BEGINNING
        self.planned, at = [], BEGINNING
        for hours, what, days in planned:
            at += timedelta(hours=hours)
            self.planned.append((at, what, days))
        self.told: list[tuple[str, Rung, datetime]] = []
        self.moves: list[tuple[datetime, set[Rung]]] = []
        self.ladder = Ladder(
            "R-1", deadlines.started("开始审核", BEGINNING, TERM, RUNGS, CALENDAR), CALENDAR, self.on_rung
        )

    async def on_rung(self, rung: Rung) -> None:
        standing = self.ladder.deadline.receipt
        assert not standing.paused, "nothing is told of a clock that stands"
        due = dict(rung_instants(standing, RUNGS, CALENDAR))[rung]
        assert self.now >= due, f"{rung.at} is told at {self.now}, before it is due at {due}"
        assert self.now == due or due <= self.moves[-1][0], "and no later than it was known"
        self.told.append((self.ladder.key(rung), rung, self.now))

    def applicable(self) -> set[Rung]:
        return {rung for rung, _ in rung_instants(self.ladder.deadline.receipt, RUNGS, CALENDAR)}

    async def until(self, condition: Callable[[], bool], at: datetime | None = None, summary: str = "") -> bool:
        """As a workflow waits: for the condition, unless the project is suspended, or for the moment."""
        while not (condition() and self.now >= self.standing_until):
            moments = [when for when in (at, self.planned[0][0] if self.planned else None) if when]
            if self.now < self.standing_until:
                moments.append(self.standing_until)
            assert moments, "nothing will happen any more"
            self.now = max(self.now, min(moments))
            if at is not None and self.now >= at:
                return False
            if self.planned and self.now >= self.planned[0][0]:
                self.happen(*self.planned.pop(0)[1:])
        return True

    def happen(self, what: str, days: int) -> None:
        if what == RENEWAL:
            raise Renewing
        if what == SUSPENSION:
            self.standing_until = self.now + timedelta(days=days)
            self.planned.insert(0, (self.standing_until, ClockEventKind.RESUMED, 0))
            what = ClockEventKind.PAUSED
        extended = days if what == ClockEventKind.EXTENDED else None
        event = ClockEvent(kind=ClockEventKind(what), at=self.now, working_days=extended, reason="等候", by="wang")
        if self.ladder.objection_to(event) is None:
            self.ladder.move(event)
            ladder = rung_instants(self.ladder.deadline.receipt, RUNGS, CALENDAR)
            self.moves.append((self.now, {rung for rung, at in ladder if at > self.now}))

    async def live(self) -> None:
        """Until everything has happened and the last rung is told, in as many runs as it takes."""
        while True:
            try:
                await self.ladder.climb(self.is_over, self.until)
                return
            except Renewing:
                kept = Deadline.model_validate_json(self.ladder.deadline.model_dump_json())
                self.ladder = Ladder("R-1", kept, CALENDAR, self.on_rung, self.ladder.moves)

    def is_over(self) -> bool:
        return not self.planned and deadlines.next_rung(self.ladder.deadline, CALENDAR) is None


@settings(max_examples=60, deadline=None)
@given(troubles)
def test_each_reminder_is_told_once_and_when_it_is_due_whatever_moves_the_deadline(
    planned: list[tuple[int, str, int]],
) -> None:
    clock = Clock(planned)
    asyncio.run(clock.live())
    keys = [key for key, _, _ in clock.told]
    assert len(set(keys)) == len(keys), f"told twice under one key: {keys}"
    assert clock.ladder.deadline.receipt.paused or set(clock.ladder.deadline.told) == clock.applicable(), (
        "none left out"
    )
    moments: dict[Rung, datetime] = {}
    for _, rung, at in clock.told:
        moved = [when for when, ahead in clock.moves if rung in ahead and moments.get(rung, at) <= when <= at]
        assert rung not in moments or moved, f"{rung.at} is told again for nothing"
        moments[rung] = at
