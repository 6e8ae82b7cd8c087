"""Everybody who acts in a simulated life: the unit, the officers, the operator. They send what the commands send."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from models.application import Application, Material
from models.base import Value
from models.messages import Answer, DecisionReceipt, EventReport
from models.project import ProjectFile, Status
from models.review import Decision, Review, Verdict
from runtime import client as messenger
from simulation.environment import Environment
from workflows import names

QUERY_TIMEOUT = timedelta(seconds=3)

PATIENCE_SECONDS = 30.0
"""Real time that a step may take while the clock does not run; a step that takes longer is stuck."""


class Stuck(Exception):
    """What was waited for did not come, though no time had to pass for it."""


class Office:
    """Acts on one project, or on a procedure beside the pipeline (`workflow_id`). Waiting never lets the legal clock run."""

    def __init__(self, environment: Environment, code: str, workflow_id: str | None = None) -> None:
        self.environment = environment
        self.code = code
        self._workflow_id = workflow_id
        self._decisions = 0

    @property
    def workflow_id(self) -> str:
        """Where it is addressed."""
        return self._workflow_id or names.project_id(self.code)

    async def file(self, application: Application, materials: tuple[Material, ...] = ()) -> None:
        """File the project at the environment's legal moment."""
        file = ProjectFile(
            code=self.code,
            application=application,
            materials=materials,
            filers=(application.prepared_by,),
            clock_shift=self.environment.shift,
        )
        await self.start("Application", file)

    async def start(self, workflow_type: str, file: Value) -> None:
        """Start the workflow with its file. Whatever was started under this id before is refused."""
        await self.environment.client.start_workflow(
            workflow_type,
            file,
            id=self.workflow_id,
            task_queue=names.TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )

    @property
    def project(self) -> WorkflowHandle[Any, Any]:
        """What the office acts on."""
        return self.environment.client.get_workflow_handle(self.workflow_id)

    async def status(self, workflow_id: str | None = None) -> Status:
        """Where the project, or a procedure beside it, stands."""
        handle = self.environment.client.get_workflow_handle(workflow_id or self.workflow_id)
        while True:
            try:
                status: Status = await handle.query("status", result_type=Status, rpc_timeout=QUERY_TIMEOUT)
                return status
            except RPCError as error:
                # The test server never answers a query that meets a run which is just continuing as new.
                if error.status not in (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED):
                    raise

    async def until(self, holds: Callable[[Status], bool], what: str, workflow_id: str | None = None) -> Status:
        """The first status of which it holds. Raises Stuck where it does not come while the clock stands."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            status = await self.status(workflow_id)
            if holds(status):
                return status
            if asyncio.get_running_loop().time() > deadline:
                raise Stuck(f"{self.code}: waited for {what}; now {status.stage}/{status.gate} {status.state}")
            await asyncio.sleep(0.02)

    async def open_review(self, gate: str, workflow_id: str | None = None) -> Review:
        """The open review of the gate, as soon as it lies open."""

        def is_open(status: Status) -> bool:
            return status.review is not None and status.review.outcome is None and status.review.gate == gate

        status = await self.until(is_open, f"the review of {gate}", workflow_id)
        assert status.review
        return status.review

    async def decide(
        self,
        gate: str,
        organ: str,
        officer: str,
        verdict: Verdict = Verdict.APPROVE,
        opinion: str = "",
        conditions: tuple[str, ...] = (),
        workflow_id: str | None = None,
        review_id: str | None = None,
    ) -> DecisionReceipt:
        """Decide in the gate's open review. Raises messenger.Refusal where it does not count."""
        review_id = review_id or (await self.open_review(gate, workflow_id)).review_id
        self._decisions += 1
        decision = Decision(
            decision_id=f"{self.code}-d{self._decisions}",
            review_id=review_id,
            organ=organ,
            officer=officer,
            verdict=verdict,
            opinion=opinion or ("" if verdict is Verdict.APPROVE else "见问题清单"),
            conditions=conditions,
        )
        target = workflow_id or self.workflow_id
        return await messenger.update(
            self.environment.client,
            target,
            "submit_decision",
            decision,
            DecisionReceipt,
            update_id=decision.decision_id,
        )

    async def say(self, name: str, message: Any, workflow_id: str | None = None) -> Answer:
        """Send any other update. Raises messenger.Refusal where it is refused."""
        target = workflow_id or self.workflow_id
        return await messenger.update(self.environment.client, target, name, message, Answer)

    async def report(self, event: EventReport) -> None:
        """Report an event to the project."""
        await self.project.signal("report_event", event)
