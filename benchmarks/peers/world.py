"""What the six gates leave behind, whoever runs them: notices and decisions, as rows that anybody can read.

Every engine pays the same for these two effects: a row each, keyed so that telling it twice makes one, committed to disk.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, text

POLL_SECONDS = 0.002
"""How soon a row that was committed is seen."""

PATIENCE_SECONDS = 120.0
OVERLAP = 200
"""Rows of PostgreSQL may become visible in another order than they were numbered; so many are looked at again."""

NOTICE, DECISION = "notice", "decision"
TABLE = """CREATE TABLE IF NOT EXISTS effect (
  number {number}, kind TEXT NOT NULL, project TEXT NOT NULL, gate INTEGER NOT NULL, UNIQUE (project, kind, gate))"""
PUT = "INSERT INTO effect (kind, project, gate) VALUES (:kind, :project, :gate) ON CONFLICT DO NOTHING"


class Late(Exception):
    """An effect did not come."""


def database(url: str) -> Engine:
    """Connections to the database: SQLite with a write-ahead log and every commit synced, PostgreSQL as it is set up."""
    engine = create_engine(url, pool_size=40, max_overflow=20)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
    number = "INTEGER PRIMARY KEY AUTOINCREMENT" if engine.dialect.name == "sqlite" else "BIGSERIAL PRIMARY KEY"
    with engine.begin() as connection:
        connection.execute(text(TABLE.format(number=number)))
    return engine


def _prepare(connection: object, _: object) -> None:
    connection.isolation_level = "IMMEDIATE"  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def durability(engine: Engine) -> str:
    """What the database itself says of a commit."""
    asked = {
        "sqlite": ("PRAGMA journal_mode", "PRAGMA synchronous"),
        "postgresql": ("SHOW fsync", "SHOW synchronous_commit"),
    }[engine.dialect.name]
    with engine.connect() as connection:
        return ", ".join(f"{q.split()[1]}={connection.execute(text(q)).scalar_one()}" for q in asked)


def put(connection: Connection, kind: str, project: str, gate: int) -> None:
    """Leave the effect behind; a second time changes nothing."""
    connection.execute(text(PUT), {"kind": kind, "project": project, "gate": gate})


class World:
    """The effects, as those see them who wait for them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seen: set[tuple[str, str, int]] = set()
        self._changed = threading.Condition()
        self._last = 0

    def put(self, kind: str, project: str, gate: int) -> None:
        """Leave the effect behind in a commit of its own."""
        with self.engine.begin() as connection:
            put(connection, kind, project, gate)

    def until(self, kind: str, project: str, gate: int) -> None:
        """Wait until the effect can be read. Raises Late."""
        wanted = (kind, project, gate)
        with self._changed:
            if not self._changed.wait_for(lambda: wanted in self._seen, PATIENCE_SECONDS):
                raise Late(f"{project}: the {kind} of gate {gate}")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the table as long as the block lasts; `until` works in it only."""
        ended = threading.Event()
        watching = threading.Thread(target=self._watch, args=(ended,), daemon=True)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()

    def _watch(self, ended: threading.Event) -> None:
        query = text("SELECT number, kind, project, gate FROM effect WHERE number > :after")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not ended.is_set():
                rows = connection.execute(query, {"after": self._last - OVERLAP}).all()
                fresh = {(kind, project, gate) for _, kind, project, gate in rows} - self._seen
                if fresh:
                    self._last = max(row[0] for row in rows)
                    with self._changed:
                        self._seen |= fresh
                        self._changed.notify_all()
                time.sleep(POLL_SECONDS)
