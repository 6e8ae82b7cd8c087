"""The short way to a gate: whatever comes before it is handed in, reported and approved."""

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
    """Hand in, report and approve whatever comes before the gate, until its review lies open."""
    for _ in range(REACH_LIMIT):
        status = await actor.office.status()
        if is_open(status) and status.gate == gate:
            return gate
        await _go_on(actor, status)
        await actor.still()
    raise Stuck(f"{gate} was not reached in {REACH_LIMIT} steps")


async def _go_on(actor: Actor, status: Status) -> None:
    if is_open(status) and status.gate:
        await approve(actor, (status.gate,))
    elif status.awaited_event:
        await report_event(actor, events.ReportEvent(event=status.awaited_event))
    elif status.state is State.AWAITING_MATERIALS and status.gate:
        kinds = tuple(document.kind for document in actor.gate(status.gate).documents)
        await submit(actor, events.Submit(materials=kinds))
    else:
        raise Stuck(f"cannot go on at {status.stage}/{status.gate}, {status.state}")


def is_open(status: Status) -> bool:
    """Whether a review lies open."""
    return status.review is not None and status.review.outcome is None
