"""What a shell completes by itself: names that lie in files of this machine. No server is asked, and little is imported.

Each function gives all that there is; what was typed already is compared by the caller. Where nothing can be read, nothing
is offered: a key that is pressed must never end in an error.
"""

import os
import sqlite3
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script, install

ROOT = Path(__file__).parents[1]

PROGRAM = "tongchou"
VARIABLE = "_TONGCHOU_COMPLETE"
"""The variable by which a shell asks the program."""


class CompletedShell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def ready() -> None:
    """Answer the shells that ask. Typer does this by itself only for its own options, which guess the shell."""
    completion_init()


def show(shell: CompletedShell | None) -> None:
    """Print the script for that shell, and end. Nothing where none was named."""
    if shell is not None:
        typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value))
        raise typer.Exit


def put_in_place(shell: CompletedShell | None) -> None:
    """Write the script where that shell reads it for this user, and end. Nothing where none was named."""
    if shell is not None:
        _, file = install(shell=shell.value, prog_name=PROGRAM, complete_var=VARIABLE)
        typer.echo(f"补全已安装 completion installed: {file}")
        typer.echo("下一步：请打开新的终端 next: open a new terminal")
        raise typer.Exit


# ---------------------------------------------------------------- names


def regimes() -> list[str]:
    """The regimes that have an example to be played."""
    return sorted(script.parent.name for script in (ROOT / "examples").glob("*/script.yaml"))


def regulations() -> list[str]:
    """The ids of the regulations, each of which is the name of its file."""
    return sorted(file.stem for file in (ROOT / "regulations").glob("*.yaml"))


def organs() -> list[tuple[str, str]]:
    """The parties of the register with their names."""
    return _registered("SELECT id, name_zh FROM organ ORDER BY id")


def officers() -> list[tuple[str, str]]:
    """The officers of the register with their names."""
    return _registered("SELECT id, name FROM officer ORDER BY id")


def _registered(query: str) -> list[tuple[str, str]]:
    """Out of the register on this machine. A database server is not asked: it may take its time."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(_database()))}?mode=ro", uri=True, timeout=0.1)) as database:
            return [(str(code), str(name)) for code, name in database.execute(query)]
    except sqlite3.Error:
        return []


def _database() -> Path:
    """As `Desk.database_url` finds it."""
    url = os.environ.get("TONGCHOU_DATABASE_URL", "")
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///")).absolute()
    return Path(os.environ.get("TONGCHOU_DATA_DIR", "var")).absolute() / ("tongchou.db" if not url else "")
