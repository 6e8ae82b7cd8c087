"""The documents tell people what to type and where to look. What they name has to exist."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_group

from starter.cli import app
from tests.docs import PAGES, ROOT, Named, commands

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:docs|benchmarks|examples|regulations|starter|tests)/[\w./-]+\.\w+)`")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_is_one_that_the_program_takes(page: str) -> None:
    assert {str(named): fault for named in commands(page) if (fault := _fault(named))} == {}


def test_the_pages_name_commands_at_all() -> None:
    """Or the test above would read nothing."""
    found = [named for page in PAGES for named in commands(page)]
    assert len([named for named in found if named.is_whole]) > 50
    assert len([named for named in found if not named.is_whole]) > 50


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("status",), "Missing parameter"),
        (("decied", "JY-2026-0001"), "no such command"),
        (("inbox", "--organs", "jy-data-bureau"), "No such option"),
        (("calendar", "due", "--from", "today", "--working-days", "5"), "does not match"),
        (("ledger", "show", "JY-2026-0001", "JY-2026-0002"), "unexpected extra"),
        (("register",), "a group"),
    ],
)
def test_a_command_that_the_program_does_not_take_is_found(words: tuple[str, ...], fault: str) -> None:
    assert fault in (_fault(Named("page", words, is_whole=True)) or "")


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_a_page_names_is_one(page: str) -> None:
    targets = set(re.findall(r"^([\w.-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z.][\w.-]*)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert set(named) - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_path_of_a_page_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    linked = [(ROOT / page).parent / unquote(link) for link in LINK.findall(text) if "://" not in link]
    named = [ROOT / path for path in PATH.findall(text)]
    assert [str(file) for file in (*linked, *named) if not file.exists()] == []


def _fault(named: Named) -> str | None:
    """What is wrong with the command by the program's own reading; nothing is run. None where it is taken."""
    command, words = find(list(named.words))
    if command is None:
        return f"no such command: {words[0]}"
    if isinstance(command, TyperGroup):
        return "a group of commands, and none of them" if named.is_whole else None
    if not named.is_whole:
        unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - _options(command)
        return f"No such option: {', '.join(sorted(unknown))}" if unknown else None
    try:
        command.make_context(command.name or "", words)
    except TyperException as error:
        return str(error)
    return None


def find(words: list[str]) -> tuple[TyperCommand | TyperGroup | None, list[str]]:
    """The command that the words lead to, and the words that are left for it; None where they lead nowhere."""
    command: Any = get_group(app)
    while isinstance(command, TyperGroup):
        words = _without_common(words)
        if not words:
            return command, words
        if words[0] not in command.commands:
            return None, words
        command, words = command.commands[words[0]], words[1:]
    return command, words


def _without_common(words: list[str]) -> list[str]:
    """The words without the options that may stand before a command."""
    while words and words[0] in _COMMON:
        words = words[_COMMON[words[0]] :]
    return words


_COMMON = {"--json": 1, "--help": 1, "--lang": 2, "--install-completion": 2, "--show-completion": 2}
"""How many words each takes, with what follows it."""


def _options(command: TyperCommand) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
