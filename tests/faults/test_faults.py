"""The quick part of `make faults`: one seeded run each of the faults that are worst, on one installation per database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from tests.faults.catalogue import FAULTS, fault_of
from tests.faults.installation import Installation, installation
from tests.faults.patience import eventually
from tests.faults.run import RunResult, one_run
from tests.faults.stuck import seen_by_the_product

SEED = 2026
KILLS = ("kill worker", "kill database", "kill temporal")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[Installation]:
    # The database beyond one machine: it is a process, and so one more that can be killed. Its server may have a user of
    # its own, who cannot enter pytest's folders.
    with TemporaryDirectory(prefix="tongchou-faults-") as folder:
        async with installation(Path(folder), on_postgresql=True) as built:
            yield built


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def results(house: Installation) -> dict[str, RunResult]:
    """A run with each kill. They overlap as those of the whole suite do: most of their time they wait for recovery."""
    alone = asyncio.Lock()
    runs = [
        one_run(house, FAULTS[name], seed=SEED, run=number, database="postgresql", alone=alone)
        for number, name in enumerate(KILLS)
    ]
    return dict(zip(KILLS, await asyncio.gather(*runs), strict=True))


@pytest.mark.parametrize("kill", KILLS)
async def test_nothing_is_lost_doubled_moved_or_stuck_where_a_part_is_killed(
    results: dict[str, RunResult], kill: str
) -> None:
    result = results[kill]
    assert result.is_clean, violations(result)
    assert 0 < result.acknowledged <= result.counted


async def test_after_the_kills_the_product_finds_nothing_broken(
    house: Installation, results: dict[str, RunResult]
) -> None:
    async def is_sound() -> bool:
        return (await seen_by_the_product(house)).broken == ()

    assert results
    await eventually(is_sound, "an installation without a fault")


def violations(result: RunResult) -> dict[str, tuple[str, ...]]:
    return {name: getattr(result, name) for name in ("lost", "doubled", "moved", "stuck", "failed")}


def test_every_fault_has_its_turn_in_two_hundred_runs_on_every_database_that_it_can_strike() -> None:
    for database in ("sqlite", "postgresql"):
        turns = [fault_of(database, turn).name for turn in range(100)]
        assert set(turns) == {fault.name for fault in FAULTS.values() if database in fault.on}
        assert all(turns.count(kill) >= 2 * turns.count("two builds") for kill in ("kill worker", "kill temporal"))
