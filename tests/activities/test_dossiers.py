"""A project's dossier, made by the real parts: a real server, both services, the ledger; with its payloads encrypted."""

import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.dossiers import FileDossiers
from models.dossier import DossierOrder, DossierSeal
from models.effects import EntryKind, FinishedRun
from models.messages import Withdrawal
from models.plan import StageName
from records import database
from records.dossier import verifier
from runtime.connect import data_converter
from runtime.installation_key import InstallationKey
from runtime.settings import Settings
from starter.temporal import binary
from tests.workflows.installation import on_dev_server
from tests.workflows.project import BUREAU, UNIT, Project
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE, dossier_id


async def made(project: Project, last_run: FinishedRun | None = None) -> DossierSeal:
    seal: DossierSeal = await project.installation.client.execute_workflow(
        "Dossier",
        DossierOrder(project=project.code, last_run=last_run),
        id=dossier_id(project.code),
        task_queue=TASK_QUEUE,
        result_type=DossierSeal,
    )
    return seal


async def test_a_dossier_holds_an_open_project_as_it_stands_and_a_closed_one_to_its_end(tmp_path: Path) -> None:
    async with on_dev_server(tmp_path) as installation:
        settings = installation.settings
        project = Project(installation, "JY-2026-0001")
        await project.file_example()
        await project.decide("admission", BUREAU, "chen.hao")
        of_the_open = await made(project)
        await project.say("withdraw", Withdrawal(withdrawn_by=UNIT, reason="不再建设"))
        await project.closed()
        of_the_closed = await made(project)
        (first, second) = project.ledger(EntryKind.DOSSIER_SEALED)
    assert (first.detail["sha256"], second.detail["sha256"]) == (of_the_open.sha256, of_the_closed.sha256)
    assert of_the_open.sequence < of_the_closed.sequence
    key = InstallationKey(settings.anchors_file.parent).public_key
    for seal in (of_the_open, of_the_closed):
        verdict = verifier.verify(settings.dossiers_dir / seal.file, key)
        assert verdict.faults == (), verdict
    with zipfile.ZipFile(settings.dossiers_dir / of_the_closed.file) as dossier:
        notices = json.loads(dossier.read("notices.json"))
        histories = [name for name in dossier.namelist() if name.startswith("histories/")]
    assert {message["state"] for notice in notices for message in notice["messages"]} == {"delivered"}
    assert len(histories) == 1


async def test_a_project_that_nobody_knows_has_no_dossier(tmp_path: Path) -> None:
    async with on_dev_server(tmp_path) as installation:
        with pytest.raises(Exception, match="failed"):
            await made(Project(installation, "JY-2026-0404"))


async def test_a_dossier_is_made_after_retention_has_taken_the_histories_and_says_what_is_missing(
    tmp_path: Path,
) -> None:
    """The server forgets a closed project. What was exported and what stands in the ledger is enough, until that is lost."""
    async with on_dev_server(tmp_path) as installation:
        settings, client = installation.settings, installation.client
        project = Project(installation, "JY-2026-0001")
        await project.file_example()
        for gate in ("admission", "forwarding"):
            await project.decide(gate, BUREAU, "chen.hao")
        await project.reached(StageName.TECHNICAL_COORDINATION)
        await project.say("withdraw", Withdrawal(withdrawn_by=UNIT, reason="不再建设"))
        await project.closed()
        last = await client.get_workflow_handle(project.project.id).describe()
        run = FinishedRun(workflow_id=last.id, run_id=last.run_id, stage=last.workflow_type, round=1)
        whole = await made(project, run)

        held = names_of(settings.dossiers_dir / whole.file)
        (own,) = (settings.histories_dir / project.code).glob("*Application*")
        stranger = settings.histories_dir / f"{project.code}-RED" / "01-Application-r1-of-a-stranger.json"
        stranger.parent.mkdir()
        shutil.copy(own, stranger)
        async with forgetful(settings) as dossiers:
            after = await ActivityEnvironment().run(dossiers.compile, DossierOrder(project=project.code))
            assert names_of(settings.dossiers_dir / after.file) == held
            assert verifier.verify(settings.dossiers_dir / after.file).faults == ()
            (of_application,) = (settings.histories_dir / project.code).glob("*Application*")
            of_application.unlink()
            lacking = await ActivityEnvironment().run(dossiers.compile, DossierOrder(project=project.code))
    assert not any("申报时的卷宗" in what for what in after.missing)
    assert any("申报时的卷宗" in what for what in lacking.missing)
    with zipfile.ZipFile(settings.dossiers_dir / lacking.file) as dossier:
        told = [json.loads(line)["entry"]["kind"] for line in dossier.read("ledger.jsonl").decode().splitlines()]
    assert {EntryKind.PROJECT_FILED, EntryKind.DECISION_COUNTED, EntryKind.PROJECT_CLOSED} <= set(told)


@asynccontextmanager
async def forgetful(settings: Settings) -> AsyncIterator[FileDossiers]:
    """The same installation before a server that knows no run of it any more."""
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()), data_converter=data_converter(), search_attributes=SEARCH_ATTRIBUTES
    )
    engine = database.connect(settings.database_url)
    try:
        async with server, httpx.AsyncClient(base_url=settings.notification_url) as notification:
            yield FileDossiers(server.client, engine, notification, settings)
    finally:
        engine.dispose()


def names_of(dossier: Path) -> set[str]:
    with zipfile.ZipFile(dossier) as opened:
        return set(opened.namelist())
