"""The job that all peers do: six gates, each a notice and an awaited human decision; and how it is measured.

Run inside the process of the peer, which does the officers' part too: nothing goes over a network but to a database server.
That flatters the peers, whose callers are otherwise elsewhere.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Protocol

from sqlalchemy import Engine

from benchmarks.peers.world import DECISION, NOTICE, World, durability
from benchmarks.six_gates import GATES


class Peer(Protocol):
    """Who conducts the projects."""

    def start(self, project: str) -> None:
        """Begin the project. It puts the notice of its first gate into the world soon after."""

    def decide(self, project: str, gate: int) -> None:
        """Send the decision; back when the peer will not forget it any more."""


@dataclass(frozen=True)
class Order:
    """What to measure: projects one after the other, then projects with so many at a time."""

    alone: int
    many: int
    at_once: int


@dataclass(frozen=True)
class Figures:
    """What came of it. The latencies are in seconds, one for each decision at one officer."""

    acknowledged: list[float]
    """From sending the decision until it cannot get lost any more."""
    effective: list[float]
    """From sending the decision until its effect can be read by others."""
    projects_per_second: float
    cpu_seconds_per_project: float
    """Of the process, of what it started, and not of the database server."""
    durability: str


def measured(peer: Peer, world: World, order: Order, state: Engine) -> Figures:
    """Let the peer, which keeps its state in that database, do the job as often as ordered."""
    acknowledged: list[float] = []
    effective: list[float] = []

    def noted(until_acknowledged: float, until_effective: float) -> None:
        acknowledged.append(until_acknowledged)
        effective.append(until_effective)

    with world.watched(), ThreadPoolExecutor(order.at_once) as officers:
        live(peer, world, "warm-up", lambda _, __: None)
        for number in range(order.alone):
            live(peer, world, f"alone-{number}", noted)
        began, cpu = time.perf_counter(), _cpu()
        lives = [officers.submit(live, peer, world, f"many-{n}", lambda _, __: None) for n in range(order.many)]
        for ended in lives:
            ended.result()
        seconds, cpu = time.perf_counter() - began, _cpu() - cpu
    kept = f"state {durability(state)}; effects {durability(world.engine)}"
    return Figures(acknowledged, effective, order.many / seconds, cpu / order.many, kept)


def live(peer: Peer, world: World, project: str, waited: Callable[[float, float], None]) -> None:
    """One project from its start to the effect of its last decision. Raises world.Late."""
    peer.start(project)
    for gate in range(1, GATES + 1):
        world.until(NOTICE, project, gate)
        began = time.perf_counter()
        peer.decide(project, gate)
        acknowledged = time.perf_counter() - began
        world.until(DECISION, project, gate)
        waited(acknowledged, time.perf_counter() - began)


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def answer(figures: Figures) -> None:
    """Print the figures for whoever started the process, and end it at once: threads of a peer may linger."""
    print(json.dumps(asdict(figures)), flush=True)
    sys.stdout.flush()
    os._exit(0)
