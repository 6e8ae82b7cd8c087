"""Ours: the installed product under the benchmark's regulation, with its real ledger, register and services."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from benchmarks import ours
from benchmarks.installation import Installation
from benchmarks.processes import worker
from models.application import Application, ApplicationFile
from simulation.case_file import base_data
from workflows.names import TASK_QUEUE

FORM = "full_filing"
_numbers = count(1)


@asynccontextmanager
async def under_six_gates(built: Installation) -> AsyncIterator[int]:
    """Put a worker that knows the benchmark's regulation only in the place of the installation's; its process id."""
    # The stack restarts nothing unless it serves, and here it does not.
    os.kill(built.pid("worker"), signal.SIGTERM)
    async with worker(built.client, "benchmarks.six_gates.worker", TASK_QUEUE, built.environment, built.logs) as pid:
        yield pid


def project(built: Installation, *, poll_seconds: float, by_signal: int = 0, patient: bool = False) -> ours.Project:
    """The next project that passes six gates: `await live()`, then read its `latencies`."""
    filing = ours.Filing(application())
    return ours.Project(built, filing, poll_seconds=poll_seconds, by_signal=by_signal, patient=patient)


def application() -> Application:
    """The next application: that of the worked cases, of a parking platform, with the one form that is asked for."""
    data = base_data("jiangyin", "project")
    written = {**data, "regulation": "six-gates", "code": f"SG-2026-{next(_numbers):05}"}
    written["forms"] = {FORM: data["forms"][FORM]}
    return ApplicationFile.model_validate(written).application()
