"""register import, export, show: the organs, departments, units and officers on record. Delegations stand beside this file."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models import offices
from models.base import Text
from models.offices import VacancyQuestion
from records import register
from records.register import Organ
from records.register_file import OrganKind
from records.tables import OrganRow
from starter import documents
from starter.commands import delegations, views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.commands.options import OperatorName, OutFile
from starter.commands.out_file import written
from starter.failures import Refused
from starter.output import Shown, Table

app = group("register", "登记册 the register of organs and officers")
app.add_typer(delegations.commands)

KINDS = {
    OrganKind.ORGAN: Text(zh="机关", en="organ"),
    OrganKind.DEPARTMENT: Text(zh="部门", en="department"),
    OrganKind.UNIT: Text(zh="项目单位", en="unit"),
}


@command(app, "import")
def import_file(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="登记册文件 the register file (YAML)")],
    by: OperatorName = None,
) -> Shown:
    """导入登记册 put a register file on record, all of it or nothing; what changes stands in the ledger of the register."""
    engine = desk.records(create=True)
    try:
        counts = register.import_register(engine, file, by=by or desk.login, at=desk.now)
    except OSError as error:
        raise documents.unreadable(file, error) from error
    return Shown.of(
        counts,
        Text(
            zh=f"机关 {counts.organs}，部门 {counts.departments}，项目单位 {counts.units}，经办人 {counts.officers}，"
            f"职务 {counts.posts}，代理 {counts.delegations}；新增或变更 {counts.changed}",
            en=f"{counts.organs} organs, {counts.departments} departments, {counts.units} units, {counts.officers} "
            f"officers, {counts.posts} posts, {counts.delegations} delegations; new or changed: {counts.changed}",
        ),
    )


@command(app, "export")
def export(desk: Desk, out: OutFile = None) -> Shown:
    """导出登记册 the whole register as a file (YAML) that `register import` takes: on the screen, or with --out in a file."""
    text = register.export_register(desk.records())
    return written(out, text) if out else Shown.of({"register": text}, text)


@command(app, "vacancies")
def vacancies(
    desk: Desk,
    within: Annotated[
        int, typer.Option("--within", min=0, max=offices.MOST_DAYS, help="今后多少日 days ahead to look at")
    ] = offices.HORIZON,
) -> Shown:
    """无人可办的机关 organs that open projects have ahead, and that will have nobody to decide. Changes nothing."""
    # The law and the activities are slow to import, and no other command of this group needs them.
    from activities.offices import RegisteredOffices
    from regulations.files import library

    question = VacancyQuestion(at=desk.now, within=within)
    found = RegisteredOffices(library(), desk.records()).vacant(question)
    columns = (
        views.ORGAN,
        views.TITLE,
        Text(zh="自", en="from"),
        Text(zh="原因", en="why"),
        Text(zh="项目", en="projects"),
    )
    rows = [(v.organ, v.name, str(v.vacant_on), v.ground.label, "、".join(v.projects)) for v in found]
    nothing = Text(
        zh=f"今后 {within} 日内各在办项目的审核机关均有人可办",
        en=f"every organ that an open project has ahead has somebody to decide for the next {within} days",
    )
    return Shown.of(list(found), Table(columns, rows) if rows else nothing)


@command(app, "show")
def show(
    desk: Desk,
    party: Annotated[str | None, typer.Argument(help="机关、部门或单位代码 only this party, with its officers")] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="日期 on this day")] = None,
) -> Shown:
    """查看登记册 the parties with their officers on a day."""
    engine, day = desk.records(), on.date() if on else desk.today
    return _party(engine, party, day) if party else _parties(engine, day)


def _parties(engine: Engine, on: date) -> Shown:
    with Session(engine) as session:
        ids = session.exec(select(OrganRow.id).order_by(col(OrganRow.kind), col(OrganRow.id))).all()
    found = [(register.organ(engine, party), register.officers_of(engine, party, on)) for party in ids]
    parties = [(party, officers) for party, officers in found if party is not None]
    columns = (views.CODE, views.KIND, views.TITLE, Text(zh="上级", en="superior"), views.OFFICER)
    rows = [(p.id, KINDS[p.kind], p.name, p.superior, "、".join(o.id for o in officers)) for p, officers in parties]
    document = [{**p.model_dump(mode="json"), "officers": [o.id for o in officers]} for p, officers in parties]
    return Shown.of(document, Table(columns, rows) if rows else _empty())


def _empty() -> Text:
    return Text(zh="登记册为空；请先 tongchou register import", en="the register is empty; tongchou register import")


def _party(engine: Engine, code: str, on: date) -> Shown:
    party: Organ | None = register.organ(engine, code)
    if party is None:
        raise Refused(
            Text(zh=f"登记册中没有 {code}", en=f"the register knows no {code}"),
            advice=Text(zh="登记册：tongchou register show", en="the register: tongchou register show"),
        )
    officers = register.officers_of(engine, code, on)
    columns = (views.OFFICER, Text(zh="姓名", en="name"), Text(zh="职务", en="post"), Text(zh="邮箱", en="e-mail"))
    rows = [(officer.id, officer.name, officer.post, officer.email) for officer in officers]
    title = Text(zh=f"{party.name.zh}（{code}）", en=f"{party.name.en} ({code})")
    document = {**party.model_dump(mode="json"), "officers": [o.model_dump(mode="json") for o in officers]}
    return Shown.of(document, Table(columns, rows, title))
