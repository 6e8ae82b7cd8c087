"""With what a workflow was started, by the first event of its first run. What came later does not count."""

from typing import TypeVar

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.service import RPCError, RPCStatusCode

M = TypeVar("M", bound=BaseModel)


async def described(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    """What Temporal knows of the workflow, closed ones included; None where it was never started, or too long ago.

    Raises RPCError where Temporal does not answer. No worker is asked.
    """
    try:
        return await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def started_with(client: Client, description: WorkflowExecutionDescription, kind: type[M]) -> M | None:
    """The one argument with which the workflow was started; None where that run is no longer kept.

    Raises RPCError where Temporal does not answer.
    """
    first = description.raw_description.workflow_execution_info.first_run_id or description.run_id
    try:
        handle = client.get_workflow_handle(description.id, run_id=first)
        async for event in handle.fetch_history_events(page_size=1):
            if event.event_type is not EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                return None
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            (argument,) = await client.data_converter.decode(list(payloads), [kind])
            return argument if isinstance(argument, kind) else None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None
