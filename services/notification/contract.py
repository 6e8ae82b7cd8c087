"""What the service takes and gives back over HTTP, besides `models.effects.Delivery`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from models.base import Code, Input, Value
from models.effects import Notice, Recipient, RecipientKind
from services.notification.settings import Language
from services.notification.states import MessageState

NoticeId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
"""A notice's key: 1 … 255 printable ASCII characters without a space, since it also travels in a mail header."""

Book = Annotated[str, StringConstraints(pattern=r"^(@register|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$")]
"""The code of a project, or the register of officers, whose notices belong to none."""

MessageId = Annotated[int, Field(ge=1, le=2**31 - 1)]


MAX_DEPTH = 4


def _shallow(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Refuse a value that is nested so deeply that reading it could exhaust the stack."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        if depth == 0:
            raise ValueError(f"must not be nested more than {MAX_DEPTH} levels deep")
        _shallow(child, depth - 1)
    return value


class RecipientRequest(Recipient):
    """A recipient whose code is well-formed."""

    code: Code


class NoticeRequest(Notice):
    """A notice as the service takes it: `models.effects.Notice`, its codes checked, with the language asked for."""

    notice_id: NoticeId
    project: Book
    template: Annotated[str, Field(min_length=1, max_length=64)]
    recipient: RecipientRequest
    variables: Annotated[dict[str, Any], AfterValidator(lambda variables: _shallow(variables))] = Field(
        default_factory=dict
    )
    language: Language | None = None


class ReceiptOutcome(StrEnum):
    """The states that a gateway may report; each is a `MessageState` of the same name."""

    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"


class ReceiptRequest(Input):
    """回执: what a gateway reports of a message that it took."""

    message_id: MessageId
    outcome: ReceiptOutcome
    reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = ""


class ReceiptAnswer(Value):
    """`counted` is false where the receipt came late or twice and changed nothing."""

    message_id: int
    counted: bool


class MessageView(Value):
    """One notice on one channel. Moments are in UTC. `channel` is `inbox` or a channel's id, never its URL."""

    message_id: int
    channel: str
    state: MessageState
    attempts: int
    reason: str
    created_at: datetime
    updated_at: datetime
    read_at: datetime | None


class NoticeView(Value):
    """A notice with its letter and its messages. `state` is that of the most advanced message."""

    notice_id: str
    project: str
    template: str
    template_version: int
    language: Language
    recipient_kind: RecipientKind
    recipient_code: str
    subject: str
    body: str
    state: MessageState
    created_at: datetime
    messages: tuple[MessageView, ...]


class InboxItem(Value):
    """A letter in the in-box. `read_at` is 已阅; None: unread."""

    message_id: int
    notice_id: str
    project: str
    template: str
    subject: str
    body: str
    created_at: datetime
    read_at: datetime | None


class Ready(Value):
    """The service answers, and so does its database."""

    status: str
    templates: int
