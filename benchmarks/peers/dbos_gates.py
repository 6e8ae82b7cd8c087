"""The six gates on DBOS: a workflow of steps that receives each decision as a message. `python -m benchmarks.peers.dbos_gates`"""

import argparse
import sqlite3
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import create_engine, make_url

from benchmarks.peers.job import Order, answer, measured
from benchmarks.peers.world import DECISION, NOTICE, World, database
from benchmarks.six_gates import GATES

FOREVER = 30 * 24 * 3600.0
"""Seconds that a project waits for a decision."""

_world: World


@DBOS.step()
def notify(project: str, gate: int) -> None:
    """Tell the organ that the gate waits for it."""
    _world.put(NOTICE, project, gate)


@DBOS.step()
def record(project: str, gate: int) -> None:
    """Put the decision on record."""
    _world.put(DECISION, project, gate)


@DBOS.workflow()
def conduct(project: str) -> None:
    """The project from its first gate to its last."""
    for gate in range(1, GATES + 1):
        notify(project, gate)
        DBOS.recv(topic=f"gate-{gate}", timeout_seconds=FOREVER)
        record(project, gate)


class Dbos:
    """DBOS in this process, on that database."""

    def start(self, project: str) -> None:
        with SetWorkflowID(project):
            DBOS.start_workflow(conduct, project)

    def decide(self, project: str, gate: int) -> None:
        # Back when the message is committed. Its key makes a repetition harmless, as an officer's update id does.
        DBOS.send(project, {"verdict": "approve"}, topic=f"gate-{gate}", idempotency_key=f"{project}/{gate}")


def main() -> None:
    """Do the job and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="a PostgreSQL database (none: SQLite in the folder)")
    parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks for messages, on SQLite")
    for name in ("alone", "many", "at-once"):
        parser.add_argument(f"--{name}", type=int, required=True)
    wanted = parser.parse_args()

    global _world
    _world = World(database(wanted.url or f"sqlite:///{wanted.folder}/world.db"))
    url = _system_url(wanted.url) if wanted.url else _on_sqlite(wanted.folder / "dbos.db")
    config: DBOSConfig = {
        "name": "six-gates",
        "system_database_url": url,
        "log_level": "ERROR",
        "notification_listener_polling_interval_sec": wanted.poll,
    }
    DBOS(config=config)
    DBOS.launch()
    # DBOS leaves open how a commit is synced, so a connection of ours sees the same as its own.
    state = _world.engine if wanted.url else create_engine(url)
    answer(measured(Dbos(), _world, Order(wanted.alone, wanted.many, wanted.at_once), state))


def _system_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _on_sqlite(file: Path) -> str:
    """A database with a write-ahead log, which the file remembers. DBOS by itself takes the slower journal."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return f"sqlite:///{file}"


if __name__ == "__main__":
    main()
