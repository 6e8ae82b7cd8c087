"""How the database is opened, how its tables come and go, and that writers wait for each other."""

import subprocess
import sys
import threading
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from records import database, migration
from records.tables import CalendarNoticeRow, Row

TABLES = {
    "calendar_notice",
    "delegation",
    "ledger_entry",
    "material",
    "officer",
    "officer_key",
    "officer_post",
    "organ",
    "register_change",
    "sanction",
}
ROOT = Path(database.__file__).parents[1]


def tables(url: str) -> set[str]:
    engine = database.connect(url)
    try:
        return set(inspect(engine).get_table_names()) - {"records_version"}
    finally:
        engine.dispose()


def test_an_upgrade_makes_every_table(url: str) -> None:
    assert tables(url) == set()
    migration.upgrade(url)
    assert tables(url) == TABLES


def test_a_second_upgrade_changes_nothing(engine: Engine, url: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO officer (id, name) VALUES ('chen.hao', '陈浩')"))
    migration.upgrade(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM officer")).scalar_one() == "陈浩"


def test_a_downgrade_leaves_nothing_behind_and_can_be_upgraded_again(url: str) -> None:
    migration.upgrade(url)
    migration.migrate(url, partial(command.downgrade, revision="base"))
    assert tables(url) == set()
    migration.upgrade(url)
    assert tables(url) == TABLES


def test_the_migrations_give_the_tables_that_the_models_describe(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "records_version"})
        assert compare_metadata(context, Row.metadata) == []


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    def fail_after_upgrade(config: Config) -> None:
        command.upgrade(config, "head")
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        migration.migrate(url, fail_after_upgrade)
    assert tables(url) == set()


def test_processes_that_start_at_once_upgrade_only_once(url: str) -> None:
    program = f"from records import migration; migration.upgrade({url!r})"
    starts = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [start.communicate(timeout=60)[1] for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0, 0], errors
    assert tables(url) == TABLES


def test_sqlite_is_durable_strict_and_patient(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/new/folder/records.db")
    with engine.connect() as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "busy_timeout") == database.LOCK_WAIT_SECONDS * 1000
    engine.dispose()


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_a_plain_postgresql_url_uses_psycopg() -> None:
    assert database.connect("postgresql://nobody@127.0.0.1:1/none").url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/records", "sqlite://", "sqlite:///:memory:"])
def test_another_database_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match="database_url"):
        database.connect(url)


def test_a_writer_waits_for_the_one_before_it(engine: Engine) -> None:
    """Both read the newest version and write the next one. Without the lock both would write version 1."""
    first_has_read, versions = threading.Event(), []

    def add_version(session: Session) -> int:
        newest = session.execute(text("SELECT coalesce(max(version), 0) FROM calendar_notice")).scalar_one()
        first_has_read.set()
        session.execute(
            text("INSERT INTO calendar_notice VALUES (2026, :version, '{}', '2026-01-01')"), {"version": newest + 1}
        )
        return int(newest) + 1

    def second() -> None:
        first_has_read.wait(10)
        with database.writing(engine) as session:
            versions.append(add_version(session))

    thread = threading.Thread(target=second)
    with database.writing(engine) as session:
        thread.start()
        versions.append(add_version(session))
        thread.join(0.3)  # the second has asked for the lock by now, and must still be waiting
        assert thread.is_alive()
    thread.join(10)
    assert versions == [1, 2]


def test_an_exception_rolls_the_whole_transaction_back(engine: Engine) -> None:
    with pytest.raises(RuntimeError), database.writing(engine) as session:
        session.execute(text("INSERT INTO officer (id, name) VALUES ('chen.hao', '陈浩')"))
        session.flush()
        raise RuntimeError("the power goes")
    with Session(engine) as session:
        assert session.execute(text("SELECT count(*) FROM officer")).scalar_one() == 0


def test_a_moment_without_a_zone_is_not_written(engine: Engine) -> None:
    row = CalendarNoticeRow(year=2026, version=1, body={}, published_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(StatementError, match="has no time zone"), database.writing(engine) as session:
        session.add(row)
