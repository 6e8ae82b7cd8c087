"""Keeps a query from leaving a run ahead of its workflow tasks.

A query to a run that a worker does not have in memory comes with the run's history. What has happened since its last workflow
task is in it, and is applied, as though the next task had begun: the query reads ahead. The run then stays in memory in that
state, and its next task finds, say, an activity's result dealt with before the signals that came with it. A replay deals with
signals first, so what such a task commands cannot be replayed: the first worker that has to rebuild the run can never go on.
(SDK 1.35. It took a worker killed under load to meet it; `make faults`, and tests/runtime/test_read_ahead.py shows it.)

So a run that was rebuilt for a query, and in which more than old tasks was dealt with, is forgotten when the query is answered.
"""

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.worker import Worker

DIRECT = "legacy_query"
"""The id of a query that came by itself, and not with a workflow task."""


def forget_what_reads_ahead(worker: Worker) -> Worker:
    """Have the worker drop such runs; the same worker. A second call would change nothing but the work it makes."""
    workflows = worker._workflow_worker
    assert workflows, "a worker without workflows answers no queries"
    handle, rebuilt = workflows._handle_activation, _Rebuilt()

    async def handle_activation(activation: WorkflowActivation) -> None:
        if rebuilt.reads_ahead(activation):
            # Before the answer: a task that waits for it would otherwise be given to the run as it is.
            workflows._bridge_worker().request_workflow_eviction(activation.run_id)
        await handle(activation)

    workflows._handle_activation = handle_activation  # type: ignore[assignment, method-assign]
    return worker


class _Rebuilt:
    """How many steps beyond what was committed each rebuilt run has taken, until it surely does tasks of its own."""

    def __init__(self) -> None:
        self._steps: dict[str, int] = {}

    def reads_ahead(self, activation: WorkflowActivation) -> bool:
        """Whether the activation is a query whose answer may know more than was committed."""
        run, jobs = activation.run_id, {job.WhichOneof("variant") for job in activation.jobs}
        if "remove_from_cache" in jobs:
            self._steps.pop(run, None)
        elif "initialize_workflow" in jobs and activation.is_replaying:
            self._steps[run] = 0
        elif "query_workflow" in jobs:
            # A run that was rebuilt for its first task has taken one step, too; forgetting it costs a replay.
            direct = any(job.query_workflow.query_id == DIRECT for job in activation.jobs)
            return direct and self._steps.get(run) == 1
        elif run in self._steps and not activation.is_replaying:
            self._steps[run] += 1
        return False
