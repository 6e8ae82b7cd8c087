"""What the catalog holds in a case: the real service, filled from its seeds, the base, and the case's own changes."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import yaml
from fastapi import FastAPI

from models.application import Application
from models.catalog import CatalogEntry, CatalogEntryQuestion, CatalogSubject
from models.effects import CatalogFacts, CatalogQuestion
from models.procedure import ProcedureApplication
from services.access.tokens import Open
from services.catalog.app import create_app
from services.catalog.schemas import Seed
from services.catalog.seed import read as read_seed
from services.catalog.seed import sow
from services.catalog.store import Store
from simulation.case_file import base_file
from simulation.holdings import CatalogChange
from simulation.templates import template_file

SEEDS = Path(__file__).parents[1] / "services" / "catalog" / "seeds"


async def facts(
    regulation: str, change: CatalogChange, application: Application, question: CatalogQuestion, folder: Path
) -> CatalogFacts:
    """The catalog's answer in the case, without a socket: the service runs in this process."""
    async with in_process(create_app(prepared(regulation, folder), Open())) as catalog:
        await stock(catalog, change, application)
        answer = await catalog.post("/facts", json=question.model_dump(mode="json"))
        answer.raise_for_status()
        return CatalogFacts.model_validate_json(answer.content)


def prepared(regulation: str, folder: Path) -> str:
    """The URL of a fresh catalog in the folder, with the seeds and the base in it."""
    file = folder / "catalog.db"
    shutil.copyfile(_template(regulation), file)
    return f"sqlite:///{file}"


@cache
def _template(regulation: str) -> Path:
    """The seeds and the base, in a file to be copied."""
    file = template_file(f"{regulation}-catalog.db")
    store = Store(f"sqlite:///{file}")
    store.create()
    base = yaml.safe_load(base_file(regulation, "catalog").read_text(encoding="utf-8"))
    change = CatalogChange.model_validate(base)
    with store.writing() as session:
        sow(session, read_seed(SEEDS / f"{regulation}.yaml"))
        sow(session, Seed.model_validate(_seed(change, "base")))
    store.close()
    return file


@asynccontextmanager
async def in_process(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app without a socket."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://catalog") as client,
    ):
        yield client


async def stock(
    catalog: httpx.AsyncClient, change: CatalogChange, application: Application | ProcedureApplication
) -> None:
    """Bring the change about. Raises httpx.HTTPStatusError with the service's reason where it refuses."""
    code = application.code
    requests: list[tuple[str, str, dict[str, Any]]] = []
    if change.resources or change.items or change.mounted or change.published:
        requests.append(("POST", "/seed", _seed(change, code, application)))
    for name, changed in change.capabilities.items():
        requests.append(("PATCH", f"/capabilities/{name}", changed.model_dump(exclude_none=True)))
    for resource, state in change.states.items():
        requests.append(("POST", f"/resources/{resource}/steps", {"to": state}))
    for number, (name, count) in enumerate(change.calls.items()):
        call = {"call_id": f"{code}-{number}-{count}", "project": code, "capability": name, "count": count}
        requests.append(("POST", "/calls", call))
    for name, attested in change.residents.items():
        requests.append(("POST", "/residents", {"project": code, "capability": name, "attested": list(attested)}))
    for method, path, body in requests:
        answer = await catalog.request(method, path, json=body)
        if answer.is_error:
            raise ValueError(f"catalog: {method} {path} was refused: {answer.text}")


async def catalog_entry(catalog: httpx.AsyncClient, subject: CatalogSubject, entry: str) -> CatalogEntry:
    """Where the entry stands; state `unknown` where the catalog has none. Raises httpx.HTTPStatusError."""
    question = CatalogEntryQuestion(subject=subject, entry=entry)
    answer = await catalog.get("/entry", params=question.model_dump(mode="json"))
    answer.raise_for_status()
    return CatalogEntry.model_validate_json(answer.content)


def _seed(
    change: CatalogChange, prefix: str, application: Application | ProcedureApplication | None = None
) -> dict[str, Any]:
    held = [
        {
            "id": resource.id or f"{prefix}-held-{number}",
            "name": resource.name,
            "provider_code": resource.provider_code,
            "provider_name": resource.provider,
            "fields": list(resource.fields),
            "sharing": resource.sharing,
            "state": resource.state,
        }
        for number, resource in enumerate(change.resources)
    ]
    own = _own(application, change) if application else []
    return {"resources": held + own, "items": [item.model_dump() for item in change.items]}


def _own(application: Application | ProcedureApplication, change: CatalogChange) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{application.code}-{state}-{crc32(name.encode()):x}",
            "name": name,
            "provider_code": application.unit.code,
            "provider_name": application.unit.name,
            "fields": ["编号"],
            "sharing": "无条件共享",
            "state": state,
            "project": application.code,
        }
        for state, names in (("mounted", change.mounted), ("published", change.published))
        for name in names
    ]
