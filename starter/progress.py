"""How far a long piece of work has come: a bar on standard error, where that is a terminal and nobody asked for JSON."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from models.base import Text
from starter.output import Screen, say

T = TypeVar("T")

Told = Callable[[float], None]
"""Says that so much more is done, in whatever the total is counted."""


def silent(_: float) -> None:
    """For whoever wants no bar."""


@contextmanager
def bar(screen: Screen, title: Text, total: float | None) -> Iterator[Told]:
    """A bar while the context is open; what is printed meanwhile stays above it. Elsewhere than on a terminal nothing is
    shown. `total` is None where nobody knows how much there is."""
    if screen.as_json or not sys.stderr.isatty():
        yield silent
        return
    with shown(Console(stderr=True), say(title, screen.language), total) as told:
        yield told


@contextmanager
def shown(console: Console, title: str, total: float | None) -> Iterator[Told]:
    """The bar itself, on that console. Nothing where it is quiet or no terminal."""
    if console.quiet or not console.file.isatty():
        yield silent
        return
    # Slow to import, and few see it.
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    # Results that go to a file must not be led to the terminal.
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task(title, total=total)
        yield lambda more: progress.advance(task, more)


class ToldFile(FileIO):
    """A file for reading, each byte of which is told as it is read."""

    def __init__(self, file: Path, told: Told) -> None:
        super().__init__(file, "rb")
        self._told = told

    def read(self, size: int | None = -1, /) -> bytes | Any:
        """As of any file."""
        content = super().read(size)
        self._told(len(content or b""))
        return content


def counted(items: Iterable[T], told: Told) -> Iterator[T]:
    """The items, each told as it is taken."""
    for item in items:
        told(1)
        yield item
