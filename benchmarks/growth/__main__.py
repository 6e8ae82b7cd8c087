"""How the product grows: many open projects on one machine, and projects of many rounds. `make bench-growth`

Every size keeps the projects of the one before. What the minutes leave no room for, by the pace until then, is measured at
the number that they suffice for, or not at all, and is told. What was measured is printed and written as JSON in any case.
"""

import argparse
import sys

from benchmarks.conduct import conduct
from benchmarks.growth.run import growth
from benchmarks.tables import Report
from runtime.logging import configure

SIZES = (100, 1_000, 10_000)
ROUNDS = (1, 5, 20)
MINUTES = 58.0
MOST_SIZES = 5
"""Each size asks every project for a vote, and the gates of benchmarks.growth.course have officers for so many."""


def main() -> int:
    """Measure and print; 1 where something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="how many open projects, such as 100,1000")
    parser.add_argument("--rounds", type=_numbers, default=ROUNDS, help="which rounds to look at; 0 for none")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="the time for all of it")
    wanted = parser.parse_args()
    configure("growth", "ERROR")
    report = Report("growth")
    turns = tuple(number for number in wanted.rounds if number)
    return conduct(report, growth(report, wanted.sizes, wanted.minutes, turns))


def _sizes(written: str) -> tuple[int, ...]:
    sizes = tuple(sorted(set(_numbers(written))))
    if len(sizes) > MOST_SIZES or sizes[0] < 1:
        raise argparse.ArgumentTypeError(f"{written}: at most {MOST_SIZES} sizes, each at least 1")
    return sizes


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(int(number) for number in written.split(","))


if __name__ == "__main__":
    sys.exit(main())
