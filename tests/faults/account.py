"""The results of the runs: a line in a file for each as soon as it is done, and the table of them all."""

import json
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.faults.run import RunResult

COLUMNS = ("fault", "runs", "decisions", "messages", "acknowledged", "counted", "refused")
ZEROS = ("lost", "doubled", "moved", "stuck", "failed")


class Account:
    """The results in a folder. Whoever goes on with the same seed finds what was done before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, result: RunResult) -> None:
        """Keep the result. It is on disk when the call returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{result.database}.jsonl").open("a", encoding="utf-8") as file:
            file.write(result.model_dump_json() + "\n")

    def results(self) -> list[RunResult]:
        """Every result so far, in the order of the runs."""
        lines = [line for file in sorted(self.folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
        return sorted((RunResult.model_validate_json(line) for line in lines), key=lambda result: result.run)

    def done(self, database: str) -> set[int]:
        return {result.run for result in self.results() if result.database == database}

    def write_report(self, results: list[RunResult]) -> None:
        """The table for programs, with every violation in words."""
        violations = [
            {"run": r.run, "fault": r.fault, "database": r.database, **{zero: getattr(r, zero) for zero in ZEROS}}
            for r in results
            if not r.is_clean
        ]
        rows = [dict(zip(_titles(), row, strict=True)) for row in _rows(results)]
        report = json.dumps({"rows": rows, "violations": violations}, ensure_ascii=False, indent=2)
        (self.folder / "report.json").write_text(report, encoding="utf-8")


def table(results: list[RunResult]) -> str:
    """The table: a line for each fault and database, and one for all. Then what went wrong, in words."""
    shown = Table(*_titles())
    for row in _rows(results):
        shown.add_row(*(str(cell) for cell in row))
    console = Console(width=170)
    with console.capture() as captured:
        console.print(shown)
        for result in results:
            for zero in ZEROS:
                for what in getattr(result, zero):
                    console.print(f"run {result.run} ({result.database}, {result.fault}) {zero}: {what}", markup=False)
    return captured.get()


def _titles() -> list[str]:
    return [*COLUMNS, *ZEROS, "recovery median s", "recovery max s"]


def _rows(results: list[RunResult]) -> list[list[str | int | float]]:
    names = list(dict.fromkeys((r.fault, r.database) for r in sorted(results, key=lambda r: (r.fault, r.database))))
    rows = [
        _row(f"{fault} ({database})", [r for r in results if (r.fault, r.database) == (fault, database)])
        for fault, database in names
    ]
    return [*rows, _row("all", results)] if results else []


def _row(name: str, results: list[RunResult]) -> list[str | int | float]:
    recovered = [result.recovery_seconds for result in results]
    sums = [sum(getattr(r, column) for r in results) for column in COLUMNS[2:]]
    zeros = [sum(len(getattr(r, zero)) for r in results) for zero in ZEROS]
    return [name, len(results), *sums, *zeros, round(median(recovered), 1), max(recovered)]
