"""How a measurement is run from the command line: whatever ends it, what was measured until then is written."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from benchmarks.tables import Report
from runtime.shutdown import run


def conduct(report: Report, measuring: Coroutine[Any, Any, None]) -> int:
    """Run it, write the report, and return the exit code: 1 where something could not be measured.

    Ctrl-C and SIGTERM stop what was started for it, and count as a failure; any other exception is raised once the
    report is written.
    """
    try:
        run(_stoppable(measuring))
    except (KeyboardInterrupt, asyncio.CancelledError):
        report.fail("stopped before it was over")
    finally:
        report.write()
    return 1 if report.failures else 0


async def _stoppable(measuring: Coroutine[Any, Any, None]) -> None:
    """SIGTERM cancels it, as Ctrl-C does by itself: its processes and its folder do not outlive it."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await measuring
