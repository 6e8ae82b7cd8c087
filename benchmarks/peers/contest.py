"""The peers in turn, on one machine and in one run, each of DBOS and SpiffWorkflow in a process of its own."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from benchmarks.measuring import in_turn, used
from benchmarks.peers import on_temporal
from benchmarks.peers.job import Figures, Order
from benchmarks.peers.showing import Showing
from tests.faults.postgresql import Postgresql, postgresql

ROOT = Path(__file__).parents[2]


class PeerFailed(Exception):
    """A peer's process did not come to its figures."""


@dataclass(frozen=True)
class Contestant:
    """A peer as a program that prints its figures."""

    name: str
    module: str
    on_postgresql: bool = False
    options: tuple[str, ...] = ()


DBOS, SPIFF = "benchmarks.peers.dbos_gates", "benchmarks.peers.spiff_gates"
PROGRAMS = (
    Contestant("DBOS on SQLite", DBOS),
    Contestant("DBOS on SQLite, tuned", DBOS, options=("--poll", "0.01")),
    Contestant("DBOS on PostgreSQL", DBOS, on_postgresql=True),
    Contestant("SpiffWorkflow on SQLite", SPIFF),
    Contestant("SpiffWorkflow on PostgreSQL", SPIFF, on_postgresql=True),
)


async def contest(order: Order, repetitions: int, *, with_temporal: bool = True) -> dict[str, list[Showing]]:
    """Let all of them do the job, one after the other; what each showed in each repetition.

    Raises PeerFailed with the end of what a process said.
    """
    with tempfile.TemporaryDirectory(prefix="tongchou-peers-") as name:
        folder = Path(name)
        async with _server(folder) as server:
            turns = {peer.name: partial(_turn, peer, order, folder, server) for peer in PROGRAMS}
            if not with_temporal:
                return await in_turn(repetitions, turns)
            async with on_temporal.contestants(folder / "temporal") as temporal:
                ours = {name: partial(turn, order) for name, turn in temporal.items()}
                return await in_turn(repetitions, {**ours, **turns})


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[Postgresql]:
    folder.chmod(0o755)  # The server has a user of its own where we are root.
    async with postgresql(folder) as server:
        yield server


async def _turn(peer: Contestant, order: Order, folder: Path, server: Postgresql) -> Showing:
    place = Path(tempfile.mkdtemp(dir=folder))
    counts = ("--alone", str(order.alone), "--many", str(order.many), "--at-once", str(order.at_once))
    words = (str(place), *peer.options, *counts)
    before = used(server.pid).cpu_seconds
    if peer.on_postgresql:
        words = (*words, "--url", await _empty_database(server, place.name))
    figures = await _figures(peer.module, words)
    # The server worked for those that were alone, too: its share is spread over all of them.
    served = (used(server.pid).cpu_seconds - before) / (order.alone + order.many + 1) if peer.on_postgresql else 0.0
    return Showing(
        figures.effective,
        figures.projects_per_second,
        figures.cpu_seconds_per_project + served,
        figures.durability,
        figures.acknowledged,
    )


async def _empty_database(server: Postgresql, name: str) -> str:
    plain = server.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        await connection.execute(f'CREATE DATABASE "{name}"')
    return server.url.set(database=name).render_as_string(hide_password=False)


async def _figures(module: str, words: tuple[str, ...]) -> Figures:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaints = await process.communicate()
    if process.returncode:
        raise PeerFailed(f"{module} ended with {process.returncode}: {complaints.decode(errors='replace')[-2000:]}")
    return Figures(**json.loads(told.splitlines()[-1]))
