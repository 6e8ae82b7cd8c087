"""decide, retract, extend, extend-limit, pause-clock, resume-clock: what an organ's officer does to a review or a limit."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from models.authority import SignaturePolicy
from models.base import Text
from models.messages import ClockPause, ClockResumption, DecisionReceipt, Extension, LimitExtension, Retraction
from models.project import Status
from models.review import Decision, Judgement, Point, Verdict
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import KeyFile, Officer, Organ, Project, Reason, ReviewId
from starter.commands.speaking import asked, review_of, running_deadline, shown, tell
from starter.failures import BadInput, Refused, built
from starter.output import Shown
from starter.worklist import status_of

app = group()


@command(app, "decide")
async def decide(
    desk: Desk,
    code: Project,
    organ: Organ,
    officer: Officer,
    verdict: Annotated[Verdict, typer.Option("--verdict", help="意见 the verdict")],
    opinion: Annotated[str, typer.Option("--opinion", help="意见内容 the opinion in words")] = "",
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="附带条件，可重复 a condition, may be repeated")
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option(
            "--judge",
            metavar="POINT=JUDGEMENT",
            help=f"逐项评判（{'|'.join(Judgement)}），可重复 what is found of a point, may be repeated",
        ),
    ] = None,
    all_met: Annotated[
        bool, typer.Option("--all-met", help="其余要点均符合 every point that --judge does not name is met")
    ] = False,
    major_change: Annotated[
        bool,
        typer.Option("--major-change", help="属重大变更，随退回意见 a major change sends it back; with return only"),
    ] = False,
    review: ReviewId = None,
    decision_id: Annotated[
        str | None, typer.Option("--decision-id", help="意见编号，重复提交不重复计入 makes a repeat harmless")
    ] = None,
    on_behalf_of: Annotated[
        str | None, typer.Option("--on-behalf-of", help="代何人办理 the officer whom one stands in for")
    ] = None,
    key: KeyFile = None,
) -> Shown:
    """审核意见 give an organ's decision on the open review, signed with the officer's key."""
    workflow_id = address_of(code)
    client = await desk.client()
    status = await status_of(client, workflow_id)
    lying_open = None if review and not all_met else review_of(status)
    judgements = judged(judge or (), lying_open.points if lying_open and all_met else ())
    decision = built(
        Decision,
        decision_id=decision_id or f"d-{uuid.uuid4().hex}",
        review_id=review or (lying_open.review_id if lying_open else ""),
        organ=organ,
        officer=officer,
        verdict=verdict,
        opinion=opinion,
        conditions=tuple(condition or ()),
        judgements=judgements,
        major_change=major_change,
        on_behalf_of=on_behalf_of,
    )
    decision = _signed(desk, decision, status, key)
    receipt = await asked(
        client, workflow_id, "submit_decision", decision, DecisionReceipt, update_id=decision.decision_id
    )
    _require_own(receipt, decision)
    return shown(workflow_id, receipt)


def _signed(desk: Desk, decision: Decision, status: Status, key: Path | None) -> Decision:
    """Signed where the officer's key lies here, or was named. Raises Refused where it must be and is not to be found."""
    lies_here = desk.settings.key_file(decision.officer).is_file()
    if key is None and not lies_here and status.signatures is SignaturePolicy.OFF:
        return decision
    from starter import signing  # the library of the signatures is slow to import

    file = signing.existing_key(desk.settings, decision.officer, key)
    return signing.signed(decision, status, signing.opened(file))


def judged(written: Iterable[str], others_met: Iterable[Point] = ()) -> dict[str, Judgement]:
    """What is found of each point: `others_met` are met unless something else is written. Raises BadInput."""
    return {point.id: Judgement.MET for point in others_met} | dict(_judgement(one) for one in written)


def _judgement(written: str) -> tuple[str, Judgement]:
    point, equals, found = written.rpartition("=")
    if not (point and equals and found in set(Judgement)):
        rule = f"judge: must be POINT={'|'.join(Judgement)} (got {written!r})"
        raise BadInput(Text(zh="评判有误", en="wrong judgement"), details=[rule])
    return point, Judgement(found)


def _require_own(receipt: DecisionReceipt, decision: Decision) -> None:
    """The server answers a repeated id with the first answer, without asking the workflow whether it is the same."""
    first = (receipt.review_id, receipt.officer, receipt.verdict)
    if first != (decision.review_id, decision.officer, decision.verdict):
        counted = f"{receipt.review_id} {receipt.officer} {receipt.verdict}"
        raise Refused(
            Text(
                zh=f"decision_id（{decision.decision_id}）：已用于另一意见（{counted}），本次未计入",
                en=f"decision_id: was used for another decision ({counted}); this one does not count",
            )
        )


@command(app, "retract")
async def retract(
    desk: Desk,
    code: Project,
    decision_id: Annotated[str, typer.Option("--decision-id", help="意见编号 the decision to take back")],
    organ: Organ,
    officer: Officer,
    reason: Reason,
) -> Shown:
    """撤销意见 take back one's own mistaken decision."""
    message = built(Retraction, decision_id=decision_id, organ=organ, officer=officer, reason=reason)
    return await tell(desk, address_of(code), "retract", message)


@command(app, "extend")
async def extend(
    desk: Desk,
    code: Project,
    organ: Organ,
    officer: Officer,
    working_days: Annotated[int, typer.Option("--working-days", help="延长的工作日 working days to add")],
    reason: Reason,
    review: ReviewId = None,
) -> Shown:
    """延期 extend the running deadline by working days."""
    workflow_id = address_of(code)
    review_id = review or await running_deadline(await desk.client(), workflow_id)
    message = built(
        Extension, organ=organ, officer=officer, review_id=review_id, working_days=working_days, reason=reason
    )
    return await tell(desk, workflow_id, "extend", message)


@command(app, "extend-limit")
async def extend_limit(
    desk: Desk,
    code: Project,
    organ: Organ,
    officer: Officer,
    limit: Annotated[str, typer.Option("--limit", help="时限编号 id of the limit in the regulation")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="延至 the new last day")],
    reason: Reason,
) -> Shown:
    """延长时限 extend one of the unit's own limits to a later day."""
    message = built(LimitExtension, organ=organ, officer=officer, limit=limit, until=until.date(), reason=reason)
    return await tell(desk, address_of(code), "extend_limit", message)


@command(app, "pause-clock")
async def pause_clock(
    desk: Desk,
    code: Project,
    organ: Organ,
    officer: Officer,
    ground: Annotated[str, typer.Option("--ground", help="办法所列事由 one of the regulation's grounds")],
    reason: Reason,
    review: ReviewId = None,
) -> Shown:
    """停止计时 stop the running deadline on a lawful ground."""
    workflow_id = address_of(code)
    review_id = review or await running_deadline(await desk.client(), workflow_id)
    message = built(ClockPause, organ=organ, officer=officer, review_id=review_id, ground=ground, reason=reason)
    return await tell(desk, workflow_id, "pause_clock", message)


@command(app, "resume-clock")
async def resume_clock(
    desk: Desk, code: Project, organ: Organ, officer: Officer, reason: Reason, review: ReviewId = None
) -> Shown:
    """恢复计时 let a stopped deadline run again."""
    workflow_id = address_of(code)
    review_id = review or await running_deadline(await desk.client(), workflow_id)
    message = built(ClockResumption, organ=organ, officer=officer, review_id=review_id, reason=reason)
    return await tell(desk, workflow_id, "resume_clock", message)
