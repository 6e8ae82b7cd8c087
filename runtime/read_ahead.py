"""Keeps a query from leaving a run ahead of its workflow tasks.

A query that does not find the worker which the server expects (it was killed, it is slow, or the server itself was started
again) comes to any worker, and with the run's history. What has happened since the last workflow task is in it, and is applied,
as though the next task had begun, be it that the worker rebuilds the run or that it has it in memory: the query reads ahead. The
run then stays in that state, and its next task finds, say, an activity's result dealt with before the signals that came with
it. A replay deals with signals first, so what such a task commands cannot be replayed: the first worker that has to rebuild the
run can never go on. (SDK 1.35. It took a worker or a server killed under load to meet it; `make faults`, and
tests/runtime/test_read_ahead.py shows it.)

So a run in which a query dealt with more than its tasks had is forgotten when the query is answered.
"""

from dataclasses import dataclass

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.worker import Worker

DIRECT = "legacy_query"
"""The id of a query that came by itself, and not with a workflow task."""


def forget_what_reads_ahead(worker: Worker) -> Worker:
    """Have the worker drop such runs; the same worker. A second call would change nothing but the work it makes."""
    workflows = worker._workflow_worker
    assert workflows, "a worker without workflows answers no queries"
    handle, runs = workflows._handle_activation, _Runs()

    async def handle_activation(activation: WorkflowActivation) -> None:
        if runs.reads_ahead(activation):
            # Before the answer: a task that waits for it would otherwise be given to the run as it is.
            workflows._bridge_worker().request_workflow_eviction(activation.run_id)
        await handle(activation)

    workflows._handle_activation = handle_activation  # type: ignore[assignment, method-assign]
    return worker


@dataclass
class _Clock:
    """What a run takes for the present, which every workflow task sets anew."""

    time: int
    """Nanoseconds since 1970, UTC."""
    stands: bool = False
    """Whether the run has gone on without a workflow task that would have set it."""


class _Runs:
    """The clocks of the runs in memory: what a query reads ahead has no workflow task, and so leaves its run's clock alone."""

    def __init__(self) -> None:
        self._clocks: dict[str, _Clock] = {}

    def reads_ahead(self, activation: WorkflowActivation) -> bool:
        """Whether the activation is a query whose answer may know more than was committed."""
        run, jobs = activation.run_id, {job.WhichOneof("variant") for job in activation.jobs}
        clock, time = self._clocks.get(run), activation.timestamp.ToNanoseconds()
        if "remove_from_cache" in jobs:
            self._clocks.pop(run, None)
        elif "query_workflow" in jobs:
            direct = any(job.query_workflow.query_id == DIRECT for job in activation.jobs)
            return direct and clock is not None and clock.stands
        elif clock is None or clock.time != time:
            self._clocks[run] = _Clock(time)
        else:
            # A second step of one task is taken for it, too; to forget such a run costs a replay.
            clock.stands = True
        return False
