"""The registry port on the records' database: authority of officers, sanctions, and the registers that procedures keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import ports
from activities.errors import clock_shift_refused, sorted_record_errors
from models.authority import Authority, AuthorityQuestion, SignaturePolicy, SignedStatement
from models.finding import Sanction
from models.procedure import RegisterChange
from records import officer_keys, registers, sanctions, signatures
from records.authority import authority
from records.errors import RecordError, require_zone

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far the moment of a question may lie from that at which it was asked. A workflow asks about its own present."""


class SqlRegistry(ports.Registry):
    """Reads the register; keeps sanctions and registers. A database that is down raises, and the retry policy asks again.

    `policy` is this worker's own word on signatures: where it requires them, no project's file excuses from them.
    `simulation` answers about any moment; otherwise a project that was started with a shifted clock is answered nothing.
    """

    def __init__(
        self, engine: Engine, policy: SignaturePolicy = SignaturePolicy.REQUIRED, *, simulation: bool = False
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._simulation = simulation

    @activity.defn(name="registry.authority")
    def authority(self, question: AuthorityQuestion) -> Authority:
        """Resolve whether the officer may act for the organ on that legal day, and whether what is signed is theirs.

        Who is unknown, and what is not signed as it has to be, is refused, not raised. Raises a non-retryable
        ApplicationError of type `RecordError` for a moment without a zone, and of type `ClockShiftRefused` for one that lies
        further than CLOCK_TOLERANCE from when the activity was scheduled, outside simulation: whoever may start workflows may
        start one whose plan is resolved already, and whose clock nobody has looked at.
        """
        with _never_retried():
            require_zone("at", question.at)
            self._refuse_shift(question.at)
            resolved = authority(self._engine, question)
            if not resolved.granted or question.signed is None:
                return resolved
            return self._signed(resolved, question, question.signed)

    def _refuse_shift(self, at: datetime) -> None:
        if not self._simulation and abs(at - activity.info().scheduled_time) > CLOCK_TOLERANCE:
            raise clock_shift_refused("at", at.isoformat())

    def _signed(self, resolved: Authority, question: AuthorityQuestion, signed: SignedStatement) -> Authority:
        reason = signatures.objection(
            signed,
            officer_keys.find(self._engine, signed.key_id) if signed.key_id else None,
            officer=question.officer,
            on_behalf_of=question.on_behalf_of,
            at=question.at,
            required=SignaturePolicy.REQUIRED in (signed.policy, self._policy),
        )
        if reason is not None:
            return Authority(granted=False, reason=reason)
        return resolved.model_copy(update={"signed": True, "life": signed.life} if signed.signature else {})

    @activity.defn(name="registry.impose")
    def impose(self, sanction: Sanction) -> None:
        """Put the sanction in force; the same `sanction_id` again changes nothing.

        Raises a non-retryable ApplicationError of type `SanctionConflict` or `RecordError`.
        """
        with _never_retried():
            sanctions.impose(self._engine, sanction)

    @activity.defn(name="registry.lift")
    def lift(self, sanction: Sanction) -> None:
        """End the sanction at its `lifted_at`; for one that has ended nothing changes.

        Raises a non-retryable ApplicationError of type `UnknownSanction`, `SanctionConflict` or `RecordError`.
        """
        with _never_retried():
            sanctions.lift(self._engine, sanction)

    @activity.defn(name="registry.enter")
    def enter(self, change: RegisterChange) -> None:
        """Give the entry its state; the same `key` again changes nothing, and the first telling stands.

        Raises a non-retryable ApplicationError of type `ChangeConflict` or `ChangeInvalid`.
        """
        with _never_retried():
            registers.enter(self._engine, change)


@contextmanager
def _never_retried() -> Iterator[None]:
    try:
        with sorted_record_errors():
            yield
    except RecordError as error:
        # Without the cause, which would only repeat the message in the history.
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from None
