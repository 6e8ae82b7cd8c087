"""How a procedure is started, once: examined, stored, started; or shown as it runs. Apart from the command: imports are slow."""

from pathlib import Path

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.application import Material
from models.base import Text
from models.procedure import ProcedureApplication, ProcedureFile
from runtime.connect import TemporalUnreachable
from starter import documents, procedure_intake
from starter.commands import procedure_views, views
from starter.commands.desk import Desk
from starter.commands.running_procedure import Started, filed_before, started_under
from starter.failures import Failure, Refused
from starter.output import Shown, field
from starter.procedure_intake import Examined
from workflows.names import TASK_QUEUE, procedure_id


async def started(desk: Desk, file: Path) -> Shown:
    """Start what the file applies for; where it runs already, nothing happens, and where it stands is shown.

    Raises BadInput for what cannot be used or is not admitted, Refused for a code that has ended.
    """
    application, named = procedure_intake.read_procedure(file)
    engine = desk.records()
    try:
        found = procedure_intake.examined(application, engine, desk.now)
    except Failure:
        # What runs already runs on, even where today's law or register would not let it in any more.
        if (running := await _found(desk, application)) is None:
            raise
        return running
    client = await desk.client()
    if known := await started_under(client, application):
        return _again(known, application)
    if ended := filed_before(engine, application):
        raise _ended(application, ended)
    materials = documents.stored(desk.materials, named)
    if not await _start(client, application, materials, found):
        known = await started_under(client, application)
        assert known, "Temporal has just refused to start it a second time"
        return _again(known, application)
    return _started(application, materials, found)


async def _found(desk: Desk, application: ProcedureApplication) -> Shown | None:
    try:
        known = await started_under(await desk.client(), application)
    except TemporalUnreachable:
        return None
    return _again(known, application) if known else None


async def _start(
    client: Client, application: ProcedureApplication, materials: tuple[Material, ...], found: Examined
) -> bool:
    """Whether it was started now, and not by somebody else a moment ago."""
    file = ProcedureFile(application=application, materials=materials, filers=(application.prepared_by,))
    try:
        await client.start_workflow(
            found.procedure.runs.value,
            file,
            id=procedure_id(application.procedure, application.code),
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            # Refused rather than joined: whoever asks has to hear that it runs already, and perhaps with other content.
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def _started(application: ProcedureApplication, materials: tuple[Material, ...], found: Examined) -> Shown:
    workflow_id = procedure_id(application.procedure, application.code)
    lacking = [document.title for document in found.lacking(materials)]
    document = {
        "workflow_id": workflow_id,
        "started": True,
        "regulation": application.regulation,
        "procedure": application.procedure,
        "project": application.project,
        "runs": found.procedure.runs,
        "warnings": found.plan.warnings,
        "materials": materials,
        "missing": lacking,
        "steps": found.procedure.steps,
    }
    title = found.procedure.title
    return Shown.of(
        document,
        Text(
            zh=f"已启动{title.zh} {workflow_id}：{application.title}",
            en=f"started {title.en} {workflow_id}: {application.title}",
        ),
        *found.plan.warnings,
        procedure_views.steps(found.procedure.steps, found.plan),
        procedure_views.missing(lacking),
        field("下一步", "next", f"tongchou procedure status {workflow_id}"),
    )


def _again(known: Started, application: ProcedureApplication) -> Shown:
    """The running one, and whether it was started with other content. Raises Refused where it has ended."""
    status, workflow_id = known.status, known.workflow_id
    if known.closed:
        raise _ended(application, status.outcome.label if status and status.outcome else None)
    document = {
        "workflow_id": workflow_id,
        "started": False,
        "regulation": application.regulation,
        "procedure": application.procedure,
        "project": application.project,
        "differs": known.differing,
        "status": status,
    }
    differs = Text(
        zh=f"注意：在办的内容与本文件不同（{'、'.join(known.differing)}），本文件未生效",
        en=f"note: the running one differs from this file ({', '.join(known.differing)}); this file changes nothing",
    )
    return Shown.of(
        document,
        Text(
            zh=f"{workflow_id} 已在办理，未重复启动",
            en=f"{workflow_id} runs already; it was not started again",
        ),
        differs if known.differing else None,
        *(views.status(status) if status else ()),
    )


def _ended(application: ProcedureApplication, where: Text | None) -> Refused:
    workflow_id = procedure_id(application.procedure, application.code)
    matter = application.project or application.code
    told = where or Text(zh="见台账", en="see the ledger")
    return Refused(
        Text(
            zh=f"code（{application.code}）：{workflow_id} 已经结束，不得重复；结果：{told.zh}",
            en=f"code: {workflow_id} has ended and must not be started twice; outcome: {told.en}"
            f" (got {application.code!r})",
        ),
        advice=Text(zh=f"tongchou ledger show {matter}", en=f"tongchou ledger show {matter}"),
    )
