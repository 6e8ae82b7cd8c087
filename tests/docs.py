"""What the documents of the project tell people to type, found in their text."""

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]

PAGES = tuple(
    sorted(
        page.relative_to(ROOT).as_posix()
        for folder in (ROOT, ROOT / "docs", ROOT / "benchmarks", ROOT / "regulations" / "cases")
        for page in folder.glob("*.md")
        if page.name != "CHANGELOG.md"
    )
)
"""Every page that is to be right today. The list of changes tells what was."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`]+)`")
_CALLED = re.compile(r"(?:^\s*|[(|&;/]\s*|\$ |\b[A-Z_]+=\S+ )tongchou (?=\S)")
"""Where a command begins: not every `tongchou` is one, a task queue and a deployment have that name, too."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language as written, and its text."""

    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines as a shell reads them: with what follows a backslash, and an open quote, in one."""
        lines: list[str] = []
        for line in self.text.replace("\\\n", " ").splitlines():
            if lines and lines[-1].count("'") % 2:
                lines[-1] += f"\n{line}"
            else:
                lines.append(line)
        return lines


@dataclass(frozen=True)
class Named:
    """A `tongchou` command as a page has it: its words after `tongchou`, and whether it is to be typed as it stands."""

    page: str
    words: tuple[str, ...]
    is_whole: bool

    def __str__(self) -> str:
        return f"{self.page}: tongchou {' '.join(self.words)}"


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    return [Block(*found) for found in _FENCE.findall((ROOT / page).read_text("utf-8"))]


def commands(page: str) -> list[Named]:
    """Every `tongchou` command that the page names: lines of blocks are whole, what stands in a sentence may be a part of one."""
    text = (ROOT / page).read_text("utf-8")
    lines = [line for block in blocks(page) for line in block.lines if not _is_drawn(line)]
    typed, said = [line.partition("#")[0] for line in lines], [line.partition("#")[2] for line in lines]
    spans = _QUOTED.findall(_FENCE.sub("", text)) + [span for line in said for span in _QUOTED.findall(line)]
    whole = [Named(page, words, is_whole=True) for line in typed for words in _called(line)]
    return whole + [Named(page, words, is_whole=False) for span in spans for words in _called(" ".join(span.split()))]


def _is_drawn(line: str) -> bool:
    """Whether the line belongs to a picture made of letters."""
    return any("\u2500" <= letter <= "\u25ff" for letter in line)


def _called(line: str) -> Iterator[tuple[str, ...]]:
    """The words after each `tongchou` of the line, up to where the command ends. What may be left out counts as written."""
    for after in _CALLED.split(line)[1:]:
        lexer = shlex.shlex(after.replace("[", " ").replace("]", " "), posix=True, punctuation_chars="|&;<>()")
        lexer.commenters = ""
        lexer.whitespace_split = True
        yield tuple(takewhile(lambda word: word[0] not in "|&;<>()", _read(lexer)))


def _read(lexer: shlex.shlex) -> Iterator[str]:
    """The words, up to a quote that was opened before the command and closes after it."""
    with suppress(ValueError):
        yield from lexer
