"""How the tables of the records come to be. Apart from `records.database`, since Alembic is slow to import."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from records.database import changing

MIGRATIONS = Path(__file__).parent / "migrations"


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


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without a file: the packaged migrations, on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
