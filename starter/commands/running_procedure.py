"""Whether a procedure of a code was started before, where it stands, and whether with the same content. Reads only."""

from typing import NamedTuple

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from models.base import Text
from models.effects import EntryKind
from models.procedure import ProcedureApplication, ProcedureFile
from models.project import ProjectOutcome, Status
from records.ledger import every_entry
from runtime.client import NoSuchWorkflow
from starter import worklist
from starter.first_run import described, started_with
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
    description = await described(client, workflow_id)
    if description is None:
        return None
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
    file = await started_with(client, description, ProcedureFile)
    if file is None:
        return ()
    before, now = file.application.model_dump(mode="json"), application.model_dump(mode="json")
    return tuple(field for field in _FIELDS if before[field] != now[field])


def filed_before(engine: Engine, application: ProcedureApplication) -> Text | None:
    """How a procedure of this code ended that Temporal no longer keeps, by the ledger; None where none was recorded."""
    workflow_id = procedure_id(application.procedure, application.code)
    entries = (line.entry for line in every_entry(engine, application.project or application.code, kinds=_KINDS))
    found = [entry for entry in entries if entry.entry_id.endswith(f"/{workflow_id}")]
    if not found:
        return None
    outcomes = [str(entry.detail["outcome"]) for entry in found if entry.kind is EntryKind.PROCEDURE_CLOSED]
    return ProjectOutcome(outcomes[-1]).label if outcomes else Text(zh="见台账", en="see the ledger")
