"""The histories port against a real Temporal server; and the record ports as a workflow calls them, by name."""

import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities import ports
from activities.histories import FileHistories
from activities.ledger import SqlLedger
from activities.registry import SqlRegistry
from models.authority import AuthorityQuestion
from models.base import Text
from models.effects import EntryKind, FinishedRun, LedgerEntry
from records import database, ledger, migration

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
GONE = "0197f2d0-0000-7000-8000-000000000000"
RUN = FinishedRun(workflow_id="project:JY-2026-0001", run_id=GONE, stage="TechnicalCoordination", round=2)


@workflow.defn(name="RecordsSomething")
class RecordsSomething:
    """The smallest workflow that uses the record ports."""

    @workflow.run
    async def run(self, project: str) -> int:
        limit = timedelta(seconds=10)
        question = AuthorityQuestion(officer="nobody", organ="nowhere", at=AT)
        answer = await workflow.execute_activity_method(
            ports.Registry.authority, question, schedule_to_close_timeout=limit
        )
        entry = LedgerEntry(
            entry_id=f"{project}/message.refused",
            project=project,
            at=AT,
            kind=EntryKind.MESSAGE_REFUSED,
            summary=answer.reason or Text(zh="", en=""),
        )
        return await workflow.execute_activity_method(ports.Ledger.append, entry, schedule_to_close_timeout=limit)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[Client]:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        data_converter=pydantic_data_converter,
    ) as environment:
        yield environment.client


def upgraded(folder: Path) -> Engine:
    url = f"sqlite:///{folder}/records.db"
    migration.upgrade(url)
    return database.connect(url)


async def finished_run(client: Client, engine: Engine) -> FinishedRun:
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue="records",
            workflows=[RecordsSomething],
            activities=[SqlLedger(engine).append, SqlRegistry(engine, simulation=True).authority],
            activity_executor=threads,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            handle = await client.start_workflow(
                RecordsSomething.run, "JY-2026-0001", id=RUN.workflow_id, task_queue="records"
            )
            await handle.result()
    assert handle.first_execution_run_id is not None
    return RUN.model_copy(update={"run_id": handle.first_execution_run_id})


async def test_a_finished_run_is_kept_whole_and_can_be_replayed(client: Client, tmp_path: Path) -> None:
    engine = upgraded(tmp_path)
    run = await finished_run(client, engine)
    assert [recorded.entry.summary.zh for recorded in ledger.entries(engine)] == ["登记册中没有机关 nowhere"]

    export = FileHistories(client, tmp_path / "histories").export
    names = [await ActivityEnvironment().run(export, run) for _ in range(2)]
    assert names == [f"JY-2026-0001/02-TechnicalCoordination-r2-{run.run_id}.json"] * 2
    assert [path.name for path in (tmp_path / "histories" / "JY-2026-0001").iterdir()] == [Path(names[0]).name]

    text = (tmp_path / "histories" / names[0]).read_text(encoding="utf-8")
    replayer = Replayer(
        workflows=[RecordsSomething],
        data_converter=pydantic_data_converter,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    await replayer.replay_workflow(WorkflowHistory.from_json(RUN.workflow_id, text))
    engine.dispose()


async def test_the_history_of_a_procedure_stands_behind_the_six_stages(client: Client, tmp_path: Path) -> None:
    engine = upgraded(tmp_path)
    run = await finished_run(client, engine)
    engine.dispose()
    name = await FileHistories(client, tmp_path).export(run.model_copy(update={"stage": "Rectification"}))
    assert name == f"JY-2026-0001/99-Rectification-r2-{run.run_id}.json"
    assert (tmp_path / name).is_file()


async def test_a_run_that_the_server_no_longer_has_is_never_retried(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match=GONE) as refusal:
        await FileHistories(client, tmp_path).export(RUN)
    assert (refusal.value.type, refusal.value.non_retryable) == ("HistoryGone", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("workflow_id", "project:../../etc"), ("workflow_id", "no-colon"), ("stage", "a/b"), ("run_id", "")],
)
async def test_an_id_that_would_leave_the_folder_is_refused_by_field(
    client: Client, tmp_path: Path, field: str, value: str
) -> None:
    with pytest.raises(ApplicationError, match=field) as refusal:
        await FileHistories(client, tmp_path).export(RUN.model_copy(update={field: value}))
    assert (refusal.value.type, refusal.value.non_retryable) == ("UnsafeName", True)
