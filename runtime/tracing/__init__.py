"""Traces by OpenTelemetry: one id from a command through workflow, activity and service to the database, and in every log line.

Off, and without any cost, unless OpenTelemetry's own variables name a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`). The packages
are the extra `telemetry`, and are imported only when a process is to trace.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI
    from temporalio.contrib.opentelemetry import TracingInterceptor

    from runtime.tracing.tracer import Tracing

_COLLECTOR = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_on: "Tracing | None" = None


class TracingUnavailable(ValueError):
    """Traces are asked for, and OpenTelemetry is not installed. The message says how to get it."""


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether OpenTelemetry's variables ask for traces, and name where to send them."""
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    return not disabled and exporter == "otlp" and any(environment.get(name) for name in _COLLECTOR)


def switch_on(process: str) -> None:
    """Trace from now on, where that is wanted. A second call changes nothing. Raises TracingUnavailable."""
    if _on is None and wanted():
        trace_with(_imported(process))


def trace_with(tracing: "Tracing") -> None:
    """Trace with that from now on."""
    global _on
    _on = tracing


def trace_id() -> str | None:
    """The id of the trace that the code which asks belongs to; None outside of any, and where traces are off."""
    # Asked from inside workflows, too: nothing may be imported here, or the sandbox would import it for itself.
    return None if _on is None else _on.trace_id()


def interceptors() -> "tuple[TracingInterceptor, ...]":
    """What carries a trace through Temporal: for every client, and by its client for every worker."""
    return () if _on is None else (_on.interceptor,)


def watch_requests(app: "FastAPI") -> None:
    """Make a span of each request that a service answers. Must be called before it is served."""
    if _on is not None:
        _on.watch_requests(app)


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span of our own around the block, by which a trace may begin."""
    if _on is None:
        yield
        return
    with _on.span(name):
        yield


def _imported(process: str) -> "Tracing":
    try:
        from runtime.tracing.tracer import exporting
    except ModuleNotFoundError as error:
        variable = next(name for name in _COLLECTOR if os.environ.get(name))
        raise TracingUnavailable(
            f"{variable} asks for traces, and {error.name} is not installed: pip install 'tongchou[telemetry]'"
        ) from error
    return exporting(process)
