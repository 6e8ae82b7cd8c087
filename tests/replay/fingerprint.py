"""The order of commands of a recorded history, in words: what a replay must bring about again, and a reviewer can read."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

FINGERPRINTS = "fingerprints.txt"

_ENDS = ("workflow_execution_completed", "workflow_execution_failed", "workflow_execution_canceled")


def of(history: WorkflowHistory) -> str:
    """One line: the workflow type, then its commands in their order; a repeated one once, with how often it comes."""
    started = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    commands = [said for event in history.events if (said := _said(event))]
    groups = [(command, len(list(same))) for command, same in groupby(commands)]
    return f"{started}: " + " ".join(command if times == 1 else f"{command}*{times}" for command, times in groups)


def write(version: Path, histories: Sequence[WorkflowHistory]) -> None:
    """Keep the fingerprints beside the histories, one a line."""
    (version / FINGERPRINTS).write_text("".join(f"{of(history)}\n" for history in histories), encoding="utf-8")


def read(version: Path) -> list[str]:
    """The fingerprints of a version's histories, in their order."""
    return (version / FINGERPRINTS).read_text(encoding="utf-8").splitlines()


def patches(histories: Sequence[WorkflowHistory]) -> set[str]:
    """The patches whose new branch these histories took."""
    said = (word for history in histories for word in of(history).split())
    return {word.removeprefix("patch:").partition("*")[0] for word in said if word.startswith("patch:")}


def _said(event: HistoryEvent) -> str | None:
    match event.event_type:
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            return event.activity_task_scheduled_event_attributes.activity_type.name
        case EventType.EVENT_TYPE_TIMER_STARTED:
            return "timer"
        case EventType.EVENT_TYPE_TIMER_CANCELED:
            return "timer-cancelled"
        case EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
            return "attributes"
        case EventType.EVENT_TYPE_MARKER_RECORDED:
            return f"patch:{_patch(event)}"
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request
            return f"accept:{accepted.input.name}"
        case EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
            signal = event.signal_external_workflow_execution_initiated_event_attributes
            return f"signal:{signal.signal_name}"
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            following = event.workflow_execution_continued_as_new_event_attributes
            return f"continue:{following.workflow_type.name}"
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
    return name if name in _ENDS else None


def _patch(event: HistoryEvent) -> str:
    """The name of the patch that a marker is of."""
    payloads = (p for kept in event.marker_recorded_event_attributes.details.values() for p in kept.payloads)
    texts = [payload.data.decode("utf-8", "replace") for payload in payloads]
    return next((text.partition('"id":"')[2].partition('"')[0] for text in texts if '"id":"' in text), "?")
