"""A process that runs on runtime.shutdown ends when it is asked to, by itself, and with a clean exit code."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.shutdown import run

ROOT = Path(__file__).parents[2]

# The callback runs when main first pauses, so that "waiting" is printed only when the signals are already caught.
WAITER = """
import asyncio
from runtime.shutdown import run, stop_requested

async def main():
    asyncio.get_running_loop().call_soon(lambda: print("waiting", flush=True))
    await stop_requested()
    print("stopped", flush=True)

run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_the_wait_and_the_process_exits_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        assert process.communicate(timeout=10)[0] == "stopped\n"
    assert process.returncode == 0


def test_the_result_of_main_is_the_result_of_run() -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 7

    assert run(main()) == 7


def test_an_error_in_main_still_reaches_the_caller() -> None:
    async def main() -> None:
        raise LookupError("no such project")

    with pytest.raises(LookupError, match="no such project"):
        run(main())
