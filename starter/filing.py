"""A project is filed: what is known of its code already, its documents are stored, its workflow is started, once.

The way of `tongchou start`, for one application and for a thousand.
"""

from collections.abc import Sequence

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.application import Application, Material
from models.base import Text
from models.plan import StageName
from models.project import RENEWS_AFTER, ProjectFile
from records import ledger
from records.materials import MaterialsStore
from runtime.client import NoSuchWorkflow
from starter import documents, worklist
from starter.documents import Document
from starter.failures import Refused
from starter.first_run import described, started_with
from workflows.names import TASK_QUEUE, project_id


async def file_project(
    client: Client, engine: Engine, store: MaterialsStore, application: Application, named: Sequence[Document]
) -> tuple[Material, ...]:
    """Store the documents and start the project; what it carries of them. The application was examined before (`intake`).

    Raises Refused for a code that was ever filed before: then nothing is stored.
    """
    if ledger.entries(engine, project=application.code, limit=1):
        raise await filed_already(client, application.code)
    materials = documents.stored(store, named)
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
        raise await filed_already(client, application.code) from error
    return materials


async def filed_already(client: Client, code: str) -> Refused:
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


async def runs_already(client: Client, application: Application) -> bool:
    """Whether this very application was filed before, and its project is under way.

    Raises Refused where the project that runs under the code was started with another application.
    """
    description = await described(client, project_id(application.code))
    if description is None or description.status is not WorkflowExecutionStatus.RUNNING:
        return False
    before = await started_with(client, description, ProjectFile)
    if before is not None and (differing := _differing(before.application, application)):
        raise _another(application.code, differing)
    return True


def _differing(before: Application, now: Application) -> list[str]:
    filed, given = before.model_dump(mode="json"), now.model_dump(mode="json")
    return [field for field in given if filed[field] != given[field]]


def _another(code: str, differing: Sequence[str]) -> Refused:
    fields = ", ".join(differing)
    return Refused(
        Text(
            zh=f"code（{code}）：在办项目申报时的内容与本文件不同（{fields}），本文件未生效",
            en=f"code: the project that runs under it was filed otherwise ({fields}); this file changes nothing "
            f"(got {code!r})",
        ),
        advice=Text(zh=f"tongchou status {code}", en=f"tongchou status {code}"),
    )
