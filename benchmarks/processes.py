"""Programs of a benchmark as processes of their own, so that what each of them uses can be told apart."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from models.base import Text
from starter import child
from starter.child import Child, Program

READY_SECONDS = 60.0
GRACE_SECONDS = 30.0
ROOT = Path(__file__).parents[1]


@asynccontextmanager
async def worker(
    client: Client, module: str, queue: str, environment: Mapping[str, str], logs: Path, *arguments: str
) -> AsyncIterator[int]:
    """Run `python -m <module>` as long as the block lasts, ready as soon as it polls the task queue; its process id.

    Raises starter.errors.ProcessFailed, with the end of its log, where it does not come up.
    """
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", module, *arguments]
    running = await child.start(Program(module, command, {"PYTHONPATH": path, **environment}), logs)
    try:
        await running.until(lambda c: _polls(client, queue, c), READY_SECONDS)
        yield running.pid
        if not running.alive:
            raise running.failed(Text(zh="在测量期间退出", en="ended while it was measured"))
    finally:
        await asyncio.shield(running.stop(GRACE_SECONDS))


async def _polls(client: Client, queue: str, running: Child) -> bool:
    """Whether the server sees the process poll, under the SDK's identity `<pid>@<host>`."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return any(poller.identity.startswith(f"{running.pid}@") for poller in answer.pollers)
