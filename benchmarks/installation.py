"""The product as it is installed: Temporal on SQLite, both services, the worker, each a process of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx
import yaml
from sqlalchemy import Engine
from temporalio.client import Client

from models.authority import SignaturePolicy
from records import database, migration
from records.register import import_register
from runtime.connect import connect
from simulation.case_file import base_file
from simulation.stock import SEEDS
from starter.clients import catalog_of
from starter.folder import Endpoints, Folder
from starter.parts import environment_of
from starter.ports import Ports
from starter.stack import Stack, embedded

FOREIGN = ("TEMPORAL_ADDRESS", "TONGCHOU_PAYLOAD_KEYS", "TONGCHOU_DATABASE_URL")
"""What an operator's environment may name, and a measurement must not touch."""


@dataclass(frozen=True)
class Installation:
    """A running stack with the register and the catalog on which the worked cases of a regulation stand."""

    stack: Stack
    client: Client
    catalog: httpx.AsyncClient
    engine: Engine
    """The ledger's database, to read what is on record from outside."""

    @property
    def endpoints(self) -> Endpoints:
        return self.stack.endpoints

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the installation finds in its environment."""
        chosen = {name: value for name, value in os.environ.items() if name.startswith("TONGCHOU_")}
        return {**chosen, **environment_of(Folder(self.endpoints.data_dir), self.endpoints)}

    @property
    def logs(self) -> Path:
        return Folder(self.endpoints.data_dir).logs

    def pid(self, name: str) -> int:
        """The process of `temporal`, `worker`, `catalog` or `notification`. Raises KeyError."""
        return self.endpoints.pids[name]


@asynccontextmanager
async def installation(
    folder: Path, regulation: str = "jiangyin", signatures: SignaturePolicy = SignaturePolicy.OFF
) -> AsyncIterator[Installation]:
    """Start the product on that empty folder, and stop it when the block is left.

    The environment of this process names its parts as long as it runs, so there is one at a time. Raises
    starter.errors.StackError where a part does not come up.
    """
    data = folder / "data"
    chosen = {
        "TONGCHOU_SIGNATURES": signatures.value,
        "TONGCHOU_DATA_DIR": str(data),
        "TONGCHOU_LOG_LEVEL": "WARNING",
    }
    with mock.patch.dict(os.environ, chosen):
        for foreign in FOREIGN:
            os.environ.pop(foreign, None)
        async with embedded(data, Ports.any_free()) as stack:
            endpoints = stack.endpoints
            engine = _records(endpoints.data_dir, regulation)
            client = await connect(endpoints.temporal, namespace=endpoints.namespace)
            try:
                async with catalog_of(endpoints) as catalog:
                    answer = await catalog.post("/seed", json=_seeds(regulation))
                    answer.raise_for_status()
                    yield Installation(stack, client, catalog, engine)
            finally:
                engine.dispose()


def _records(data: Path, regulation: str) -> Engine:
    url = f"sqlite:///{data}/tongchou.db"
    migration.upgrade(url)
    engine = database.connect(url)
    import_register(engine, base_file(regulation, "register"))
    return engine


def _seeds(regulation: str) -> object:
    return yaml.safe_load((SEEDS / f"{regulation}.yaml").read_text("utf-8"))
