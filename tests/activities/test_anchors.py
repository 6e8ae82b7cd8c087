"""The anchors port as the worker calls it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.anchors import FileAnchors
from records import database, ledger, migration
from tests.activities.test_ledger import ENTRY


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    ledger.append(engine, ENTRY)
    yield engine
    engine.dispose()


def test_a_repeated_anchoring_tells_of_the_same_anchor_and_adds_none(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "anchors" / "anchors.jsonl"
    first = ActivityEnvironment().run(FileAnchors(engine, file).anchor)
    again = ActivityEnvironment().run(FileAnchors(engine, file).anchor)
    assert (first.number, first.heads) == (1, 1)
    assert (again.number, again.digest, again.heads) == (1, first.digest, 0)


def test_a_file_that_is_not_what_it_was_is_never_retried(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text("{}\n")
    with pytest.raises(ApplicationError) as refusal:
        ActivityEnvironment().run(FileAnchors(engine, file).anchor)
    assert (refusal.value.type, refusal.value.non_retryable) == ("AnchorsDamaged", True)


def test_a_database_that_is_down_and_a_full_disk_are_left_to_the_retry_policy(engine: Engine, tmp_path: Path) -> None:
    down = database.connect("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError):
        ActivityEnvironment().run(FileAnchors(down, tmp_path / "anchors.jsonl").anchor)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="taken"):
        ActivityEnvironment().run(FileAnchors(engine, tmp_path / "taken" / "anchors.jsonl").anchor)
