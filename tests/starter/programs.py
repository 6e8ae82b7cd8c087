"""Small programs that stand for the parts of a stack in the tests of its supervision."""

import os
import sys
from pathlib import Path

from starter.child import Child, Program
from starter.supervisor import Part

WAITS = "import time; print('up', flush=True); time.sleep(60)"
ENDS = "import sys; print('no such table: 台账', flush=True); sys.exit(3)"
IGNORES_SIGTERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)


def program(name: str, script: str) -> Program:
    return Program(name, [sys.executable, "-S", "-c", script], {})


def part(name: str, script: str = WAITS) -> Part:
    """A part that is ready when it has printed `up`."""
    return Part(program(name, script), says_up, seconds=10.0)


async def says_up(child: Child) -> bool:
    return "up" in child.tail()


def exists(pid: int) -> bool:
    """Whether a process runs under that pid. One that ended and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" not in status.read_text()
