"""The ledger port as the worker calls it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ledger import SqlLedger
from models.base import Text
from models.citation import Citation
from models.effects import EntryKind, LedgerClaim, LedgerEntry
from records import database, ledger, migration

BY_RULE = Citation(rule="JY-36", instrument="办法", article="第三十六条")
ENTRY = LedgerEntry(
    entry_id="project:JY-2026-0001/filed",
    project="JY-2026-0001",
    at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    kind=EntryKind.PROJECT_FILED,
    summary=Text(zh="项目申报", en="project filed"),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    yield engine
    engine.dispose()


def test_an_entry_that_is_appended_twice_is_one_entry(engine: Engine) -> None:
    append = SqlLedger(engine).append
    assert ActivityEnvironment().run(append, ENTRY) == ActivityEnvironment().run(append, ENTRY)
    assert [recorded.entry for recorded in ledger.entries(engine)] == [ENTRY]


@pytest.mark.parametrize(
    ("changes", "type_name"),
    [({"project": "JY-2026-0002"}, "EntryConflict"), ({"detail": {"text": "x" * 70_000}}, "EntryInvalid")],
)
def test_what_nobody_can_mend_is_never_retried(engine: Engine, changes: dict[str, object], type_name: str) -> None:
    append = SqlLedger(engine).append
    append(ENTRY)
    with pytest.raises(ApplicationError) as refusal:
        append(ENTRY.model_copy(update=changes))
    assert refusal.value.non_retryable
    assert refusal.value.type == type_name


def test_a_database_that_is_down_is_left_to_the_retry_policy() -> None:
    engine = database.connect("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError):
        SqlLedger(engine).append(ENTRY)


CLAIM = LedgerClaim(entry_id=ENTRY.entry_id, project=ENTRY.project, kind=ENTRY.kind, detail={"route": "full", "new": 1})


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({}, True),
        ({"detail": {"route": "filing_only"}}, False),
        ({"project": "JY-2026-0002"}, False),
        ({"kind": EntryKind.PROJECT_CLOSED}, False),
        ({"entry_id": "project:JY-2026-0001/closed"}, False),
        ({"citations": (BY_RULE,)}, False),
    ],
    ids=[
        "what it says, and more",
        "another detail",
        "another project",
        "another kind",
        "another entry",
        "another rule",
    ],
)
def test_the_ledger_shows_an_entry_that_says_nothing_else_than_what_is_claimed(
    engine: Engine, change: dict[str, object], shown: bool
) -> None:
    port = SqlLedger(engine)
    port.append(ENTRY.model_copy(update={"detail": {"route": "full", "title": "停车"}}))
    assert ActivityEnvironment().run(port.shows, CLAIM.model_copy(update=change)) is shown
