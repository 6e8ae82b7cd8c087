"""一期: one turn of what is owed again and again. The values that a schedule, its round and its procedures pass on."""

from datetime import date, datetime

from models.base import Text, Value
from models.procedure import ProcedureFile, ProcedureType


class Period(Value):
    """期间: what a report is about. `first` and `last` are its days in China, both inclusive; `id` is part of codes."""

    id: str
    title: Text
    first: date
    last: date


class RoundOrder(Value):
    """The one argument of a round: which schedule of which regulation it belongs to."""

    regulation: str
    schedule: str


class RoundQuestion(Value):
    """Who owes what in the round that was planned for this moment? The law of that day in China answers."""

    order: RoundOrder
    scheduled_at: datetime


class OwedRound(Value):
    """The answer: a file for each debtor, ready to be started as `runs`.

    `on_record` are the workflow ids of those that the ledger knows already: they are not started a second time, even where the
    server has forgotten them. Without a period there is no such schedule on that day, and nothing is owed.
    """

    period: Period | None = None
    runs: ProcedureType = ProcedureType.PROCEDURE
    files: tuple[ProcedureFile, ...] = ()
    on_record: tuple[str, ...] = ()


class ProcedureOpening(Value):
    """The order to start a procedure that nobody applied for."""

    file: ProcedureFile
    runs: ProcedureType


class RoundResult(Value):
    """What became of a round: the workflow ids that it started, and those that were there before."""

    period: str | None = None
    opened: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
