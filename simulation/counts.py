"""What a life costs in counts, which no busy machine can blur: Temporal's actions, and its histories' events and bytes.

An *action* is what Temporal Cloud bills (https://docs.temporal.io/cloud/actions, as read in November 2026): a workflow
started, be it by a client, by continue-as-new or by a parent (whose request counts as one more); an activity started or
retried; a timer started, be it fired or cancelled; a signal, from outside or sent to another workflow; an update;
search attributes upserted after the start; a version marker (`patched`; the upsert of `TemporalChangeVersion` that the
SDK sends along with it is none of its own). Queries are actions too, but leave no trace in a history: who asks how often
is not the pipeline's doing, so they are not counted. Whoever runs a server of their own pays no bill, yet each action is
a write of that server.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from models.base import Value

CHANGE_VERSION = "TemporalChangeVersion"


class Counts(Value):
    """The sum over the runs of one life, and of what was started beside it."""

    starts: int = 0
    """Workflows started by a client or a parent, and the parents' requests."""
    hand_overs: int = 0
    """Runs that were continued as new."""
    activities: int = 0
    """Each attempt counts."""
    timers: int = 0
    signals: int = 0
    updates: int = 0
    upserts: int = 0
    markers: int = 0
    cancelled_timers: int = 0
    """Of the timers; no action of its own."""
    workflow_tasks: int = 0
    """Round trips between server and worker in which workflow code ran; no action."""
    events: int = 0
    history_bytes: int = 0
    """The size of all events as the server keeps and sends them, but for the names of the processes (`<pid>@<host>`), which
    are as long as those of a machine happen to be."""

    @property
    def actions(self) -> int:
        """What Temporal Cloud would bill, but for queries."""
        asked = self.starts + self.hand_overs + self.signals + self.updates + self.upserts + self.markers
        return asked + self.activities + self.timers

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.model_fields})


def counts_of(histories: Iterable[WorkflowHistory]) -> Counts:
    """The counts of all these runs together."""
    return sum((_of_run(history.events) for history in histories), Counts())


def bytes_by_event(histories: Iterable[WorkflowHistory]) -> Counter[str]:
    """Of how many bytes the histories consist, by what the events are: where it pays to look first."""
    found: Counter[str] = Counter()
    for history in histories:
        activities = _activities(history.events)
        for event in history.events:
            found[_name(event, activities)] += _size(event)
    return found


def _of_run(events: Sequence[HistoryEvent]) -> Counts:
    kinds = Counter(event.event_type for event in events)
    first = events[0].workflow_execution_started_event_attributes
    return Counts(
        starts=(0 if first.continued_execution_run_id else 1)
        + kinds[EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED],
        hand_overs=kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW],
        activities=sum(max(1, event.activity_task_started_event_attributes.attempt) for event in _started(events)),
        timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
        signals=kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]
        + kinds[EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED],
        updates=kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED],
        upserts=sum(not _is_of_marker(event) for event in _upserts(events)),
        markers=kinds[EventType.EVENT_TYPE_MARKER_RECORDED],
        cancelled_timers=kinds[EventType.EVENT_TYPE_TIMER_CANCELED],
        workflow_tasks=kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED],
        events=len(events),
        history_bytes=sum(map(_size, events)),
    )


def _size(event: HistoryEvent) -> int:
    attributes = getattr(event, event.WhichOneof("attributes") or "", None)
    named = len(getattr(attributes, "identity", ""))
    size: int = event.ByteSize()
    return size - named


def _started(events: Iterable[HistoryEvent]) -> Iterable[HistoryEvent]:
    return (event for event in events if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)


def _upserts(events: Iterable[HistoryEvent]) -> Iterable[HistoryEvent]:
    kind = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
    return (event for event in events if event.event_type == kind)


def _is_of_marker(event: HistoryEvent) -> bool:
    attributes = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    return set(attributes) == {CHANGE_VERSION}


def _activities(events: Iterable[HistoryEvent]) -> dict[int, str]:
    kind = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    scheduled = (event for event in events if event.event_type == kind)
    return {event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name for event in scheduled}


def _name(event: HistoryEvent, activities: dict[int, str]) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    match event.event_type:
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            return f"{name} {activities[event.event_id]}"
        case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            return f"{name} {activities[event.activity_task_completed_event_attributes.scheduled_event_id]}"
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            return f"{name} {event.workflow_execution_signaled_event_attributes.signal_name}"
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            asked = event.workflow_execution_update_accepted_event_attributes.accepted_request
            return f"{name} {asked.input.name}"
        case _:
            return name
