"""How the product grows with the number of open projects and of rounds. `python -m benchmarks.growth` for all sizes."""

from benchmarks.growth.run import growth
from benchmarks.tables import Report

SIZES, QUICK_SIZES = (100, 1_000), (3, 6)
ROUNDS, QUICK_ROUNDS = (1, 5), (1, 2)
MINUTES = 5.0


async def measure(report: Report, *, quick: bool = False) -> None:
    """Measure what fits into `make bench`: the sizes up to a thousand, a few rounds."""
    await growth(
        report,
        QUICK_SIZES if quick else SIZES,
        MINUTES,
        QUICK_ROUNDS if quick else ROUNDS,
    )
