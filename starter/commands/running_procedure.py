"""Whether a procedure of a code was started before, where it stands, and whether with the same content. Reads only."""

from typing import NamedTuple

from sqlalchemy import Engine
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text
from models.effects import EntryKind
from models.procedure import ProcedureApplication, ProcedureFile
from models.project import ProjectOutcome, Status
from records.ledger import every_entry
from runtime.client import NoSuchWorkflow
from starter import worklist
from workflows.names import procedure_id

_FIELDS = ("regulation", "title", "unit", "department", "prepared_by", "parties", "project", "form")
"""What may differ where the code is the same."""

_KINDS = (EntryKind.PROCEDURE_OPENED, EntryKind.PROCEDURE_CLOSED, EntryKind.PROJECT_REFUSED)
"""The entries that say that a procedure was there, and how it ended."""


class Started(NamedTuple):
    """A procedure that was started. `status` is None where it is closed and its history is gone; `differing` names the
    fields in which another application was filed."""

    workflow_id: str
    closed: bool
    status: Status | None
    differing: tuple[str, ...]


async def started_under(client: Client, application: ProcedureApplication) -> Started | None:
    """What Temporal knows under the application's code; None where nothing was started, or too long ago.

    Raises RPCError where Temporal, or for a running one the worker, does not answer.
    """
    workflow_id = procedure_id(application.procedure, application.code)
    try:
        description = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    closed = description.status is not WorkflowExecutionStatus.RUNNING
    return Started(
        workflow_id,
        closed,
        await _status(client, workflow_id),
        () if closed else await _differing(client, description, application),
    )


async def _status(client: Client, workflow_id: str) -> Status | None:
    try:
        return await worklist.status_of(client, workflow_id)
    except NoSuchWorkflow:
        return None


async def _differing(
    client: Client, description: WorkflowExecutionDescription, application: ProcedureApplication
) -> tuple[str, ...]:
    """The fields in which it was filed otherwise. Corrections that were handed in later do not count."""
    filed = await _filed(client, description)
    if filed is None:
        return ()
    before, now = filed.model_dump(mode="json"), application.model_dump(mode="json")
    return tuple(field for field in _FIELDS if before[field] != now[field])


async def _filed(client: Client, description: WorkflowExecutionDescription) -> ProcedureApplication | None:
    """The application with which it was started; None where that run is no longer kept."""
    first = description.raw_description.workflow_execution_info.first_run_id or description.run_id
    try:
        handle = client.get_workflow_handle(description.id, run_id=first)
        async for event in handle.fetch_history_events(page_size=1):
            if event.event_type is not EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                return None
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            (file,) = await client.data_converter.decode(list(payloads), [ProcedureFile])
            return file.application if isinstance(file, ProcedureFile) else None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None


def filed_before(engine: Engine, application: ProcedureApplication) -> Text | None:
    """How a procedure of this code ended that Temporal no longer keeps, by the ledger; None where none was recorded."""
    workflow_id = procedure_id(application.procedure, application.code)
    entries = (line.entry for line in every_entry(engine, application.project or application.code, kinds=_KINDS))
    found = [entry for entry in entries if entry.entry_id.endswith(f"/{workflow_id}")]
    if not found:
        return None
    outcomes = [str(entry.detail["outcome"]) for entry in found if entry.kind is EntryKind.PROCEDURE_CLOSED]
    return ProjectOutcome(outcomes[-1]).label if outcomes else Text(zh="见台账", en="see the ledger")
