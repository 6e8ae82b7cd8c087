"""`tongchou start --batch`: many applications at once, each examined and filed as if it came alone. Apart from the command:
the records and the law are slow to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client

from models.base import Text
from starter import intake
from starter.batch import Batch, Outcome, Result
from starter.batch_file import application_files
from starter.commands.desk import Desk
from starter.commands.telling import told
from starter.failures import Refused
from starter.filing import file_project, runs_already

TITLE = Text(zh="成批申报", en="filing")


@dataclass
class Listed:
    """One file of the list. Its project is known once it was read."""

    file: Path
    names: dict[str, Any] = field(default_factory=dict)
    note: Text | None = None

    def __post_init__(self) -> None:
        self.names |= {"file": str(self.file), "project": None}

    @property
    def title(self) -> str:
        return " ".join(filter(None, (str(self.file), self.names["project"])))

    @property
    def lane(self) -> int:
        """Files are independent of each other."""
        return id(self)


async def started(desk: Desk, path: Path, at_once: int) -> int:
    """File every application of the folder or table, and tell each result; the exit code.

    Raises BadInput for a list that cannot be used, and Unreachable where Temporal does not answer at all: then nothing was
    begun.
    """
    files = [Listed(file) for file in application_files(path)]
    office = Office(desk, desk.records(), await desk.client())
    return await told(desk.screen, TITLE, files, Batch(files, office.file, at_once=at_once))


class Office:
    """Takes the applications of one batch."""

    def __init__(self, desk: Desk, engine: Engine, client: Client) -> None:
        self._desk, self._engine, self._client = desk, engine, client
        self._taken: dict[str, Path] = {}

    async def file(self, listed: Listed) -> Result:
        """File one application; what runs already is left as it is. Raises Failure."""
        # Read without a pause, so that of two files with one code the first of the list is the one that is filed.
        application, named = intake.read_application(listed.file)
        listed.names["project"] = application.code
        first = self._taken.setdefault(application.code, listed.file)
        if first != listed.file:
            raise _taken(application.code, first)
        if await runs_already(self._client, application):
            return Result(listed.names, listed.title, Outcome.RUNNING)
        plan = intake.planned(application, self._engine, self._desk.now)
        materials = await file_project(self._client, self._engine, self._desk.materials, application, named)
        more: Mapping[str, Any] = {
            "regulation": plan.regulation,
            "route": plan.route,
            "warnings": plan.warnings,
            "materials": len(materials),
        }
        listed.note = _joined(plan.warnings)
        return Result(listed.names, listed.title, Outcome.FILED, note=listed.note, more=more)


def _joined(warnings: tuple[Text, ...]) -> Text | None:
    if not warnings:
        return None
    return Text(zh="；".join(w.zh for w in warnings), en="; ".join(w.en for w in warnings))


def _taken(code: str, first: Path) -> Refused:
    return Refused(
        Text(
            zh=f"code（{code}）：本批中 {first} 已用此编号",
            en=f"code: {first} of this batch has it already (got {code!r})",
        ),
        advice=Text(zh="请为其中一份另定编号，或从清单中删去", en="give one of the two another code, or leave it out"),
    )
