"""The shape of a project: what it asks of Temporal and in which order, read from the histories that it left."""

from collections.abc import Sequence
from typing import Literal

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from models.base import Value

BESIDE = ("notices.send", "histories.export")
"""Activities on which no answer waits, though they may be under way while a message is handled."""


class Message(Value):
    """A message that was awaited. An update is answered after that many activities, one after the other; a signal never."""

    kind: Literal["update", "signal"]
    activities: int = 0


class Run(Value):
    """A run: what it does before the first message, between each two, and after the last; then it hands over."""

    messages: tuple[Message, ...]
    groups: tuple[tuple[int, ...], ...]
    """For each place before, between and after the messages: how many activities at once, one group after the other."""
    timers: tuple[int, ...]
    """For each of these places: how many timers were started there. All are cancelled by the message that follows."""


class Shape(Value):
    """A project from its start to its end, run by run."""

    runs: tuple[Run, ...]

    @property
    def activities(self) -> int:
        groups = sum(sum(group) for run in self.runs for group in run.groups)
        return groups + sum(message.activities for run in self.runs for message in run.messages)

    @property
    def messages(self) -> int:
        return sum(len(run.messages) for run in self.runs)

    @property
    def timers(self) -> int:
        return sum(sum(run.timers) for run in self.runs)


def shape_of(histories: Sequence[WorkflowHistory]) -> Shape:
    """The shape of the project whose runs these are, in their order."""
    return Shape(runs=tuple(_run(history.events) for history in histories))


def _run(events: Sequence[HistoryEvent]) -> Run:
    reading = _Reading()
    for event in events:
        reading.take(event)
    return reading.run()


class _Reading:
    """A run, event by event. What is called while an update is handled, and on which its answer waits, is that update's."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._groups: list[dict[int, int]] = [{}]
        self._timers = [0]
        self._open: dict[int, int] = {}
        """The updates that are not answered yet: the event of each, and the place of its message."""

    def take(self, event: HistoryEvent) -> None:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                self._open[event.event_id] = len(self._messages)
                self._next(Message(kind="update"))
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                self._open.pop(event.workflow_execution_update_completed_event_attributes.accepted_event_id)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                self._next(Message(kind="signal"))
            case EventType.EVENT_TYPE_TIMER_STARTED:
                self._timers[-1] += 1
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                self._called(event)

    def _called(self, event: HistoryEvent) -> None:
        called = event.activity_task_scheduled_event_attributes
        if self._open and called.activity_type.name not in BESIDE:
            place = next(iter(self._open.values()))
            message = self._messages[place]
            self._messages[place] = message.model_copy(update={"activities": message.activities + 1})
            return
        group = self._groups[-1]
        task = called.workflow_task_completed_event_id
        group[task] = group.get(task, 0) + 1

    def _next(self, message: Message) -> None:
        self._messages.append(message)
        self._groups.append({})
        self._timers.append(0)

    def run(self) -> Run:
        return Run(
            messages=tuple(self._messages),
            groups=tuple(tuple(group.values()) for group in self._groups),
            timers=tuple(self._timers),
        )
