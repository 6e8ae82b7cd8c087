"""The service's database: SQLite in one file, or PostgreSQL by psycopg 3."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, create_engine

from services.notification.problems import ConfigurationError
from services.notification.tables import Base


class Database:
    """Sessions on one engine. `prepare` must have run once before the others are used.

    Raises `ConfigurationError` for a URL of neither kind.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    @property
    def engine(self) -> Engine:
        """For what lies in the same database beside the notices: the tokens."""
        return self._engine

    def prepare(self) -> None:
        """Create what is missing of the tables. A second call changes nothing."""
        Base.metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at its end, or changes nothing where the block raises."""
        engine = self._engine.execution_options(write=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self._engine.dispose()


def _engine(url: str) -> Engine:
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    # The value is not shown: it may hold a password.
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError("database_url: must be a URL, such as sqlite:///var/notification.db") from None
    if (kind := parsed.get_backend_name()) not in ("sqlite", "postgresql"):
        raise ConfigurationError(f"database_url: must be of sqlite or postgresql (got {kind!r})")
    return parsed


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # The driver must not begin transactions by itself: it would begin a write as a read, and two such can deadlock.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
