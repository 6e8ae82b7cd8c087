"""How every command speaks to a workflow: one update, the same id on every try, and errors in the words of a clerk."""

import asyncio
import uuid
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text

Result = TypeVar("Result", bound=BaseModel)

PATIENCE_SECONDS = 60.0
"""How long a command goes on trying where the server is busy or a stage is just being handed over."""

_PASSING = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.FAILED_PRECONDITION}


class Refusal(Exception):
    """The workflow refused the message; nothing changed. `reason` says why, `kind` is the error's type."""

    def __init__(self, reason: Text, kind: str) -> None:
        super().__init__(f"{reason.zh} / {reason.en}")
        self.reason = reason
        self.kind = kind


class NoSuchWorkflow(Exception):
    """No workflow of this id is running."""


async def update(
    client: Client,
    workflow_id: str,
    name: str,
    message: BaseModel,
    answer: type[Result],
    *,
    update_id: str | None = None,
) -> Result:
    """Send an update and return its answer. The same `update_id` twice gets the first answer.

    Tries again, with the same id, while the server is busy or the stage is being handed over. Raises Refusal with the
    workflow's reason, NoSuchWorkflow, or the RPCError that outlasted the patience of a minute.
    """
    handle = client.get_workflow_handle(workflow_id)
    return await _patiently(handle, name, message, answer, update_id or uuid.uuid4().hex)


async def _patiently(
    handle: WorkflowHandle[Any, Any], name: str, message: BaseModel, answer: type[Result], update_id: str
) -> Result:
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            result: Result = await handle.execute_update(name, message, id=update_id, result_type=answer)
            return result
        except WorkflowUpdateFailedError as error:
            refusal = refusal_of(error)
            if refusal.kind != "StageClosed" or asyncio.get_running_loop().time() > deadline:
                raise refusal from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NoSuchWorkflow(f"no running workflow {handle.id}") from error
            if error.status not in _PASSING or asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.3)


def refusal_of(error: WorkflowUpdateFailedError) -> Refusal:
    """The workflow's own words out of the SDK's error."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.details:
        return Refusal(Text.model_validate(cause.details[0]), cause.type or "Refused")
    return Refusal(Text(zh=str(cause), en=str(cause)), getattr(cause, "type", None) or "Refused")
