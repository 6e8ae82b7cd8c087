"""How a command speaks to a project, a rectification or a procedure: one update, one answer, and a limit to the waiting."""

import asyncio
from typing import TypeVar

from pydantic import BaseModel
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError

from models.base import Text
from models.messages import Answer
from models.project import Status
from models.review import Review
from runtime.client import update
from starter.advice import SEE_WORKER
from starter.commands import views
from starter.commands.desk import Desk
from starter.failures import Refused, Unreachable
from starter.output import Shown
from starter.worklist import known, status_of
from workflows.names import RECTIFICATION, parse_id

A = TypeVar("A", bound=Answer)

ANSWER_SECONDS = 60.0
"""How long an answer is waited for. Longer means that its worker or its database is down."""


async def tell(desk: Desk, workflow_id: str, name: str, message: BaseModel) -> Shown:
    """Send an update and show its answer. Raises what `asked` raises."""
    given = await asked(await desk.client(), workflow_id, name, message, Answer)
    return shown(workflow_id, given)


async def asked(
    client: Client, workflow_id: str, name: str, message: BaseModel, answer: type[A], update_id: str | None = None
) -> A:
    """The workflow's answer to an update. Raises Refusal, NoSuchWorkflow, and Unreachable after ANSWER_SECONDS."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await update(client, workflow_id, name, message, answer, update_id=update_id)
    # The SDK puts an error of its own in the place of the cancellation by which a timeout works.
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        late = Text(
            zh=f"{workflow_id} 在 {ANSWER_SECONDS:g} 秒内未答复；信息可能稍后生效，重试前请先查看 tongchou status",
            en=f"{workflow_id} did not answer within {ANSWER_SECONDS:g} s, and may yet: see `tongchou status` first",
        )
        raise Unreachable(late, advice=SEE_WORKER) from error


async def signalled(client: Client, workflow_id: str, name: str, message: BaseModel) -> None:
    """Send a signal: delivered, but not answered. Raises NoSuchWorkflow."""
    with known(workflow_id):
        await client.get_workflow_handle(workflow_id).signal(name, message)


def shown(workflow_id: str, given: Answer) -> Shown:
    """The answer of a workflow, for programs and for people."""
    document = {"workflow_id": workflow_id, **given.model_dump(mode="json")}
    return Shown.of(document, *views.answer(workflow_id, given))


def review_of(status: Status) -> Review:
    """The review that lies open by that status. Raises Refused where there is none."""
    if status.review is None or status.review.outcome is not None:
        raise _nothing_open(status)
    return status.review


async def running_deadline(client: Client, workflow_id: str) -> str:
    """What a clock runs for: the open review, or else the term of the rectification or of a procedure's step.

    Raises Refused where none runs.
    """
    procedure, code = parse_id(workflow_id)
    status = await status_of(client, workflow_id)
    if status.review is not None and status.review.outcome is None:
        return status.review.review_id
    if procedure == RECTIFICATION and status.due_on is not None:
        return code
    if status.procedure is not None and status.due_on is not None:
        return f"{workflow_id}/{status.gate}/r{status.round}"
    raise _nothing_open(status)


def _nothing_open(status: Status) -> Refused:
    state = status.state.label
    return Refused(
        Text(
            zh=f"{status.project} 没有正在进行的审核（当前：{state.zh}）",
            en=f"{status.project} has no open review (it is {state.en})",
        ),
        advice=Text(zh=f"tongchou status {status.workflow_id}", en=f"tongchou status {status.workflow_id}"),
    )
