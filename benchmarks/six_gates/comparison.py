"""Ours beside the straightforward program: the same letters and records, so many actions, events and bytes, and how fast."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks.installation import Installation, installation
from benchmarks.lives import ALONE_POLL, CROWDED_POLL, IN_FLIGHT, Contestant, Life, Measured, Sizes, compared, row
from benchmarks.measuring import Latency
from benchmarks.processes import worker
from benchmarks.six_gates import effects, straightforward
from benchmarks.six_gates.ours import project, under_six_gates
from benchmarks.six_gates.simple_project import SimpleLife
from benchmarks.tables import Report, Row, Table, Target
from simulation.counts import Counts, counts_of
from simulation.histories import every_run

SHARE = Target(0.6)
FULL, QUICK = Sizes(2, 2, 16), Sizes(1, 1, 4)


async def measure(report: Report, *, quick: bool = False) -> None:
    """Measure both in turn, on one Temporal server."""
    sizes = QUICK if quick else FULL
    with TemporaryDirectory(prefix="tongchou-bench-") as name:
        folder = Path(name)
        async with installation(folder) as built, under_six_gates(built) as ours_pid:
            environment = {**built.environment, effects.FILE_VARIABLE: str(folder / "straightforward.db")}
            client = await Client.connect(built.endpoints.temporal, data_converter=pydantic_data_converter)
            module = "benchmarks.six_gates.straightforward_worker"
            async with worker(client, module, straightforward.QUEUE, environment, built.logs) as simple_pid:
                report.progress("six gates: the counts of one project each")
                counts = {"ours": await _ours_counted(built), "straightforward": await _simple_counted(client)}
                report.add(_counts_table(counts))
                contestants = {
                    "ours": _contestant(partial(project, built, by_signal=1), ours_pid),
                    "straightforward": _contestant(partial(SimpleLife, client), simple_pid),
                }
                found = await compared(report, "six gates", contestants, sizes)
    report.add(_speed_table(found))


def _contestant(make: Callable[..., Life], pid: int) -> Contestant:
    """`make` is given the seconds between two looks."""

    async def made(poll_seconds: float) -> Life:
        return make(poll_seconds=poll_seconds)

    return Contestant(partial(made, ALONE_POLL), partial(made, CROWDED_POLL), pid)


# ---------------------------------------------------------------- counts


async def _ours_counted(built: Installation) -> Counts:
    life = project(built, poll_seconds=ALONE_POLL, by_signal=1, patient=True)
    await life.live()
    return counts_of(await every_run(built.client, life.workflow_id))


async def _simple_counted(client: Client) -> Counts:
    life = SimpleLife(client, poll_seconds=ALONE_POLL, patient=True)
    await life.live()
    ids = [life.workflow_id, *(straightforward.child_id(life.workflow_id, gate) for gate, _ in straightforward.STAGES)]
    return counts_of([await _history(client, workflow_id) for workflow_id in ids])


async def _history(client: Client, workflow_id: str) -> WorkflowHistory:
    return await client.get_workflow_handle(workflow_id).fetch_history()


# ---------------------------------------------------------------- tables


def _counts_table(counts: Mapping[str, Counts]) -> Table:
    figures: tuple[tuple[str, Callable[[Counts], int], str], ...] = (
        ("actions", lambda c: c.actions, WHY_ACTIONS),
        ("history bytes", lambda c: c.history_bytes, WHY_BYTES),
        ("history events", lambda c: c.events, ""),
        ("workflow tasks", lambda c: c.workflow_tasks, ""),
        ("activities", lambda c: c.activities, ""),
        ("timers", lambda c: c.timers, ""),
        ("search attributes set", lambda c: c.upserts, ""),
        ("workflows and runs", lambda c: c.starts + c.hand_overs, ""),
    )
    return Table(
        title="Six gates on Temporal: what one project takes",
        columns=tuple(counts),
        figure="ours ÷ straightforward",
        rows=tuple(_counted(what, counts, figure, why) for what, figure, why in figures),
        note="the straightforward program keeps as many records and sends as many letters, knows no law and no return",
    )


def _counted(what: str, counts: Mapping[str, Counts], figure: Callable[[Counts], int], why_missed: str) -> Row:
    """A row; `why_missed` is given for the figures that have a target."""
    ours, simple = (figure(found) for found in counts.values())
    ratio = ours / simple if simple else None
    target = SHARE if why_missed else None
    missed = target is not None and ratio is not None and not target.met(ratio)
    return Row(what, (ours, simple), ratio, target, why_missed if missed else "")


WHY_ACTIONS = (
    "26 records, 15 letters and 6 messages are 47 of the 54 that the target leaves, on both sides: each is a call of its own, "
    "so that each is tried again by itself. Ours adds the history of each stage as a file, and sets what lists show when a "
    "review opens and when it closes: with the record or a service down, no list may name an organ that has decided"
)
WHY_BYTES = (
    "ours carries the law that binds the project, the working calendar and what was answered from run to run; "
    "the straightforward program has its law in its code, and no calendar"
)


def _speed_table(found: Mapping[str, list[Measured]]) -> Table:
    return Table(
        title="Six gates on Temporal: how fast",
        columns=tuple(found),
        figure="ours ÷ straightforward",
        rows=(
            row(f"projects a second, {IN_FLIGHT} at once", found, lambda m: m.per_second),
            row("signal shown, p50 ms", found, lambda m: Latency.of(m.shown).p50),
            row("signal shown, p99 ms", found, lambda m: Latency.of(m.shown).p99),
            row("worker CPU a project, s", found, lambda m: m.cpu_seconds),
        ),
        note="medians of the repetitions (quartiles)",
    )
