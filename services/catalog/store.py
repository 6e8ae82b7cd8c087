"""The catalog's database: how it is opened, read and changed.

There is no Alembic here, unlike for the records: the database belongs to this service alone, holds what can be loaded
again from its sources, and it only ever gains tables: what an entry comes to have beside its columns lies in `detail`.
`create_all` at start is enough for that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert, update
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session, col, create_engine, select

from services.catalog.tables import Revision, Table

BUSY_TIMEOUT_MS = 10_000


class Store:
    """The engine, and the two ways to work with it. Safe to share between threads."""

    def __init__(self, database_url: str) -> None:
        """Connects to nothing yet. Raises ValueError for a URL that is neither SQLite in a file nor PostgreSQL."""
        url = _checked(database_url)
        self._engine = create_engine(url, pool_pre_ping=True)
        if _is_sqlite(url):
            _prepare_sqlite(self._engine)
            self._reader = self._engine
        else:
            # Only so do the answers of one look-up and the version on them belong to the same moment.
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")

    @property
    def engine(self) -> Engine:
        """For what lies in the same database beside the catalog: the tokens."""
        return self._engine

    def create(self) -> None:
        """Create the tables that are missing. A second call changes nothing. Raises OperationalError if it is down."""
        _make_directory(self._engine.url)
        Table.metadata.create_all(self._engine)
        with Session(self._engine) as session, session.begin():
            if session.get(Revision, 1) is None:
                session.execute(insert(Revision).values(id=1, number=0))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the catalog and changes nothing."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when its block ends well, and leaves no trace otherwise.

        Changes happen one after another: the lock on the revision is taken before anything is read. So what is read
        inside the block stays true, two writers cannot deadlock, and SQLite has no snapshot to be outrun.
        """
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            session.execute(update(Revision).values(number=col(Revision.number)))
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def advance(session: Session) -> None:
    """Count up the catalog's version: a capability, a resource or an item has changed."""
    session.execute(update(Revision).values(number=col(Revision.number) + 1))


def version(session: Session) -> str:
    """The catalog's version: the number of changes so far. Reports of use do not count, the catalog is the same."""
    return str(session.exec(select(Revision.number)).one())


def _checked(database_url: str) -> URL:
    url = make_url(database_url)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if not _is_sqlite(url) and url.get_backend_name() != "postgresql":
        raise ValueError(f"database_url: must be SQLite or PostgreSQL (got {url.drivername})")
    if _is_sqlite(url) and url.database in (None, "", ":memory:"):
        raise ValueError("database_url: SQLite must have a file, since the requests do not share a thread (got none)")
    return url


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _make_directory(url: URL) -> None:
    if _is_sqlite(url) and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _configure_connection)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))


def _configure_connection(connection: Any, _: object) -> None:
    # The driver would begin a transaction only at the first change, and reads would then see different moments.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
