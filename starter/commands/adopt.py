"""adopt: an open project goes on under a later version of its law, after everybody could see what that changes for it."""

from datetime import date, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from models.base import Text
from models.messages import Adoption
from models.plan import Plan
from models.project import ProjectFile
from regulations.adoption import changes, reasons_against
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import Project
from starter.commands.speaking import tell
from starter.failures import BadInput, Refused, built
from starter.output import Shown, Table
from starter.worklist import known

app = group()


@command(app, "adopt")
async def adopt(
    desk: Desk,
    code: Project,
    show: Annotated[bool, typer.Option("--show", help="只看改变 only show what would change")] = False,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="规定日期；缺省今日 day of the law")
    ] = None,
    organ: Annotated[str | None, typer.Option("--organ", help="机关代码 code of the organ")] = None,
    officer: Annotated[str | None, typer.Option("--officer", help="经办人代码 code of the officer")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="理由 the reason")] = None,
) -> Shown:
    """改用新规 go on under the law as of a later day, from the next stage or round; --show says what that changes."""
    if not (show or (organ and officer and reason)):
        raise BadInput(Text(zh="请给出 --organ、--officer 和 --reason", en="give --organ, --officer and --reason"))
    address, day = address_of(code), as_of.date() if as_of else desk.today
    client = await desk.client()
    file, plan = await _both(desk, client, address, day)
    if show:
        return _shown(file, plan)
    if reasons := reasons_against(plan, file):
        raise Refused(
            Text(zh="不能改用新规", en="it cannot go on under that law"),
            details=reasons,
            advice=Text(
                zh=f"各处改变见 tongchou adopt {code} --show", en=f"what it changes: tongchou adopt {code} --show"
            ),
        )
    message = built(Adoption, organ=organ, officer=officer, as_of=day, version=plan.version, reason=reason)
    return await tell(desk, address, "adopt", message)


async def _both(desk: Desk, client: Client, address: str, day: date) -> tuple[ProjectFile, Plan]:
    """The project's file with its plan, and the plan as of the day."""
    from starter import intake

    with known(address):
        file: ProjectFile = await client.get_workflow_handle(address).query("file", result_type=ProjectFile)
    return file, intake.plan_on(file.application, desk.records(), day)


def _shown(file: ProjectFile, plan: Plan) -> Shown:
    assert file.plan
    found, against = changes(file.plan, plan), reasons_against(plan, file)
    columns = (
        Text(zh="位置", en="place"),
        Text(zh="事项", en="what"),
        Text(zh=f"现行 {file.plan.filed_on}", en=f"now {file.plan.filed_on}"),
        Text(zh=f"改用 {plan.filed_on}", en=f"then {plan.filed_on}"),
    )
    rows = [(change.place, change.what, change.before or "—", change.after or "—") for change in found]
    title = Text(zh=f"{len(found)} 处不同", en=f"{len(found)} differences")
    document = {
        "before": {"version": file.plan.version, "as_of": file.plan.filed_on},
        "after": {"version": plan.version, "as_of": plan.filed_on},
        "changes": found,
        "against": against,
    }
    parts = [Table(columns, rows)] if rows else []
    return Shown.of(document, title, *against, *parts)
