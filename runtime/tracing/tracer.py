"""What makes spans: of commands, of calls to other services, of requests, of statements to a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from runtime.tracing.discretion import Discreet
from runtime.tracing.statements import Statements
from runtime.tracing.through_temporal import ByCaller

WATCHERS = "healthz,readyz,metrics"
"""Pages that are asked every few seconds by those who watch; a trace of each would bury the others."""


class Tracing:
    """Spans of this process, handed to `processor`. What calls httpx and SQLAlchemy is watched from now on."""

    def __init__(self, process: str, processor: SpanProcessor) -> None:
        # Attributes of the environment (OTEL_RESOURCE_ATTRIBUTES) are added; its service name is for all processes.
        self.provider = TracerProvider(resource=Resource.create({"service.name": f"tongchou-{process}"}))
        self.provider.add_span_processor(processor)
        self._tracer = self.provider.get_tracer("tongchou")
        self.interceptor = ByCaller(self.provider.get_tracer("temporalio"))
        # Only the ids travel: whatever a caller calls baggage would go on to everybody.
        propagate.set_global_textmap(TraceContextTextMapPropagator())
        self._calls = HTTPXClientInstrumentor()
        self._calls.instrument(tracer_provider=self.provider)
        self._statements = Statements(self._tracer)
        self._statements.watch()

    @staticmethod
    def trace_id() -> str | None:
        """The id of the trace that is under way, in the 32 digits by which every tool knows it."""
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span around the block."""
        with self._tracer.start_as_current_span(name):
            yield

    def watch_requests(self, app: FastAPI) -> None:
        """Make a span of each request that the application answers."""
        parts: list[Any] = ["receive", "send"]
        FastAPIInstrumentor.instrument_app(
            app, tracer_provider=self.provider, excluded_urls=WATCHERS, exclude_spans=parts
        )

    def close(self) -> None:
        """Hand over what was not yet, and watch no longer."""
        self._calls.uninstrument()
        self._statements.leave()
        self.provider.shutdown()


def exporting(process: str) -> Tracing:
    """Spans that go by OTLP over HTTP to where `OTEL_EXPORTER_OTLP_…` says; what is left goes when the process ends."""
    return Tracing(process, BatchSpanProcessor(Discreet(OTLPSpanExporter())))
