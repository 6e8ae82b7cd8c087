"""One process of the embedded stack: started with a log of its own, watched, and stopped."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.base import Text
from starter.errors import ProcessFailed

TAIL_LINES = 15
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Program:
    """What to run under which name, and what it finds in its environment beside our own."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Child:
    """A running process. `began` is where this run begins in its log, which is kept from run to run."""

    name: str
    process: Process
    log: Path
    began: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def tail(self) -> str:
        """The last lines that this run logged."""
        with self.log.open("rb") as file:
            file.seek(self.began)
            return "\n".join(file.read().decode(errors="replace").splitlines()[-TAIL_LINES:])

    def failed(self, what: Text) -> ProcessFailed:
        return ProcessFailed(self.name, what, self.log, self.tail())

    async def died(self) -> ProcessFailed:
        """Wait until the process ends, and return the report of it."""
        how = _in_words(await self.process.wait())
        return self.failed(Text(zh=f"意外退出（{how}）", en=f"ended by itself ({how})"))

    async def until(self, ready: "Callable[[Child], Awaitable[bool]]", seconds: float) -> None:
        """Poll `ready` until it answers True. Raises `ProcessFailed` when the process ends first or the time is up."""
        try:
            async with asyncio.timeout(seconds):
                while not await ready(self):
                    if not self.alive:
                        raise await self.died()
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            late = Text(zh=f"在 {seconds:g} 秒内未就绪", en=f"was not ready within {seconds:g} seconds")
            raise self.failed(late) from None

    async def stop(self, grace: float) -> None:
        """SIGTERM, and SIGKILL after `grace` seconds. Nothing happens when the process has already ended."""
        if not self.alive:
            return
        self.process.terminate()
        try:
            async with asyncio.timeout(grace):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(program: Program, logs: Path) -> Child:
    """Start the program; its output goes to `<logs>/<name>.log`. Raises `ProcessFailed` when it cannot be executed."""
    log = logs / f"{program.name}.log"
    with log.open("ab") as output:
        began = output.tell()
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**os.environ, **program.environment},
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                # A session of its own: Ctrl-C reaches only us, and we stop the parts in their order.
                start_new_session=True,
            )
        except OSError as error:
            what = Text(zh=f"无法启动（{error}）", en=f"cannot be started ({error})")
            raise ProcessFailed(program.name, what, log, "") from error
    return Child(program.name, process, log, began)


def _in_words(code: int) -> str:
    """An exit code as a reader knows it: a negative one is the signal that ended the process."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
