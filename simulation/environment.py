"""A whole installation for one simulated life: time-skipping server, both services over HTTP, database, worker.

Everything is real but the clock; the two services ask for no token, since they live for one simulation only. One
project per environment: the test server has one clock for everybody, and it leaps when nothing but timers is left.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.authority import SignaturePolicy
from runtime.connect import data_converter
from runtime.settings import Settings
from services.access.tokens import Open
from services.catalog.app import create_app as catalog_app
from services.notification.app import create_app as notification_app
from services.notification.settings import NotificationSettings
from worker import build_worker
from workflows.names import SEARCH_ATTRIBUTES

PATIENCE_SECONDS = 60.0
"""Real time in which any leap of the clock, with everything that falls due on the way, must be done."""


@dataclass
class Environment:
    """A running installation. `shift` is what the legal clock is ahead of the server's (negative for the past)."""

    client: Client
    settings: Settings
    server: WorkflowEnvironment
    shift: timedelta = timedelta()

    async def now(self) -> datetime:
        """The legal moment."""
        return await self.server.get_current_time() + self.shift

    async def set_date(self, moment: datetime) -> timedelta:
        """Make this the legal moment, before the project is filed; the shift that goes into the project's file."""
        self.shift = moment - await self.server.get_current_time()
        return self.shift

    async def advance_to(self, moment: datetime) -> None:
        """Skip time until that legal moment, so that every timer before it fires in its turn. Never goes back.

        Skipping is unlocked in no other way: between an unlocking and a locking call of ours the server would leap to
        the next timer, be it the timeout of a letter that is just being sent. Raises TimeoutError where the clock does
        not move.
        """
        left = moment - await self.now()
        if left > timedelta():
            await asyncio.wait_for(self.server.sleep(left), PATIENCE_SECONDS)


@asynccontextmanager
async def environment(
    folder: Path, *, cached: int = 100, regulations_dir: Path | None = None
) -> AsyncIterator[Environment]:
    """A fresh installation in a folder, torn down at the end; databases that lie in the folder already are used.

    `cached` workflows are kept between tasks; `regulations_dir` is the folder of the law (None: the product's own).
    """
    server = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server"),
        data_converter=data_converter(),
    )
    async with (
        server,
        served(catalog_app(f"sqlite:///{folder}/catalog.db", Open())) as catalog_url,
        served(notification_app(_notification_settings(folder), Open())) as notification_url,
    ):
        await _add_search_attributes(server.client)
        settings = Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder}/tongchou.db",
            catalog_url=catalog_url,
            notification_url=notification_url,
            simulation=True,
            signatures=SignaturePolicy.OFF,
        )
        async with (
            build_worker(server.client, settings, cached=cached, regulations_dir=regulations_dir) as worker,
            worker,
        ):
            yield Environment(server.client, settings, server)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real socket on a free loopback port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            running.result()
            raise RuntimeError("the service ended before it answered")
        await asyncio.sleep(0.01)
    try:
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await running


def _notification_settings(folder: Path) -> NotificationSettings:
    return NotificationSettings(database_url=f"sqlite:///{folder}/notification.db")


async def _add_search_attributes(client: Client) -> None:
    types = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
    await client.operator_service.add_search_attributes(request)
