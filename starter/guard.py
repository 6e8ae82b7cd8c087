"""Ends the stack's processes when their supervisor could not: it was killed, or its machine ran out of memory.

The supervisor starts this script, tells it each pid that comes (`+17`) and goes (`-17`), and ends it last. When the
pipe closes before that, the supervisor is dead. The script also holds the lock of the data folder, so that no second
stack starts on it before the last process of the first has ended. It uses the standard library only: it must be small.
"""

import os
import signal
import sys
import time
from pathlib import Path

GRACE_SECONDS = 30.0
"""How long a process may take to stop. Longer than the worker's own time to drain, so that it is not cut short."""
POLL_SECONDS = 0.05


def main() -> None:
    """Follow the supervisor until the pipe closes; then remove `stack.json` (argument 1) and end what still runs."""
    pids: list[int] = []
    for line in sys.stdin:
        pid = int(line)
        if pid > 0:
            pids.append(pid)
        else:
            pids.remove(-pid)
    Path(sys.argv[1]).unlink(missing_ok=True)
    for pid in reversed(pids):
        end(pid)


def end(pid: int) -> None:
    """SIGTERM, and SIGKILL after the grace. Nothing happens when the process has already ended."""
    deadline = time.monotonic() + GRACE_SECONDS
    sent = send(pid, signal.SIGTERM)
    while sent and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        sent = send(pid, 0)
    if sent:
        send(pid, signal.SIGKILL)


def send(pid: int, number: int) -> bool:
    """Whether there was a process to send the signal to."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
