"""Connecting: where the address comes from, and what is said when nobody answers there."""

import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from models.base import Text
from runtime.connect import TemporalUnreachable, connect, data_converter

TEST_SERVER = Path(sys.executable).parent / "temporal-test-server"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest_asyncio.fixture
async def address() -> AsyncIterator[str]:
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(TEST_SERVER)) as env:
        yield env.client.service_client.config.target_host


async def test_the_address_comes_from_the_environment(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    client = await connect()
    assert (client.service_client.config.target_host, client.namespace) == (address, "elsewhere")


async def test_a_given_address_is_meant_literally(
    address: str, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{closed_port}")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    client = await connect(address)
    assert (client.service_client.config.target_host, client.namespace) == (address, "default")


async def test_a_server_that_does_not_answer_is_named(closed_port: int) -> None:
    with pytest.raises(TemporalUnreachable, match=f"127.0.0.1:{closed_port}"):
        await connect(f"127.0.0.1:{closed_port}")


async def test_the_converter_keeps_our_values_as_they_are(address: str) -> None:
    client = await connect(address)
    payloads = await client.data_converter.encode([Text(zh="技术统筹", en="coordination")])
    assert await data_converter().decode(payloads, [Text]) == [Text(zh="技术统筹", en="coordination")]
