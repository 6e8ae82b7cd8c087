"""How a process ends: on SIGTERM, Ctrl-C or a closed terminal, and without the crash of a native thread."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


async def stop_requested() -> None:
    """Return when the process is asked to stop. Must be awaited in the main thread.

    From then on the signals have their default effect again, so that a second Ctrl-C ends a process that drains too
    long.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def settle() -> None:
    """Give Temporal's native threads time to end.

    Without this pause they sometimes call into an interpreter that is already finalizing, and the process dies with a
    signal after a clean shutdown ("PyGILState_Release … finalizing": 5 of 42 runs without the pause, none with it).
    """
    await asyncio.sleep(0.5)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` for everything that used Temporal: it settles before the loop ends, however `main` ended."""
    return asyncio.run(_settled(main))


async def _settled(main: Coroutine[Any, Any, Result]) -> Result:
    try:
        return await main
    finally:
        await settle()
