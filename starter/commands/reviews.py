"""decide, retract, extend, extend-limit, pause-clock, resume-clock: what an organ's officer does to a review or a limit."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from models.messages import ClockPause, ClockResumption, Extension, LimitExtension, Retraction
from models.review import Judgement, Verdict
from starter.batch import AT_ONCE
from starter.commands.command import command, group
from starter.commands.deciding import Keys, Said, sent
from starter.commands.desk import Desk, address_of
from starter.commands.options import (
    AtOnce,
    KeyFile,
    Officer,
    OfficerOption,
    Organ,
    OrganOption,
    Project,
    ProjectOrBatch,
    Reason,
    ReviewId,
    given,
    require_alone,
)
from starter.commands.speaking import running_deadline, shown, tell
from starter.failures import built
from starter.output import Shown
from starter.worklist import status_of

app = group()


@command(app, "decide")
async def decide(
    desk: Desk,
    code: ProjectOrBatch = None,
    organ: Annotated[str | None, OrganOption] = None,
    officer: Annotated[str | None, OfficerOption] = None,
    verdict: Annotated[Verdict | None, typer.Option("--verdict", help="意见 the verdict")] = None,
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
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="CSV|JSONL|YAML", help="成批提交意见 every decision of a list"),
    ] = None,
    at_once: AtOnce = AT_ONCE,
) -> Shown:
    """审核意见 give an organ's decision on the open review, signed with the officer's key."""
    if batch is not None:
        from starter.commands import decide_batch

        others = {
            "CODE": code,
            "--organ": organ,
            "--officer": officer,
            "--verdict": verdict,
            "--opinion": opinion,
            "--condition": condition,
            "--judge": judge,
            "--all-met": all_met,
            "--major-change": major_change,
            "--review": review,
            "--decision-id": decision_id,
            "--on-behalf-of": on_behalf_of,
        }
        require_alone(batch, others)
        raise typer.Exit(await decide_batch.decided(desk, batch, key, at_once))
    said = built(
        Said,
        review=review,
        organ=given("--organ", organ),
        officer=given("--officer", officer),
        verdict=given("--verdict", verdict),
        opinion=opinion,
        conditions=tuple(condition or ()),
        judge=tuple(judge or ()),
        all_met=all_met,
        major_change=major_change,
        on_behalf_of=on_behalf_of,
    )
    workflow_id = address_of(given("CODE", code))
    client = await desk.client()
    status = await status_of(client, workflow_id)
    decision = said.decision(decision_id or f"d-{uuid.uuid4().hex}", status)
    signed = Keys(desk.settings, key).signed(decision, status)
    return shown(workflow_id, await sent(client, workflow_id, signed, update_id=decision.decision_id))


@command(app, "retract")
async def retract(
    desk: Desk,
    code: Project,
    decision_id: Annotated[str, typer.Option("--decision-id", help="意见编号 the decision to take back")],
    organ: Organ,
    officer: Officer,
    reason: Reason,
    key: KeyFile = None,
) -> Shown:
    """撤销意见 take back one's own mistaken decision, signed with the officer's key."""
    message = built(Retraction, decision_id=decision_id, organ=organ, officer=officer, reason=reason)
    workflow_id = address_of(code)
    signed = await Keys(desk.settings, key).signed_act(message, desk, workflow_id)
    return await tell(desk, workflow_id, "retract", signed)


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
