"""What a demonstration is played on: its script with the application, and a running stack furnished for it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from sqlalchemy import Engine
from temporalio.client import Client

from models.application import Application
from models.base import Text
from models.calendar import CHINA
from models.plan import Plan
from records import database, migration, register
from runtime.connect import connect
from starter import intake
from starter.clients import catalog_of, notification_of, sow
from starter.demo.script import Script, gate_faults, read_script
from starter.failures import BadInput
from starter.folder import Endpoints, Folder


@dataclass(frozen=True)
class Scene:
    """A script, where its files lie, and the application whose life it tells."""

    script: Script
    folder: Path
    application: Application


@dataclass(frozen=True)
class Props:
    """What the demonstration works with on the running stack. `plan` is what the life is later held against."""

    engine: Engine
    plan: Plan
    client: Client
    catalog: httpx.AsyncClient
    notification: httpx.AsyncClient


def read_scene(file: Path) -> Scene:
    """The script in that file, with its application. Raises BadInput for what is wrong in either."""
    script = read_script(file)
    application, _ = intake.read_application(file.parent / script.application)
    if application.code != script.project:
        rule = f"project: must be the code of {script.application} (got {script.project!r})"
        raise BadInput(Text(zh="演示脚本有误", en="the script is wrong"), details=[rule])
    return Scene(script, _short(file.parent), application)


@asynccontextmanager
async def furnished(scene: Scene, endpoints: Endpoints) -> AsyncIterator[Props]:
    """The register imported, the catalog filled, the plan drawn. Raises BadInput for a script that the plan defies."""
    # A server that is not ours is reached as the environment says, with its certificates and keys.
    client = await connect(endpoints.temporal if endpoints.ui else None, namespace=endpoints.namespace)
    with _records(endpoints) as engine:
        register.import_register(engine, scene.folder / scene.script.parties)
        plan = intake.planned(scene.application, engine, datetime.now(CHINA))
        if faults := gate_faults(scene.script, plan):
            raise BadInput(Text(zh="演示脚本有误", en="the script is wrong"), details=faults)
        async with catalog_of(endpoints) as catalog, notification_of(endpoints) as notification:
            for seed in scene.script.catalog:
                await sow(catalog, scene.folder / seed)
            yield Props(engine, plan, client, catalog, notification)


@contextmanager
def _records(endpoints: Endpoints) -> Iterator[Engine]:
    """The records' database of the stack, with the newest tables."""
    url = Folder(endpoints.data_dir).database_url("tongchou")
    migration.upgrade(url)
    engine = database.connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _short(folder: Path) -> Path:
    """The folder as seen from where the reader stands, where it lies below: the lines shown are to be typed."""
    absolute = folder.resolve()
    return Path(os.path.relpath(absolute)) if absolute.is_relative_to(Path.cwd()) else absolute
