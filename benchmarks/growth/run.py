"""One installation that grows from size to size, and is measured at each, until the minutes are over."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.growth import outcome
from benchmarks.growth.population import Filed, Population, TooLate
from benchmarks.growth.probes import Measured, measure, recover
from benchmarks.growth.rounds import rounds
from benchmarks.installation import Installation, installation
from benchmarks.measuring import shown, used
from benchmarks.tables import Report

SEED = 1
FILING_SHARE = 0.55
"""How much of the time that is left filing may take at the first size, when no pace is known."""

SLOWER = 2.0
"""How much longer than at the size before it may take to ask everything, and until votes come in."""

SETTLING_SECONDS = 300.0
GRACE_SECONDS = 30.0
"""How long after the minutes are over whatever is still waited for is cut off."""


async def growth(report: Report, sizes: Sequence[int], minutes: float, turns: Sequence[int]) -> None:
    """Measure the sizes in their order, and those rounds (`turns`), on one installation, and add the tables to the report.

    What cannot be measured, or not in that time, is told as a failure. What was measured until then has its tables.
    """
    deadline = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory(prefix="tongchou-growth-") as folder:
        async with installation(Path(folder)) as built:
            if turns:
                async with _attempt(report, "rounds", deadline):
                    report.progress("projects that are returned again and again")
                    report.add(outcome.of_rounds(await rounds(built, turns)))
            async with _attempt(report, "sizes", deadline):
                await _sizes(built, report, sizes, deadline)


@asynccontextmanager
async def _attempt(report: Report, what: str, deadline: float) -> AsyncIterator[None]:
    """Measure in the block, which ends soon after the deadline at the latest. What stops it is told and not raised."""
    with report.attempt(what):
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0.0) + GRACE_SECONDS) as limit:
                yield
        except TooLate as late:
            report.fail(f"{what}: {late}")
        except TimeoutError:
            if not limit.expired():
                raise
            report.fail(f"{what}: cut off, the time was up")


async def _sizes(built: Installation, report: Report, sizes: Sequence[int], deadline: float) -> None:
    # After the rounds, so that what the first project costs a worker once is counted to none.
    idle = used(built.pid("worker")).memory_bytes
    found: list[Measured] = []
    projects = Population(built, Random(SEED))
    try:
        for size in sizes:
            await _size(projects, size, found, report, deadline)
    finally:
        report.add(*outcome.of_sizes(found, idle))


async def _size(projects: Population, size: int, found: list[Measured], report: Report, deadline: float) -> None:
    """Grow to that size, measure, and add to what was found, which has the recovery only where it came to that.

    Raises TooLate.
    """
    filed = await _grown(projects, size, found[-1] if found else None, report, deadline)
    report.progress(f"{len(projects)} open projects, {shown(filed.per_second)} filed a second")
    measured = await measure(projects, filed)
    found.append(measured)
    report.progress(f"answered in {shown(measured.answered.p50)} ms (p99 {shown(measured.answered.p99)}); recovery")
    found[-1] = replace(measured, recovery=await recover(projects, deadline))


async def _grown(projects: Population, size: int, before: Measured | None, report: Report, deadline: float) -> Filed:
    """File up to that size, or to the number that the time suffices for. Raises TooLate where that is hardly more."""
    report.progress(f"{size} open projects")
    await projects.settled(projects.standing, min(SETTLING_SECONDS, deadline - time.monotonic()))
    held = len(projects)
    reached, seconds = plan(size, deadline - time.monotonic(), before)
    if reached >= least(size, held):
        filed = await projects.grow(reached, seconds)
        reached = len(projects)
        if reached >= least(size, held):
            if reached < size:
                report.progress(f"time for {reached} of {size} projects only")
            return filed
    raise TooLate(f"{size} projects are not measured, there was time for {reached} only")


def plan(size: int, left: float, before: Measured | None) -> tuple[int, float]:
    """For how many of `size` projects the seconds that are left suffice, and how many of the seconds filing them may take.

    By the pace at which projects were filed and votes came in at the size `before`; where none is known, filing gets a
    share and stops when it is used up.
    """
    if before is None or before.recovery is None:
        return size, FILING_SHARE * left
    filed, votes = before.filed.per_second, before.recovery.per_second
    room = left - SLOWER * (before.asked + before.recovery.first_half)
    # N projects take (N - those that are filed) / filed and N / votes seconds.
    reachable = min(size, max(0, int((room + before.size / filed) / (1 / filed + 1 / votes))))
    return reachable, room - reachable / votes


def least(size: int, before: int) -> int:
    """The number of projects from which measuring tells more than at the size before."""
    return min(size, max(1, 2 * before))
