"""`python -m services.<name> token …` as an operator types it."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.catalog.__main__ import main as catalog
from services.notification.__main__ import main as notification

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("catalog", "notification"):
        monkeypatch.setenv(f"TONGCHOU_{name.upper()}_DATABASE_URL", f"sqlite:///{tmp_path}/{name}.db")


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    create = ["token", "create", "--name", "gateway", "--scope", "receipts:write", "--days", "30"]
    assert notification(create) == 0
    _, token_id, secret = capsys.readouterr().out.strip().split("_")
    assert notification(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert "gateway  receipts:write" in listed and "valid" in listed and secret not in listed
    assert notification(["token", "revoke", token_id]) == 0
    notification(["token", "list"])
    assert re.search(f"{token_id}.*revoked$", capsys.readouterr().out, re.MULTILINE)
    assert notification(["token", "revoke", "0" * 12]) == 2


def test_a_token_in_a_file_is_its_owners_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "token"
    file.write_text("an older one", "utf-8")
    file.chmod(0o644)
    assert catalog(["token", "create", "--name", "worker", "--scope", "facts:read", "--output", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text("utf-8").startswith("tcg_") and capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--days", "401"], "days: must lie between 1 and 400"), (["--output", "absent/token"], "output: ")],
)
def test_what_cannot_be_made_is_told_and_makes_nothing(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert catalog(["token", "create", "--name", "a", "--scope", "facts:read", *words]) == 2
    assert told in capsys.readouterr().err
    catalog(["token", "list"])
    assert capsys.readouterr().out.strip() == ""


def test_a_scope_of_the_other_service_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        catalog(["token", "create", "--name", "a", "--scope", "messages:send"])
    assert "messages:send" in capsys.readouterr().err


def test_provision_makes_what_is_missing_or_no_longer_good_and_keeps_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    worker, operator = folder / "catalog-worker.token", folder / "catalog-operator.token"

    def provisioned() -> tuple[str, str]:
        assert catalog(["token", "provision", str(folder)]) == 0
        assert {stat.S_IMODE(file.stat().st_mode) for file in (worker, operator)} == {0o600}
        return worker.read_text("ascii"), operator.read_text("ascii")

    first = provisioned()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert provisioned() == first
    catalog(["token", "revoke", first[0].split("_")[1]])
    second = provisioned()
    assert second[0] != first[0] and second[1] == first[1]
    operator.chmod(0o644)
    third = provisioned()
    assert third[0] == second[0] and third[1] != second[1]
    (tmp_path / "catalog.db").unlink()
    assert not set(provisioned()) & set(third)


def test_tokens_are_managed_without_loading_the_service(tmp_path: Path) -> None:
    code = "import sys, services.catalog.__main__, services.notification.__main__; print('uvicorn' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
