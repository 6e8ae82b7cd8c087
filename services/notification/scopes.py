"""What a token of the notification service can be for, and what each route asks for."""

from collections.abc import Mapping
from enum import StrEnum


class NotificationScope(StrEnum):
    """The closed set of the service's scopes."""

    SEND = "messages:send"
    """Hand notices over, as the worker does."""
    READ = "messages:read"
    """Read notices with their letters and delivery states."""
    RECEIPTS = "receipts:write"
    """Report deliveries, as a gateway does."""
    INBOX = "inbox:read"
    """Read in-boxes."""
    MARK = "inbox:mark"
    """Note that a letter of an in-box was read."""
    METRICS = "metrics:read"
    """Read what the service counts, as Prometheus does."""


ROUTES: Mapping[str, NotificationScope | None] = {
    "POST /messages": NotificationScope.SEND,
    "GET /messages/{notice_id:path}": NotificationScope.READ,
    "GET /projects/{code}/messages": NotificationScope.READ,
    "POST /receipts": NotificationScope.RECEIPTS,
    "GET /inbox/{kind}/{code}": NotificationScope.INBOX,
    "POST /inbox/{message_id}/read": NotificationScope.MARK,
    "GET /metrics": NotificationScope.METRICS,
    "GET /healthz": None,
    "GET /readyz": None,
}

CLIENTS: Mapping[str, frozenset[NotificationScope]] = {
    "worker": frozenset({NotificationScope.SEND, NotificationScope.READ}),
    "operator": frozenset({NotificationScope.READ, NotificationScope.INBOX, NotificationScope.MARK}),
    "metrics": frozenset({NotificationScope.METRICS}),
}
"""Who usually reaches the service. The worker reads what it has sent, for the dossiers."""
