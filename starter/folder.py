"""The data folder of an embedded stack: what lies where in it, who works on it, and where the running stack answers."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from models.base import Text, Value
from runtime.payloads.policy import PayloadPolicy
from starter.errors import AlreadyRunning, StackError

CLAIM_SECONDS = 3.0
"""How long a claim waits for the last processes of a stack whose supervisor was killed (guard.py ends them)."""


class Endpoints(Value):
    """Where the parts of a running stack answer, and its processes by name. Without `ui` the server is not ours.

    `worker_metrics` is what Temporal's SDK counts, `figures` where `tongchou metrics` tells those of the whole installation.

    Without `payload_keys`, the ring with which payloads are encrypted, they are in clear text, and there is no codec server.
    """

    temporal: str
    namespace: str
    ui: str | None
    catalog: str
    notification: str
    data_dir: Path
    codec: str | None = None
    payload_keys: Path | None = None
    payloads: PayloadPolicy = PayloadPolicy.STRICT
    worker_health: str = ""
    worker_metrics: str | None = None
    figures: str | None = None
    pids: dict[str, int] = Field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """The paths inside a data folder. Everything that has to outlive a stop lies in it."""

    root: Path

    @property
    def temporal_database(self) -> Path:
        return self.root / "temporal.db"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "stack.lock"

    @property
    def secrets(self) -> Path:
        """Where the tokens lie with which worker and commands reach the services."""
        return self.root / "secrets"

    def token_file(self, service: str, client: str) -> Path:
        """The token of that client (`worker`, `operator`) for that service."""
        return self.secrets / f"{service}-{client}.token"

    @property
    def payload_keys(self) -> Path:
        """The stack's own key ring. Where there is one, payloads are encrypted: what was written so needs it for ever."""
        return self.secrets / "payload-keys.json"

    def database_url(self, name: str) -> str:
        """The SQLite database of that name, as SQLAlchemy writes it."""
        return f"sqlite:///{self.root / name}.db"

    def publish(self, endpoints: Endpoints) -> None:
        """Tell other commands where the stack answers. They read the old file or the new one, never half of one."""
        fresh = self.stack_file.with_suffix(".new")
        fresh.write_text(endpoints.model_dump_json(indent=2), encoding="utf-8")
        fresh.replace(self.stack_file)

    def retract(self) -> None:
        """Take the published endpoints back. A second call does nothing."""
        self.stack_file.unlink(missing_ok=True)


@asynccontextmanager
async def claimed(data_dir: Path) -> AsyncIterator[tuple[Folder, int]]:
    """Make the folder where it is missing, and lock it. The lock's descriptor comes with it, for the guard to hold too.

    Raises `AlreadyRunning` when another stack works on it, `StackError` when it cannot be written to.
    """
    folder = Folder(data_dir.resolve())
    lock = _open(folder)
    try:
        await _lock(lock, folder)
        folder.retract()
        yield folder, lock
    finally:
        os.close(lock)


def running_stack(data_dir: Path) -> Endpoints | None:
    """Where the stack on that folder answers; None when none runs there, or one is just starting or stopping."""
    folder = Folder(data_dir.resolve())
    try:
        lock = os.open(folder.lock_file, os.O_RDONLY)
        published = folder.stack_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        # A shared lock is refused exactly while a stack holds its own, so a file left by a killed one deceives nobody.
        return None if _free(lock, fcntl.LOCK_SH) else Endpoints.model_validate_json(published)
    finally:
        os.close(lock)


def _open(folder: Folder) -> int:
    try:
        # Applications and officers lie in it: nobody else on the machine has to read them.
        folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.logs.mkdir(exist_ok=True)
        return os.open(folder.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StackError(
            Text(
                zh=f"数据目录 {folder.root} 不可写：{error.strerror}",
                en=f"the data folder {folder.root} cannot be written to: {error.strerror}",
            )
        ) from error


async def _lock(lock: int, folder: Folder) -> None:
    try:
        async with asyncio.timeout(CLAIM_SECONDS):
            while not _free(lock, fcntl.LOCK_EX):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AlreadyRunning(folder.root) from None


def _free(lock: int, kind: int) -> bool:
    """Take the lock if nobody holds it against us, and say whether it was taken."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
