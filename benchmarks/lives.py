"""How contestants are measured whose projects are lived: some one after the other, for the latencies, then a crowd."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from benchmarks.measuring import Spread, at_once, in_turn, used
from benchmarks.ours import Latencies
from benchmarks.tables import Report, Row, Target

IN_FLIGHT = 16
ALONE_POLL, CROWDED_POLL = 0.01, 0.5
"""Seconds between two looks at whether a project waits for somebody: one officer who waits, and many projects at once.

A look is the measurement's and not a project's: ours answers it with all that is known of a project, the bare workflows with
three numbers. So a crowd looks no oftener than people might.
"""


class Life(Protocol):
    """One project, with whoever acts on it."""

    latencies: Latencies

    async def live(self) -> None:
        """From its start to its end."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured: repetitions, projects one after the other, and projects at once in each."""

    repetitions: int
    alone: int
    crowd: int


@dataclass(frozen=True)
class Measured:
    """One repetition of one contestant."""

    answered: tuple[float, ...]
    """Seconds from sending an update to its answer, of projects one after the other."""
    shown: tuple[float, ...]
    """Seconds from sending a signal until a query shows its effect, of the same."""
    per_second: float
    cpu_seconds: float
    """Of the worker, for each project of the crowd."""


@dataclass(frozen=True)
class Contestant:
    """Something whose projects can be lived, and the process of its worker."""

    alone: Callable[[], Awaitable[Life]]
    """Makes a project whose latencies count."""
    crowded: Callable[[], Awaitable[Life]]
    """Makes a project among many."""
    pid: int

    async def measure(self, sizes: Sizes) -> Measured:
        """Some projects one after the other, for the latencies; then a crowd, for the rest."""
        answered: list[float] = []
        shown: list[float] = []
        for _ in range(sizes.alone):
            project = await self.alone()
            await project.live()
            answered += project.latencies.answered
            shown += project.latencies.shown
        crowd = [await self.crowded() for _ in range(sizes.crowd)]
        before, start = used(self.pid), time.perf_counter()
        await at_once(IN_FLIGHT, [project.live for project in crowd])
        seconds = time.perf_counter() - start
        cpu = (used(self.pid) - before).cpu_seconds
        return Measured(tuple(answered), tuple(shown), sizes.crowd / seconds, cpu / sizes.crowd)


async def compared(
    report: Report, part: str, contestants: Mapping[str, Contestant], sizes: Sizes
) -> dict[str, list[Measured]]:
    """Measure the contestants in turn; the repetitions of each, by name."""

    async def one(name: str, contestant: Contestant) -> Measured:
        report.progress(f"{part}: {name}")
        return await contestant.measure(sizes)

    return await in_turn(sizes.repetitions, {name: partial(one, name, it) for name, it in contestants.items()})


def row(
    what: str,
    found: Mapping[str, list[Measured]],
    figure: Callable[[Measured], float],
    target: Target | None = None,
    why_missed: str = "",
) -> Row:
    """The figure of each contestant, and that of the first as a share of the second's, which is judged."""
    spreads = [Spread.of(map(figure, measured)) for measured in found.values()]
    ratio = spreads[0].median / spreads[1].median
    missed = target is not None and not target.met(ratio)
    return Row(what, tuple(spreads), ratio, target, why_missed if missed else "")
