"""Whether a worker is seen to work: what the server knows of those who ask for the tasks of a queue."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from runtime.health import NotReady

POLLED = timedelta(seconds=75)
"""A worker asks for work at least once a minute, so one that did not ask for longer is gone."""

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


async def pollers(client: Client, task_queue: str, kind: TaskQueueType.ValueType) -> frozenset[str]:
    """The identities (`<pid>@<host>`) of those who have asked for that kind of task lately. Raises RPCError."""
    since = datetime.now(UTC) - POLLED
    return frozenset(identity for identity, at in (await _known(client, task_queue, kind)).items() if at > since)


async def require_polling(client: Client, task_queue: str) -> None:
    """Raise NotReady where the server has not seen this process ask for both kinds of task; RPCError where it is away.

    An identity is a process's own, so the moment does not matter: the clocks of the two may differ.
    """
    for kind, name in ((WORKFLOWS, "workflow"), (ACTIVITIES, "activity")):
        if client.identity not in await _known(client, task_queue, kind):
            raise NotReady(f"the server does not see this process poll for {name} tasks")


async def _known(client: Client, task_queue: str, kind: TaskQueueType.ValueType) -> dict[str, datetime]:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return {poller.identity: poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers}
