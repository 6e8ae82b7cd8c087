"""Looks at every running workflow, for `tongchou stuck`: what Temporal has pending, what the workflow answers, what is lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, PendingActivityState, PendingWorkflowTaskState
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowQueryFailedError
from temporalio.client import WorkflowExecution as Listed
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import FailureError
from temporalio.service import RPCError, RPCStatusCode

from models.project import Status
from records.open_matters import OpenMatter
from runtime.polling import WORKFLOWS, pollers
from starter.stuck import TIMER_GRACE, Broken, Seen, SeenEffect, SeenTask, Trouble
from workflows import names

AT_ONCE = 16
"""How many workflows are looked at at the same time."""
ANSWER = timedelta(seconds=5)
"""How long a workflow may take to answer."""
SETTLING = timedelta(minutes=1)
"""What was put on record within this time may just be starting."""
REASON = 300
"""Characters of a reason: a clerk reads its beginning."""

_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
_TAIL = 20


async def look(client: Client, now: datetime, *, asking: bool = True) -> tuple[list[Seen], list[Broken]]:
    """Every running workflow of our task queue, and what is wrong with the installation. Raises RPCError.

    `asking` has each one answer, too. Whoever looks again and again leaves that: an answer costs a worker the whole history
    of a project that it no longer holds in memory.
    """
    query = f"ExecutionStatus = 'Running' AND TaskQueue = '{names.TASK_QUEUE}'"
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(listed: Listed) -> Seen | None:
        async with limit:
            return await _seen(client, listed, now)

    found = await asyncio.gather(*[one(listed) async for listed in client.list_workflows(query)])
    seen = [each for each in found if each is not None]
    if seen and not await pollers(client, names.TASK_QUEUE, WORKFLOWS):
        return seen, [Broken(trouble=Trouble.NO_WORKER, reason=names.TASK_QUEUE)]
    return await _asked(client, seen, now) if asking else (seen, [])


def known_types() -> set[str]:
    """The types of workflow that this release's workers know. The first call imports them all."""
    # The SDK has no public way to ask a class for its type.
    from temporalio.workflow import _Definition

    from workflows.types import WORKFLOWS

    return {_Definition.must_from_class(workflow).name or "" for workflow in WORKFLOWS}


# ---------------------------------------------------------------- what is pending


async def _seen(client: Client, listed: Listed, now: datetime) -> Seen | None:
    """The workflow as it is described; None where it has just ended."""
    handle = client.get_workflow_handle(listed.id)
    try:
        described = await handle.describe()
        if described.close_time:
            return None
        raw = described.raw_description
        seen = _described(described, raw)
        return await _explained(client, seen, described, raw, now)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _described(described: WorkflowExecutionDescription, raw: DescribeWorkflowExecutionResponse) -> Seen:
    attributes = described.typed_search_attributes
    return Seen(
        workflow_id=described.id,
        workflow_type=described.workflow_type,
        project=attributes.get(names.PROJECT_CODE) or described.id.partition(":")[2],
        started_at=described.start_time,
        awaiting=tuple(attributes.get(names.AWAITING_ORGAN) or ()),
        due_at=attributes.get(names.DUE_AT),
        overdue=bool(attributes.get(names.OVERDUE)),
        task=_task(raw),
        problems=tuple(attributes.get(_PROBLEMS) or ()),
    )


def _task(raw: DescribeWorkflowExecutionResponse) -> SeenTask | None:
    if not raw.HasField("pending_workflow_task"):
        return None
    task = raw.pending_workflow_task
    return SeenTask(
        attempt=task.attempt,
        taken=task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED,
        since=_moment(task.original_scheduled_time),
    )


async def _explained(
    client: Client,
    seen: Seen,
    described: WorkflowExecutionDescription,
    raw: DescribeWorkflowExecutionResponse,
    now: datetime,
) -> Seen:
    """The same with the reasons: of its effects, of its failed task, and the timer that is over."""
    seen = replace(seen, effects=tuple([await _effect(client, effect) for effect in raw.pending_activities]))
    if seen.task and seen.task.attempt > 1:
        seen = replace(seen, task=await _with_reason(client, seen.task, described))
    if seen.due_at and seen.due_at < now - TIMER_GRACE and not seen.overdue:
        seen = replace(seen, silent_timer=await _silent_timer(client, described, now))
    return seen


async def _effect(client: Client, effect: PendingActivityInfo) -> SeenEffect:
    return SeenEffect(
        name=effect.activity_type.name,
        attempt=effect.attempt,
        taken=effect.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
        since=_moment(effect.scheduled_time),
        reason=await _in_words(client, effect.last_failure) if effect.HasField("last_failure") else None,
        paused=effect.paused,
    )


