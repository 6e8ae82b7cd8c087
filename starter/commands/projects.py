"""start, status, inbox, materials: a project is filed, and what is known of it is shown."""

from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.application import Application, Material
from models.base import Code, Text, Value
from models.plan import StageName
from models.project import RENEWS_AFTER, ProjectFile
from runtime.client import NoSuchWorkflow
from starter import worklist
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import Project
from starter.failures import Refused, built
from starter.output import Shown, field
from workflows.names import TASK_QUEUE, project_id

app = group()


class _Organ(Value):
    organ: Code


@command(app, "start")
async def start(
    desk: Desk, file: Annotated[Path, typer.Argument(help="申报文件 the application file (YAML)")]
) -> Shown:
    """申报项目 file a project: examines the file, stores its documents, starts the project."""
    # The records and the law are slow to import, and whoever asks for a status needs neither.
    from records import ledger
    from starter import documents, intake

    application, files = intake.read_application(file)
    engine = desk.records()
    plan = intake.planned(application, engine, desk.now)
    client = await desk.client()
    if ledger.entries(engine, project=application.code, limit=1):
        raise await _filed_already(client, application.code)
    materials = documents.stored(desk.materials, files)
    await _start(client, application, materials)
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


async def _start(client: Client, application: Application, materials: tuple[Material, ...]) -> None:
    file = ProjectFile(
        code=application.code,
        application=application,
        materials=materials,
        filers=(application.prepared_by,),
        renews_after=RENEWS_AFTER,
    )
    try:
        await client.start_workflow(
            StageName.APPLICATION.value,
            file,
            id=project_id(application.code),
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
    except WorkflowAlreadyStartedError as error:
        raise await _filed_already(client, application.code) from error


async def _filed_already(client: Client, code: str) -> Refused:
    """Why the code cannot be filed again, and where its project is."""
    try:
        status = await worklist.status_of(client, project_id(code))
        where = status.outcome.label if status.outcome else worklist.place(status)
    except NoSuchWorkflow:
        # Its last run is over for longer than Temporal keeps one; the ledger forgets nothing.
        where = Text(zh="见台账", en="see the ledger")
    return Refused(
        Text(
            zh=f"code（{code}）：已经申报，不得重复；目前：{where.zh}",
            en=f"code: has been filed already and must not be filed twice; now: {where.en} (got {code!r})",
        ),
        advice=Text(zh=f"tongchou ledger show {code}", en=f"tongchou ledger show {code}"),
    )


def _page(desk: Desk, code: str) -> str | None:
    stack = desk.stack
    return f"{stack.ui}/namespaces/{stack.namespace}/workflows/{project_id(code)}" if stack and stack.ui else None


@command(app, "status")
async def status(
    desk: Desk,
    code: Project,
    receipt: Annotated[bool, typer.Option("--receipt", help="期限计算单 show how the deadline was counted")] = False,
) -> Shown:
    """办理情况 where a project or a rectification stands."""
    workflow_id = address_of(code)
    answer = await worklist.status_of(await desk.client(), workflow_id)
    return Shown.of(answer, *views.status(answer, receipt=receipt))


@command(app, "inbox")
async def inbox(
    desk: Desk,
    organ: Annotated[str, typer.Option("--organ", help="机关或单位代码 code of the organ or unit")],
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期 only what is overdue")] = False,
) -> Shown:
    """待办事项 what waits for an organ, the nearest deadline first."""
    wanted = built(_Organ, organ=organ).organ
    items = await worklist.waiting_for(await desk.client(), wanted, overdue=overdue)
    return Shown.of(items, views.inbox(items))
