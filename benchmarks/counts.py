"""What one project of each regime takes of Temporal, beside its budget.

The lives are the worked cases of a project in order (regulations/cases), played with real parts under a skipped clock. The
tests play them too and hold them to the same budgets (tests/regulations/test_cases.py), so that nothing creeps in unseen.
"""

from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.tables import Report, Row, Table, Target
from models.base import Input
from regulations.strict_yaml import read
from simulation.case import LifeCase
from simulation.case_file import CASES_DIR, load
from simulation.counts import Counts
from simulation.runner import Runner

FILE = Path(__file__).parent / "budgets.yaml"
SLACK = 1.03
"""By how much events and bytes may lie above what was measured: answers that come together share a workflow task."""


class Budget(Input):
    """The life of a regime that is counted, and what it took when it was measured last."""

    file: str
    """The case file, without its ending."""
    case: str
    """The case's sentence in English."""
    actions: int
    events: int
    history_bytes: int

    def life(self) -> LifeCase:
        """The case. Raises ValueError where the file has none of that sentence, or it is no life."""
        found = next((case for case in load(CASES_DIR / f"{self.file}.yaml").cases if case.en == self.case), None)
        if not isinstance(found, LifeCase):
            raise ValueError(f"{self.file}: no life is called {self.case!r}")
        return found

    def exceeded(self, counts: Counts) -> list[str]:
        """What was counted beyond the budget, one line each."""
        figures = (
            ("actions", counts.actions, self.actions),
            ("events", counts.events, round(self.events * SLACK)),
            ("history_bytes", counts.history_bytes, round(self.history_bytes * SLACK)),
        )
        return [f"{name}: {counted:,} of at most {most:,}" for name, counted, most in figures if counted > most]


def budgets() -> dict[str, Budget]:
    """The budgets by regime."""
    return TypeAdapter(dict[str, Budget]).validate_python(read(FILE)[0])


async def measure(report: Report, *, quick: bool = False) -> None:
    """Play the life of each regime (quick: of one) and add the table. Raises RuntimeError where one goes otherwise."""
    chosen = dict(list(budgets().items())[: 1 if quick else None])
    report.progress(f"counts: {len(chosen)} lives")
    with Runner() as runner:
        verdicts = {name: runner.submit(name, budget.life()) for name, budget in chosen.items()}
        counted = {name: verdict.result() for name, verdict in verdicts.items()}
    if astray := [f"{name}: {difference}" for name, verdict in counted.items() for difference in verdict.differences]:
        raise RuntimeError("; ".join(astray))
    report.add(_table({name: (chosen[name], verdict.counts or Counts()) for name, verdict in counted.items()}))


def _table(found: dict[str, tuple[Budget, Counts]]) -> Table:
    return Table(
        title="A project in order of each regime",
        columns=("runs", "activities", "timers", "messages", "attributes set", "tasks", "events", "history bytes"),
        figure="actions",
        rows=tuple(_row(name, budget, counts) for name, (budget, counts) in found.items()),
        note="played under a skipped clock: every deadline's timer is started, as it is where officers take their time",
    )


def _row(name: str, budget: Budget, counts: Counts) -> Row:
    cells = (
        counts.starts + counts.hand_overs,
        counts.activities,
        counts.timers,
        counts.signals + counts.updates,
        counts.upserts,
        counts.workflow_tasks,
        counts.events,
        counts.history_bytes,
    )
    return Row(name, cells, counts.actions, Target(budget.actions), "; ".join(budget.exceeded(counts)))
