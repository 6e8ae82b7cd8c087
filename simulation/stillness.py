"""Waiting until nothing is under way any more. Told from the histories, so that no sleep has to be long enough."""

import asyncio
from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 40.0
"""Real time that may pass while the legal clock stands; whatever is under way then is stuck."""

_OPENS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
}
_CLOSES = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
}
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
}


class Restless(Exception):
    """Something is still under way after the patience is used up. The message names the workflow and what it does."""


async def still(client: Client, workflow_ids: Iterable[str]) -> None:
    """Wait until none of the workflows has anything under way, seen twice alike.

    A timer is nothing under way: it waits for the legal clock. Raises Restless.
    """
    ids = tuple(workflow_ids)
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    seen: list[str] = []
    while True:
        histories = [await client.get_workflow_handle(workflow_id).fetch_history() for workflow_id in ids]
        marks = [f"{history.run_id}/{len(history.events)}" for history in histories]
        busy = [history for history in histories if not is_still(history)]
        if not busy and marks == seen:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise Restless("; ".join(_doing(history) for history in busy) or "the histories go on growing")
        seen = marks
        await asyncio.sleep(POLL_SECONDS)


def is_still(history: WorkflowHistory) -> bool:
    """Whether the run only waits, or is over. A run that goes on in the next one is not still."""
    if _last(history).event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
        return False
    return has_ended(history) or _under_way(history) == 0


def has_ended(history: WorkflowHistory) -> bool:
    """Whether the workflow is over for good."""
    return _last(history).event_type in _ENDS


def _under_way(history: WorkflowHistory) -> int:
    opened = sum(event.event_type in _OPENS for event in history.events)
    return opened - sum(event.event_type in _CLOSES for event in history.events)


def _last(history: WorkflowHistory) -> HistoryEvent:
    return history.events[-1]


def _doing(history: WorkflowHistory) -> str:
    last = EventType.Name(_last(history).event_type)
    return f"{history.workflow_id}: {_under_way(history)} under way after {len(history.events)} events, last {last}"
