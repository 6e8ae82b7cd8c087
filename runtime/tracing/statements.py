"""A span of each statement to a database. The statement without its values: those are what somebody wrote.

SQLAlchemy's own events are watched and not OpenTelemetry's package for it: that one replaces `create_engine`, which our
modules have imported before anybody asks for traces.
"""

from typing import Any

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

STATEMENT = 1000
"""Characters of a statement that are kept."""

_SPAN = "_tongchou_span"


class Statements:
    """Watches every engine of the process."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._listeners = (
            ("before_cursor_execute", self._begins),
            ("after_cursor_execute", self._ends),
            ("handle_error", self._fails),
        )

    def watch(self) -> None:
        """Begin."""
        for name, listener in self._listeners:
            event.listen(Engine, name, listener)

    def leave(self) -> None:
        """End."""
        for name, listener in self._listeners:
            event.remove(Engine, name, listener)

    def _begins(self, connection: Connection, _: Any, statement: str, __: Any, context: Any, ___: bool) -> None:
        # What the process does of its own accord, such as looking for notices to send, is no part of any trace.
        if context is None or not get_current_span().get_span_context().is_valid:
            return
        word = statement.lstrip().split(None, 1)[0].upper() if statement.strip() else "SQL"
        attributes = {"db.system.name": connection.dialect.name, "db.query.text": statement[:STATEMENT]}
        setattr(context, _SPAN, self._tracer.start_span(word, kind=SpanKind.CLIENT, attributes=attributes))

    def _ends(self, _: Connection, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
        if span := _span_of(context):
            span.end()

    def _fails(self, failed: ExceptionContext) -> None:
        if span := _span_of(failed.execution_context):
            span.set_attribute("error.type", type(failed.original_exception).__name__)
            span.set_status(Status(StatusCode.ERROR))
            span.end()


def _span_of(context: Any) -> Span | None:
    """The span that was begun with this statement, once."""
    span: Span | None = getattr(context, _SPAN, None)
    if span is not None:
        setattr(context, _SPAN, None)
    return span
