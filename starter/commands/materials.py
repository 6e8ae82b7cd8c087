"""materials: what was handed in for a project, by the ledger, and its bytes by their digest."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from models.application import Material
from models.base import Text, Value
from models.effects import EntryKind
from records.errors import RecordError
from records.ledger import every_entry
from records.materials import MaterialsStore
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput, Refused
from starter.output import Part, Shown, Table

app = group()

_KINDS = (
    EntryKind.PROJECT_FILED,
    EntryKind.PROCEDURE_OPENED,
    EntryKind.MATERIALS_SUBMITTED,
    EntryKind.RECTIFICATION_ANSWERED,
)


class HandedIn(Value):
    """A file with the officer who handed it in, when, and in which round of which stage."""

    material: Material
    by: str | None
    at: datetime
    stage: str | None
    round: int | None


@command(app, "materials")
def materials(
    desk: Desk,
    code: Annotated[str, typer.Argument(help="项目编号 the project's code")],
    out: Annotated[Path | None, typer.Option("--out", help="取出到此目录 fetch the files into this folder")] = None,
) -> Shown:
    """材料清单 the files that were handed in; with --out their bytes, verified by digest."""
    found = list(_handed_in(desk.records(), code))
    fetched = _fetch(desk.materials, found, out) if out else []
    document = [item.model_dump(mode="json") for item in found]
    return Shown.of(document, _listed(found), *fetched)


def _handed_in(engine: Engine, code: str) -> Iterator[HandedIn]:
    for recorded in every_entry(engine, code, kinds=_KINDS):
        entry = recorded.entry
        for item in entry.detail.get("materials", ()):
            material = Material.model_validate(item)
            yield HandedIn(material=material, by=entry.officer, at=entry.at, stage=entry.stage, round=entry.round)


def _fetch(store: MaterialsStore, found: list[HandedIn], folder: Path) -> list[str]:
    """Copy every file into the folder. Nothing is written when one of them is missing or damaged."""
    _require_whole(store, found)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [str(_copied(store, item.material, folder)) for item in _distinct(found)]
    except OSError as error:
        raise BadInput(
            Text(zh=f"out（{folder}）：不可写：{error.strerror}", en=f"out: cannot be written to (got {folder})")
        ) from error


def _require_whole(store: MaterialsStore, found: list[HandedIn]) -> None:
    problems = []
    for item in found:
        try:
            store.verify(item.material.sha256)
        except RecordError as error:
            problems.append(f"{item.material.name}: {error}")
    if problems:
        raise Refused(
            Text(zh="材料缺失或已损坏", en="materials are missing or damaged"),
            details=problems,
            advice=Text(
                zh="请从备份恢复这些文件（docs/backup.md）", en="bring them back from a backup (docs/backup.md)"
            ),
        )


def _distinct(found: list[HandedIn]) -> list[HandedIn]:
    return list({(item.material.sha256, item.material.name): item for item in found}.values())


def _copied(store: MaterialsStore, material: Material, folder: Path) -> Path:
    # Only the last part of the name, behind the digest: a name that a unit chose leads nowhere and replaces nothing.
    target = folder / f"{material.sha256[:12]}-{Path(material.name).name}"
    with store.open(material.sha256) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return target


def _listed(found: list[HandedIn]) -> Part:
    columns = (views.KIND, views.FILE, views.SIZE, "SHA-256", views.OFFICER, views.AT, views.STAGE, views.ROUND)
    rows = [
        (m.kind, m.name, m.size, m.sha256, item.by, views.moment(item.at), views.stage(item.stage), item.round)
        for item in found
        for m in (item.material,)
    ]
    return Table(columns, rows) if rows else Text(zh="没有材料", en="nothing was handed in")
