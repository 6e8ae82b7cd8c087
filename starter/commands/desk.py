"""What a command works with: the settings in force, Temporal, the records, the materials; opened when needed."""

import getpass
import os
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.client import Client

from models.base import Code, Text, Value
from models.calendar import CHINA
from runtime.connect import connect
from runtime.payloads.policy import PayloadPolicy
from runtime.settings import Settings
from starter.advice import START_THE_STACK
from starter.failures import Unreachable, built
from starter.folder import Folder, running_stack
from starter.output import Screen
from workflows.names import project_id

# SQLAlchemy and Alembic are slow to import, and a command that only speaks to a workflow opens no records.
if TYPE_CHECKING:
    from sqlalchemy import Engine

    from records.materials import MaterialsStore


class _Address(Value):
    procedure: Code
    code: Code


class Desk:
    """One command's access to the installation. What the environment names goes first, then a stack that runs here."""

    def __init__(self, settings: Settings, screen: Screen) -> None:
        self.settings = settings
        self.screen = screen
        self.stack = None if os.environ.get("TEMPORAL_ADDRESS") else running_stack(settings.data_dir)

    @property
    def today(self) -> date:
        """The legal day, in China."""
        return self.now.date()

    @property
    def now(self) -> datetime:
        return datetime.now(CHINA)

    @property
    def login(self) -> str:
        """Who runs the command, as the machine knows them. A container may have no name for its user."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return f"uid-{os.getuid()}"

    @cached_property
    def materials(self) -> "MaterialsStore":
        from records.materials import MaterialsStore

        return MaterialsStore(self.settings.materials_dir)

    @cached_property
    def database_url(self) -> str:
        """The records' database: the one that the operator named, or the one in the data folder, as for the stack."""
        if "database_url" in self.settings.model_fields_set:
            return self.settings.database_url
        return Folder(self.settings.data_dir.resolve()).database_url("tongchou")

    async def client(self) -> Client:
        """Temporal. Raises TemporalUnreachable."""
        if self.stack is None:
            return await connect(payload_keys=self.payload_keys, payloads=self.payloads)
        address, namespace = self.stack.temporal, self.stack.namespace
        return await connect(address, namespace=namespace, payload_keys=self.payload_keys, payloads=self.payloads)

    @property
    def payload_keys(self) -> Path | None:
        """The ring with which payloads are encrypted; None for clear text."""
        return self.settings.payload_keys or (self.stack.payload_keys if self.stack else None)

    @property
    def payloads(self) -> PayloadPolicy:
        """Whether clear text is taken beside encrypted payloads: the operator's word, or that of the stack."""
        if self.stack is None or "payloads" in self.settings.model_fields_set:
            return self.settings.payloads
        return self.stack.payloads

    def records(self, *, create: bool = False) -> "Engine":
        """The records, with the newest tables. Raises Unreachable where there are none yet and none may be made."""
        if not create:
            self._require_records()
        from records import database, migration

        migration.upgrade(self.database_url)
        return database.connect(self.database_url, ledger_digest=self.settings.ledger_digest)

    def has_records(self) -> bool:
        """Whether there is a database. A server is asked only when it is used."""
        from sqlalchemy import make_url

        address = make_url(self.database_url)
        return address.get_backend_name() != "sqlite" or Path(address.database or "").exists()

    def _require_records(self) -> None:
        if not self.has_records():
            where = self.database_url
            raise Unreachable(
                Text(zh=f"还没有数据库 {where}", en=f"there is no database {where} yet"), advice=START_THE_STACK
            )


def address_of(code: str) -> str:
    """The workflow id for a project's code; a whole workflow id (`rectification:<code>`) is taken as it is.

    Raises BadInput for a code that is none.
    """
    workflow_id = code if ":" in code else project_id(code)
    procedure, _, rest = workflow_id.partition(":")
    built(_Address, procedure=procedure, code=rest)
    return workflow_id
