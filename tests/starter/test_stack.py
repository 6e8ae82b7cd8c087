"""The whole stack as `tongchou up` starts it: Temporal, both services and the worker, for real."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from runtime.connect import connect
from starter.errors import AlreadyRunning, ProcessFailed, StackError
from starter.ports import Ports
from starter.stack import Stack, embedded, running_stack
from tests.starter.programs import exists

PARTS = ["temporal", "catalog", "notification", "worker"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """One running stack for the tests that do not end it."""
    async with embedded(tmp_path_factory.mktemp("stack"), Ports.any_free()) as stack:
        yield stack


async def test_every_part_answers_where_the_endpoints_say(stack: Stack) -> None:
    client = await connect(stack.endpoints.temporal, namespace=stack.endpoints.namespace)
    assert await client.service_client.check_health()
    async with httpx.AsyncClient(trust_env=False) as http:
        for url in (stack.endpoints.catalog, stack.endpoints.notification):
            assert (await http.get(f"{url}/healthz")).status_code == 200
        assert (await http.get(str(stack.endpoints.ui))).status_code == 200
    assert list(stack.endpoints.pids) == PARTS


async def test_other_commands_find_the_running_stack(stack: Stack) -> None:
    assert running_stack(stack.endpoints.data_dir) == stack.endpoints


async def test_a_second_stack_on_the_same_folder_is_refused(stack: Stack) -> None:
    with pytest.raises(AlreadyRunning):
        async with embedded(stack.endpoints.data_dir, Ports.any_free()):
            pass
    assert running_stack(stack.endpoints.data_dir) == stack.endpoints


async def test_every_process_has_a_log_of_its_own(stack: Stack) -> None:
    logs = stack.endpoints.data_dir / "logs"
    assert {log.stem for log in logs.glob("*.log")} == set(PARTS)


async def test_a_process_that_dies_is_reported_and_started_again_but_not_for_ever(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("starter.stack.STABLE_SECONDS", 600.0)
    reports: list[ProcessFailed] = []
    serving = asyncio.create_task(stack.serve(reports.append))
    await asyncio.sleep(0)
    killed = stack.endpoints.pids["catalog"]
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(30):
        while (running := running_stack(stack.endpoints.data_dir)) is None or running.pids["catalog"] == killed:
            await asyncio.sleep(0.05)
    assert [report.name for report in reports] == ["catalog"]
    assert exists(running.pids["catalog"])
    os.kill(running.pids["catalog"], signal.SIGKILL)
    with pytest.raises(ProcessFailed, match="SIGKILL"):
        await serving
    await stack.restart("catalog")


async def test_the_server_of_temporal_address_is_used_instead_of_our_own(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", stack.endpoints.temporal)
    async with embedded(tmp_path, Ports.any_free()) as second:
        assert (second.endpoints.temporal, second.endpoints.ui) == (stack.endpoints.temporal, None)
        assert list(second.endpoints.pids) == PARTS[1:]


async def test_a_server_of_temporal_address_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with pytest.raises(StackError, match=r"TEMPORAL_ADDRESS.*127\.0\.0\.1:1"):
        async with embedded(tmp_path, Ports.any_free()):
            pass


async def test_after_the_stop_nothing_runs_and_a_new_start_finds_the_old_data(tmp_path: Path) -> None:
    async with embedded(tmp_path, Ports.any_free()) as first:
        pids = first.endpoints.pids
        client = await connect(first.endpoints.temporal)
        await client.start_workflow("Unknown", id="project:P-1", task_queue="nobody")
    assert not any(exists(pid) for pid in pids.values())
    assert running_stack(tmp_path) is None
    async with embedded(tmp_path, Ports.any_free()) as second:
        client = await connect(second.endpoints.temporal)
        assert (await client.get_workflow_handle("project:P-1").describe()).id == "project:P-1"
