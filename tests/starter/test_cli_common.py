"""What every command has: --json, --lang, exit codes, and an advice what to do next."""

import os
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_group

import starter.commands
from starter.cli import MODULES
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


def test_the_language_of_the_environment_counts_without_the_option(registered: Tongchou) -> None:
    english = replace(registered, language="en")
    assert "officer" in english("register", "show").stdout
    assert "经办人" in english("register", "show", "--lang", "zh").stdout


def test_a_wrong_setting_is_bad_input_and_named(tongchou: Tongchou) -> None:
    told = replace(tongchou, language="fr")("regulations", "list")
    assert told.code == 2
    assert "language" in told.stderr and "fr" in told.stderr


def test_an_error_with_json_is_one_document_on_standard_output(tongchou: Tongchou) -> None:
    told = tongchou("status", "JY-2026-0700", "--json")
    assert (told.code, told.stderr) == (3, "")
    error = told.document["error"]
    assert error["kind"] == "unreachable"
    assert "tongchou up" in error["advice"]["en"]


@pytest.mark.parametrize(
    ("line", "fault", "page"),
    [
        (("inbx",), "'inbox'", "tongchou --help"),
        (("--colour", "red"), "--colour", "tongchou --help"),
        (("status", "--colour", "red"), "--colour", "tongchou status --help"),
        (("status",), "'code'", "tongchou status --help"),
        (("rehearse", "x.yaml", "--on", "2026-13-01"), "2026-13-01", "tongchou rehearse --help"),
        (("ledger", "shwo"), "'show'", "tongchou ledger --help"),
    ],
)
def test_a_line_that_is_no_command_is_bad_input_in_either_language_and_as_one_document(
    tongchou: Tongchou, line: tuple[str, ...], fault: str, page: str
) -> None:
    chinese, english, document = tongchou(*line), tongchou(*line, "--lang", "en"), tongchou(*line, "--json")
    assert [told.code for told in (chinese, english, document)] == [2, 2, 2]
    assert chinese.stderr.splitlines()[-1] == f"下一步：用法见 {page}"
    assert english.stderr.startswith("error: ") and fault in english.stderr
    assert document.stderr == "" and fault in document.document["error"]["details"][0]


def test_a_group_without_a_command_shows_its_commands(tongchou: Tongchou) -> None:
    told = tongchou("ledger")
    assert (told.code, "verify" in told.stdout + told.stderr) == (2, True)


def test_a_code_that_can_be_none_is_bad_input(tongchou: Tongchou) -> None:
    for code in ("a b", "a'b", "project:", ":JY-2026-0700", "统筹"):
        assert tongchou("status", code).code == 2


def test_records_that_do_not_exist_are_not_made_by_reading(tongchou: Tongchou) -> None:
    told = tongchou("ledger", "show", "JY-2026-0700")
    assert told.code == 3
    assert not tongchou.data_dir.exists()


def test_control_characters_of_a_register_are_refused_and_do_not_reach_the_terminal(
    tongchou: Tongchou, tmp_path: Path
) -> None:
    text = REGISTER.read_text(encoding="utf-8").replace("江阴传媒集团", '"江阴\\e[31m传媒"')
    file = tmp_path / "register.yaml"
    file.write_text(text, encoding="utf-8")
    told = tongchou("register", "import", file)
    assert told.code == 2
    assert "organs.4.name.zh: must not hold the control character" in told.stderr
    assert "\x1b" not in told.stderr


def test_every_command_of_every_module_has_its_place() -> None:
    folder = Path(starter.commands.__path__[0])
    modules = {module.stem: import_module(f"starter.commands.{module.stem}") for module in folder.glob("[a-z]*.py")}
    apps = {name: module.app for name, module in modules.items() if hasattr(module, "app")}
    commands = {name: [app.info.name] if app.info.name else [*get_group(app).commands] for name, app in apps.items()}
    assert {command: name for name, found in commands.items() for command in found} == MODULES


def test_what_only_speaks_to_a_workflow_imports_neither_the_records_nor_the_law() -> None:
    script = (
        "import sys, starter.cli; starter.cli.Commands()['inbox']; starter.cli.Commands()['decide'];"
        "heavy = {'httpx', 'cryptography', 'activities.ports'} & set(sys.modules);"
        "starter.cli.Commands()['procedure'];"
        "print(heavy | {'alembic', 'sqlalchemy', 'holidays', 'chinese_calendar', 'regulations.schema'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_module_runs_like_the_command() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "starter", *DUE], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "2026年10月10日" in done.stdout
