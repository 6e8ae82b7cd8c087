"""How a trace goes through Temporal: its id travels in the headers of commands, and changes no history's order of commands.

The SDK's own interceptor, with two differences. What a workflow does about a message belongs to the trace of whoever sent it,
linked to that of the project: by the SDK it would belong to the filing, years before. And a header that is none is passed
over: raised inside a workflow task, one stray message would stop a project.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.contrib.opentelemetry._context import attached_context
from temporalio.worker import HandleSignalInput, HandleUpdateInput, WorkflowInterceptorClassInput


class ByCaller(TracingInterceptor):
    """For clients, and by them for workers."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)
        return _ByCaller

    def _context_from_headers(self, headers: Mapping[str, Payload]) -> Context | None:
        try:
            return super()._context_from_headers(headers)
        except Exception:
            return None


class _ByCaller(TracingWorkflowInboundInterceptor):
    """Inside a workflow. Spans of it have no duration, as replay asks for."""

    async def handle_signal(self, input: HandleSignalInput) -> None:
        with self._called(f"HandleSignal:{input.signal}", input.headers):
            await self.next.handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        with self._called(f"ValidateUpdate:{input.update}", input.headers):
            self.next.handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        with self._called(f"HandleUpdate:{input.update}", input.headers):
            return await self.next.handle_update_handler(input)

    @contextmanager
    def _called(self, name: str, headers: Mapping[str, Payload]) -> Iterator[None]:
        own, callers = self._load_workflow_context_carrier(), self._carrier(headers)
        parent = callers or own
        context = self.text_map_propagator.extract(parent) if parent else Context()
        with attached_context(self._set_on_context(context)):
            self._completed_span(name, link_context_carrier=own if callers else None, kind=SpanKind.SERVER)
            yield

    def _load_workflow_context_carrier(self) -> Any:
        try:
            return super()._load_workflow_context_carrier()
        except Exception:
            return None

    def _carrier(self, headers: Mapping[str, Payload]) -> Any:
        if self.header_key not in headers:
            return None
        try:
            carrier = self.payload_converter.from_payloads([headers[self.header_key]])[0]
        except Exception:
            return None
        return carrier if isinstance(carrier, dict) else None
