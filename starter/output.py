"""How a command's answer is shown: one JSON document for programs, lines and tables for people, in either language."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table as RichTable
from rich.text import Text as RichText

from models.base import Text
from starter.failures import Failure

Cell = Text | str | int | None

PIPE_WIDTH = 200
"""Columns where the output is no terminal: wide enough that a line of a table can be searched for."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Table:
    """Rows under their column titles."""

    columns: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    title: Cell = None


Part = Text | str | Table


@dataclass(frozen=True)
class Shown:
    """What a command answers: `document` for programs, `parts` for people. Both say the same."""

    document: Any
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, document: Any, *parts: Part | None) -> "Shown":
        """The answer with the parts that there are."""
        return cls(document, tuple(part for part in parts if part is not None))


@dataclass(frozen=True)
class Screen:
    """Where a command shows its answer: standard output, and standard error for what went wrong."""

    language: str
    as_json: bool

    def show(self, shown: Shown) -> None:
        """Print the answer."""
        if self.as_json:
            print(_json(shown.document), flush=True)
        else:
            _print(Console(), shown.parts, self.language)

    def line(self, document: Any, text: Text) -> None:
        """Print one of many results: one line of JSON for programs, one line for people."""
        print(_json(document, indent=None) if self.as_json else say(text, self.language), flush=True)

    def warn(self, text: Text) -> None:
        """Tell something beside the answer, on standard error."""
        _print(Console(stderr=True), (text,), self.language)

    def fail(self, failure: Failure) -> None:
        """Print what is wrong and what to do next."""
        if self.as_json:
            print(_json({"error": _document(failure)}), flush=True)
        else:
            _print(Console(stderr=True), _told(failure), self.language)


def say(cell: Cell, language: str) -> str:
    """The cell in that language, without control characters: what a unit filed must not steer a clerk's terminal."""
    text = getattr(cell, language) if isinstance(cell, Text) else "" if cell is None else str(cell)
    return _CONTROL.sub("�", text)


def listed(texts: Iterable[Text | str]) -> Text:
    """Several in one cell."""
    both = [text if isinstance(text, Text) else Text(zh=text, en=text) for text in texts]
    return Text(zh="、".join(text.zh for text in both), en=", ".join(text.en for text in both))


def field(name_zh: str, name_en: str, value: Cell) -> Text | None:
    """One line `name: value`, or None where there is no value."""
    if value is None or say(value, "zh") == "":
        return None
    return Text(zh=f"{name_zh}：{say(value, 'zh')}", en=f"{name_en}: {say(value, 'en')}")


def _json(document: Any, indent: int | None = 2) -> str:
    plain = document.model_dump(mode="json") if isinstance(document, BaseModel) else to_jsonable_python(document)
    return json.dumps(plain, ensure_ascii=False, indent=indent)


def _document(failure: Failure) -> dict[str, Any]:
    return {
        "kind": failure.kind,
        "message": failure.text,
        "details": failure.details,
        "advice": failure.advice,
    }


def _told(failure: Failure) -> tuple[Part, ...]:
    headline = Text(zh=f"错误：{failure.text.zh}", en=f"error: {failure.text.en}")
    details = [Text(zh=f"  {say(d, 'zh')}", en=f"  {say(d, 'en')}") for d in failure.details]
    advice = failure.advice
    return (headline, *details, *([Text(zh=f"下一步：{advice.zh}", en=f"next: {advice.en}")] if advice else []))


def _print(console: Console, parts: Iterable[Part], language: str) -> None:
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    for part in parts:
        console.print(_rendered(part, language), soft_wrap=not isinstance(part, Table))


def _rendered(part: Part, language: str) -> RenderableType:
    if not isinstance(part, Table):
        return RichText(say(part, language))
    title = RichText(say(part.title, language)) if part.title else None
    table = RichTable(title=title, box=box.SIMPLE, title_justify="left", title_style="bold")
    for column in part.columns:
        table.add_column(RichText(say(column, language)), overflow="fold")
    for row in part.rows:
        table.add_row(*(RichText(say(cell, language)) for cell in row))
    return table
