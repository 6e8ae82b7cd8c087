"""What a shell completes: asked as the shell asks, without a server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulations.files import library
from starter import completion
from starter.briefs import briefs
from starter.cli import MODULES, Commands, app
from tests.starter.tongchou import EXAMPLE, ROOT, Tongchou

HEAVY = {"temporalio", "sqlalchemy", "pydantic", "httpx"}


def completed(words: str, folder: Path | None = None) -> list[str]:
    """What bash is told for that line; the last word is the one that is being typed."""
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "TONGCHOU_DATA_DIR": str(folder) if folder else None,
        "TONGCHOU_DATABASE_URL": None,
        completion.VARIABLE: "complete_bash",
    }
    completion.ready()
    told = CliRunner().invoke(app, env=asked, prog_name=completion.PROGRAM, complete_var=completion.VARIABLE)
    assert (told.exit_code, told.stderr) == (0, "")
    return told.stdout.split()


def test_commands_regimes_and_verdicts_are_completed() -> None:
    assert set(completed("tongchou res")) == {"respond", "resume-clock", "resume", "restore"}
    assert "jiangyin" in completed("tongchou demo ")
    assert completed("tongchou demo jiangy") == ["jiangyin"]
    assert completed("tongchou decide X-1 --verdict ") == ["approve", "return", "reject", "abstain"]
    assert completed("tongchou schedule list --regulation nat") == ["national", "national-sharing"]


def test_organs_and_officers_of_the_register_are_completed_and_without_one_nothing_is(
    registered: Tongchou, tmp_path: Path
) -> None:
    assert completed("tongchou inbox --organ jy-data", registered.data_dir) == ["jy-data-bureau"]
    assert completed("tongchou decide X-1 --officer lin", registered.data_dir) == ["lin.yue"]
    assert completed("tongchou inbox --organ jy", tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_every_regulation_is_completed_by_the_name_of_its_file() -> None:
    assert completion.regulations() == sorted(library())
    assert EXAMPLE.parent.name in completion.regimes()


def test_the_help_page_and_the_list_of_commands_import_no_command() -> None:
    script = (
        "import sys; from starter.cli import app; from typer.testing import CliRunner;"
        "page = CliRunner().invoke(app, ['--help']); assert 'decide' in page.stdout, page;"
        f"print({HEAVY!r} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_help_page_says_of_each_command_what_the_command_says_of_itself() -> None:
    commands = Commands()
    told = {name: text for module in set(MODULES.values()) for name, text in briefs(module).items()}
    assert told == {name: commands[name].help for name in MODULES}


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed on this machine")
def test_bash_completes_by_the_script_that_is_shown(tongchou: Tongchou, tmp_path: Path) -> None:
    script = tongchou("--show-completion", "bash")
    assert script.code == 0
    program = tmp_path / "tongchou"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m starter "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    asked = f"{script.stdout}\nCOMP_WORDS=(tongchou demo jiangy); COMP_CWORD=2; _tongchou_completion tongchou\n"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", asked + 'echo "${COMPREPLY[*]}"'], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "jiangyin"


def test_completion_is_shown_for_the_usual_shells_and_installed_for_the_user(
    tongchou: Tongchou, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for shell in completion.CompletedShell:
        assert completion.VARIABLE in tongchou("--show-completion", shell.value).stdout
    told = tongchou("--install-completion", "bash")
    assert (told.code, "新的终端" in told.stdout) == (0, True)
    assert completion.VARIABLE in (tmp_path / ".bash_completions" / "tongchou.sh").read_text(encoding="utf-8")
    assert "tongchou.sh" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
    assert tongchou("--show-completion", "cmd").code == 2
