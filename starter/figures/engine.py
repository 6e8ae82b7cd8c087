"""What Temporal knows: the open matters by its visibility store, who polls, what waits to be taken up, the last anchoring."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecution

from models.effects import AnchorReceipt
from runtime.polling import ACTIVITIES, WORKFLOWS, pollers
from starter.worklist import running_query
from workflows import names

PAGE = 1000
"""Workflows that the server lists at a time."""

KINDS = {names.PROJECT: names.PROJECT, names.RECTIFICATION: names.RECTIFICATION}
OTHERS = "procedure"

TASKS = {"workflow": WORKFLOWS, "activity": ACTIVITIES}


@dataclass(frozen=True, order=True)
class Place:
    """Where a matter stands: `kind` is `project`, `rectification` or `procedure`; `stage` of a procedure is its name."""

    kind: str
    regulation: str
    stage: str


@dataclass(frozen=True)
class Queue:
    """The tasks of one type: who asks for them, how many wait and for how long the oldest does, in seconds."""

    pollers: int
    backlog: int
    age: float


@dataclass(frozen=True)
class Anchored:
    """The last anchoring that ended well: when, and how many chains no longer have what was anchored of them."""

    at: datetime
    broken: int


@dataclass
class EngineFigures:
    """One reading."""

    open: Counter[Place] = field(default_factory=Counter)
    overdue: Counter[Place] = field(default_factory=Counter)
    awaited: Counter[str] = field(default_factory=Counter)
    awaited_overdue: Counter[str] = field(default_factory=Counter)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    anchored: Anchored | None = None

    def count(self, found: WorkflowExecution) -> None:
        """Count one running workflow by its search attributes."""
        attributes = found.typed_search_attributes
        kind = KINDS.get(found.id.partition(":")[0], OTHERS)
        place = Place(kind, attributes.get(names.REGULATION) or "", attributes.get(names.STAGE) or "")
        organs, late = attributes.get(names.AWAITING_ORGAN) or (), bool(attributes.get(names.OVERDUE))
        self.open[place] += 1
        self.overdue[place] += late
        for organ in organs:
            self.awaited[organ] += 1
            self.awaited_overdue[organ] += late


async def read(client: Client) -> EngineFigures:
    """Read everything anew. No workflow is asked: the store knows. Raises RPCError."""
    queues = {name: await _queue(client, kind) for name, kind in TASKS.items()}
    figures = EngineFigures(queues=queues, anchored=await _anchored(client))
    async for found in client.list_workflows(running_query(), page_size=PAGE):
        figures.count(found)
    return figures


async def _queue(client: Client, kind: TaskQueueType.ValueType) -> Queue:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=names.TASK_QUEUE),
        task_queue_type=kind,
        report_stats=True,
    )
    stats = (await client.workflow_service.describe_task_queue(request)).stats
    seen = await pollers(client, names.TASK_QUEUE, kind)
    age = stats.approximate_backlog_age.ToTimedelta().total_seconds()
    return Queue(len(seen), stats.approximate_backlog_count, age)


async def _anchored(client: Client) -> Anchored | None:
    """By the anchoring's own workflow: an anchoring that finds nothing new adds no line, and was none the less on time."""
    query = "WorkflowType = 'Anchoring' AND ExecutionStatus = 'Completed'"
    # The newest comes first.
    async for found in client.list_workflows(query, limit=1):
        handle = client.get_workflow_handle(found.id, run_id=found.run_id, result_type=AnchorReceipt)
        assert found.close_time
        return Anchored(found.close_time, len((await handle.result()).broken))
    return None
