"""What stands before every handler of a workflow."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.worker import HandleSignalInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

SIGNALS_AT_ONCE = 50
"""How many signals of one workflow are in hand together. The others wait in the order in which they came."""


class Turnstile(Interceptor):
    """Lets signals to their handlers one behind the other when there are many.

    A thousand that arrive in one moment would be one workflow task, which may take two seconds and no more, and would ask
    for more activities at a time than the server grants: the task would fail, again and again.
    """

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Turnstile


class _Turnstile(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self._places = asyncio.Semaphore(SIGNALS_AT_ONCE)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        async with self._places:
            await super().handle_signal(input)


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
