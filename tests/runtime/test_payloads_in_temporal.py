"""What of a workflow the server keeps in clear, when payloads are encrypted: nothing that the workflow said."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    SignalWorkflowExecutionRequest,
)
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue, RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from runtime.connect import data_converter
from runtime.payloads.codec import UnreadablePayload
from runtime.payloads.keyring import Algorithm, PayloadKey, activate, add, create
from runtime.payloads.policy import PayloadPolicy
from starter import probing
from starter.temporal import binary
from workflows.interceptors import OneArgument

SECRET = "Zhang-San-13812345678"
QUEUE, LISTENING = "secrets", "listening"
_broken: list[str] = []


@activity.defn
async def tell(secret: str) -> str:
    activity.heartbeat(f"heartbeat: {secret}")
    raise ApplicationError(f"refused: {secret}", {"opinion": secret}, type="Refused", non_retryable=True)


@workflow.defn(sandboxed=False)
class Telling:
    """Says one secret in every way that there is."""

    def __init__(self) -> None:
        self._told: list[str] = []

    @workflow.run
    async def run(self, secret: str) -> str:
        workflow.set_current_details(f"details: {secret}")
        workflow.upsert_memo({"opinion": f"memo: {secret}"})
        await workflow.sleep(timedelta(milliseconds=1), summary=f"timer: {secret}")
        try:
            await workflow.execute_activity(
                tell,
                secret,
                summary=f"activity: {secret}",
                start_to_close_timeout=timedelta(seconds=5),
                heartbeat_timeout=timedelta(seconds=5),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError as error:
            self._told.append(str(error.cause))
        await workflow.wait_condition(lambda: "end" in self._told)
        raise ApplicationError(f"failed: {secret}", secret, type="Failed")

    @workflow.signal
    async def note(self, message: str) -> None:
        if message != "end" and not _broken:
            _broken.append(message)
            raise RuntimeError(f"a failed task: {message}")
        self._told.append(message)

    @workflow.update
    async def say(self, message: str) -> str:
        return f"said: {message}"

    @say.validator
    def _validate_say(self, message: str) -> None:
        if message.startswith("no"):
            raise ApplicationError(f"rejected: {message}", message, type="Rejected")

    @workflow.query
    def told(self, question: str) -> list[str]:
        if question.startswith("no"):
            raise ApplicationError(f"unanswered: {question}")
        return self._told


@workflow.defn(sandboxed=False)
class Late:
    @workflow.run
    async def run(self, secret: str) -> str:
        return secret


@workflow.defn(sandboxed=False)
class Listening:
    """Takes its messages as they come, as all of ours do (workflows/messages/reading.py)."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    @workflow.run
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: len(self._heard) == 2)
        return self._heard

    @workflow.signal
    async def hear(self, message: RawValue) -> None:
        try:
            self._heard.append(workflow.payload_converter().from_payload(message.payload, str))
        except UnreadablePayload:
            self._heard.append("refused")


@activity.defn(name="registry.may")
async def may() -> bool:
    return True


