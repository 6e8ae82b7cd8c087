"""The dossiers port: gathers what the ledger, Temporal, the notification service and the materials' store know of a project."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError
from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities import ports
from activities.errors import raise_for
from activities.histories import FileHistories, file_name
from activities.notices import TOKEN
from models.application import Material
from models.dossier import DossierOrder, DossierSeal
from models.effects import EntryKind, FinishedRun
from records import ledger, officer_keys
from records.dossier import bundle, contents
from records.dossier.contents import Gathered, KeptMaterial
from records.dossier.project_files import project_file
from records.errors import RecordError
from records.ledger import RecordedEntry
from records.materials import MaterialsStore
from runtime.installation_key import InstallationKey
from runtime.payloads.histories import in_clear
from runtime.settings import Settings
from workflows import names

_PAGE = 500
_OWN_TYPE = "Dossier"
"""The workflow that makes the dossiers: its history is of no interest in them."""


class StillRunning(Exception):
    """The run that closes the project is not over yet, so its history is not whole. Time mends that."""


class FileDossiers(ports.Dossiers):
    """Writes `folder/<code>/<code>-<number of the last entry>.zip`."""

    def __init__(self, client: Client, engine: Engine, notification: httpx.AsyncClient, settings: Settings) -> None:
        """Materials, exported histories and dossiers lie where the settings say, the installation's key beside the anchors."""
        self._client = client
        self._engine = engine
        self._notification = notification
        self._materials = MaterialsStore(settings.materials_dir)
        self._histories = settings.histories_dir
        self._exporter = FileHistories(client, settings.histories_dir)
        self._folder = settings.dossiers_dir
        self._key_folder = settings.anchors_file.parent

    @activity.defn(name="dossiers.compile")
    async def compile(self, order: DossierOrder) -> DossierSeal:
        """Gather and write. The same knowledge gives the same file; a project whose ledger has grown gets another.

        Raises a non-retryable ApplicationError of type `NothingOnRecord`. A service that is down and a full disk raise
        what is retried.
        """
        entries = await asyncio.to_thread(lambda: tuple(ledger.every_entry(self._engine, order.project)))
        if not entries:
            raise ApplicationError(
                f"project: the ledger knows nothing of {order.project}", type="NothingOnRecord", non_retryable=True
            )
        if order.last_run:
            await self._keep(order.last_run)
        histories = {name: text async for name, text in self._known_histories(order.project)}
        notices, refused = await self._notices_or_why_not(order.project)
        known = await asyncio.to_thread(self._gathered, order.project, entries, histories, notices, refused)
        return await asyncio.to_thread(self._written, known)

    # ------------------------------------------------------------ histories

    async def _keep(self, run: FinishedRun) -> None:
        """Export the run that closed the project. What the server has forgotten stays out, and the verifier tells of it."""
        handle = self._client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
        try:
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                raise StillRunning(f"run {run.run_id} of {run.workflow_id} is not over yet")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return
        await self._exporter.export(run)

    async def _known_histories(self, project: str) -> AsyncIterator[tuple[str, bytes]]:
        """Every history that bears the project's code, in clear. What is over and was not exported yet, is now."""
        kept = {_run_of(file): file for file in self._exported(project)}
        async for run in self._client.list_workflows(f"{names.PROJECT_CODE.name} = '{project}'"):
            if run.run_id in kept or run.workflow_type == _OWN_TYPE:
                continue
            if run.status is WorkflowExecutionStatus.RUNNING:
                handle = self._client.get_workflow_handle(run.id, run_id=run.run_id)
                text = (await handle.fetch_history()).to_json()
                yield f"open-{file_name(_finished(run)).name}", await in_clear(text, self._codec)
            else:
                kept[run.run_id] = self._histories / await self._exporter.export(_finished(run))
        for file in sorted(kept.values(), key=lambda file: file.name):
            yield file.name, await in_clear(await asyncio.to_thread(file.read_text, "utf-8"), self._codec)

    def _exported(self, project: str) -> Iterator[Path]:
        """What lies in the folder already, of the project and of its rectifications."""
        for folder in self._histories.glob(f"{project}*"):
            # A project's code may begin like another's, and must not bring its histories into a stranger's dossier.
            if re.fullmatch(r"(-R[0-9]+)?", folder.name.removeprefix(project)):
                yield from folder.glob("*.json")

    @property
    def _codec(self) -> Any:
        return self._client.data_converter.payload_codec

    # ------------------------------------------------------------ notices

    async def _notices_or_why_not(self, project: str) -> tuple[list[dict[str, Any]], list[str]]:
        """The notices; where the service refuses the question for good, none, and its words: no dossier may wait for ever."""
        try:
            return [notice async for notice in self._notices(project)], []
        except ApplicationError as error:
            if not error.non_retryable:
                raise
            return [], [f"通知及送达情况（通知服务：{error.message}）"]

    async def _notices(self, project: str) -> AsyncIterator[dict[str, Any]]:
        """The project's notices with the state of their delivery, as the service tells it."""
        offset = 0
        while True:
            response = await self._notification.get(
                f"/projects/{project}/messages", params={"offset": offset, "limit": _PAGE}
            )
            raise_for(response, token=TOKEN)
            page = json.loads(response.content)
            for notice in page:
                yield notice
            if len(page) < _PAGE:
                return
            offset += len(page)

    # ------------------------------------------------------------ the file

    def _gathered(
        self,
        project: str,
        entries: tuple[RecordedEntry, ...],
        histories: dict[str, bytes],
        notices: list[dict[str, Any]],
        refused: list[str],
    ) -> Gathered:
        filed, latest = project_file(histories)
        missing = [*refused, *([] if filed else ["申报时的卷宗（历史已不在）"])]
        materials = tuple(self._handed_in(entries))
        missing += [f"材料 {m.material.name}（{m.material.sha256[:12]}…）" for m in materials if not m.kept]
        if latest is None:
            raise ApplicationError(
                f"project: no history of {project} is left", type="NothingOnRecord", non_retryable=True
            )
        used = {e.entry.detail.get("key_id") for e in entries} - {None}
        return Gathered(
            project=project,
            entries=entries,
            filed=filed or latest,
            latest=latest,
            notices=tuple(notices),
            materials=materials,
            keys=tuple(key.model_dump(mode="json") for key in officer_keys.keys(self._engine) if key.key_id in used),
            histories=histories,
            missing=tuple(missing),
        )

    def _handed_in(self, entries: tuple[RecordedEntry, ...]) -> Iterator[KeptMaterial]:
        for recorded in entries:
            if recorded.entry.kind is EntryKind.REVIEW_OPENED:
                continue
            for item in recorded.entry.detail.get("materials", ()):
                try:
                    material = Material.model_validate(item)
                except ValidationError:
                    continue
                yield KeptMaterial(
                    material=material,
                    by=recorded.entry.officer,
                    at=recorded.entry.at,
                    entry_id=recorded.entry.entry_id,
                    kept=self._is_kept(material.sha256),
                )

    def _is_kept(self, digest: str) -> bool:
        try:
            self._materials.verify(digest)
        except RecordError:
            return False
        return True

    def _written(self, known: Gathered) -> DossierSeal:
        last = known.entries[-1].sequence
        name = f"{known.project}/{known.project}-{last}.zip"
        written = bundle.write(
            self._folder / name,
            contents.files(known),
            contents.about(known),
            InstallationKey(self._key_folder).signature_of,
        )
        return DossierSeal(
            project=known.project,
            file=name,
            sha256=written.sha256,
            size=written.size,
            sequence=last,
            missing=known.missing,
        )


def _run_of(file: Path) -> str:
    """The run's id, a UUID, with which the name of an exported history ends."""
    return file.stem[-36:]


def _finished(run: WorkflowExecution) -> FinishedRun:
    return FinishedRun(workflow_id=run.id, run_id=run.run_id, stage=run.workflow_type, round=1)
