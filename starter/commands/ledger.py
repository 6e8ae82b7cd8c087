"""ledger show: the append-only record 台账 of a project."""

from collections.abc import Collection, Iterator
from typing import Annotated

import typer
from sqlalchemy import Engine

from models.base import Text
from models.effects import EntryKind
from records import ledger
from records.ledger import RecordedEntry
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import Refused
from starter.output import Shown

app = group("ledger", "台账 the ledger")


@command(app, "show")
def show(
    desk: Desk,
    code: Annotated[str, typer.Argument(help="项目编号 the project's code")],
    after: Annotated[int, typer.Option("--after", min=0, help="只看此序号之后 only behind this position")] = 0,
    kind: Annotated[list[EntryKind] | None, typer.Option("--kind", help="只看此类 only of this kind")] = None,
) -> Shown:
    """台账 every entry of a project, in order."""
    found = list(every_entry(desk.records(), code, after=after, kinds=kind or None))
    if not found:
        raise Refused(Text(zh=f"台账中没有 {code} 的记录", en=f"the ledger has no such entry of {code}"))
    return Shown.of(found, views.ledger(found))


def every_entry(
    engine: Engine, project: str, *, after: int = 0, kinds: Collection[EntryKind] | None = None
) -> Iterator[RecordedEntry]:
    """All entries of the project behind that position, page by page."""
    while page := ledger.entries(engine, project=project, kinds=kinds, after=after):
        yield from page
        after = page[-1].position
