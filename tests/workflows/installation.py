"""One installation for the tests of the workflows: real parts, each of which can be taken down for a while."""

import hashlib
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from activities.planning import LibraryPlanning
from models.application import Application, ApplicationFile, Material
from models.authority import SignaturePolicy
from models.calendar import CHINA
from models.effects import EntryKind, Filing, LedgerEntry, Resolution
from records import database, ledger, migration, register
from runtime.connect import data_converter
from runtime.settings import Settings
from services.access.tokens import Open
from services.catalog.app import create_app as catalog_app
from services.notification.app import create_app as notification_app
from services.notification.settings import NotificationSettings
from simulation.environment import Environment, served
from starter.temporal import binary
from worker import build_worker
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
NO_PAUSE = ('history.workflowIdReuseMinimalInterval="0s"',)
"""The server begins the next run of an id at once."""
FILED_AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)


class Switched:
    """A service that can be taken down: then it answers 503, as a proxy before a stopped service does."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.down = False
        self.refused = 0
        self.answered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.down and scope["type"] == "http":
            self.refused += 1
            await PlainTextResponse("down", 503)(scope, receive, send)
            return
        await self._app(scope, receive, send)
        self.answered += 1


@dataclass
class Installation(Environment):
    """The environment of a simulation, with its services in the test's hand."""

    catalog: Switched = field(kw_only=True)
    notification: Switched = field(kw_only=True)

    def ledger(self, project: str, *kinds: EntryKind) -> list[LedgerEntry]:
        """The project's entries in their order, of these kinds (none: of all)."""
        engine = database.connect(self.settings.database_url)
        try:
            found = ledger.entries(engine, project, kinds or None)
        finally:
            engine.dispose()
        return [recorded.entry for recorded in found]

    def record(self, entry: LedgerEntry) -> None:
        """Write an entry as some workflow does."""
        engine = database.connect(self.settings.database_url)
        try:
            ledger.append(engine, entry)
        finally:
            engine.dispose()

    @contextmanager
    def locked_ledger(self) -> Iterator[None]:
        """Nobody can write to the records meanwhile, as when another process holds on to them."""
        connection = sqlite3.connect(self.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()


@asynccontextmanager
async def installation(
    server: WorkflowEnvironment, folder: Path, *, worker: bool = True
) -> AsyncIterator[Installation]:
    """A running installation in an empty folder, on a server that has the search attributes; `worker` says with a worker."""
    shutil.copyfile(template(), folder / "tongchou.db")
    catalog = Switched(catalog_app(f"sqlite:///{folder}/catalog.db", Open()))
    notices = NotificationSettings(database_url=f"sqlite:///{folder}/notification.db")
    notification = Switched(notification_app(notices, Open()))
    async with served(catalog) as catalog_url, served(notification) as notification_url:  # type: ignore[arg-type]
        settings = Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder}/tongchou.db",
            catalog_url=catalog_url,
            notification_url=notification_url,
            simulation=True,
            signatures=SignaturePolicy.OFF,
        )
        built = Installation(server.client, settings, server, timedelta(), catalog=catalog, notification=notification)
        async with AsyncExitStack() as stack:
            if worker:
                building = build_worker(server.client, settings)
                await stack.enter_async_context(await stack.enter_async_context(building))
            yield built


@asynccontextmanager
async def installed(folder: Path) -> AsyncIterator[Installation]:
    """The same on a test server of its own, whose clock can be made to leap."""
    server = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server"),
        data_converter=data_converter(),
    )
    async with server:
        types = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
        request = AddSearchAttributesRequest(namespace=server.client.namespace, search_attributes=types)
        await server.client.operator_service.add_search_attributes(request)
        async with installation(server, folder) as built:
            yield built


@asynccontextmanager
async def on_dev_server(folder: Path, *configured: str, worker: bool = True) -> AsyncIterator[Installation]:
    """The same on the real server, whose clock is the real one; `configured` are further values of its configuration."""
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()),
        data_converter=data_converter(),
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_extra_args=[
            part for value in (*NO_PAUSE, *configured) for part in ("--dynamic-config-value", value)
        ],
    )
    async with server, installation(server, folder, worker=worker) as built:
        yield built


@cache
def template() -> Path:
    """A migrated database with the example's register, made once."""
    file = Path(mkdtemp(prefix="tongchou-tests-")) / "tongchou.db"
    migration.upgrade(f"sqlite:///{file}")
    engine = database.connect(f"sqlite:///{file}")
    register.import_register(engine, ROOT / "examples/jiangyin/register.yaml")
    engine.dispose()
    return file


def application(code: str, name: str = "application.yaml") -> Application:
    """An application of the example, under another project code."""
    written: dict[str, Any] = yaml.safe_load((ROOT / "examples/jiangyin" / name).read_text("utf-8"))
    return ApplicationFile.model_validate({**written, "code": code}).application()


@cache
def resolution() -> Resolution:
    """The plan and the calendar that bind the example, filed at `FILED_AT`."""
    engine = database.connect(f"sqlite:///{template()}")
    planning = LibraryPlanning(ROOT / "regulations", engine, simulation=True)
    filing = Filing(application=application("JY-2026-0001"), filed_on=FILED_AT.date(), clock_shifted=True)
    try:
        return planning.resolve(filing)
    finally:
        engine.dispose()


def material(kind: str, name: str | None = None) -> Material:
    """A file of that kind. What stands in it makes no difference here."""
    name = name or f"{kind}.pdf"
    return Material(kind=kind, name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), size=100)
