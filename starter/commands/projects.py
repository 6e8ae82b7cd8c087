"""start, status, inbox, materials: a project is filed, and what is known of it is shown."""

from pathlib import Path
from typing import Annotated

import typer

from models.base import Code, Text, Value
from runtime.payloads import policy
from starter import completion, worklist
from starter.batch import AT_ONCE
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import AtOnce, Project, given, require_alone
from starter.failures import built
from starter.links import Pages
from starter.output import Shown, field
from workflows.names import project_id

app = group()


class _Organ(Value):
    organ: Code


@command(app, "start")
async def start(
    desk: Desk,
    file: Annotated[Path | None, typer.Argument(help="申报文件 the application file (YAML)")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="DIR|CSV", help="成批申报：目录或表格 every application of a folder or a table"
        ),
    ] = None,
    at_once: AtOnce = AT_ONCE,
) -> Shown:
    """申报项目 file a project: examines the file, stores its documents, starts the project."""
    # The records and the law are slow to import, and whoever asks for a status needs neither.
    if batch is not None:
        from starter.commands import start_batch

        require_alone(batch, {"FILE": file})
        raise typer.Exit(await start_batch.started(desk, batch, at_once))
    return await _started(desk, given("FILE", file))


async def _started(desk: Desk, file: Path) -> Shown:
    from starter import filing, intake

    application, named = intake.read_application(file)
    engine = desk.records()
    plan = intake.planned(application, engine, desk.now)
    materials = await filing.file_project(await desk.client(), engine, desk.materials, application, named)
    document = {
        "workflow_id": project_id(application.code),
        "project": application.code,
        "regulation": plan.regulation,
        "route": plan.route,
        "warnings": plan.warnings,
        "materials": materials,
    }
    return Shown.of(
        document,
        Text(
            zh=f"已提交申报 {application.code}：{application.title}",
            en=f"filed {application.code}: {application.title}",
        ),
        *plan.warnings,
        *views.plan(plan),
        field("管理页面", "in the Temporal UI", _page(desk, application.code)),
        field("下一步", "next", f"tongchou status {application.code}"),
    )


def _page(desk: Desk, code: str) -> str | None:
    stack = desk.stack
    return Pages(stack.ui, stack.namespace).workflow(project_id(code)) if stack and stack.ui else None


@command(app, "status")
async def status(
    desk: Desk,
    code: Project,
    receipt: Annotated[bool, typer.Option("--receipt", help="期限计算单 show how the deadline was counted")] = False,
) -> Shown:
    """办理情况 where a project or a rectification stands."""
    workflow_id = address_of(code)
    answer = await worklist.status_of(await desk.client(), workflow_id)
    return Shown.of(answer, *views.status(answer, receipt=receipt), policy.warning(desk.payload_keys, desk.payloads))


@command(app, "inbox")
async def inbox(
    desk: Desk,
    organ: Annotated[
        str,
        typer.Option("--organ", autocompletion=completion.organs, help="机关或单位代码 code of the organ or unit"),
    ],
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期 only what is overdue")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多列出几项 how many are listed")] = worklist.SHOWN,
) -> Shown:
    """待办事项 what waits for an organ, the nearest deadline first."""
    wanted = built(_Organ, organ=organ).organ
    waiting = await worklist.waiting_for(await desk.client(), wanted, overdue=overdue, most=limit)
    if waiting.more:
        desk.screen.warn(Text(zh=f"另有 {waiting.more} 项未列出（--limit）", en=f"{waiting.more} more wait (--limit)"))
    return Shown.of(waiting.items, views.inbox(waiting.items))
