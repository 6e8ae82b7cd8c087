"""One log for everything: JSON lines on stderr, from structlog, the standard library, Temporal and uvicorn alike.

An event is named `subject.verb` ("review.opened"); everything else is a field. No field carries personal data.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
import temporalio.activity
import temporalio.workflow
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from runtime import tracing
from runtime.engine_metrics import engine_metrics
from runtime.pages import AddressUnusable
from runtime.tracebacks import told

_TEMPORAL_CONTEXTS = ("temporal_workflow", "temporal_activity")
_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access")
# Below these levels the two print whole URLs and addresses of recipients, which can be personal data.
_DISCREET = {"httpx": logging.WARNING, "apprise": logging.ERROR}


def configure(process: str, level: str = "INFO", *, metrics_address: str = "") -> None:
    """Send every log of this process to stderr, one JSON object a line, with `process` in each. Times are UTC.

    Call it once, before Temporal is reached and before uvicorn runs; start uvicorn with `log_config=None`, or it
    installs its own format. A second call replaces the first. At `metrics_address` Temporal's SDK exports what it counts.
    Traces are switched on where OpenTelemetry's variables ask for them.

    Raises ValueError for a level that logging does not know, AddressUnusable for an address that nobody can listen at, and
    TracingUnavailable.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(process))
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    logging.captureWarnings(True)
    _use_the_root_handler(_UVICORN)
    for name, least in _DISCREET.items():
        logging.getLogger(name).setLevel(least)
    _configure_structlog()
    _configure_temporal(metrics_address)
    tracing.switch_on(process)


def _formatter(process: str) -> ProcessorFormatter:
    def lead(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        first = {name: event.pop(name) for name in ("timestamp", "level") if name in event}
        return {**first, "process": process, "event": event.pop("event"), **event}

    return ProcessorFormatter(
        foreign_pre_chain=[*_enrich(), ExtraAdder(), _drop_colours, _access_line, _core_line, _lift_temporal],
        pass_foreign_args=True,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            lead,
            structlog.processors.ExceptionRenderer(told),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def _enrich() -> list[Processor]:
    return [
        merge_contextvars,
        _with_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _with_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Under this id the line is found among the spans of its trace."""
    if trace_id := tracing.trace_id():
        event["trace_id"] = trace_id
    return event


def _configure_structlog() -> None:
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_enrich(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _configure_temporal(metrics_address: str) -> None:
    # An event must stay one constant word to be counted; the context travels in fields instead.
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.activity.logger.activity_info_on_message = False
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    level = TelemetryFilter(core_level="WARN", other_level="ERROR")
    telemetry = TelemetryConfig(
        logging=LoggingConfig(filter=level, forwarding=forwarding), metrics=engine_metrics(metrics_address)
    )
    try:
        made = Runtime(telemetry=telemetry)
    except ValueError as error:
        raise AddressUnusable(f"cannot export metrics at {metrics_address}: {error}") from error
    # Only the first runtime of a process counts, so a second call has nothing to replace here.
    Runtime.set_default(made, error_if_already_set=False)


def _use_the_root_handler(names: tuple[str, ...]) -> None:
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _drop_colours(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """uvicorn's second copy of its message, made for terminals."""
    event.pop("color_message", None)
    return event


def _lift_temporal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The context that Temporal's loggers nest, under the names that LogContext uses too."""
    for name in _TEMPORAL_CONTEXTS:
        context = event.pop(name, None)
        if isinstance(context, MutableMapping):
            event = {**context, **event}
    return event


def _access_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """uvicorn's access line as an event. Client address and query string are left out: they can be personal data."""
    values = event.pop("positional_args", ())
    if event["_record"].name != "uvicorn.access" or len(values) != 5:
        return event
    _client, method, path, _version, status = values
    served = {"method": method, "path": str(path).partition("?")[0], "status": status}
    return {**event, "event": "request.served", **served}


def _core_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A line of Temporal's native core: the core's own record as fields, not as an object.

    Without `failure`: that is what a workflow or an activity failed with, in full.
    """
    forwarded = event.pop("temporal_log", None)
    if forwarded is None:
        return event
    fields = {name: value for name, value in forwarded.fields.items() if name != "failure"}
    return {**event, "target": forwarded.target, **fields}


class LogContext(Interceptor):
    """Worker interceptor: what an activity logs says for which workflow, in which activity and in which attempt."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _ActivityLogContext(super().intercept_activity(next))


class _ActivityLogContext(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = temporalio.activity.info()
        with bound_contextvars(workflow_id=info.workflow_id, activity=info.activity_type, attempt=info.attempt):
            return await self.next.execute_activity(input)
