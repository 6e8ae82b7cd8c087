"""One project in a test: begun at the place that the test is about, spoken to, and replayed in the end."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.messages import DecisionReceipt, EventReport
from models.plan import StageName
from models.project import ProjectFile, State, Status
from models.review import Decision, Verdict
from runtime import client as messenger
from runtime.connect import data_converter
from simulation.histories import every_run
from simulation.office import Stuck
from simulation.stillness import has_ended
from tests.workflows.installation import FILED_AT, application, material, resolution
from tests.workflows.matter import PATIENCE_SECONDS, Matter
from workflows import names

Result = TypeVar("Result")

QUERY_TIMEOUT = timedelta(seconds=0.7)

FIRST_OF_JANUARY = datetime(2027, 1, 1, 0, 5, tzinfo=CHINA)

UNIT = "liu.fang"
BUREAU = "jy-data-bureau"
CENTRE = "jy-ops-centre"
COMMITTEE = ("zhou.lan", "shen.jing", "ma.chao", "tang.wei", "he.rui")
DOCUMENTS = ("project_plan", "tender_result", "design_document", "acceptance_report")


def file(code: str, stage: StageName = StageName.TENDER, **changes: Any) -> ProjectFile:
    """The file of a project that has come as far as that stage, with every document in it."""
    resolved = resolution()
    given: dict[str, Any] = {
        "code": code,
        "application": application(code, "corrected.yaml"),
        "materials": tuple(material(kind) for kind in DOCUMENTS),
        "filed_at": FILED_AT,
        "plan": resolved.plan,
        "calendar": resolved.calendar,
        "stage": stage,
        "filers": (UNIT,),
    }
    return ProjectFile(**given | changes)


class Project(Matter):
    """A project and what lives beside it. Waiting never lets the legal clock run."""

    async def begin(self, stage: StageName = StageName.TENDER, **changes: Any) -> "Project":
        """Begin in the middle of its life: the file says how far it has come. The legal moment is the filing's."""
        await self.installation.set_date(FILED_AT)
        begun = file(self.code, stage, clock_shift=self.installation.shift, **changes)
        await self.installation.client.start_workflow(
            stage.value, begun, id=names.project_id(self.code), task_queue=names.TASK_QUEUE
        )
        return self

    async def file_example(self) -> None:
        """File the example at the very beginning, as the unit does."""
        await self.begin(
            StageName.APPLICATION,
            application=application(self.code),
            materials=(material("project_plan"),),
            plan=None,
            calendar=None,
            filed_at=None,
        )

    # ------------------------------------------------------------ speaking

    def event(self, event: str, event_id: str | None = None, **data: Any) -> EventReport:
        """An event as another system reports it."""
        return EventReport(
            event_id=event_id or f"e-{event}", event=event, occurred_on=FILED_AT.date(), reported_by="system", data=data
        )

    def decision(self, review_id: str, **given: Any) -> Decision:
        """A decision of the bureau, unless the test gives another."""
        self._decisions += 1
        usual = {
            "decision_id": f"d{self._decisions}",
            "review_id": review_id,
            "organ": BUREAU,
            "officer": "chen.hao",
            "verdict": Verdict.APPROVE,
        }
        return Decision(**usual | given)

    async def submit_decision(
        self, decision: Decision, workflow_id: str | None = None, update_id: str | None = None
    ) -> DecisionReceipt:
        """Send the update. Raises messenger.Refusal."""
        target = workflow_id or self.project.id
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await messenger.update(
                self.environment.client, target, "submit_decision", decision, DecisionReceipt, update_id=update_id
            )

    async def raw(self, name: str, *arguments: Any, update_id: str | None = None) -> Any:
        """Send an update with whatever arguments, as a stranger might."""
        return await self.project.execute_update(name, args=arguments, id=update_id)

    # ------------------------------------------------------------ seeing

    async def status(self, workflow_id: str | None = None) -> Status:
        """Where it stands. Asks again soon: the test server forgets a query that meets a border."""
        handle = self.environment.client.get_workflow_handle(workflow_id or self.project.id)
        while True:
            try:
                status: Status = await handle.query("status", result_type=Status, rpc_timeout=QUERY_TIMEOUT)
                return status
            except RPCError as error:
                if error.status not in (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED):
                    raise

    async def recorded(self, kind: EntryKind, count: int = 1) -> list[LedgerEntry]:
        """The entries of the kind, as soon as there are so many. Raises Stuck."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while len(found := self.ledger(kind)) < count:
            if asyncio.get_running_loop().time() > deadline:
                raise Stuck(f"{self.code}: {len(found)} of {count} {kind}; {[e.kind.value for e in self.ledger()]}")
            await asyncio.sleep(0.02)
        return found

    async def reached(self, stage: StageName) -> Status:
        return await self.until(lambda s: s.stage is stage, f"stage {stage}")

    async def waits(self, state: State) -> Status:
        return await self.until(lambda s: s.state is state, f"state {state}")

    async def closed(self) -> ProjectFile:
        """The file of the project, once it has ended."""
        return await self.result_of(self.project.id, ProjectFile)

    async def result_of(self, workflow_id: str, kind: type[Result]) -> Result:
        """What a workflow came to, once it has ended. Raises Stuck."""
        # Read from the history: the SDK's `result` lets the clock run while it waits.
        handle = self.environment.client.get_workflow_handle(workflow_id)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not has_ended(history := await handle.fetch_history()):
            if asyncio.get_running_loop().time() > deadline:
                raise Stuck(f"{workflow_id} goes on")
            await asyncio.sleep(0.05)
        end = history.events[-1].workflow_execution_completed_event_attributes
        (result,) = await data_converter().decode(list(end.result.payloads), [kind])
        assert isinstance(result, kind)
        return result

    async def shown(self) -> dict[str, str]:
        """The search attributes that have a value, as the server keeps them: JSON by name."""
        # Asked raw: the SDK cannot read an attribute that this test server keeps as null once it was unset.
        client = self.environment.client
        answer = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=client.namespace, execution=WorkflowExecution(workflow_id=self.project.id)
            )
        )
        fields = answer.workflow_execution_info.search_attributes.indexed_fields
        return {name: text for name, payload in fields.items() if (text := payload.data.decode()) not in ("", "null")}

    async def holds(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition on the world outside holds. Raises Stuck."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                raise Stuck(f"{self.code}: waited for {what}")
            await asyncio.sleep(0.02)

    # ------------------------------------------------------------ the end of a test

    async def histories(self) -> list[WorkflowHistory]:
        """Every run of the project and of its rectifications."""
        client = self.installation.client
        found = await every_run(client, self.project.id)
        for number in range(1, 10):
            try:
                beside = names.rectification_id(f"{self.code}-R{number}")
                found.append(await client.get_workflow_handle(beside).fetch_history())
            except RPCError as error:
                assert error.status is RPCStatusCode.NOT_FOUND
                break
        return found

    async def terminate(self, histories: list[WorkflowHistory]) -> None:
        """Leave nothing behind whose timers could go off in another test."""
        for workflow_id in {history.workflow_id for history in histories}:
            try:
                await self.installation.client.get_workflow_handle(workflow_id).terminate()
            except RPCError as error:
                assert error.status is RPCStatusCode.NOT_FOUND
