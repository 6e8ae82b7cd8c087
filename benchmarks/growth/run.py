"""One installation that grows from size to size, and is measured at each."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.growth import outcome
from benchmarks.growth.population import Population, TooLate
from benchmarks.growth.probes import Measured, measure
from benchmarks.growth.rounds import rounds
from benchmarks.installation import installation
from benchmarks.measuring import used
from benchmarks.tables import Report

SEED = 1
FILING_SHARE = 0.55
"""How much of the time that is left filing may take; the rest is for what is asked then."""


async def growth(report: Report, sizes: Sequence[int], minutes: float, turns: Sequence[int]) -> None:
    """Measure the sizes, and those rounds (`turns`), on one installation, and add the tables to the report.

    A size that the minutes leave no room for is told as not measured.
    """
    deadline = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory(prefix="tongchou-growth-") as folder:
        async with installation(Path(folder)) as built:
            if turns:
                report.progress("projects that are returned again and again")
                report.add(outcome.of_rounds(await rounds(built, turns)))
            # After the rounds, so that what the first project costs a worker once is counted to none.
            idle = used(built.pid("worker")).memory_bytes
            found: list[Measured] = []
            projects = Population(built, Random(SEED))
            try:
                for size in sizes:
                    report.progress(f"{size} open projects")
                    found.append(await _at(projects, size, deadline, report))
            except TooLate as late:
                report.fail(str(late))
            report.add(*outcome.of_sizes(found, idle))


async def _at(projects: Population, size: int, deadline: float, report: Report) -> Measured:
    """Grow to that size and measure. Raises TooLate where too little time is left to get half of the way."""
    before = len(projects)
    filed = await projects.grow(size, FILING_SHARE * (deadline - time.monotonic()))
    if len(projects) < size:
        report.progress(f"time for {len(projects)} of {size} projects only")
        if len(projects) < (size + before) / 2:
            raise TooLate(f"{size} projects: only {len(projects)} could be filed in the time")
    return await measure(projects, filed, deadline)
