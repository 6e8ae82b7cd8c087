"""What a decision costs, counted: round trips and writes are the same on a busy machine, so nothing can creep in unseen.

What a whole life of each regime costs is held to benchmarks/budgets.yaml by tests/regulations/test_cases.py.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event

from models.plan import StageName
from models.review import Verdict
from simulation.counts import counts_of
from tests.workflows.project import COMMITTEE, Project

KINDS = {"SELECT": "reads", "INSERT": "writes", "UPDATE": "writes", "DELETE": "writes"}
WRITER = "BEGIN IMMEDIATE"
"""How a transaction begins that writes: it holds the lock from then on (records/database.py)."""


class Cost(NamedTuple):
    """What a decision takes from its sending until nothing of it is under way."""

    workflow_tasks: int
    """Round trips in which the workflow's code ran."""
    activities: int
    actions: int
    events: int
    transactions: int
    """Those that write, and so wait for each other."""
    writes: int
    reads: int


BUDGET = Cost(workflow_tasks=3, activities=2, actions=3, events=17, transactions=1, writes=1, reads=5)
"""As measured. A decision that costs less lowers it; one that costs more needs a reason, in the change that raises it."""


@contextmanager
def asked(url: str) -> Iterator[Counter[str]]:
    """What the database is asked meanwhile; the services, which write in their own time, have others."""
    found: Counter[str] = Counter()

    def executed(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if str(connection.engine.url) != url:
            return
        found["transactions"] += statement == WRITER
        found[KINDS.get(statement.split(maxsplit=1)[0].upper(), "other")] += 1

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


async def test_a_decision_costs_what_its_budget_says(project: Project) -> None:
    """Measured where it closes nothing and no letter is under way: the first of a committee."""
    await project.begin(StageName.TECHNICAL_COORDINATION)
    await project.open_review("committee")
    await project.still()
    before = counts_of([await project.project.fetch_history()])
    with asked(project.installation.settings.database_url) as statements:
        await project.decide("committee", "jy-base-committee", COMMITTEE[0], Verdict.RETURN)
        await project.still()
    after = counts_of([await project.project.fetch_history()])
    cost = Cost(
        workflow_tasks=after.workflow_tasks - before.workflow_tasks,
        activities=after.activities - before.activities,
        actions=after.actions - before.actions,
        events=after.events - before.events,
        transactions=statements["transactions"],
        writes=statements["writes"],
        reads=statements["reads"],
    )
    assert cost == BUDGET
