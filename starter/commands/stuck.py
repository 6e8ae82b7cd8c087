"""stuck: what is broken, and what only waits for a person."""

import asyncio
from datetime import UTC, datetime

import typer

from models.base import Text
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.output import Cell, Part, Shown, Table, listed
from starter.stuck import Broken, Picture, Waiting

app = group()


@command(app, "stuck")
async def stuck(desk: Desk) -> Shown:
    """停滞检查 what is broken, and what only waits for a person; ends with 1 where something is broken."""
    found = await examine(desk)
    shown = Shown.of(found, *_parts(found))
    if found.broken:
        desk.screen.show(shown)
        raise typer.Exit(1)
    return shown


async def examine(desk: Desk) -> Picture:
    """Look at everything that runs or should. Raises what is raised where Temporal or the records do not answer."""
    # The workflows and the records are slow to import, and no other command needs all of them.
    from records.open_matters import OpenMatter, open_matters
    from starter import probing
    from starter.stuck import picture

    client, now = await desk.client(), datetime.now(UTC)
    # The ledger first: what is opened meanwhile is found running.
    matters: list[OpenMatter] = []
    if desk.has_records():
        engine = desk.records()
        matters = await asyncio.to_thread(open_matters, engine)
        engine.dispose()
    seen, others = await probing.look(client, now)
    lost = await probing.lost(client, matters, {one.workflow_id for one in seen}, now)
    return picture(seen, probing.known_types(), now, [*others, *lost])


# ---------------------------------------------------------------- the page


def _parts(found: Picture) -> list[Part]:
    parts: list[Part | None] = [_broken(found.broken), _waiting(found.waiting), _total(found)]
    return [part for part in parts if part is not None]


def _broken(items: tuple[Broken, ...]) -> Table | None:
    if not items:
        return None
    columns = (
        views.CODE,
        Text(zh="故障", en="trouble"),
        Text(zh="自", en="since"),
        Text(zh="次数", en="attempts"),
        Text(zh="待修复", en="to be mended"),
        Text(zh="原因", en="reason"),
    )
    rows = [
        (i.workflow_id or "—", i.trouble.label, _since(i.since), i.attempts, i.part, _reason(i.reason)) for i in items
    ]
    return Table(columns, rows, Text(zh="故障", en="broken"))


def _waiting(items: tuple[Waiting, ...]) -> Table | None:
    if not items:
        return None
    columns = (
        views.CODE,
        views.STAGE,
        views.GATE,
        views.STATE,
        Text(zh="等待", en="waits for"),
        Text(zh="自", en="since"),
        views.DUE,
        Text(zh="逾期", en="overdue"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            i.workflow_id,
            i.stage,
            i.gate,
            i.state.label if i.state else None,
            listed((*i.awaiting, *([i.event] if i.event else []))),
            _since(i.since),
            str(i.due_on or ""),
            views.YES if i.overdue else None,
        )
        for i in items
    ]
    return Table(columns, rows, Text(zh="等待有关方面办理", en="waiting for a person"))


def _total(found: Picture) -> Text:
    broken, waiting, moving = len(found.broken), len(found.waiting), len(found.moving)
    return Text(
        zh=f"故障 {broken}，等待办理 {waiting}，正在处理 {moving}",
        en=f"broken {broken}, waiting for a person {waiting}, being handled {moving}",
    )


def _since(at: datetime | None) -> str | None:
    return views.moment(at) if at else None


def _reason(reason: str | None) -> str | None:
    return reason.splitlines()[0] if reason else None
