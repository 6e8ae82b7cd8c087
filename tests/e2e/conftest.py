"""What the tests of this folder share: running installations, and a browser. Each leaves its installation sound behind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.portfolio import portfolio
from tests.e2e.temporal_ui import chromium, fresh_page
from tests.faults.installation import Installation, installation
from tests.starter.tongchou import Tongchou


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(tmp_path_factory.mktemp("house")) as built:
        yield built


@pytest.fixture(scope="session")
def admins_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the admin stands: the installation's data lies in `var` below."""
    return tmp_path_factory.mktemp("admin")


@pytest.fixture(scope="session")
def tongchou(admins_folder: Path) -> Iterator[Tongchou]:
    """An installation as its admin finds it on some day, and the command that works with it."""
    with portfolio(admins_folder) as filled:
        yield filled


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with fresh_page(browser) as opened:
        yield opened
