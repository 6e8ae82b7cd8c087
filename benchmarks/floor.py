"""The floor: bare Temporal workflows of the shape of one of our projects, beside ours on the same server.

The shape is read from the histories of a project that was just lived: as many awaited messages, activities, timers and
hand-overs, in the same order. The bare workflows carry no payload, know no law and keep no records; their activities do
nothing. What ours takes beyond them is what the product does. Beside the relay of runs stands the same in one long run.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks import bare, ours
from benchmarks.installation import Installation, installation
from benchmarks.lives import ALONE_POLL, CROWDED_POLL, IN_FLIGHT, Contestant, Life, Measured, Sizes, compared, row
from benchmarks.measuring import Latency
from benchmarks.processes import worker
from benchmarks.shape import Shape, shape_of
from benchmarks.tables import Report, Table, Target
from simulation.histories import every_run

THROUGHPUT = Target(0.8, at_least=True)
LATENCY = Target(1.3)
BY_SIGNAL = 3
"""Where latency is measured, every third decision that may be one is a signal."""

_numbers = count(1)

FULL, QUICK = Sizes(2, 3, 16), Sizes(1, 1, 4)


class BareProject:
    """One project of the floor, with whoever acts on it."""

    def __init__(self, client: Client, shape: Shape, *, relay: bool, poll_seconds: float, by_signal: int = 0) -> None:
        self.latencies = ours.Latencies()
        self._handle = client.get_workflow_handle(f"bare:{next(_numbers)}")
        self._client, self._shape, self._relay = client, shape, relay
        self._poll, self._by_signal = poll_seconds, by_signal
        self._said = 0

    async def live(self) -> None:
        """From its start to its end."""
        file = bare.BareFile(shape=self._shape, relay=self._relay)
        handle = await self._client.start_workflow(bare.Bare.run, file, id=self._handle.id, task_queue=bare.QUEUE)
        for stage, run in enumerate(self._shape.runs):
            for place, message in enumerate(run.messages):
                await self._until(lambda at, wanted=(stage, place): at[:2] >= wanted, self._poll)  # type: ignore[misc]
                self._said += 1
                if message.kind == "signal":
                    await self._handle.signal(bare.Bare.tell, message.activities)
                elif self._by_signal and self._said % self._by_signal == 0:
                    await self._tell(stage, place, message.activities)
                else:
                    await self._decide(message.activities)
        await handle.result()

    async def _decide(self, activities: int) -> None:
        start = time.perf_counter()
        await self._handle.execute_update(bare.Bare.decide, activities)
        self.latencies.answered.append(time.perf_counter() - start)

    async def _tell(self, stage: int, place: int, activities: int) -> None:
        start = time.perf_counter()
        await self._handle.signal(bare.Bare.tell, activities)
        await self._until(lambda at: at[0] > stage or at[2] >= place, 0.002)
        self.latencies.shown.append(time.perf_counter() - start)

    async def _until(self, holds: Callable[[tuple[int, int, int]], bool], poll_seconds: float) -> None:
        while not holds(await self._handle.query(bare.Bare.place)):
            await asyncio.sleep(poll_seconds)


async def measure(report: Report, *, quick: bool = False) -> None:
    """Measure ours, the floor and the same in one run, in turn, on one installation."""
    sizes = QUICK if quick else FULL
    with TemporaryDirectory(prefix="tongchou-bench-") as folder:
        async with installation(Path(folder)) as built:
            report.progress("one project of ours, for its shape")
            shape = await measured_shape(built)
            client = await _bare_client(built)
            async with worker(client, "benchmarks.bare_worker", bare.QUEUE, built.environment, built.logs) as pid:
                contestants = {
                    "ours": _contestant(partial(_ours, built), built.pid("worker")),
                    "floor": _contestant(partial(_bare, client, shape, True), pid),
                    "one run": _contestant(partial(_bare, client, shape, False), pid),
                }
                found = await compared(report, "floor", contestants, sizes)
    report.add(_table(shape, found))


async def measured_shape(built: Installation) -> Shape:
    """The shape of a project in order, from one that is lived now."""
    project = ours.Project(built, await ours.prepared(built), poll_seconds=ALONE_POLL)
    await project.live()
    return shape_of(await every_run(built.client, project.workflow_id))


def _contestant(make: Callable[[float, int], Awaitable[Life]], pid: int) -> Contestant:
    """`make` is given the seconds between two looks, and which decisions go as signals."""
    return Contestant(partial(make, ALONE_POLL, BY_SIGNAL), partial(make, CROWDED_POLL, 0), pid)


async def _ours(built: Installation, poll_seconds: float, by_signal: int) -> ours.Project:
    return ours.Project(built, await ours.prepared(built), poll_seconds=poll_seconds, by_signal=by_signal)


async def _bare(client: Client, shape: Shape, relay: bool, poll_seconds: float, by_signal: int) -> BareProject:
    return BareProject(client, shape, relay=relay, poll_seconds=poll_seconds, by_signal=by_signal)


async def _bare_client(built: Installation) -> Client:
    endpoints = built.endpoints
    return await Client.connect(
        endpoints.temporal, namespace=endpoints.namespace, data_converter=pydantic_data_converter
    )


# ---------------------------------------------------------------- the table


def _table(shape: Shape, found: dict[str, list[Measured]]) -> Table:
    return Table(
        title=f"Ours beside bare Temporal: {shape.messages} messages, {shape.activities} activities, {shape.timers} timers, "
        f"{len(shape.runs)} runs a project",
        columns=tuple(found),
        figure="ours ÷ floor",
        rows=(
            row(f"projects a second, {IN_FLIGHT} at once", found, lambda m: m.per_second, THROUGHPUT, REASON),
            row("update answered, p50 ms", found, lambda m: Latency.of(m.answered).p50, LATENCY, REASON),
            row("update answered, p99 ms", found, lambda m: Latency.of(m.answered).p99, LATENCY, REASON),
            row("signal shown, p50 ms", found, lambda m: Latency.of(m.shown).p50, LATENCY, REASON),
            row("signal shown, p99 ms", found, lambda m: Latency.of(m.shown).p99, LATENCY, REASON),
            row("worker CPU a project, s", found, lambda m: m.cpu_seconds),
        ),
        note="medians of the repetitions (quartiles); the floor's activities do nothing and its payloads are empty",
    )


REASON = (
    "ours reads the register, writes the ledger and speaks to two services over HTTP where the floor calls an empty function, "
    "and carries the plan from run to run"
)
