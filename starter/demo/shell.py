"""Runs the `tongchou` command as an officer would: a process of its own for each line."""

import asyncio
import os
import shlex
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.base import Value
from starter.parts import ROOT

OWN_VARIABLES = ("TONGCHOU_TEMPORAL_BIN", "TONGCHOU_LOG_LEVEL")
"""What of the operator's settings a demonstration keeps: where the server's program lies, and how much is logged."""


class Played(Value):
    """A line that was run: what it said, its exit code, and whether it was to be refused."""

    line: str
    refused: bool
    code: int
    output: str
    seconds: float

    @property
    def as_expected(self) -> bool:
        return self.code == (1 if self.refused else 0)


@dataclass(frozen=True)
class Shell:
    """The command on one data folder, in one language."""

    data_dir: Path
    language: str

    async def run(self, words: Sequence[str], *, refused: bool = False) -> Played:
        """Run the command with these words, and wait for it. Cancelling ends the process."""
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "starter",
            *words,
            env=self._environment(),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return Played(
            line=line_of(words),
            refused=refused,
            code=await process.wait(),
            output=output.decode(errors="replace").strip(),
            seconds=round(time.monotonic() - began, 1),
        )

    def _environment(self) -> dict[str, str]:
        # The language goes by a variable, so that the line shown is all that a reader has to type.
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "TONGCHOU_DATA_DIR": str(self.data_dir),
            "TONGCHOU_LANGUAGE": self.language,
        }


def line_of(words: Sequence[str]) -> str:
    """The command as it is typed."""
    return shlex.join(["tongchou", *words])


def isolate() -> None:
    """Forget every Temporal server, database and service that the environment names, for this process and its children.

    A demonstration plays on its own stack and nowhere else: its invented project must never reach a real installation.
    """
    for name in [*os.environ]:
        if name.startswith(("TEMPORAL_", "TONGCHOU_")) and name not in OWN_VARIABLES:
            del os.environ[name]
