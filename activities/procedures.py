"""Procedures beside a project, started through Temporal itself."""

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ports import Procedures
from models.base import Value
from models.dossier import DossierOrder
from models.project import RectificationFile
from models.rounds import ProcedureOpening
from workflows import names


class TemporalProcedures(Procedures):
    """Starts procedures by the client, not as children: they outlive the stage that opened them."""

    def __init__(self, client: Client, *, archives: bool = True) -> None:
        """`archives` False makes no dossiers: a simulated life is looked at and thrown away."""
        self._client = client
        self._archives = archives

    @activity.defn(name="procedures.open_rectification")
    async def open_rectification(self, file: RectificationFile) -> str:
        """Start `rectification:<id>` and return its workflow id. A second call returns the one that was started."""
        workflow_id = names.rectification_id(file.rectification_id)
        try:
            await self._client.start_workflow(
                "Rectification",
                file,
                id=workflow_id,
                task_queue=names.TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except WorkflowAlreadyStartedError:
            activity.logger.info("rectification.ended_already", extra={"rectification": workflow_id})
        return workflow_id

    @activity.defn(name="procedures.open_dossier")
    async def open_dossier(self, order: DossierOrder) -> bool:
        """Start `dossier:<code>`; whether this call started it. One that runs already is left alone."""
        if not self._archives:
            return False
        return await self._started("Dossier", order, names.dossier_id(order.project))

    @activity.defn(name="procedures.open")
    async def open(self, opening: ProcedureOpening) -> bool:
        """Start the procedure that nobody applied for; whether this call started it.

        One that runs is left alone; one that was admitted and has ended the round leaves out by the ledger, so that what was
        not admitted can be opened once the cause is gone. A repeat after a lost answer says False of what it did start itself.
        """
        application = opening.file.application
        workflow_id = names.procedure_id(application.procedure, application.code)
        return await self._started(opening.runs.value, opening.file, workflow_id)

    async def _started(self, workflow: str, argument: Value, workflow_id: str) -> bool:
        """Start it, be it that an earlier run of the id has ended; False where one runs."""
        try:
            await self._client.start_workflow(
                workflow,
                argument,
                id=workflow_id,
                task_queue=names.TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
        except WorkflowAlreadyStartedError:
            activity.logger.info("procedure.known_already", extra={"procedure": workflow_id})
            return False
        return True
