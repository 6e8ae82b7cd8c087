"""How the product grows: many open projects on one machine, and projects of many rounds. `make bench-growth`

Begins no size that the minutes leave no room for, and says so. Every size keeps the projects of the one before.
"""

import argparse
import asyncio
import sys

from benchmarks.growth.run import growth
from benchmarks.tables import Report
from runtime.logging import configure

SIZES = (100, 1_000, 10_000)
ROUNDS = (1, 5, 20)
MINUTES = 58.0


def main() -> int:
    """Measure and print; 1 where something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_numbers, default=SIZES, help="how many open projects, such as 100,1000")
    parser.add_argument("--rounds", type=_numbers, default=ROUNDS, help="which rounds to look at; 0 for none")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="the time for all of it")
    wanted = parser.parse_args()
    configure("growth", "ERROR")
    report = Report("growth")
    turns = tuple(number for number in wanted.rounds if number)
    asyncio.run(growth(report, wanted.sizes, wanted.minutes, turns))
    report.write()
    return 1 if report.failures else 0


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(int(number) for number in written.split(","))


if __name__ == "__main__":
    sys.exit(main())
