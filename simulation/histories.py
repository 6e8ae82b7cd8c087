"""The histories of a life: every run of an id, replayed, and the notices in them with their legal moments."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from models.base import Value
from models.calendar import CHINA
from models.effects import Notice
from runtime.connect import data_converter
from runtime.logging import LogContext
from workflows.interceptors import OneArgument, Turnstile
from workflows.types import WORKFLOWS


class SentNotice(Value):
    """A notice and the legal moment at which the workflow sent it."""

    at: datetime
    notice: Notice


async def every_run(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The histories of the id from its first run to its present one.

    Followed backwards: the test server can list no runs, and it may leave a run's last event, which names the next, out.
    """
    histories: list[WorkflowHistory] = []
    run: str | None = None
    while run is None or run:
        history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        histories.insert(0, history)
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return histories


async def replay(histories: Sequence[WorkflowHistory]) -> list[str]:
    """Run the workflows' code against their histories; what does not replay, one line each.

    Without the sandbox, which watched when they were made, and which imports all our code anew for each of them.
    """
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=data_converter(),
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,  # A busy machine is no deadlock.
        interceptors=[LogContext(), Turnstile(), OneArgument()],
    )
    results = await replayer.replay_workflows(_each(histories), raise_on_replay_failure=False)
    return [f"{run}: {failure}" for run, failure in results.replay_failures.items()]


async def _each(histories: Sequence[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    for history in histories:
        yield history


async def notices_in(histories: Sequence[WorkflowHistory], shift: timedelta) -> list[SentNotice]:
    """Every notice that the workflows handed to the notification service, in the order of their moments."""
    sent, converter = [], data_converter()
    for history in histories:
        for event in history.events:
            scheduled = event.activity_task_scheduled_event_attributes
            is_task = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
            if is_task and scheduled.activity_type.name == "notices.send":
                (notice,) = await converter.decode(list(scheduled.input.payloads), [Notice])
                at = event.event_time.ToDatetime(UTC).astimezone(CHINA) + shift
                sent.append(SentNotice(at=at, notice=notice))
    return sorted(sent, key=lambda s: s.at)
