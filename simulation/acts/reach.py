"""The short way to a gate: whatever comes before it is handed in, reported and approved."""

from datetime import date
from typing import Any

from models.form import FieldKind, FormField
from models.project import State, Status
from simulation import events
from simulation.actor import Actor
from simulation.acts.decisions import approve
from simulation.acts.outside import report_event
from simulation.acts.unit import submit
from simulation.office import Stuck

REACH_LIMIT = 60
"""Steps after which `reach` gives up: a life has fewer gates than that."""


async def reach(actor: Actor, gate: str) -> str:
    """Hand in, report and approve whatever comes before the gate, until its review lies open.

    What is reported on the way has the least data that its fields admit. Time is not passed: a case that has to wait for
    a date says so itself.
    """
    reported: set[str] = set()
    for _ in range(REACH_LIMIT):
        status = await actor.office.status()
        if is_open(status) and status.gate == gate:
            return gate
        if status.awaited_event in reported:
            raise Stuck(f"{gate}: {status.stage}/{status.gate} opens on {status.due_on}; let time pass (silence_until)")
        await _go_on(actor, status)
        reported |= {status.awaited_event} if status.awaited_event and not is_open(status) else set()
        await actor.still()
    raise Stuck(f"{gate} was not reached in {REACH_LIMIT} steps")


async def _go_on(actor: Actor, status: Status) -> None:
    if is_open(status) and status.gate:
        await approve(actor, (status.gate,))
    elif status.awaited_event:
        data = await _least_data(actor, status.awaited_event)
        await report_event(actor, events.ReportEvent(event=status.awaited_event, data=data))
    elif status.state is State.AWAITING_MATERIALS and status.gate:
        kinds = tuple(document.kind for document in actor.project.gate(status.gate).documents)
        await submit(actor, events.Submit(materials=kinds))
    else:
        raise Stuck(f"cannot go on at {status.stage}/{status.gate}, {status.state}")


async def _least_data(actor: Actor, event: str) -> dict[str, Any]:
    """A value for every field that the event must have."""
    plan = actor.project.plan
    kind = plan.event(event) if plan else None
    today = (await actor.now()).date()
    return {field.id: _value(field, today) for field in (kind.fields if kind else ()) if field.required}


def _value(field: FormField, today: date) -> Any:
    match field.kind:
        case FieldKind.NUMBER:
            return 1
        case FieldKind.DATE:
            return today.isoformat()
        case FieldKind.BOOLEAN:
            return True
        case FieldKind.CHOICE:
            return field.choices[0]
        case FieldKind.CHOICES:
            return list(field.choices)
        case FieldKind.GROUP:
            return {inner.id: _value(inner, today) for inner in field.fields}
        case FieldKind.ROWS:
            return [{inner.id: _value(inner, today) for inner in field.fields}]
        case FieldKind.TEXT:
            return "案例"


def is_open(status: Status) -> bool:
    """Whether a review lies open."""
    return status.review is not None and status.review.outcome is None
