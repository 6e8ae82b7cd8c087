"""A deadline that runs in a workflow: it waits, climbs its ladder of reminders, and moves when it is told to."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from models.base import Text
from models.calendar import ClockEvent, ClockEventKind, WorkCalendar
from models.deadline import Deadline, Rung, RungKind
from regulations import deadlines
from regulations.calendar import UncoveredYear, is_overdue


def was_overdue(deadline: Deadline, at: datetime) -> bool:
    """Whether the deadline has been missed by then. One that only reminds is none that can be missed (A14)."""
    return any(rung.kind is RungKind.OVERDUE for rung in deadline.rungs) and is_overdue(deadline.receipt, at)


class Until(Protocol):
    """Wait for a condition, or for a legal moment. False where the moment came first."""

    def __call__(
        self, condition: Callable[[], bool], at: datetime | None = None, summary: str = ""
    ) -> Awaitable[bool]: ...


class Ladder:
    """`matter` is what the deadline is of: a review id, a rectification's code, or a limit.

    `moves` is how often it was moved before: the keys of what is told count on.
    """

    def __init__(
        self,
        matter: str,
        deadline: Deadline,
        calendar: WorkCalendar,
        on_rung: Callable[[Rung], Awaitable[None]],
        moves: int = 0,
    ) -> None:
        self.matter = matter
        self.deadline = deadline
        self.calendar = calendar
        self._on_rung = on_rung
        self.moves = moves

    async def climb(self, done: Callable[[], bool], until: Until) -> None:
        """Wait until it is done, telling each rung at its moment. Never gives up: time does not decide."""
        while not done():
            rung, moves = deadlines.next_rung(self.deadline, self.calendar), self.moves
            came = await until(
                partial(self._is_done_or_moved, done, moves),
                at=rung[1] if rung else None,
                summary=f"{self.deadline.event}：将于 {rung[1]:%Y-%m-%d %H:%M} 发出{rung[0].label.zh}" if rung else "",
            )
            # A suspended project waits on, although its deadline was moved: the old moment means nothing then.
            if rung and not came and moves == self.moves:
                self.deadline = deadlines.told(self.deadline, rung[0])
                await self._on_rung(rung[0])

    def _is_done_or_moved(self, done: Callable[[], bool], moves: int) -> bool:
        return done() or self.moves != moves

    def move(self, event: ClockEvent) -> None:
        """Pause, resume or extend."""
        self.deadline = deadlines.moved(self.deadline, event, self.calendar)
        self.moves += 1

    def renew(self, deadline: Deadline) -> None:
        """Begin anew: the matter is the same, and its term runs from the start once more."""
        self.deadline = deadline
        self.moves += 1

    def reproject(self, at: datetime, calendar: WorkCalendar) -> None:
        """Count anew by another calendar, from a newly published notice."""
        self.calendar = calendar
        self.deadline = deadlines.reprojected(self.deadline, at, calendar)
        self.moves += 1

    @property
    def move_key(self) -> str:
        """The business key of the last move."""
        return f"{self.matter}/{self.moves}"

    def key(self, rung: Rung) -> str:
        """The business key of telling a rung: a deadline that moved tells the same rung anew."""
        return f"{self.matter}/{rung.at}/{rung.kind}/{self.moves}"

    def is_overdue(self, at: datetime) -> bool:
        return was_overdue(self.deadline, at)

    def objection_to(self, event: ClockEvent) -> Text | None:
        """Why the clock cannot be moved so: it stands already, it runs, or it would run beyond the known calendar."""
        paused = self.deadline.receipt.paused
        if event.kind is ClockEventKind.PAUSED and paused:
            return Text(zh="时钟已经停止", en="the clock stands already")
        if event.kind is ClockEventKind.RESUMED and not paused:
            return Text(zh="时钟没有停止", en="the clock is not stopped")
        try:
            deadlines.moved(self.deadline, event, self.calendar)
        except UncoveredYear as error:
            return Text(zh=f"工作日历不含 {error.year} 年，期限不得延及", en=str(error))
        return None


class FixedDay(Ladder):
    """A day that is only shown here and counted by what it rests on: nobody can move it."""

    def objection_to(self, event: ClockEvent) -> Text | None:
        return Text(
            zh="此日期由所依据的事项确定，不能延期或停止计时",
            en="this day follows from what it rests on; it cannot be moved",
        )
