"""What leaves the house of a span: codes, times and kinds. A trace is read by those who may not read an application.

A URL with its query, an exception's words, a client's address can be somebody's data. So there is a list of what may go, and
not of what may not: an attribute that a new version of some package adds stays here until somebody has looked at it.
"""

from collections.abc import Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import Attributes

ALLOWED = frozenset(
    {
        "db.query.text",
        "db.system.name",
        "error.type",
        "exception.type",
        "http.method",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.scheme",
        "http.status_code",
        "server.address",
        "server.port",
        "temporalActivityID",
        "temporalActivityType",
        "temporalRunID",
        "temporalUpdateID",
        "temporalWorkflowID",
        "url.scheme",
    }
)
"""Attributes of spans and of what happened in them. A statement to a database has no values in it (statements.py)."""


class Discreet(SpanExporter):
    """Hands spans on to another exporter, without what is nobody's business."""

    def __init__(self, to: SpanExporter) -> None:
        self._to = to

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand them on."""
        return self._to.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        """End the other one."""
        self._to.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Have the other one hand over what it holds."""
        return self._to.force_flush(timeout_millis)


def _discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes),
        events=[Event(event.name, _allowed(event.attributes), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _allowed(attributes: Attributes) -> Attributes:
    return {name: value for name, value in (attributes or {}).items() if name in ALLOWED}
