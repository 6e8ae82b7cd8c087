"""A project of the straightforward program, with its officers."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from benchmarks.ours import Latencies
from benchmarks.six_gates.ours import application
from benchmarks.six_gates.straightforward import QUEUE, STAGES, SimpleProject, SimpleStage, Verdict, child_id
from simulation.stillness import still

SHOWN_POLL = 0.002
OFFICERS = {"jy-data-bureau": "bureau.one", "jy-ops-centre": "centre.one"}


class SimpleLife:
    """One project: `await live()`, then read its `latencies`. Its decisions are signals, which nobody answers.

    `patient` officers decide when all that is under way has ended, as in benchmarks.ours.
    """

    def __init__(self, client: Client, *, poll_seconds: float, patient: bool = False) -> None:
        self.application = application()
        self.latencies = Latencies()
        self._client, self._poll, self._patient = client, poll_seconds, patient

    @property
    def workflow_id(self) -> str:
        return f"simple:{self.application.code}"

    async def live(self) -> None:
        """From its start to its end."""
        handle = await self._client.start_workflow(
            SimpleProject.run, self.application, id=self.workflow_id, task_queue=QUEUE
        )
        for number, (gate, organ) in enumerate(STAGES):
            stage = self._client.get_workflow_handle(child_id(self.workflow_id, gate))
            await _until(stage, ("open",), self._poll)
            if self._patient:
                await still(self._client, [stage.id])
            start = time.perf_counter()
            await stage.signal("decide", Verdict(decision_id=f"d{number}", officer=OFFICERS[organ], approve=True))
            await _until(stage, ("decided",), SHOWN_POLL)
            self.latencies.shown.append(time.perf_counter() - start)
        await handle.result()


async def _until(stage: WorkflowHandle[Any, Any], states: tuple[str, ...], poll_seconds: float) -> None:
    while True:
        with suppress(RPCError):  # The child has not begun yet.
            if await stage.query(SimpleStage.state) in states:
                return
        await asyncio.sleep(poll_seconds)
