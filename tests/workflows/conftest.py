"""The installation that the tests of a run share, and a project in it for each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from simulation.histories import replay
from tests.workflows.installation import Installation, installed
from tests.workflows.project import Project

_numbers = count(1)


@asynccontextmanager
async def replayed(built: Installation) -> AsyncIterator[Project]:
    project = Project(built, f"JY-2026-{next(_numbers):04}")
    yield project
    histories = await project.histories()
    await project.terminate(histories)
    assert await replay(histories) == []


@pytest_asyncio.fixture(scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """One installation for all tests: each has a project of its own, and ends it."""
    async with installed(tmp_path_factory.mktemp("installation")) as built:
        yield built


@pytest_asyncio.fixture
async def project(shared: Installation) -> AsyncIterator[Project]:
    """A project that the test begins where it wants. Every run of it is replayed when the test has passed."""
    async with replayed(shared) as built:
        yield built


@pytest_asyncio.fixture
async def lone_project(tmp_path: Path) -> AsyncIterator[Project]:
    """The same alone on a server of its own: a clock that leaps belongs to one project."""
    async with installed(tmp_path) as built, replayed(built) as built_project:
        yield built_project
