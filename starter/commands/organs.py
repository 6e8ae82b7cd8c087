"""waive, suspend, resume, record-finding, report-event: what an organ does to a project besides deciding."""

import json
import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from models.base import Text
from models.messages import EventReport, FindingReport, Resumption, Suspension, WaiverRequest
from starter import documents
from starter.commands.command import command, group
from starter.commands.deciding import Keys
from starter.commands.desk import Desk, address_of
from starter.commands.options import KeyFile, Officer, Organ, Project, Reason
from starter.commands.speaking import signalled, tell
from starter.failures import BadInput, built
from starter.output import Shown

app = group()

_DIGEST = re.compile(r"[0-9a-f]{64}")


@command(app, "waive")
async def waive(
    desk: Desk,
    code: Project,
    organ: Organ,
    officer: Officer,
    rule: Annotated[str, typer.Option("--rule", help="“原则上”的规定 the in-principle rule, such as JY-26")],
    reason: Reason,
    document: Annotated[
        str, typer.Option("--document", help="批准文件（已提交的材料）：文件或 SHA-256 file or digest")
    ],
    expires_on: Annotated[datetime, typer.Option("--expires-on", formats=["%Y-%m-%d"], help="有效期至 last day")],
    subject: Annotated[str | None, typer.Option("--subject", help="只对此项 only for this subject")] = None,
    key: KeyFile = None,
) -> Shown:
    """例外批准 excuse a finding of an in-principle rule, on a written approval that was handed in; signed like a decision."""
    message = built(
        WaiverRequest,
        organ=organ,
        officer=officer,
        rule=rule,
        subject=subject,
        reason=reason,
        document=document if _DIGEST.fullmatch(document) else _digest(desk, Path(document)),
        expires_on=expires_on.date(),
    )
    workflow_id = address_of(code)
    signed = await Keys(desk.settings, key).signed_act(message, desk, workflow_id)
    return await tell(desk, workflow_id, "waive", signed)


def _digest(desk: Desk, path: Path) -> str:
    (material,) = documents.stored(desk.materials, [documents.given_document(f"approval={path}")])
    return material.sha256


@command(app, "suspend")
async def suspend(desk: Desk, code: Project, organ: Organ, officer: Officer, reason: Reason) -> Shown:
    """中止项目 let a project stand still, with its clock."""
    message = built(Suspension, organ=organ, officer=officer, reason=reason)
    return await tell(desk, address_of(code), "suspend", message)


@command(app, "resume")
async def resume(desk: Desk, code: Project, organ: Organ, officer: Officer, reason: Reason) -> Shown:
    """恢复项目 let a suspended project go on."""
    message = built(Resumption, organ=organ, officer=officer, reason=reason)
    return await tell(desk, address_of(code), "resume", message)


@command(app, "record-finding")
async def record_finding(
    desk: Desk,
    code: Project,
    finding_id: Annotated[str, typer.Option("--finding-id", help="问题编号 a code for the finding")],
    organ: Organ,
    officer: Officer,
    rule: Annotated[str, typer.Option("--rule", help="所违反的规定 the rule that is broken")],
    subject: Annotated[str, typer.Option("--subject", help="问题所在 what is at fault")],
    description: Annotated[str, typer.Option("--description", help="问题描述 the fault in words")],
    limit_on: Annotated[datetime, typer.Option("--limit-on", formats=["%Y-%m-%d"], help="整改期限 last day")],
) -> Shown:
    """检查问题 record a fault that an inspection found; its rectification begins."""
    message = built(
        FindingReport,
        finding_id=finding_id,
        organ=organ,
        officer=officer,
        rule=rule,
        subject=subject,
        description=description,
        limit_on=limit_on.date(),
    )
    return await tell(desk, address_of(code), "record_finding", message)


@command(app, "report-event")
async def report_event(
    desk: Desk,
    code: Project,
    event: Annotated[str, typer.Option("--event", help="事项，如 construction_completed the event")],
    by: Annotated[str, typer.Option("--by", help="报告人 who reports it")],
    occurred_on: Annotated[
        datetime | None, typer.Option("--occurred-on", formats=["%Y-%m-%d"], help="发生日 the day; default: today")
    ] = None,
    event_id: Annotated[str | None, typer.Option("--event-id", help="事项编号 makes a repeat harmless")] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data", metavar="FIELD=VALUE", help="附加内容，可重复，或一个 JSON 对象 further content, or JSON"
        ),
    ] = None,
) -> Shown:
    """事项报告 tell a project what happened: construction is completed, the assessment is open."""
    message = built(
        EventReport,
        event_id=event_id or f"e-{uuid.uuid4().hex}",
        event=event,
        occurred_on=occurred_on.date() if occurred_on else desk.today,
        reported_by=by,
        data=data_of(data or ()),
    )
    workflow_id = address_of(code)
    await signalled(await desk.client(), workflow_id, "report_event", message)
    return Shown.of(
        {"workflow_id": workflow_id, "event_id": message.event_id},
        Text(zh=f"已送达 {workflow_id}（{message.event_id}）", en=f"delivered to {workflow_id} ({message.event_id})"),
        Text(zh="处理结果见台账：tongchou ledger show", en="what came of it: tongchou ledger show"),
    )


def data_of(written: Iterable[str]) -> dict[str, Any]:
    """What the options say together: each one is a field with its value, or an object of several. Raises BadInput."""
    data: dict[str, Any] = {}
    for part in written:
        data |= _object(part) if part.lstrip().startswith("{") else _field(part)
    return data


def _object(written: str) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = json.loads(written)
    except ValueError as error:
        raise _wrong_data(f"must be a JSON object: {error}", written) from error
    return fields


def _field(written: str) -> dict[str, Any]:
    name, equals, value = written.partition("=")
    if not (name and equals):
        raise _wrong_data("must be FIELD=VALUE or a JSON object", written)
    return {name: _value(value)}


def _value(written: str) -> Any:
    """A number, true or false, a text in quotes; anything else is a text as it stands: 2026-03-02, 合格."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def _wrong_data(rule: str, written: str) -> BadInput:
    return BadInput(Text(zh="附加内容有误", en="the data is wrong"), details=[f"data: {rule} (got {written[:80]!r})"])
