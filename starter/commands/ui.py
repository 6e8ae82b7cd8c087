"""ui: links into the Temporal UI, to the lists that an admin opens every day."""

from collections.abc import Sequence
from typing import Annotated

import typer

from models.base import Code, Text, Value
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.failures import BadInput, built
from starter.links import Link, Pages
from starter.output import Shown, field

app = group()


class _Organ(Value):
    organ: Code


@command(app, "ui")
async def ui(
    desk: Desk,
    code: Annotated[
        str | None,
        typer.Argument(help="项目编号或流程编号；缺省为各清单 a project's code, or a workflow id; default: the lists"),
    ] = None,
    organ: Annotated[
        list[str] | None,
        typer.Option("--organ", help="机关或单位代码，可重复；缺省为登记册所载机关 default: the register's organs"),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="管理页面地址；缺省为本机系统的 address of the UI; default: the stack's")
    ] = None,
) -> Shown:
    """管理页面链接 links into the Temporal UI: by stage, by organ, overdue, finished; or the pages of one project."""
    named = [built(_Organ, organ=one).organ for one in organ or ()]
    workflow_id = address_of(code) if code is not None else None
    pages = await _pages(desk, url)
    if workflow_id is not None:
        page, links = pages.workflow(workflow_id), pages.of_project(workflow_id)
        return Shown.of({"page": page, "links": links}, field("当前页面", "its page now", page), *_lines(links))
    links = [*pages.standing(), *pages.awaiting(_parties(desk, named))]
    return Shown.of(links, *_lines(links))


async def _pages(desk: Desk, url: str | None) -> Pages:
    """Where the UI answers: as named, or else that of the stack that runs here. Raises BadInput where neither is known."""
    stack = desk.stack
    address = url or (stack.ui if stack else None)
    if address is None:
        await desk.client()  # Where nothing runs at all, that is what has to be told.
        raise BadInput(
            Text(zh="不知道管理页面的地址", en="the address of the Temporal UI is not known"),
            details=["url: must be given where Temporal is not the one of `tongchou up` (got nothing)"],
            advice=Text(
                zh="请以 --url 指定，如 tongchou ui --url http://127.0.0.1:8080",
                en="name it: tongchou ui --url http://127.0.0.1:8080",
            ),
        )
    if not address.startswith(("http://", "https://")):
        raise BadInput(
            Text(zh="管理页面的地址有误", en="the address of the Temporal UI is wrong"),
            details=[f"url: must begin with http:// or https:// (got {address!r})"],
        )
    return Pages(address, stack.namespace if stack else (await desk.client()).namespace)


def _parties(desk: Desk, named: Sequence[str]) -> list[tuple[str, Text]]:
    """The parties that were named, or else every organ of the register: by code and name."""
    if not desk.has_records():
        return [(code, Text(zh=code, en=code)) for code in named]
    from records import register
    from records.register_file import OrganKind

    engine = desk.records()
    known = {party.id: party for party in register.organs(engine)}
    engine.dispose()
    codes = named or [code for code, party in known.items() if party.kind is OrganKind.ORGAN]
    return [(code, known[code].name if code in known else Text(zh=code, en=code)) for code in codes]


def _lines(links: Sequence[Link]) -> list[Text]:
    """Each link whole in a line of its own: one that is folded can be neither copied nor clicked."""
    return [Text(zh=f"{link.title.zh}\n  {link.url}", en=f"{link.title.en}\n  {link.url}") for link in links]
