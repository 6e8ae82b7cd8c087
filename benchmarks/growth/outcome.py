"""The tables of the growth benchmark, with the targets beside the figures."""

from collections.abc import Sequence

from benchmarks.growth.probes import Measured, Worklist
from benchmarks.growth.rounds import Round
from benchmarks.tables import Row, Table, Target

SLOWER = Target(1.3)
"""How much more a decision may take with many open projects than with the fewest."""

HEAVIER = Target(1.3)
"""How much more memory the worker may take with still more projects once it keeps as many as it ever does."""

CACHED = 1_000
"""How many workflows a worker keeps in memory: `cached` of worker.build_worker."""

LATER = Target(1.3)
"""How much more a decision of a late round may take than one of the first."""

COLD = "the worker keeps 1,000 workflows in memory; of more, the others are replayed from their history when they are asked"
MEBI = 1024 * 1024


def of_sizes(found: Sequence[Measured], idle: int) -> tuple[Table, ...]:
    """Starting, deciding, looking, memory and recovery at each size. `idle`: the worker's bytes before the first project."""
    if not found:
        return ()
    return _deciding(found), _looking(found), _holding(found, idle), _recovering(found)


def _deciding(found: Sequence[Measured]) -> Table:
    first = found[0]
    rows = []
    for at in found:
        for name, figure, reference in (
            ("p50", at.answered.p50, first.answered.p50),
            ("p99", at.answered.p99, first.answered.p99),
        ):
            handed = at.handed_over.p50 if name == "p50" else at.handed_over.p99
            rate = at.filed.per_second if name == "p50" else None
            ratio = figure / reference if at is not first else None
            rows.append(Row(f"{at.size:,} open, {name}", (rate, figure, handed), ratio, SLOWER if ratio else None))
    return Table(
        title="Growth: starting and deciding",
        columns=("filed/s", "answered ms", "next review open ms"),
        rows=tuple(rows),
        figure=f"answered ÷ at {first.size:,}",
        note=f"one officer after the other, each on a project of chance that nobody looked at before; {COLD}",
    )


def _looking(found: Sequence[Measured]) -> Table:
    return Table(
        title="Growth: looking",
        columns=("status p50 ms", "status p99 ms", "inbox of most s", "wait in it", "inbox of few s", "wait in it"),
        rows=tuple(
            Row(
                f"{at.size:,} open",
                (at.looked_at.p50, at.looked_at.p99, *_cells(at.crowded), *_cells(at.quiet)),
            )
            for at in found
        ),
        note="inbox: what waits for an organ, as `tongchou inbox` asks it; of most: of the organ that nearly every project "
        "waits for",
    )


def _cells(listed: Worklist) -> tuple[str | float, int | None]:
    return (f"> {listed.seconds:.0f}", None) if listed.given_up else (listed.seconds, listed.items)


def _holding(found: Sequence[Measured], idle: int) -> Table:
    rows = []
    for before, at in zip([None, *found], found, strict=False):
        full = before if before and before.size >= CACHED else None
        more = at.worker_memory / full.worker_memory if full else None
        cells = (
            at.worker_memory / MEBI,
            (at.worker_memory - idle) / 1024 / min(at.size, CACHED),
            at.server_memory / MEBI,
        )
        rows.append(Row(f"{at.size:,} open", cells, more, HEAVIER if more else None))
    return Table(
        title="Growth: memory",
        columns=("worker MB", "KB a project in it", "Temporal MB"),
        rows=tuple(rows),
        figure="worker ÷ before",
        note=f"the worker keeps {CACHED:,} projects; it is judged once it is full. Before the first, it took {idle / MEBI:.0f} MB",
    )


def _recovering(found: Sequence[Measured]) -> Table:
    return Table(
        title="Growth: recovery",
        columns=("worker ready s", "half on record s", "on record s", "votes", "votes/s"),
        rows=tuple(_recovered(at) for at in found),
        note="the worker is killed, every project is sent a vote, the worker is started; seconds since then",
    )


def _recovered(at: Measured) -> Row:
    what, it = f"{at.size:,} open", at.recovery
    if it is None:
        return Row(what, (None,) * 5, reason="not measured: the time was up")
    cells = it.ready, it.first_half, it.recorded, it.votes, it.votes / it.recorded
    return Row(what, cells, reason="" if it.votes == at.size else "the time was up before every vote was on record")


def of_rounds(found: Sequence[Round]) -> Table:
    """What a decision costs in each round, and what the round's history weighs."""
    first = found[0]
    return Table(
        title="Growth: rounds of one project",
        columns=("returned ms", "next round ms", "handed in anew ms", "events", "history KB", "of it the file KB"),
        rows=tuple(
            Row(
                f"round {at.number}",
                (
                    at.answered * 1000,
                    at.opened * 1000,
                    at.resubmitted * 1000,
                    at.events,
                    at.history_bytes / 1024,
                    at.file_bytes / 1024,
                ),
                at.answered / first.answered if at is not first else None,
                LATER if at is not first else None,
            )
            for at in found
        ),
        figure=f"returned ÷ round {first.number}",
        note="each round is a run of its own, so what grows is the file that it begins with",
    )
