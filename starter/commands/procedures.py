"""procedure list, start, status: what is handled beside the pipeline is found, started once, and looked up."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client

from models.base import Text
from models.project import Status
from runtime.client import NoSuchWorkflow
from runtime.payloads import policy
from starter import completion, worklist
from starter.advice import NAME_PROCEDURE
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.failures import Refused
from starter.output import Shown
from workflows.names import procedure_id

# The law and the records are imported by those commands alone that need them.

app = group("procedure", "办理程序 what is handled beside the pipeline")


@command(app, "list")
def list_all(
    desk: Desk,
    regulation: Annotated[
        str | None,
        typer.Option(
            "--regulation", autocompletion=completion.regulations, help="只看此办法 only under this regulation"
        ),
    ] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="申请日期 filing day")] = None,
) -> Shown:
    """程序目录 every procedure that can be started, with its steps, who takes them, by when, on which article."""
    from starter.commands import procedure_list

    return procedure_list.listed(regulation, on.date() if on else desk.today)


@command(app, "start")
async def start(
    desk: Desk, file: Annotated[Path, typer.Argument(help="程序申请文件 the procedure's application file (YAML)")]
) -> Shown:
    """启动程序 examine the file, store its documents, start; a second time shows the one that runs."""
    from starter.commands import procedure_start

    return await procedure_start.started(desk, file)


@command(app, "status")
async def status(
    desk: Desk,
    code: Annotated[str, typer.Argument(help="程序编号，或 <程序>:<编号> a procedure's code, or its workflow id")],
    receipt: Annotated[bool, typer.Option("--receipt", help="期限计算单 show how the deadline was counted")] = False,
) -> Shown:
    """程序办理情况 where a procedure stands."""
    answer = await _status(await desk.client(), code)
    return Shown.of(answer, *views.status(answer, receipt=receipt), policy.warning(desk.payload_keys, desk.payloads))


async def _status(client: Client, code: str) -> Status:
    """The status of the one procedure with that code. Raises NoSuchWorkflow, and Refused where several have it."""
    if ":" in code:
        return await worklist.status_of(client, address_of(code))
    address_of(code)
    from regulations.procedure_files import load_laws

    names = dict.fromkeys(name for law in load_laws().values() for name in law.procedures.procedures)
    asked = [_status_or_none(client, procedure_id(name, code)) for name in names]
    found = [status for status in await asyncio.gather(*asked) if status]
    if not found:
        raise NoSuchWorkflow(f"no procedure with the code {code}")
    if len(found) > 1:
        listed = [status.workflow_id for status in found]
        text = Text(zh="几个程序同用此编号", en="several procedures have this code")
        raise Refused(text, details=listed, advice=NAME_PROCEDURE)
    return found[0]


async def _status_or_none(client: Client, workflow_id: str) -> Status | None:
    try:
        return await worklist.status_of(client, workflow_id)
    except NoSuchWorkflow:
        return None
