"""The embedded Temporal server, for real: what its namespace has, and that a stop and a start lose nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from runtime.connect import connect
from starter.errors import StackError
from starter.folder import claimed
from starter.ports import Ports, settle
from starter.supervisor import Supervisor
from starter.temporal import BINARY_VARIABLE, binary, dev_server, keep_finished_runs, register_search_attributes
from workflows.names import SEARCH_ATTRIBUTES, STAGE


@asynccontextmanager
async def server(data_dir: Path) -> AsyncIterator[Client]:
    ports, _ = settle(Ports.any_free())
    async with claimed(data_dir) as (folder, lock), Supervisor(folder, lock) as supervisor:
        await supervisor.start(dev_server(folder, ports))
        yield await connect(f"127.0.0.1:{ports.temporal}")


async def prepare(client: Client) -> None:
    await keep_finished_runs(client)
    await register_search_attributes(client)


async def test_a_stop_and_a_start_lose_neither_runs_nor_attributes_nor_retention(tmp_path: Path) -> None:
    async with server(tmp_path) as client:
        await prepare(client)
        await client.start_workflow(
            "Application",
            id="project:P-1",
            task_queue="tongchou",
            search_attributes=TypedSearchAttributes([SearchAttributePair(STAGE, "application")]),
        )
    async with server(tmp_path) as client:
        await prepare(client)
        described = await client.get_workflow_handle("project:P-1").describe()
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        registered = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace="default")
        )
    assert described.typed_search_attributes[STAGE] == "application"
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta().days == 90
    types = {name: int(kind) for name, kind in registered.custom_attributes.items()}
    assert types == {key.name: int(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}


async def test_an_attribute_that_stands_there_under_another_type_is_named(tmp_path: Path) -> None:
    async with server(tmp_path) as client:
        request = AddSearchAttributesRequest(namespace="default")
        request.search_attributes[STAGE.name] = IndexedValueType.INDEXED_VALUE_TYPE_BOOL
        await client.operator_service.add_search_attributes(request)
        with pytest.raises(StackError, match=rf"another type.*: {STAGE.name};"):
            await register_search_attributes(client)


def test_a_named_program_that_does_not_exist_is_an_error_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BINARY_VARIABLE, "/nowhere/temporal")
    with pytest.raises(StackError, match="/nowhere/temporal"):
        binary()


def test_the_program_installed_with_us_is_found_without_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BINARY_VARIABLE, raising=False)
    assert Path(binary()).name == "temporal"
