"""期限 with its ladder of reminders: a term that runs, what moved it, and which rungs were told."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Value
from models.calendar import ClockEvent, Receipt, Term


class RungKind(StrEnum):
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


class Rung(Value):
    """One step of the ladder of reminders. `at` is `half`, `T-3`, `T-1`, `due`, `T+5` … in working days from the due day."""

    at: Annotated[str, Field(pattern=r"^(half|due|T[+-][1-9][0-9]?)$")]
    kind: RungKind


class Deadline(Value):
    """A running deadline. `receipt` always agrees with the term, the clock and the calendar that computed it."""

    event: str
    """What started the clock, in Chinese."""
    started_at: datetime
    term: Term
    clock: tuple[ClockEvent, ...] = ()
    receipt: Receipt
    rungs: tuple[Rung, ...] = ()
    told: tuple[Rung, ...] = ()
    """The rungs that were told already; none is told twice."""
