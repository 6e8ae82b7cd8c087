"""Running deadlines, as pure functions: how one starts, what moves it, and which rung of its ladder is next."""

from datetime import datetime

from models.calendar import ClockEvent, Term, WorkCalendar
from models.deadline import Deadline, Rung
from regulations.calendar import receipt, rung_instants


def started(event: str, at: datetime, term: Term, rungs: tuple[Rung, ...], calendar: WorkCalendar) -> Deadline:
    """The deadline of a term that an event starts at that moment. Raises UncoveredYear as `receipt` does."""
    return Deadline(event=event, started_at=at, term=term, rungs=rungs, receipt=receipt(event, at, term, calendar))


def moved(deadline: Deadline, by: ClockEvent, calendar: WorkCalendar) -> Deadline:
    """The deadline after a pause, its end, or an extension. Rungs that lie ahead again are to be told again."""
    return _computed(deadline.model_copy(update={"clock": (*deadline.clock, by)}), by.at, calendar)


def reprojected(deadline: Deadline, at: datetime, calendar: WorkCalendar) -> Deadline:
    """The deadline under another calendar, from a notice published at that moment. The same one if nothing changes."""
    return _computed(deadline, at, calendar)


def next_rung(deadline: Deadline, calendar: WorkCalendar) -> tuple[Rung, datetime] | None:
    """The first rung that was not told yet, and its moment; None after the last, and while the clock stands."""
    ladder = rung_instants(deadline.receipt, deadline.rungs, calendar)
    return next(((rung, at) for rung, at in ladder if rung not in deadline.told), None)


def told(deadline: Deadline, rung: Rung) -> Deadline:
    """The deadline once the rung was told."""
    return deadline.model_copy(update={"told": (*deadline.told, rung)})


def _computed(deadline: Deadline, at: datetime, calendar: WorkCalendar) -> Deadline:
    computed = receipt(deadline.event, deadline.started_at, deadline.term, calendar, deadline.clock)
    if computed.paused:
        return deadline.model_copy(update={"receipt": computed})
    ahead = {rung for rung, instant in rung_instants(computed, deadline.rungs, calendar) if instant > at}
    still_told = tuple(rung for rung in deadline.told if rung not in ahead)
    return deadline.model_copy(update={"receipt": computed, "told": still_told})
