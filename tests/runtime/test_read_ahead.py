"""A query that reads ahead of the workflow tasks leaves nothing behind that a later worker could not replay."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetStickyTaskQueueRequest
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from runtime.read_ahead import _Runs, forget_what_reads_ahead
from tests.runtime.sample_workflows import OpensAfterAWhile, TakesItsTime

ATTEMPTS = 4
"""How often it is tried: whether the signal comes between query and workflow task is the machine's to say."""


class Waiting:
    """The activities. The first is ended by the test."""

    def __init__(self) -> None:
        self.token: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @activity.defn(name="sample.wait")
    async def wait(self) -> None:
        self.token.set_result(activity.info().task_token)
        activity.raise_complete_async()

    @activity.defn(name="sample.open")
    async def open(self) -> None: ...

    @activity.defn(name="sample.knock_open")
    async def knock_open(self) -> None: ...

    @activity.defn(name="sample.knock_closed")
    async def knock_closed(self) -> None: ...


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    executable = str(Path(sys.executable).parent / "temporal")
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=executable) as server:
        yield server.client


def conducting(client: Client, few: int | None = None) -> Worker:
    """A worker as ours are; with few places it takes one task after the other."""
    workflows = [OpensAfterAWhile, TakesItsTime]
    return forget_what_reads_ahead(
        Worker(client, task_queue="sample", workflows=workflows, max_concurrent_workflow_tasks=few)
    )


async def test_what_a_query_read_ahead_of_is_dealt_with_as_a_replay_would(client: Client) -> None:
    for attempt in range(ATTEMPTS):
        waiting = Waiting()
        doing = [waiting.wait, waiting.open, waiting.knock_open, waiting.knock_closed]
        async with Worker(client, task_queue="sample-activities", activities=doing):
            handle = await queried_by_a_new_worker(client, waiting, attempt)
            await handle.result()
        history = await handle.fetch_history()
        await Replayer(workflows=[OpensAfterAWhile]).replay_workflow(history)


async def queried_by_a_new_worker(
    client: Client, waiting: Waiting, attempt: int
) -> WorkflowHandle[OpensAfterAWhile, None]:
    """The run, of which a worker first heard by a query, while the activity that it waits for was being completed."""
    async with conducting(client):
        handle = await client.start_workflow(OpensAfterAWhile.run, id=f"opens-{attempt}", task_queue="sample")
        token = await waiting.token
    asking = asyncio.create_task(handle.query(OpensAfterAWhile.is_it_open))
    await asyncio.sleep(
        0.3
    )  # The query has to lie at the server before anything else: nothing else tells when it does.
    for n in range(3):
        await client.start_workflow(TakesItsTime.run, id=f"time-{attempt}-{n}", task_queue="sample")
    await client.get_async_activity_handle(task_token=token).complete(None)
    async with conducting(client, few=2):
        await asking
        await handle.signal(OpensAfterAWhile.knock)
        await handle.result()
    return handle


async def test_a_run_in_memory_that_a_query_brought_ahead_is_forgotten(client: Client) -> None:
    """A server that was started again sends the query to whoever asks first, and with the whole history."""
    for attempt in range(3 * ATTEMPTS):
        waiting = Waiting()
        doing = [waiting.wait, waiting.open, waiting.knock_open, waiting.knock_closed]
        async with Worker(client, task_queue="sample-activities", activities=doing), conducting(client, few=2):
            handle = await client.start_workflow(OpensAfterAWhile.run, id=f"opens-{attempt}", task_queue="sample")
            token = await waiting.token
            before, known = await queried_late(client, handle, token)
            after, _ = await handle.query(OpensAfterAWhile.who_knows_how_much)
            await handle.signal(OpensAfterAWhile.knock)
            await handle.result()
        events = (await handle.fetch_history()).events
        if events[known - 1].event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
            assert after != before
            return
    pytest.fail("no query came before the workflow task")


async def queried_late(client: Client, handle: WorkflowHandle[OpensAfterAWhile, None], token: bytes) -> tuple[int, int]:
    """Ask a worker that is busy; what the run waits for comes while the question lies at the server."""
    run = WorkflowExecution(workflow_id=handle.id)
    await client.workflow_service.reset_sticky_task_queue(
        ResetStickyTaskQueueRequest(namespace=client.namespace, execution=run)
    )
    for n in range(4):
        await client.start_workflow(TakesItsTime.run, id=f"{handle.id}-time-{n}", task_queue="sample")
    asking = asyncio.create_task(handle.query(OpensAfterAWhile.who_knows_how_much))
    await asyncio.sleep(0.3)  # As above.
    await client.get_async_activity_handle(task_token=token).complete(None)
    return await asking


def activation(kind: str, time: int = 0, *, query_id: str = "") -> WorkflowActivation:
    told = WorkflowActivation(run_id="r")
    told.timestamp.FromSeconds(time)
    job = getattr(told.jobs.add(), kind)
    job.SetInParent()
    if query_id:
        job.query_id = query_id
    return told


def reads_ahead(*activations: WorkflowActivation) -> bool:
    runs = _Runs()
    return [runs.reads_ahead(one) for one in activations][-1]


def first(time: int) -> WorkflowActivation:
    return activation("initialize_workflow", time)


def step(time: int) -> WorkflowActivation:
    return activation("resolve_activity", time)


QUERY = activation("query_workflow", 2, query_id="legacy_query")


def test_a_run_that_went_on_without_a_workflow_task_of_its_own_reads_ahead() -> None:
    """Be it rebuilt for the query or not: after a restart of the server, a query comes with a history to a run in memory, too."""
    assert reads_ahead(first(1), step(2), step(2), QUERY)
    assert reads_ahead(first(2), step(2), QUERY)


def test_a_run_that_stands_where_its_last_task_left_it_does_not() -> None:
    assert not reads_ahead(first(1), step(2), QUERY)
    assert not reads_ahead(first(2), QUERY)
    assert not reads_ahead(first(1), step(1), step(2), QUERY)
    assert not reads_ahead(first(2), step(2), activation("remove_from_cache"), first(2), QUERY)


def test_a_query_that_comes_with_a_workflow_task_is_of_that_task() -> None:
    assert not reads_ahead(first(2), step(2), activation("query_workflow", 2, query_id="7"))
