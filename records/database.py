"""The database of the records: how it is opened, and how it is written. Its tables come to be in `records.migration`.

SQLite by default, PostgreSQL by psycopg 3 beyond one machine. Both keep one rule: **one writer at a time**. Whoever
writes holds the lock from the first statement to the commit, so a read before a write still holds when it is written,
and the positions of the ledger become visible in their order.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlmodel import Session

LOCK_WAIT_SECONDS = 30
"""How long a writer waits for the one before it. Then `OperationalError`: try again later."""

WRITER_LOCK = 0x7463_6872
"""Key of the PostgreSQL advisory lock. No right on a table is needed to take it."""

LEDGER_DIGEST = "tongchou_ledger_digest"
"""The option of a connection that names the algorithm for the ledger's entries to come (`records.chain.links.ALGORITHMS`)."""

_WRITES = "tongchou_writes"


def connect(url: str, *, ledger_digest: str = "sha256") -> Engine:
    """Open the database; nothing is read yet. The folder of a SQLite file is made where it is missing.

    `ledger_digest` is the algorithm of the ledger's entries to come. SQLite runs with WAL and synchronous=FULL: what was
    committed survives a loss of power. Raises ValueError for a URL that is neither `sqlite:///file` nor
    `postgresql+psycopg://…`.
    """
    engine = _connect(url)
    engine.update_execution_options(**{LEDGER_DIGEST: ledger_digest})
    return engine


def _connect(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _connect_sqlite(address)
    if address.get_backend_name() == "postgresql":
        return _connect_postgresql(address.set(drivername="postgresql+psycopg"))
    raise ValueError(f"database_url: must be sqlite:///file or postgresql+psycopg://… (got {address.drivername})")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes, alone. Commits at the end; an exception rolls everything back and is raised on.

    Raises `OperationalError` where another writer holds on for longer than `LOCK_WAIT_SECONDS`.
    """
    with Session(_writer(engine)) as session, session.begin():
        yield session


@contextmanager
def changing(url: str) -> Iterator[Connection]:
    """One transaction that may change the tables themselves, alone; all of it happens, or nothing."""
    engine = connect(url)
    try:
        with _writer(engine).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _writer(engine: Engine) -> Engine:
    return engine.execution_options(**{_WRITES: True})


def _connect_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("database_url: must name a file, since several processes share it (got SQLite in memory)")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, json_serializer=_json)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, json_serializer=_json, pool_pre_ping=True, connect_args={"connect_timeout": LOCK_WAIT_SECONDS}
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver would begin transactions by itself, too late for BEGIN IMMEDIATE and not at all for DDL.
    connection.isolation_level = None
    # First of all, since the change to WAL needs the lock as well.
    connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _is_writer(connection) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if _is_writer(connection):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def _is_writer(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_WRITES, False))


# Chinese stays readable in the database.
_json = partial(json.dumps, ensure_ascii=False, allow_nan=False)
