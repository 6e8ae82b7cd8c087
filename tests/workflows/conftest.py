"""The installation that the tests of a run share, and a project in it for each test."""

import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from runtime.connect import data_converter
from simulation.environment import _add_search_attributes as add_search_attributes
from simulation.histories import replay
from tests.workflows.installation import Installation, installation
from tests.workflows.project import Project

_numbers = count(1)


@pytest_asyncio.fixture(scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """One installation for all tests: each has a project of its own, and ends it."""
    server = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server"),
        data_converter=data_converter(),
    )
    async with server:
        await add_search_attributes(server.client)
        async with installation(server, tmp_path_factory.mktemp("installation")) as built:
            yield built


@pytest_asyncio.fixture
async def project(shared: Installation) -> AsyncIterator[Project]:
    """A project that the test begins where it wants. Every run of it is replayed when the test has passed."""
    built = Project(shared, f"JY-2026-{next(_numbers):04}")
    yield built
    histories = await built.histories()
    await built.terminate(histories)
    assert await replay(histories) == []
