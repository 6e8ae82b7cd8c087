"""One running installation for the tests of this folder that need no more: each leaves it sound behind."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.installation import Installation, installation


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(tmp_path_factory.mktemp("house")) as built:
        yield built
