"""The embedded stack, whose processes can be killed, stopped and started again, as the tests of faults see it."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.authority import SignaturePolicy
from models.effects import EntryKind, LedgerEntry
from records import database, ledger
from runtime.connect import connect
from runtime.settings import Settings
from simulation.environment import Environment
from simulation.office import Office
from starter.commands.desk import Desk
from starter.commands.up import import_examples, script_of
from starter.output import Screen
from starter.ports import Ports
from starter.stack import Stack, embedded
from tests.faults.postgresql import Postgresql, lasting_ports, postgresql

DATABASE = "database"
"""The ledger's database as a part that can be killed. SQLite is none: it lives in the processes that use it."""
MANY = 100_000


class Installation:
    """A running stack with the example's register and catalog. Its parts are killed and started again by name."""

    def __init__(self, stack: Stack, client: Client, database_url: str, server: Postgresql | None) -> None:
        self.stack = stack
        self.client = client
        self.database_url = database_url
        self._server = server
        self.folder = stack.endpoints.data_dir
        self.sitting = f"{int(time.time()) % 36**4:x}"
        """Tells the projects of this sitting from those that an earlier one on the same folder left in the middle."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be killed, in the order in which one would start it again."""
        return ("temporal", *([DATABASE] if self._server else []), "catalog", "notification", "worker")

    @property
    def is_on_sqlite(self) -> bool:
        return self._server is None

    def pid(self, name: str) -> int:
        if name == DATABASE:
            assert self._server, "SQLite has no process"
            return self._server.pid
        return self.stack.endpoints.pids[name]

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.pid(name), how)

    async def start_again(self, name: str) -> None:
        """Start the part again; one that still runs is stopped first."""
        if name == DATABASE:
            assert self._server, "SQLite has no process"
            await self._server.restart()
        else:
            await self.stack.restart(name)

    @asynccontextmanager
    async def standing(self, name: str) -> AsyncIterator[None]:
        """The process takes requests and answers none meanwhile."""
        self.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.kill(name, signal.SIGCONT)

    @contextmanager
    def locked_ledger(self) -> Iterator[None]:
        """Nobody can write to the records meanwhile, as when another process holds on to them."""
        engine = database.connect(self.database_url)
        try:
            with database.writing(engine) as session:
                session.connection()
                yield
        finally:
            engine.dispose()

    @cached_property
    def engine(self) -> Engine:
        """The records, to read what is on record from outside."""
        return database.connect(self.database_url)

    def entries(self, code: str, *kinds: EntryKind) -> list[LedgerEntry]:
        """The project's entries in their order, of these kinds (none: of all)."""
        found = ledger.entries(self.engine, code, kinds or None, limit=MANY)
        return [recorded.entry for recorded in found]

    def letters(self, code: str) -> Counter[str]:
        """How often each notice of the project lies in an in-box; read where the service keeps them."""
        query = "SELECT notice.notice_id FROM message JOIN notice USING (notice_id) WHERE notice.project = ?"
        with sqlite3.connect(self.folder / "notification.db") as connection:
            return Counter(row[0] for row in connection.execute(query, (code,)))

    def office(self, code: str) -> Office:
        """Whoever acts on the project."""
        return Office(Environment(self.client, Settings(), WorkflowEnvironment.from_client(self.client)), code)

    def close(self) -> None:
        self.engine.dispose()


@asynccontextmanager
async def installation(
    folder: Path, *, on_postgresql: bool = False, encrypted: bool = False
) -> AsyncIterator[Installation]:
    """The stack on that folder, with signatures off; what lies in the folder already is gone on with.

    The environment of this process names its parts as long as it runs, so there is one at a time.
    """
    async with AsyncExitStack() as held:
        server = await held.enter_async_context(postgresql(folder)) if on_postgresql else None
        data = folder / "data"
        url = f"sqlite:///{data}/tongchou.db"
        chosen = {"TONGCHOU_SIGNATURES": SignaturePolicy.OFF.value, "TONGCHOU_DATA_DIR": str(data)}
        if server:
            url = chosen["TONGCHOU_DATABASE_URL"] = server.url.render_as_string(hide_password=False)
        held.enter_context(mock.patch.dict(os.environ, chosen))
        for foreign in ("TEMPORAL_ADDRESS", "TONGCHOU_PAYLOAD_KEYS"):
            os.environ.pop(foreign, None)
        ports = Ports(*lasting_ports(len(fields(Ports))))
        stack = await held.enter_async_context(embedded(data, ports, encrypted=encrypted))
        if keys := stack.endpoints.payload_keys:
            os.environ["TONGCHOU_PAYLOAD_KEYS"] = str(keys)
        desk = Desk(Settings(data_dir=data, database_url=url), Screen("en", True))
        await import_examples(desk, stack.endpoints, script_of("jiangyin"))
        client = await connect(stack.endpoints.temporal, namespace=stack.endpoints.namespace, payload_keys=keys)
        built = Installation(stack, client, url, server)
        try:
            yield built
        finally:
            built.close()
