"""What is measured, and how: medians with their spread, percentiles, what a process used, and contestants in turn."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import psutil

R = TypeVar("R")


@dataclass(frozen=True)
class Spread:
    """The median of several measurements with its quartiles, in the unit of what was measured."""

    median: float
    low: float
    """The lower quartile: a quarter of the measurements lie below."""
    high: float
    """The upper quartile."""
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Of these measurements. Raises ValueError where there is none."""
        ordered = sorted(values)
        if not ordered:
            raise ValueError("nothing was measured")
        return cls(statistics.median(ordered), percentile(ordered, 0.25), percentile(ordered, 0.75), len(ordered))

    def __str__(self) -> str:
        if self.count == 1:
            return shown(self.median)
        return f"{shown(self.median)} ({shown(self.low)}–{shown(self.high)})"


@dataclass(frozen=True)
class Latency:
    """How long callers waited, in milliseconds."""

    p50: float
    p99: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        """Of these waits, given in seconds. Raises ValueError where there is none."""
        return cls(percentile(seconds, 0.50) * 1000, percentile(seconds, 0.99) * 1000, len(seconds))


@dataclass(frozen=True)
class Used:
    """What a process has used up to a moment; the difference of two is what it used between them."""

    cpu_seconds: float
    memory_bytes: int

    def __sub__(self, before: "Used") -> "Used":
        return Used(self.cpu_seconds - before.cpu_seconds, self.memory_bytes - before.memory_bytes)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0–1) of them lies, between neighbours where it falls between two.

    Raises ValueError where there is none.
    """
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def used(pid: int) -> Used:
    """What the process and all that it started have used: processor seconds, user and system, and resident memory.

    A child that has ended and was waited for counts too. Raises psutil.NoSuchProcess where there is no such process.
    """
    process = psutil.Process(pid)
    own = process.cpu_times()
    seconds = own.user + own.system + getattr(own, "children_user", 0.0) + getattr(own, "children_system", 0.0)
    memory = process.memory_info().rss
    for child in process.children(recursive=True):
        try:
            spent, held = child.cpu_times(), child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        seconds += spent.user + spent.system
        memory += held
    return Used(seconds, memory)


async def timed(call: Awaitable[R]) -> tuple[R, float]:
    """The result of the call, and how many seconds it took."""
    start = time.perf_counter()
    result = await call
    return result, time.perf_counter() - start


async def at_once(many: int, calls: Iterable[Callable[[], Awaitable[R]]]) -> list[R]:
    """The results of the calls in their order, with never more than that many in flight. The first that fails ends it."""
    gate = asyncio.Semaphore(many)

    async def one(call: Callable[[], Awaitable[R]]) -> R:
        async with gate:
            return await call()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(call)) for call in calls]
    return [task.result() for task in tasks]


async def in_turn(repetitions: int, contestants: Mapping[str, Callable[[], Awaitable[R]]]) -> dict[str, list[R]]:
    """Measure the contestants one after the other, again and again, so that what slows the machine slows all of them.

    Every second time they go in the other order. The results of each, by name.
    """
    found: dict[str, list[R]] = {name: [] for name in contestants}
    for repetition in range(repetitions):
        names = list(contestants)
        for name in names if repetition % 2 == 0 else reversed(names):
            found[name].append(await contestants[name]())
    return found


def shown(value: float) -> str:
    """A figure with three digits that mean something: 0.0123, 1.23, 12.3, 1,234."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3g}"
