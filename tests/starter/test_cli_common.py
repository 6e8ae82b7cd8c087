"""What every command has: --json, --lang, exit codes, and an advice what to do next."""

import json
import os
from pathlib import Path

import pytest

from tests.starter.tongchou import REGISTER, ROOT, Tongchou

DUE = ("calendar", "due", "--from", "2026-09-28", "--working-days", "5")


def test_json_is_one_document_wherever_the_option_stands(tongchou: Tongchou) -> None:
    before, after = tongchou("--json", *DUE), tongchou(*DUE, "--json")
    assert before.document == after.document
    assert before.document["due_on"] == "2026-10-10"


def test_the_language_is_chinese_unless_another_is_asked_for(registered: Tongchou) -> None:
    assert "经办人" in registered("register", "show").stdout
    assert "officer" in registered("register", "show", "--lang", "en").stdout
    assert "officer" in registered("--lang", "en", "register", "show").stdout


def test_the_language_of_the_environment_counts_without_the_option(
    registered: Tongchou, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from starter.cli import app

    env = {"TONGCHOU_DATA_DIR": str(registered.data_dir), "TONGCHOU_LANGUAGE": "en"}
    assert "officer" in CliRunner().invoke(app, ["register", "show"], env=env).stdout


def test_a_wrong_setting_is_bad_input(tongchou: Tongchou) -> None:
    from typer.testing import CliRunner

    from starter.cli import app

    result = CliRunner().invoke(app, ["regulations", "list"], env={"TONGCHOU_LANGUAGE": "fr"})
    assert result.exit_code == 2
    assert "language" in result.stderr


def test_an_error_with_json_is_one_document_on_standard_output(tongchou: Tongchou) -> None:
    told = tongchou("status", "JY-2026-0700", "--json")
    assert (told.code, told.stderr) == (3, "")
    error = told.document["error"]
    assert error["kind"] == "unreachable"
    assert "tongchou up" in error["advice"]["en"]


def test_an_unknown_option_is_bad_input(tongchou: Tongchou) -> None:
    assert tongchou("status", "--colour", "red").code == 2


def test_a_code_that_can_be_none_is_bad_input(tongchou: Tongchou) -> None:
    told = tongchou("status", "a b")
    assert told.code == 2 or told.code == 3
    assert tongchou("withdraw", "a'b", "--by", "x", "--reason", "y").code == 2


def test_records_that_do_not_exist_are_not_made_by_reading(tongchou: Tongchou) -> None:
    told = tongchou("ledger", "show", "JY-2026-0700")
    assert told.code == 3
    assert not tongchou.data_dir.exists()


def test_control_characters_of_a_register_do_not_reach_the_terminal(tongchou: Tongchou, tmp_path: Path) -> None:
    text = REGISTER.read_text(encoding="utf-8").replace("江阴传媒集团", '"江阴\\e[31m传媒"')
    file = tmp_path / "register.yaml"
    file.write_text(text, encoding="utf-8")
    assert tongchou("register", "import", file).code == 0
    assert "\x1b" not in tongchou("register", "show").stdout


def test_every_committed_example_of_json_schema_is_json(tongchou: Tongchou) -> None:
    assert json.loads(tongchou("schema", "decision").stdout)["title"] == "Decision"


def test_the_module_runs_like_the_command() -> None:
    import subprocess
    import sys

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "starter", *DUE], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "2026年10月10日" in done.stdout