async def _with_reason(client: Client, task: SeenTask, described: WorkflowExecutionDescription) -> SeenTask:
    """The task with its last failure, which stands near the end of the history."""
    execution = WorkflowExecution(workflow_id=described.id, run_id=described.run_id)
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=execution, maximum_page_size=_TAIL
    )
    answer = await client.workflow_service.get_workflow_execution_history_reverse(request)
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failure = event.workflow_task_failed_event_attributes.failure
            return replace(task, reason=await _in_words(client, failure))
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            return replace(task, timed_out=True)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            break
    return task


async def _silent_timer(client: Client, described: WorkflowExecutionDescription, now: datetime) -> datetime | None:
    """The moment of the oldest timer that is over and did not fire; None where all did."""
    running: dict[int, datetime] = {}
    history = client.get_workflow_handle(described.id, run_id=described.run_id)
    async for event in history.fetch_history_events():
        match event.event_type:
            case EventType.EVENT_TYPE_TIMER_STARTED:
                length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                running[event.event_id] = _moment(event.event_time) + length
            case EventType.EVENT_TYPE_TIMER_FIRED:
                running.pop(event.timer_fired_event_attributes.started_event_id, None)
            case EventType.EVENT_TYPE_TIMER_CANCELED:
                running.pop(event.timer_canceled_event_attributes.started_event_id, None)
    return min((moment for moment in running.values() if moment < now - TIMER_GRACE), default=None)


_SAY_NOTHING = frozenset({"Failed decoding arguments", "Failure exceeds size limit."})
"""What the SDK says of whatever it could not read, and the server of a failure whose traces are long. The cause says why."""


async def _in_words(client: Client, failure: Failure) -> str:
    error: BaseException = await client.data_converter.decode_failure(failure)
    if error.__cause__ and getattr(error, "message", None) in _SAY_NOTHING:
        error = error.__cause__
    message = error.message if isinstance(error, FailureError) else str(error)
    return message.strip()[:REASON]


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)


# ---------------------------------------------------------------- who answers


async def _asked(client: Client, seen: Sequence[Seen], now: datetime) -> tuple[list[Seen], list[Broken]]:
    """Ask every workflow that has nothing pending where it stands. Where none of many answers, no worker does."""
    quiet = [one for one in seen if not one.task and not one.effects and not one.problems]
    known = {one.workflow_id: one for one in seen}
    for start in range(0, len(quiet), AT_ONCE):
        answers = await asyncio.gather(*(_answer(client, one) for one in quiet[start : start + AT_ONCE]))
        known.update({one.workflow_id: one for one in answers})
        if start == 0 and all(one.unanswered for one in answers):
            silent = [replace(one, unanswered=None) for one in known.values()]
            return silent, [Broken(trouble=Trouble.NO_WORKER, since=None, reason=answers[0].unanswered)]
    return list(known.values()), []


async def _answer(client: Client, seen: Seen) -> Seen:
    handle = client.get_workflow_handle(seen.workflow_id)
    try:
        return replace(seen, status=await handle.query("status", result_type=Status, rpc_timeout=ANSWER))
    except RPCError as error:
        # One that has ended meanwhile waits for nobody, and answers nothing any more.
        return seen if error.status is RPCStatusCode.NOT_FOUND else replace(seen, unanswered=str(error)[:REASON])
    except WorkflowQueryFailedError:
        # It lives, and has nothing to say: not every workflow has a page.
        return seen


# ---------------------------------------------------------------- what is lost


async def lost(client: Client, matters: Sequence[OpenMatter], running: set[str], now: datetime) -> list[Broken]:
    """What the ledger has open and Temporal does not run, with what became of its last run."""
    missing = [m for m in matters if m.workflow_id not in running and now - m.recorded_at > SETTLING]
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(matter: OpenMatter) -> Broken | None:
        async with limit:
            return await _lost(client, matter)

    return [found for found in await asyncio.gather(*map(one, missing)) if found]


async def _lost(client: Client, matter: OpenMatter) -> Broken | None:
    ended: str | None = None
    try:
        described = await client.get_workflow_handle(matter.workflow_id).describe()
        if not described.close_time:
            return None
        ended = described.status.name if described.status else None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return Broken(
        workflow_id=matter.workflow_id,
        project=matter.project,
        trouble=Trouble.LOST,
        since=matter.recorded_at,
        reason=ended or "NOT_FOUND",
    )
