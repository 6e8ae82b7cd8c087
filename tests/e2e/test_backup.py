"""A whole installation, with a project under review, is backed up, lost and restored; and what must not be restored is not."""

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.starter.tongchou import Tongchou, up

CODE = "JY-2026-0001"


def test_a_project_goes_on_where_it_stood_after_everything_was_lost_and_restored(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup.tar.gz"
    with up(folder, "--with-examples") as tongchou:
        key = tongchou.document("key", "create", "chen.hao", "--register")
        review = tongchou.start(CODE, tmp_path / "application")
        refused = tongchou("backup", backup)
        assert (refused.code, backup.exists()) == (3, False), refused
    before = Tongchou(folder).document("ledger", "show", CODE)
    assert Tongchou(folder)("backup", backup).code == 0
    shutil.rmtree(folder)

    restored = Tongchou(folder)
    assert restored("restore", backup).code == 0
    assert restored.document("ledger", "show", CODE) == before
    assert restored("ledger", "verify").code == 0
    assert restored.document("key", "list")[0]["key_id"] == key["key_id"]
    with up(folder) as tongchou:
        assert tongchou.status(CODE, until=lambda s: s["review"])["review"]["review_id"] == review
        decided = tongchou("decide", CODE, "--organ", "jy-data-bureau", "--officer", "chen.hao", "--verdict", "approve")
        assert decided.code == 0, decided
        assert tongchou.recorded(CODE, "decision.counted")


# ---------------------------------------------------------------- what is refused


@pytest.fixture
def backed_up(tmp_path: Path) -> Path:
    """A backup of a folder with two files."""
    folder = tmp_path / "data"
    (folder / "secrets").mkdir(parents=True)
    (folder / "secrets" / "key").write_text("secret")
    (folder / "note").write_text("a note")
    backup = tmp_path / "backup.tar.gz"
    assert Tongchou(folder)("backup", backup).code == 0
    return backup


def test_a_backup_is_for_its_owner_only_and_is_not_overwritten(backed_up: Path, tmp_path: Path) -> None:
    assert backed_up.stat().st_mode & 0o077 == 0
    assert Tongchou(tmp_path / "data")("backup", backed_up).code != 0


def test_a_folder_that_holds_something_is_not_restored_over(backed_up: Path, tmp_path: Path) -> None:
    told = Tongchou(tmp_path / "data", language="en")("restore", backed_up)
    assert told.code != 0
    assert "is not empty" in told.stderr


def test_a_backup_that_was_changed_restores_nothing(backed_up: Path, tmp_path: Path) -> None:
    changed, scratch = tmp_path / "changed.tar.gz", tmp_path / "scratch"
    with tarfile.open(backed_up) as archive:
        archive.extractall(scratch, filter="data")
    (scratch / "data" / "note").write_text("another note")
    with tarfile.open(changed, "w:gz") as archive:
        archive.add(scratch / "backup.json", "backup.json")
        archive.add(scratch / "data", "data")
    told = Tongchou(tmp_path / "fresh", language="en")("restore", changed)
    assert "is not as it was made: note" in told.stderr
    assert not (tmp_path / "fresh").exists()


def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    (tmp_path / "stolen").write_text("x")
    with tarfile.open(evil, "w:gz") as archive:
        archive.add(tmp_path / "stolen", "../../stolen")
    assert Tongchou(tmp_path / "fresh")("restore", evil).code != 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["evil.tar.gz", "stolen"]


def test_records_that_lie_elsewhere_are_not_said_to_be_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCHOU_DATABASE_URL", "postgresql+psycopg://host/records")
    monkeypatch.setenv("TONGCHOU_DATA_DIR", str(tmp_path))
    from typer.testing import CliRunner

    from starter.cli import app

    assert CliRunner().invoke(app, ["backup", str(tmp_path / "b.tar.gz")]).exit_code == 1
