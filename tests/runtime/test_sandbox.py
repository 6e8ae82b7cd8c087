"""The sandbox shares our values with the process, and still guards workflow code against the clock."""

import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError

from models.plan import Plan
from runtime.sandbox import PASSTHROUGH, workflow_runner
from tests.runtime.sample_workflows import ReadsTheClock, SharesTheValues, TellsItsModule

TEST_SERVER = Path(sys.executable).parent / "temporal-test-server"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    """A client with a worker behind it that runs workflows as ours do."""
    async with (
        await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(TEST_SERVER)) as env,
        Worker(
            env.client,
            task_queue="sandbox",
            workflows=[ReadsTheClock, SharesTheValues, TellsItsModule],
            workflow_runner=workflow_runner(),
            workflow_failure_exception_types=[RestrictedWorkflowAccessError],
        ),
    ):
        yield env.client


async def test_a_workflow_meets_the_same_models_as_the_process(client: Client) -> None:
    met = await client.execute_workflow(SharesTheValues.run, id=uuid.uuid4().hex, task_queue="sandbox")
    assert met == id(Plan)


async def test_a_workflow_may_not_read_the_clock(client: Client) -> None:
    with pytest.raises(WorkflowFailureError) as failure:
        await client.execute_workflow(ReadsTheClock.run, id=uuid.uuid4().hex, task_queue="sandbox")
    assert "datetime.datetime.now" in str(failure.value.cause)


async def test_our_code_is_imported_apart_from_the_process_and_once_for_all_runs(client: Client) -> None:
    runs = [await client.execute_workflow(TellsItsModule.run, id=f"m{n}", task_queue="sandbox") for n in range(2)]
    assert id(TellsItsModule.made) not in runs
    assert runs[0] == runs[1]


@pytest.mark.parametrize("guarded", ["workflows", "regulations", "activities", "records"])
def test_no_package_with_code_of_its_own_is_passed_through(guarded: str) -> None:
    assert guarded not in PASSTHROUGH
