"""How the tables of the records come to be. Apart from `records.database`, since Alembic is slow to import."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from records.database import changing

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = "records_version"


class NotCurrent(Exception):
    """The tables are of another revision than this release's. The message names both."""


def upgrade(url: str) -> None:
    """Bring the tables to the newest revision, or leave everything as it was. A second call changes nothing.

    Processes that start at once wait for each other. Raises Alembic's CommandError for a database that a newer release
    has already changed.
    """
    migrate(url, partial(command.upgrade, revision="head"))


def migrate(url: str, run: Callable[[Config], None]) -> None:
    """Run one Alembic command in one writing transaction: all of it happens, or nothing."""
    with changing(url) as connection:
        run(configuration(connection))


def require_current(engine: Engine) -> None:
    """Raise NotCurrent unless the tables are of this release's newest revision, and OperationalError if it is down."""
    # Alembic's own way to ask logs two lines each time, and this is asked every few seconds.
    with engine.connect() as connection:
        there = inspect(connection).has_table(_VERSION)
        found = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar() if there else None
    if found != _newest():
        raise NotCurrent(f"the records are at revision {found}, this release needs {_newest()}")


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_packaged()).get_current_head()


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without a file: the packaged migrations, on this connection."""
    config = _packaged()
    config.attributes["connection"] = connection
    return config


def _packaged() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
