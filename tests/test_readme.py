"""The README in both languages: they say the same, shortly, and the pictures in them are those of today's rules."""

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from starter.cli import app
from tests.docs import ROOT, blocks, commands

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.*.svg"))
PICTURED = date(2026, 3, 2)
"""The day whose rules the pictures show. A later one may show others; `make pictures` draws them."""

COMMENT = re.compile(r"\s*#.*$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)]+)\)")


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def outline(page: str) -> list[str]:
    """The levels of the headings, with the rows of tables and the points of lists below each."""
    return re.findall(r"^(?:#+(?= )|\|(?= )|-(?= )|\d\.(?= ))", text(page), re.MULTILINE)


def test_both_have_the_same_headings_tables_and_lists() -> None:
    assert outline(CHINESE) == outline(ENGLISH)
    assert outline(ENGLISH).count("##") >= 8


def test_the_lines_to_type_are_the_same_but_for_their_comments() -> None:
    typed = [[COMMENT.sub("", block.text) for block in blocks(page)] for page in (ENGLISH, CHINESE)]
    assert typed[0] == typed[1]
    assert "make demo" in typed[0][0]


def test_both_name_the_same_commands_and_lead_to_the_same_pages() -> None:
    named = [{named.words for named in commands(page)} for page in (ENGLISH, CHINESE)]
    assert named[0] == named[1]
    english, chinese = (set(LINK.findall(text(page))) for page in (ENGLISH, CHINESE))
    assert english - {CHINESE} == chinese - {ENGLISH}


@pytest.mark.parametrize("page", [ENGLISH, CHINESE])
def test_a_newcomer_can_read_it_in_one_sitting(page: str) -> None:
    assert len(text(page).splitlines()) <= 180


def test_every_page_of_the_documents_is_reached_from_the_readme() -> None:
    pages = {
        page.relative_to(ROOT).as_posix() for folder in ("docs", "benchmarks") for page in (ROOT / folder).glob("*.md")
    }
    assert pages - set(LINK.findall(text(ENGLISH))) == set()


def test_every_regime_has_a_picture() -> None:
    scripts = {file.parent.name for file in (ROOT / "examples").glob("*/script.yaml")}
    assert {picture.name.split(".")[0] for picture in PICTURES if picture.suffixes[0] == ".zh"} == scripts
    assert (ROOT / "docs/pictures/jiangyin.en.svg") in PICTURES


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_picture_is_what_the_command_draws_of_the_rules(picture: Path, tmp_path: Path) -> None:
    regulation, language, _ = picture.name.split(".")
    drawn = tmp_path / picture.name
    words = ["--lang", language, "regulations", "diagram", regulation, "--on", str(PICTURED), "--out", str(drawn)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    assert drawn.read_text("utf-8") == picture.read_text("utf-8"), "make pictures"
