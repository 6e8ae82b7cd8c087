"""时限: what the unit has to reach by a day. It runs beside the gates, through every stage, and decides nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, time, timedelta
from functools import partial

from temporalio import workflow

from models.calendar import CHINA, ClockEvent, WorkCalendar
from models.deadline import Rung
from models.messages import EventReport
from models.plan import Limit, Plan
from models.project import RunningLimit
from regulations import deadlines
from regulations.calendar import UncoveredYear, receipt
from workflows.ladder import Ladder

Tell = Callable[[Limit, Ladder, Rung], Awaitable[None]]

OFFICE_HOURS = time(12, tzinfo=CHINA)
"""The moment of an event's day that starts a limit. Only the day matters to a term (register A01)."""


class Limits:
    """The limits that run, each with its ladder. `tell` puts a rung on record and tells it."""

    def __init__(self, running: tuple[RunningLimit, ...], now: Callable[[], datetime], tell: Tell) -> None:
        self._now = now
        self._tell = tell
        self._stopped = False
        self._running = {item.limit: item for item in running}
        self._ladders: dict[str, Ladder] = {}
        self._climbing: set[str] = set()
        self._telling = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: Exception | None = None
        """What went wrong in the background. Whoever waits for the project raises it, so that it shows."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing of any limit is just being told."""
        return self._telling == 0

    def hold(self, plan: Plan, calendar: WorkCalendar) -> None:
        """Make what the file brought movable, before it is watched: a suspension may come first."""
        for limit in _limits(plan):
            item = self._running.get(limit.id)
            if item and item.met_at is None and limit.id not in self._ladders:
                self._ladders[limit.id] = self._new_ladder(limit, item, calendar)

    def watch(self, plan: Plan, calendar: WorkCalendar) -> None:
        """Go on with what the file brought."""
        self.hold(plan, calendar)
        for limit in _limits(plan):
            if self.ladder(limit.id) and limit.id not in self._climbing:
                self._climbing.add(limit.id)
                self._tasks.append(asyncio.create_task(self._watched(limit, self._ladders[limit.id])))

    def start(self, plan: Plan, calendar: WorkCalendar, report: EventReport) -> None:
        """Start the limits that count from this event; one that runs already is not started again."""
        for limit in _limits(plan):
            if limit.since == report.event and limit.id not in self._running:
                at = datetime.combine(report.occurred_on, OFFICE_HOURS)
                deadline = deadlines.started(limit.title.zh, at, limit.term, limit.rungs, calendar)
                self._running[limit.id] = RunningLimit(limit=limit.id, deadline=deadline)
        self.watch(plan, calendar)

    def meet(self, plan: Plan, gate: str, when: str) -> list[tuple[Limit, RunningLimit]]:
        """Note the limits that are met by the gate's review having been opened, or approved; those that were."""
        met = []
        for limit in _limits(plan):
            item = self._running.get(limit.id)
            if item and item.met_at is None and (limit.met_by, limit.met_when) == (gate, when):
                self._running[limit.id] = self._current(item).model_copy(update={"met_at": self._now()})
                met.append((limit, self._running[limit.id]))
        return met

    def unmeet(self, plan: Plan, calendar: WorkCalendar, gates: Collection[str]) -> None:
        """Let the limits run again that the approval of one of these gates had met: it was taken back."""
        for limit in (limit for limit in _limits(plan) if limit.met_by in gates and limit.met_when == "approved"):
            item = self._running.get(limit.id)
            if item and item.met_at is not None:
                self._running[limit.id] = item.model_copy(update={"met_at": None})
                self._ladders.pop(limit.id, None)
                self._climbing.discard(limit.id)
        self.watch(plan, calendar)

    def ladder(self, limit: str) -> Ladder | None:
        """The ladder of a limit that runs and is not met; None for any other."""
        item = self._running.get(limit)
        return self._ladders.get(limit) if item and item.met_at is None else None

    def open_ladders(self) -> list[Ladder]:
        """The ladders of all limits that are not met."""
        return [ladder for name in self._running if (ladder := self.ladder(name))]

    def move(self, event: ClockEvent) -> None:
        """Stop or resume every limit: a suspended project's time does not run."""
        for ladder in self.open_ladders():
            if ladder.objection_to(event) is None:
                ladder.move(event)

    def file(self) -> tuple[RunningLimit, ...]:
        """The limits as they stand, for the project's file."""
        return tuple(self._current(item) for item in self._running.values())

    async def stop(self) -> None:
        """End the watching, once what is being told is told. The deadlines themselves run on in the next stage."""
        self._stopped = True
        await asyncio.gather(*self._tasks)

    def resume(self, plan: Plan, calendar: WorkCalendar) -> None:
        """Watch again after `stop`: the stage has not ended after all."""
        self._stopped = False
        self._running = {item.limit: item for item in self.file()}
        self._ladders, self._climbing, self._tasks = {}, set(), []
        self.watch(plan, calendar)

    def _current(self, item: RunningLimit) -> RunningLimit:
        ladder = self._ladders.get(item.limit)
        if ladder is None or item.met_at is not None:
            return item
        return item.model_copy(update={"deadline": ladder.deadline, "moves": ladder.moves})

    def _new_ladder(self, limit: Limit, item: RunningLimit, calendar: WorkCalendar) -> Ladder:
        ladder = Ladder(
            f"limit/{limit.id}", item.deadline, calendar, lambda rung: self._told(limit, ladder, rung), item.moves
        )
        return ladder

    async def _told(self, limit: Limit, ladder: Ladder, rung: Rung) -> None:
        self._telling += 1
        try:
            await self._tell(limit, ladder, rung)
        finally:
            self._telling -= 1

    async def _watched(self, limit: Limit, ladder: Ladder) -> None:
        try:
            await ladder.climb(partial(self._is_done, limit.id), self._until)
        except Exception as error:
            self.failure = error

    def _is_done(self, limit: str) -> bool:
        return self._stopped or self._running[limit].met_at is not None

    async def _until(self, condition: Callable[[], bool], at: datetime | None = None, summary: str = "") -> bool:
        """Like the stage's own waiting, but no interruption of the project is raised here."""
        timeout = max(at - self._now(), timedelta(milliseconds=1)) if at else None
        try:
            await workflow.wait_condition(condition, timeout=timeout, timeout_summary=summary or None)
        except TimeoutError:
            return False
        return True


def uncounted(plan: Plan, calendar: WorkCalendar, report: EventReport) -> int | None:
    """The year beyond the calendar into which a term would reach that this event starts; None where all can be counted."""
    openings = [part.opening for stage in plan.stages for part in stage.gates if part.opening]
    openings += [stage.opening for stage in plan.stages if stage.opening]
    terms = [limit.term for limit in _limits(plan) if limit.since == report.event]
    terms += [opening.on for opening in openings if opening.on and opening.since == report.event]
    try:
        for term in terms:
            receipt(report.event, datetime.combine(report.occurred_on, OFFICE_HOURS), term, calendar)
    except UncoveredYear as error:
        return error.year
    return None


def _limits(plan: Plan) -> list[Limit]:
    return [limit for stage in plan.stages for limit in stage.limits]
