"""期限 with its ladder of reminders: a term that runs, what moved it, and which rungs were told."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Text, Value
from models.calendar import ClockEvent, Receipt, Term


class RungKind(StrEnum):
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


class Rung(Value):
    """One step of the ladder of reminders. `at` is `half`, `T-3`, `T-1`, `due`, `T+5` … in working days from the due day."""

    at: Annotated[str, Field(pattern=r"^(half|due|T[+-][1-9][0-9]?)$")]
    kind: RungKind

    @property
    def label(self) -> Text:
        """The rung in words: what is told, and when."""
        when, what = _moment(self.at), _RUNG_LABELS[self.kind]
        return Text(zh=f"{when.zh}{what.zh}", en=f"{what.en} {when.en}")


_RUNG_LABELS = {
    RungKind.REMINDER: Text(zh="提醒", en="reminder"),
    RungKind.OVERDUE: Text(zh="通报", en="overdue notice"),
    RungKind.ESCALATION: Text(zh="督办", en="escalation"),
}


def _moment(at: str) -> Text:
    if at == "half":
        return Text(zh="期限过半", en="at half-time")
    if at == "due":
        return Text(zh="到期", en="when due")
    days, before = at[2:], at[1] == "-"
    zh, en = ("到期前", "before") if before else ("逾期", "after")
    return Text(zh=f"{zh}{days}个工作日", en=f"{days} working days {en} the due day")


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
