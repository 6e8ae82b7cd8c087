"""The acts of a case, done: each becomes the message of the contract that an officer, a unit or a system would send.

Every act returns what it was answered, for the timeline, and raises messenger.Refusal where it was refused.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from simulation.actor import Actor
from simulation.acts.decisions import approve, decide, reject, retract, send_back
from simulation.acts.organs import (
    extend,
    extend_limit,
    pause_clock,
    record_finding,
    resume,
    resume_clock,
    suspend,
    waive,
)
from simulation.acts.outside import apply, change_catalog, publish_calendar, report_event, send
from simulation.acts.reach import reach
from simulation.acts.unit import report_change, respond, submit, withdraw

Act = Callable[[Actor, Any], Awaitable[str]]


async def perform(actor: Actor, name: str, said: Any) -> str:
    """Do the act of that name, one of simulation.events.ACTS."""
    return await _ACTS[name](actor, said)


async def _silence(actor: Actor, until: Any) -> str:
    """Nothing is done: the clock was advanced before the act."""
    return ""


_ACTS: dict[str, Act] = {
    "silence_until": _silence,
    "approve": approve,
    "return_": send_back,
    "reject": reject,
    "reach": reach,
    "decide": decide,
    "submit": submit,
    "respond": respond,
    "waive": waive,
    "extend": extend,
    "extend_limit": extend_limit,
    "pause_clock": pause_clock,
    "resume_clock": resume_clock,
    "suspend": suspend,
    "resume": resume,
    "withdraw": withdraw,
    "retract": retract,
    "report_event": report_event,
    "report_change": report_change,
    "record_finding": record_finding,
    "publish_calendar": publish_calendar,
    "catalog": change_catalog,
    "send": send,
    "apply": apply,
}
