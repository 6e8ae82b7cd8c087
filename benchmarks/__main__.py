"""Measures the product beside its references: `make bench`, or `python -m benchmarks [--only PART] [--quick]`.

Prints a table for each part, with the targets beside the figures, and writes all of them as JSON to `var/bench/`. A target
that is missed is told with the reason and is no failure; the exit code is 1 only where something could not be measured.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from benchmarks.conduct import conduct
from benchmarks.tables import Report
from runtime.logging import configure

PARTS = {
    "floor": "benchmarks.floor",
    "six-gates": "benchmarks.six_gates.comparison",
    "peers": "benchmarks.peers",
    "counts": "benchmarks.counts",
    "growth": "benchmarks.growth",
}
"""What is measured, in this order, and the module that does it by its coroutine `measure`."""


class Part(Protocol):
    """A module that measures something."""

    async def measure(self, report: Report, *, quick: bool) -> None:
        """Measure, and add the tables to the report. `quick` tries that everything works, its figures mean nothing."""


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given more than once")
    parser.add_argument("--quick", action="store_true", help="a try in a few minutes; its figures mean nothing")
    chosen = parser.parse_args(arguments)
    configure("benchmarks", "WARNING")
    report = Report("bench-quick" if chosen.quick else "bench")
    return conduct(report, _measured(report, chosen.only or [*PARTS], chosen.quick))


async def _measured(report: Report, parts: Sequence[str], quick: bool) -> None:
    for name in parts:
        # One part that cannot be measured does not take the others with it.
        with report.attempt(name):
            part: Part = import_module(PARTS[name])
            await part.measure(report, quick=quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
