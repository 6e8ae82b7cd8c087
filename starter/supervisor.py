"""Runs the processes of the stack: started in their order, stopped in the reverse, and reported when they end."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from starter import child, guard
from starter.child import Child, Program
from starter.errors import ProcessFailed
from starter.folder import Folder

GRACE_SECONDS = guard.GRACE_SECONDS


@dataclass(frozen=True)
class Part:
    """A program, and how one sees that it is ready to be used."""

    program: Program
    ready: Callable[[Child], Awaitable[bool]]
    seconds: float = 60.0


class Supervisor:
    """An async context: what was started in it is stopped when it is left, however it is left."""

    def __init__(self, folder: Folder, lock: int) -> None:
        self._folder = folder
        self._parts: dict[str, Part] = {}
        self._children: dict[str, Child] = {}
        self._guard = _start_guard(folder, lock)

    async def __aenter__(self) -> "Supervisor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._folder.retract()
        for name in reversed(self._children):
            await self._children[name].stop(GRACE_SECONDS)
        self._guard.kill()
        self._guard.communicate()

    @property
    def pids(self) -> dict[str, int]:
        return {name: running.pid for name, running in self._children.items()}

    async def start(self, *parts: Part) -> None:
        """Start the parts together, and wait until all are ready.

        Raises `ProcessFailed` when one ends first or takes too long; the others keep running until the context is left.
        """
        for part in parts:
            running = await child.start(part.program, self._folder.logs)
            self._parts[part.program.name], self._children[part.program.name] = part, running
            self._tell_guard(running.pid)
        for part in parts:
            await self._children[part.program.name].until(part.ready, part.seconds)

    async def restart(self, name: str) -> None:
        """Stop the part if it still runs, and start it again. Raises KeyError for an unknown name."""
        running = self._children[name]
        await running.stop(GRACE_SECONDS)
        self._tell_guard(-running.pid)
        await self.start(self._parts[name])

    async def first_to_die(self) -> ProcessFailed:
        """Wait until a process ends by itself, and return the report of it. Each part is named in its `name`."""
        waits = [asyncio.create_task(running.died()) for running in self._children.values()]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for wait in waits:
                wait.cancel()

    def _tell_guard(self, pid: int) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{pid:+d}\n")
        self._guard.stdin.flush()


def _start_guard(folder: Folder, lock: int) -> "subprocess.Popen[str]":
    # Without site (-S) and environment (-I) it starts in a moment; the lock goes with it, see guard.py.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", Path(guard.__file__), folder.stack_file],
        stdin=subprocess.PIPE,
        text=True,
        pass_fds=(lock,),
        start_new_session=True,
    )
