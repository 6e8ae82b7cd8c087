"""Reads the account's facts where they stand: the ledger, the notification service, Temporal, the exported histories."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import httpx
from sqlalchemy import Engine
from temporalio.client import Client

from models.base import Text
from models.dossier import DossierSeal
from models.effects import EntryKind, LedgerEntry
from models.project import Status
from records import ledger
from records.dossier import verifier
from records.ledger import every_entry
from runtime.client import NoSuchWorkflow
from runtime.installation_key import public_key_file
from runtime.settings import Settings
from runtime.signing import read_public_key
from starter.demo.account import DELIVERED, Addresses, DossierLine, NoticeLine
from starter.folder import Endpoints
from starter.worklist import status_of
from workflows import names

PAGE = 500
"""As many notices as the service gives at once."""

DOSSIER_SECONDS = 60.0
"""How long the dossier of a closed project is waited for."""

DELIVERY_SECONDS = 15.0
"""How long notices that are on their way are waited for. The in-box delivers at once; a channel may take longer."""


def ledger_of(engine: Engine, project: str) -> list[LedgerEntry]:
    """Every entry of the project, in order."""
    return [recorded.entry for recorded in every_entry(engine, project)]


async def status_or_none(client: Client, project: str) -> Status | None:
    """The project's status, closed ones included; None for one that was never started."""
    try:
        return await status_of(client, names.project_id(project))
    except NoSuchWorkflow:
        return None


async def notices_of(http: httpx.AsyncClient, project: str) -> list[NoticeLine]:
    """The project's notices as soon as all are delivered, or as they are after DELIVERY_SECONDS. Raises httpx errors."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + DELIVERY_SECONDS
    while True:
        found = await _notices(http, project)
        if all(notice.state == DELIVERED for notice in found) or clock.time() > deadline:
            return found
        await asyncio.sleep(0.2)


async def _notices(http: httpx.AsyncClient, project: str) -> list[NoticeLine]:
    found: list[NoticeLine] = []
    while True:
        page = await http.get(f"/projects/{project}/messages", params={"offset": len(found), "limit": PAGE})
        page.raise_for_status()
        views = page.json()
        found += [_line(view) for view in views]
        if len(views) < PAGE:
            return found


def _line(view: dict[str, str]) -> NoticeLine:
    recipient = f"{view['recipient_kind']}:{view['recipient_code']}"
    return NoticeLine(notice_id=view["notice_id"], template=view["template"], recipient=recipient, state=view["state"])


def histories_of(data_dir: Path, project: str) -> Sequence[str]:
    """The files to which the project's finished runs were exported."""
    folder = Settings(data_dir=data_dir).histories_dir
    return [str(file.relative_to(folder)) for file in sorted((folder / project).glob("*.json"))]


async def dossier_of(engine: Engine, data_dir: Path, project: str) -> DossierLine | None:
    """The dossier as soon as it is on record, with what its own verifier finds; None where there is none in DOSSIER_SECONDS."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + DOSSIER_SECONDS
    while not (sealed := ledger.entries(engine, project, kinds=[EntryKind.DOSSIER_SEALED])):
        if clock.time() > deadline:
            return None
        await asyncio.sleep(0.2)
    seal = DossierSeal.model_validate(sealed[-1].entry.detail)
    settings = Settings(data_dir=data_dir)
    file = settings.dossiers_dir / seal.file
    key = read_public_key(public_key_file(settings.anchors_file.parent))
    verdict = await asyncio.to_thread(verifier.verify, file, key)
    faults = tuple(Text(zh=f"{f.where} {f.zh}", en=f"{f.where} {f.en}") for f in verdict.faults)
    return DossierLine(file=str(file), entries=seal.sequence, faults=faults)


def addresses_of(endpoints: Endpoints, project: str) -> Addresses:
    """Where the life is to be seen. Without an own Temporal server there is no UI of ours to point to."""
    data_dir = str(endpoints.data_dir)
    if endpoints.ui is None:
        return Addresses(ui=None, runs=None, search=None, data_dir=data_dir)
    workflows = f"{endpoints.ui}/namespaces/{endpoints.namespace}/workflows"
    query = quote(f'{names.PROJECT_CODE.name}="{project}"')
    return Addresses(
        ui=endpoints.ui,
        runs=f"{workflows}/{quote(names.project_id(project), safe='')}",
        search=f"{workflows}?query={query}",
        data_dir=data_dir,
    )
