"""register delegate, revoke-delegation, delegations: who stands in for whom."""

from datetime import datetime
from typing import Annotated

import typer

from models.base import Text
from records import delegations
from records.delegations import Delegation, Request
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.commands.options import OperatorName, Organ, Reason
from starter.failures import built
from starter.output import Shown, Table

commands = group()

_FOR, _BY = Text(zh="委托人", en="for"), Text(zh="代理人", en="stands in")
_FROM, _UNTIL = Text(zh="自", en="from"), Text(zh="至", en="until")
_REVOKED, _REASON = Text(zh="撤销", en="revoked"), Text(zh="理由", en="reason")


@command(commands, "delegate")
def delegate(
    desk: Desk,
    principal: Annotated[str, typer.Option("--from", help="委托人代码 the officer whose authority it is")],
    to: Annotated[str, typer.Option("--to", help="代理人代码 the officer who stands in")],
    organ: Organ,
    valid_from: Annotated[datetime, typer.Option("--valid-from", formats=["%Y-%m-%d"], help="首日 first day")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="末日 last day")],
    reason: Reason,
    by: OperatorName = None,
) -> Shown:
    """授权代理 have an officer stand in for another in one organ, for a time that has an end."""
    request = built(
        Request,
        principal=principal,
        delegate=to,
        organ=organ,
        valid_from=valid_from.date(),
        valid_until=until.date(),
        reason=reason,
    )
    granted = delegations.grant(desk.records(), request, by=by or desk.login, at=desk.now)
    return Shown.of(granted, _sentence(granted))


@command(commands, "revoke-delegation")
def revoke(
    desk: Desk,
    delegation: Annotated[str, typer.Argument(help="授权编号 id of the delegation")],
    reason: Reason,
    by: OperatorName = None,
) -> Shown:
    """撤销代理 end a delegation: from today on it gives no authority; what was decided under it stands."""
    ended = delegations.revoke(
        desk.records(), delegation, reason=reason, on=desk.today, by=by or desk.login, at=desk.now
    )
    return Shown.of(ended, Text(zh=f"授权 {ended.id} 自今日起撤销", en=f"{ended.id} is revoked from today on"))


@command(commands, "delegations")
def list_all(
    desk: Desk,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="只看该日有效者 valid that day")
    ] = None,
) -> Shown:
    """代理名册 every delegation that was ever granted, or those that give authority on a day."""
    found = delegations.delegations(desk.records(), on.date() if on else None)
    columns = (views.CODE, views.ORGAN, _FOR, _BY, _FROM, _UNTIL, _REVOKED, _REASON)
    rows = [
        (d.id, d.organ, d.principal, d.delegate, str(d.valid_from), str(d.valid_until), _revoked(d), d.reason)
        for d in found
    ]
    return Shown.of(found, Table(columns, rows) if rows else Text(zh="没有代理授权", en="there are no delegations"))


def _revoked(one: Delegation) -> str | None:
    return str(one.revoked_on) if one.revoked_on else None


def _sentence(one: Delegation) -> Text:
    return Text(
        zh=f"{one.organ}：{one.delegate} 代 {one.principal}，{one.valid_from} 至 {one.valid_until}（授权 {one.id}）",
        en=f"{one.organ}: {one.delegate} for {one.principal}, {one.valid_from} to {one.valid_until} ({one.id})",
    )
