"""The six gates on Temporal, ours and the straightforward program, measured as the other peers are.

A decision goes as a signal, which the server keeps before it answers. That it has taken effect is read where it is put on
record, as with the others, and not asked of the worker, whom the asking would keep from its work.
"""

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks.installation import installation
from benchmarks.measuring import at_once, used
from benchmarks.peers.job import Order
from benchmarks.peers.rows import Rows, watched
from benchmarks.peers.showing import Showing
from benchmarks.processes import worker
from benchmarks.six_gates import effects, straightforward
from benchmarks.six_gates.ours import application, under_six_gates
from benchmarks.six_gates.simple_project import OFFICERS
from models.effects import EntryKind
from models.project import ProjectFile
from models.review import Decision, Verdict
from workflows import names

DURABILITY = "state journal_mode=wal, synchronous=2; effects journal_mode=wal, synchronous=2"
"""As starter/temporal.py sets it for the server, and records/database.py and six_gates/effects.py for the records."""
LEDGER = "SELECT position, project, kind, entry_id FROM ledger_entry WHERE position > ? ORDER BY position"
ENTRIES = "SELECT rowid, project, kind, gate FROM entry WHERE rowid > ? ORDER BY rowid"


@dataclass(frozen=True)
class Waits:
    """What the officers of some projects waited, in seconds, one for each decision."""

    acknowledged: list[float] = field(default_factory=list)
    effective: list[float] = field(default_factory=list)


Life = Callable[[Rows, Waits], Awaitable[None]]
Turn = Callable[[Order], Awaitable[Showing]]


@asynccontextmanager
async def contestants(folder: Path) -> AsyncIterator[dict[str, Turn]]:
    """Both on one Temporal server, each with a worker of its own, as long as the block lasts."""
    module = "benchmarks.six_gates.straightforward_worker"
    file = folder / "straightforward.db"
    async with installation(folder) as built, under_six_gates(built) as ours:
        environment = {**built.environment, effects.FILE_VARIABLE: str(file)}
        client = await Client.connect(built.endpoints.temporal, data_converter=pydantic_data_converter)
        server, services = built.pid("temporal"), (built.pid("catalog"), built.pid("notification"))
        ledger = built.endpoints.data_dir / "tongchou.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(effects.SCHEMA)
        async with worker(client, module, straightforward.QUEUE, environment, built.logs) as simple:
            yield {
                "ours": partial(_turn, partial(_our_life, built.client), (ledger, LEDGER), (ours, server, *services)),
                "straightforward Temporal program": partial(
                    _turn, partial(_simple_life, client), (file, ENTRIES), (simple, server)
                ),
            }


async def _turn(life: Life, records: tuple[Path, str], pids: Sequence[int], order: Order) -> Showing:
    waits = Waits()
    async with watched(*records) as rows:
        await life(rows, Waits())
        for _ in range(order.alone):
            await life(rows, waits)
        before, began = _spent(pids), time.perf_counter()
        await at_once(order.at_once, [partial(life, rows, Waits()) for _ in range(order.many)])
        seconds = time.perf_counter() - began
    cpu = (_spent(pids) - before) / order.many
    return Showing(waits.effective, order.many / seconds, cpu, DURABILITY, waits.acknowledged)


def _spent(pids: Sequence[int]) -> float:
    return sum(used(pid).cpu_seconds for pid in pids)


async def _our_life(client: Client, rows: Rows, waits: Waits) -> None:
    """One project of ours from its start to the record of its last decision. Raises rows.Late."""
    filed = application()
    file = ProjectFile(code=filed.code, application=filed, filers=(filed.prepared_by,))
    project = names.project_id(filed.code)
    await client.start_workflow("Application", file, id=project, task_queue=names.TASK_QUEUE)
    for number, (_, organ) in enumerate(straightforward.STAGES):
        entry = await rows.until(filed.code, EntryKind.REVIEW_OPENED, number + 1)
        decision = Decision(
            decision_id=f"d{number}",
            review_id=entry.replace(f"/{EntryKind.REVIEW_OPENED}/", "/", 1),
            organ=organ,
            officer=OFFICERS[organ],
            verdict=Verdict.APPROVE,
        )
        began = time.perf_counter()
        await client.get_workflow_handle(project).signal("decide", decision)
        waits.acknowledged.append(time.perf_counter() - began)
        await rows.until(filed.code, EntryKind.DECISION_COUNTED, number + 1)
        waits.effective.append(time.perf_counter() - began)


async def _simple_life(client: Client, rows: Rows, waits: Waits) -> None:
    """The same of the straightforward program."""
    filed = application()
    project = f"simple:{filed.code}"
    await client.start_workflow(straightforward.SimpleProject.run, filed, id=project, task_queue=straightforward.QUEUE)
    for number, (gate, organ) in enumerate(straightforward.STAGES):
        await rows.until(filed.code, "review.opened", number + 1)
        verdict = straightforward.Verdict(decision_id=f"d{number}", officer=OFFICERS[organ], approve=True)
        began = time.perf_counter()
        await client.get_workflow_handle(straightforward.child_id(project, gate)).signal("decide", verdict)
        waits.acknowledged.append(time.perf_counter() - began)
        await rows.until(filed.code, "decision", number + 1)
        waits.effective.append(time.perf_counter() - began)
