"""The ledger port on the records' database."""

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from activities.errors import sorted_record_errors
from models.effects import LedgerClaim, LedgerEntry
from records import ledger
from records.errors import RecordError


class SqlLedger(ports.Ledger):
    """Appends to `ledger_entry`. A database that is down or locked raises, and the retry policy asks again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name="ledger.append")
    def append(self, entry: LedgerEntry) -> int:
        """Append the entry and return its position; the same `entry_id` again returns the first position.

        Raises a non-retryable ApplicationError of type `EntryConflict` (the id is on record with another content) or
        `EntryInvalid` (the entry cannot be kept): no repetition can mend them.
        """
        try:
            with sorted_record_errors():
                return ledger.append(self._engine, entry)
        except RecordError as error:
            # Without the cause, which would only repeat the message in the history.
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from None

    @activity.defn(name="ledger.shows")
    def shows(self, claim: LedgerClaim) -> bool:
        """Whether the entry is on record and its detail says nothing else; what the claim says beyond it is not compared."""
        return ledger.shows(self._engine, claim)
