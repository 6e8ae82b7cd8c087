"""待办: what waits for an organ, asked of Temporal's visibility store. There is no table of ours to fall behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text, Value
from models.plan import StageName
from models.project import State, Status
from runtime.client import NoSuchWorkflow
from workflows import names

AT_ONCE = 16
"""How many workflows are asked at the same time."""

SHOWN = 50
"""How many items a worklist has where nobody says how many. Each is asked of its workflow, which may have to be replayed."""


class Item(Value):
    """One piece of work: where it waits, until when, and the review that an answer has to name. `procedure` is None for
    a project and for its rectifications."""

    workflow_id: str
    procedure: str | None = None
    project: str
    title: str
    stage: Text
    gate: Text | None
    state: State
    due_on: date | None
    overdue: bool
    review_id: str | None


class Worklist(Value):
    """The items whose deadline is nearest, and how many wait beyond them."""

    items: tuple[Item, ...]
    more: int = 0


class Running(Value):
    """A running workflow as the visibility store knows it. `due_at` is None where no clock runs."""

    workflow_id: str
    project: str
    due_at: datetime | None


async def status_of(client: Client, workflow_id: str) -> Status:
    """What the workflow answers to the query `status`, closed ones included while the server keeps them.

    Raises NoSuchWorkflow, and RPCError where no worker answers.
    """
    with known(workflow_id):
        status: Status = await client.get_workflow_handle(workflow_id).query("status", result_type=Status)
    return status


@contextmanager
def known(workflow_id: str) -> Iterator[None]:
    """Turn Temporal's answer that it has no such workflow into NoSuchWorkflow, which names it."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NoSuchWorkflow(f"no running workflow {workflow_id}") from error
        raise


async def waiting_for(client: Client, organ: str, *, overdue: bool = False, most: int = SHOWN) -> Worklist:
    """What waits for the organ (or the unit) now, the nearest deadline first; what has none comes last.

    The store is a moment behind: what was decided meanwhile is left out, by the word of the workflow itself, which is asked
    of the first `most` only. Raises RPCError where Temporal or the worker does not answer.
    """
    query = f"{running_query()} AND {names.AWAITING_ORGAN.name} = {quoted(organ)}"
    if overdue:
        query += f" AND {names.OVERDUE.name} = true"
    limit = asyncio.Semaphore(AT_ONCE)

    async def ask(workflow_id: str) -> Status:
        async with limit:
            return await status_of(client, workflow_id)

    found = sorted([_running(one) async for one in client.list_workflows(query)], key=_nearest)
    answers = await asyncio.gather(*(ask(one.workflow_id) for one in found[:most]))
    items = [_item(status) for status in answers if organ in status.awaiting and (status.overdue or not overdue)]
    items.sort(key=lambda item: (item.due_on or date.max, item.workflow_id))
    return Worklist(items=tuple(items), more=len(found[most:]))


async def running(client: Client) -> AsyncIterator[Running]:
    """Every project and procedure that is under way."""
    async for found in client.list_workflows(running_query()):
        yield _running(found)


def running_query() -> str:
    """The visibility query for every running workflow of ours: those that carry a project's code."""
    return f"ExecutionStatus = 'Running' AND {names.PROJECT_CODE.name} IS NOT NULL"


def quoted(value: str) -> str:
    """The value as a text of the query language, whatever characters it has."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_NEVER = datetime.max.replace(tzinfo=UTC)


def _nearest(running: Running) -> tuple[datetime, str]:
    return running.due_at or _NEVER, running.workflow_id


def _running(found: WorkflowExecution) -> Running:
    attributes = found.typed_search_attributes
    return Running(
        workflow_id=found.id,
        project=attributes.get(names.PROJECT_CODE) or "",
        due_at=attributes.get(names.DUE_AT),
    )


def _item(status: Status) -> Item:
    review = status.review
    return Item(
        workflow_id=status.workflow_id,
        procedure=status.procedure,
        project=status.project,
        title=status.title,
        stage=place(status),
        gate=status.gate_title,
        state=status.state,
        due_on=status.due_on,
        overdue=status.overdue,
        review_id=review.review_id if review and review.outcome is None else None,
    )


def place(status: Status) -> Text:
    """The stage that holds the file, or the procedure."""
    if isinstance(status.stage, StageName):
        return status.stage.label
    name = status.procedure or status.workflow_type
    return status.procedure_title or PROCEDURES.get(name, Text(zh=name, en=name))


PROCEDURES = {"Rectification": Text(zh="整改", en="rectification")}
