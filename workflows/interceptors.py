"""What stands before every handler of a workflow."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.worker import HandleSignalInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput


class OneArgument(Interceptor):
    """Hands every signal handler at most the one payload that it takes.

    Anybody can send a signal with two payloads from a command line. The call would raise TypeError inside the workflow
    task, which Temporal repeats for ever: one stray message would stop a project.
    """

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _OneArgument


class _OneArgument(WorkflowInboundInterceptor):
    async def handle_signal(self, input: HandleSignalInput) -> None:
        if workflow.get_signal_handler(input.signal) is not None:
            input.args = [_raw(argument) for argument in input.args[:1]]
        await super().handle_signal(input)


def _raw(argument: Any) -> RawValue:
    # With more payloads than the handler has parameters, the SDK gives up the annotation and decodes them itself.
    if isinstance(argument, RawValue):
        return argument
    return RawValue(workflow.payload_converter().to_payload(argument))