@workflow.defn(sandboxed=False)
class Asking:
    """Rests on the answer of an activity, on a task queue of its own."""

    @workflow.run
    async def run(self, queue: str) -> bool:
        return await workflow.execute_activity(may, task_queue=queue, start_to_close_timeout=timedelta(seconds=30))

    @workflow.update
    async def say(self, message: RawValue) -> str:
        try:
            return str(workflow.payload_converter().from_payload(message.payload, str))
        except UnreadablePayload as error:
            raise ApplicationError(str(error)) from None


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "ring.json"
    create(file, PayloadKey.fresh(Algorithm.AES_256_GCM, "first"))
    return file


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "temporal.db"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(keys: Path, database: Path) -> AsyncIterator[Client]:
    started = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()),
        dev_server_database_filename=str(database),
        data_converter=data_converter(keys),
    )
    async with (
        started as server,
        Worker(
            server.client,
            task_queue=QUEUE,
            workflows=[Telling],
            activities=[tell],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
        Worker(
            server.client,
            task_queue=LISTENING,
            workflows=[Listening, Asking],
            interceptors=[OneArgument()],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        yield server.client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(client: Client) -> WorkflowHandle[Telling, str]:
    """The workflow, after it has said everything, and failed."""
    handle = await client.start_workflow(
        Telling.run,
        SECRET,
        id="telling",
        task_queue=QUEUE,
        memo={"title": SECRET},
        static_summary=f"summary: {SECRET}",
        static_details=f"details: {SECRET}",
    )
    assert await handle.execute_update(Telling.say, SECRET) == f"said: {SECRET}"
    with pytest.raises(WorkflowUpdateFailedError) as rejected:
        await handle.execute_update(Telling.say, f"no {SECRET}")
    assert str(rejected.value.cause) == f"Rejected: rejected: no {SECRET}"
    await handle.signal(Telling.note, SECRET)
    async with asyncio.timeout(30):
        while f"Refused: refused: {SECRET}" not in await handle.query(Telling.told, SECRET):
            await asyncio.sleep(0.05)
    # The SDK decodes the failures of updates, activities and workflows, and not that of a query: it stays unread.
    with pytest.raises(WorkflowQueryFailedError, match="Encoded failure"):
        await handle.query(Telling.told, f"no {SECRET}")
    await handle.signal(Telling.note, "end")
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert str(failed.value.cause) == f"Failed: failed: {SECRET}"
    return handle


async def test_the_history_holds_nothing_that_the_workflow_said(
    client: Client, told: WorkflowHandle[Telling, str]
) -> None:
    answer = await client.workflow_service.get_workflow_execution_history(
        GetWorkflowExecutionHistoryRequest(namespace=client.namespace, execution=WorkflowExecution(workflow_id=told.id))
    )
    kinds = {event.event_type for event in answer.history.events}
    assert {
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
    } <= kinds
    raw = answer.SerializeToString()
    assert SECRET.encode() not in raw
    # A stack trace quotes the code, and code quotes nobody; yet it is encoded as well.
    assert b"test_payloads_in_temporal" not in raw


async def test_what_the_server_tells_of_the_workflow_holds_none_of_it(
    client: Client, told: WorkflowHandle[Telling, str]
) -> None:
    """Memo, summary, details, as in the list of the UI; a client with the keys reads them."""
    described = await client.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=WorkflowExecution(workflow_id=told.id))
    )
    assert SECRET.encode() not in described.SerializeToString()
    read = await told.describe()
    assert await read.memo() == {"title": SECRET, "opinion": f"memo: {SECRET}"}
    assert (await read.static_summary(), await read.static_details()) == (f"summary: {SECRET}", f"details: {SECRET}")


async def test_the_files_of_the_server_hold_none_of_it(told: WorkflowHandle[Telling, str], database: Path) -> None:
    files = [path for path in database.parent.iterdir() if path.is_file()]
    assert told.id.encode() in b"".join(path.read_bytes() for path in files)
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []


async def test_the_history_replays_after_the_key_was_changed(
    told: WorkflowHandle[Telling, str], keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(keys, PayloadKey.fresh(Algorithm.SM4_GCM, "second"))
    activate(keys, "second")
    history = await told.fetch_history()
    replayer = Replayer(
        workflows=[Telling], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=data_converter(keys)
    )
    await replayer.replay_workflow(history)


async def test_a_worker_without_the_key_waits_for_it_and_loses_nothing(client: Client, tmp_path: Path) -> None:
    """The workflow task fails until the key is there: the workflow itself goes on."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    late, other = (PayloadKey.fresh(Algorithm.AES_256_GCM, name) for name in ("late", "other"))
    create(ours, late)
    add(ours, other)
    create(theirs, other)

    def with_keys(file: Path) -> Client:
        return Client(client.service_client, namespace=client.namespace, data_converter=data_converter(file))

    writer = with_keys(ours)
    async with Worker(
        with_keys(theirs), task_queue="late", workflows=[Late], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        handle = await writer.start_workflow(
            Late.run, SECRET, id="late", task_queue="late", task_timeout=timedelta(seconds=1)
        )
        async with asyncio.timeout(20):
            while EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in [
                event.event_type for event in (await handle.fetch_history()).events
            ]:
                await asyncio.sleep(0.05)
        add(theirs, late)
        async with asyncio.timeout(30):
            assert await handle.result() == SECRET


async def test_a_forged_message_stops_no_workflow(client: Client) -> None:
    """It reaches the workflow as something that nobody can read, and is refused there."""
    handle = await client.start_workflow(Listening.run, id="listening", task_queue=LISTENING)
    (honest,) = await client.data_converter.encode([SECRET])
    forged = Payload(metadata=honest.metadata, data=bytes(len(honest.data)))
    for payload in (forged, honest):
        await client.workflow_service.signal_workflow_execution(
            SignalWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=handle.id),
                signal_name="hear",
                input=Payloads(payloads=[payload]),
            )
        )
    async with asyncio.timeout(20):
        assert await handle.result() == ["refused", SECRET]


# ---------------------------------------------------------------- clear text beside ours


def in_clear(client: Client) -> Client:
    """Whoever reaches Temporal without our keys."""
    return Client(client.service_client, namespace=client.namespace, data_converter=pydantic_data_converter)


async def failed_tasks(handle: WorkflowHandle[Any, Any], client: Client) -> list[str]:
    """Why tasks of the workflow failed, in the words of `tongchou stuck`."""
    return [
        await probing._in_words(client, event.workflow_task_failed_event_attributes.failure)
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]


async def test_an_answer_in_clear_text_is_not_taken_for_that_of_our_activity(client: Client, keys: Path) -> None:
    """As somebody puts it into Temporal's database: the workflow waits, says why, and goes on once it may."""
    handle = await client.start_workflow(
        Asking.run, "forgers", id="asking", task_queue=LISTENING, task_timeout=timedelta(seconds=1)
    )
    async with Worker(in_clear(client), task_queue="forgers", activities=[may]), asyncio.timeout(30):
        while not (told := await failed_tasks(handle, client)):
            await asyncio.sleep(0.05)
    assert "a payload in clear text" in told[0]
    assert "TONGCHOU_PAYLOADS=mixed" in told[0]
    await handle.terminate()

    mixed = data_converter(keys, PayloadPolicy.MIXED)
    replayer = Replayer(workflows=[Asking], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=mixed)
    await replayer.replay_workflow(await handle.fetch_history())


@pytest.mark.parametrize("arguments", [["in clear"], ["in clear", "twice"]], ids=["one", "two"])
async def test_a_signal_in_clear_text_is_refused_by_its_workflow_and_stops_nothing(
    client: Client, arguments: list[str]
) -> None:
    handle = await client.start_workflow(Listening.run, id=f"listening-{len(arguments)}", task_queue=LISTENING)
    await in_clear(client).get_workflow_handle(handle.id).signal("hear", args=arguments)
    await handle.signal("hear", SECRET)
    async with asyncio.timeout(20):
        assert await handle.result() == ["refused", SECRET]
    assert await failed_tasks(handle, client) == []


async def test_an_update_in_clear_text_is_refused_and_stops_nothing(client: Client) -> None:
    handle = await client.start_workflow(Asking.run, "nobody", id="asked", task_queue=LISTENING)
    with pytest.raises(WorkflowUpdateFailedError):
        await in_clear(client).get_workflow_handle(handle.id).execute_update("say", "in clear")
    assert await handle.execute_update("say", SECRET) == SECRET
    assert await failed_tasks(handle, client) == []
    await handle.terminate()
