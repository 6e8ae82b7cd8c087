"""What a token of the codec server can be for, and what each route asks for."""

from collections.abc import Mapping
from enum import StrEnum


class CodecScope(StrEnum):
    """The closed set of the codec server's scopes."""

    READ = "payloads:read"
    """See payloads in clear text."""
    WRITE = "payloads:write"
    """Have clear text encrypted, for signals and updates that are sent from the UI."""
    METRICS = "metrics:read"
    """Read what the service counts, as Prometheus does."""


ROUTES: Mapping[str, CodecScope | None] = {
    "POST /payloads/decode": CodecScope.READ,
    "POST /payloads/encode": CodecScope.WRITE,
    "GET /payloads/login": None,
    "POST /payloads/login": None,
    "POST /payloads/logout": None,
    "GET /metrics": CodecScope.METRICS,
    "GET /healthz": None,
    "GET /readyz": None,
}

CLIENTS: Mapping[str, frozenset[CodecScope]] = {
    "reader": frozenset({CodecScope.READ}),
    "metrics": frozenset({CodecScope.METRICS}),
}
"""Who usually reaches the codec server: somebody who looks. Who writes gets a token made for it."""
