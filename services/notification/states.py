"""送达状态: the states of a message and the only ways between them (after GOV.UK Notify).

Silence is a state of its own: a gateway that took a message and then said nothing leaves it `unconfirmed`, never
`delivered`.
"""

from collections.abc import Iterable
from enum import StrEnum


class MessageState(StrEnum):
    """Where one message, on one channel, stands."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    """The gateway took it. That is not a proof that it arrived."""
    UNCONFIRMED = "unconfirmed"
    """The gateway took it and no receipt came within the time that is waited for one."""
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    """Not sent; it is tried again."""
    PERMANENT_FAILURE = "permanent_failure"
    """Not sent, and no longer tried."""


_S = MessageState

TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    _S.CREATED: frozenset({_S.SENDING}),
    # A receipt can overtake the answer of the gateway itself, so `sending` may already become `delivered`.
    _S.SENDING: frozenset({_S.SENT, _S.DELIVERED, _S.TEMPORARY_FAILURE, _S.PERMANENT_FAILURE}),
    _S.SENT: frozenset({_S.UNCONFIRMED, _S.DELIVERED, _S.TEMPORARY_FAILURE, _S.PERMANENT_FAILURE}),
    _S.UNCONFIRMED: frozenset({_S.DELIVERED, _S.TEMPORARY_FAILURE, _S.PERMANENT_FAILURE}),
    # A send that timed out here may have arrived there; its receipt spares the reader a second copy.
    _S.TEMPORARY_FAILURE: frozenset({_S.SENDING, _S.DELIVERED, _S.PERMANENT_FAILURE}),
    _S.DELIVERED: frozenset(),
    _S.PERMANENT_FAILURE: frozenset(),
}

_BEST_FIRST = (
    _S.DELIVERED,
    _S.SENT,
    _S.UNCONFIRMED,
    _S.SENDING,
    _S.CREATED,
    _S.TEMPORARY_FAILURE,
    _S.PERMANENT_FAILURE,
)


def sources(target: MessageState) -> frozenset[MessageState]:
    """The states from which `target` may be reached in one step."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)


def overall(states: Iterable[MessageState]) -> MessageState:
    """The state of a notice: that of its most advanced message, since one channel that arrives is enough.

    Raises `ValueError` if there is no message at all.
    """
    return min(states, key=_BEST_FIRST.index)
