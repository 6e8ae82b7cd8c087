"""What is asked of an installation with that many open projects, and how long it takes to answer."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass

from benchmarks.growth.course import BUREAU, COMMITTEE
from benchmarks.growth.population import Filed, Population, TooLate
from benchmarks.measuring import Latency, percentile, timed, used
from starter import worklist
from workflows import names

DECISIONS = 60
"""How many decisions one officer takes, one after the other, each on a project of chance."""

PATIENCE_SECONDS = 60.0
LIST_SECONDS = 120.0
"""How long a worklist may take before the measurement gives it up."""

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Worklist:
    """How long the list of what waits for an organ took, and of how many items; `given_up` where it took too long."""

    seconds: float
    items: int
    given_up: bool = False


@dataclass(frozen=True)
class Recovery:
    """After the worker was killed and every project was sent a vote: seconds since it was started again."""

    ready: float
    """Until it takes tasks."""
    first_half: float
    """Until half of the votes that came were on record."""
    recorded: float
    """Until the votes of all were on record, or as many (`votes`) as came in the time."""
    votes: int

    @property
    def per_second(self) -> float:
        """The pace of the later half: what the start takes once, whatever the number of projects, is not in it."""
        return self.votes / 2 / max(self.recorded - self.first_half, POLL_SECONDS)


@dataclass(frozen=True)
class Measured:
    """Everything that was measured at one size."""

    size: int
    filed: Filed
    answered: Latency
    """From sending a decision to its answer, which is given when it is on record."""
    handed_over: Latency
    """From sending it until the next review is on record as open."""
    looked_at: Latency
    """The answer to the query for a project's status."""
    crowded: Worklist
    """Of the organ for which nearly every project waits."""
    quiet: Worklist
    """Of an organ for which none or few wait."""
    worker_memory: int
    """Resident bytes of the worker, after all this."""
    server_memory: int
    asked: float
    """Seconds that all this took."""
    recovery: Recovery | None = None
    """None where no time was left for it."""


async def measure(projects: Population, filed: Filed) -> Measured:
    """Measure the installation as it is, all but its recovery. Raises TooLate where something does not come at all."""
    began = time.monotonic()
    answered, handed_over = await _decisions(projects)
    looked_at = await _statuses(projects)
    crowded = await _worklist(projects, BUREAU)
    quiet = await _worklist(projects, COMMITTEE)
    built = projects.installation
    memory = used(built.pid("worker")).memory_bytes, used(built.pid("temporal")).memory_bytes
    return Measured(
        len(projects),
        filed,
        answered,
        handed_over,
        looked_at,
        crowded,
        quiet,
        *memory,
        time.monotonic() - began,
    )


async def _decisions(projects: Population) -> tuple[Latency, Latency]:
    answered: list[float] = []
    handed_over: list[float] = []
    for code in projects.fresh_sample(DECISIONS):
        began = time.perf_counter()
        _, seconds = await timed(projects.approve(code))
        answered.append(seconds)
        await projects.settled([code], PATIENCE_SECONDS)
        handed_over.append(time.perf_counter() - began)
    return Latency.of(answered), Latency.of(handed_over)


async def _statuses(projects: Population) -> Latency:
    client = projects.installation.client
    waits = [
        (await timed(worklist.status_of(client, names.project_id(code))))[1] for code in projects.sample(DECISIONS)
    ]
    return Latency.of(waits)


async def _worklist(projects: Population, organ: str) -> Worklist:
    began = time.monotonic()
    try:
        async with asyncio.timeout(LIST_SECONDS):
            waiting = await worklist.waiting_for(projects.installation.client, organ)
    except TimeoutError:
        return Worklist(time.monotonic() - began, 0, given_up=True)
    return Worklist(time.monotonic() - began, len(waiting.items) + waiting.more)


async def recover(projects: Population, deadline: float) -> Recovery:
    """Kill the worker, send every project a vote, start the worker and wait until each vote is on record, or the time is up.

    `deadline` is a moment of the monotonic clock. Raises TooLate where no vote is on record then.
    """
    built = projects.installation
    projects.record.read()
    before = projects.record.counted.total()
    os.kill(built.pid("worker"), signal.SIGKILL)
    await projects.signal_everyone()
    began = time.monotonic()
    await built.stack.restart("worker")
    ready = time.monotonic() - began
    moments: list[float] = []
    while len(moments) < len(projects) and time.monotonic() < deadline:
        projects.record.read()
        arrived = projects.record.counted.total() - before
        moments += [time.monotonic() - began] * (arrived - len(moments))
        await asyncio.sleep(POLL_SECONDS)
    if not moments:
        raise TooLate(f"{len(projects)} projects: no vote was on record when the time was up")
    return Recovery(ready, percentile(moments, 0.5), moments[-1], len(moments))
