"""regulations list, show, check, coverage: the law that the product knows, as data."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.base import Text
from models.plan import Plan
from regulations import coverage as covering
from regulations.coverage import Coverage
from regulations.files import REGULATIONS_DIR, library
from regulations.files import check as problems_of
from regulations.plan_builder import LawInForce, build
from regulations.schema import Regulation
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.output import Shown, Table, field

app = group("regulations", "办法 the regulations")


@command(app, "list")
def list_all(desk: Desk) -> Shown:
    """办法目录 every regulation with its validity."""
    known = library().values()
    columns = (views.CODE, views.TITLE, Text(zh="施行", en="from"), Text(zh="废止", en="until"), "SHA-256")
    rows = [(r.id, r.title, views.day(r.validity.from_), views.day(r.validity.until), r.version[:12]) for r in known]
    return Shown.of([_document(regulation) for regulation in known], Table(columns, rows))


def _document(regulation: Regulation) -> dict[str, object]:
    return {
        "id": regulation.id,
        "title": regulation.title,
        "from": regulation.validity.from_,
        "until": regulation.validity.until,
        "version": regulation.version,
    }


@command(app, "show")
def show(
    desk: Desk,
    regulation: Annotated[str, typer.Argument(help="办法代码 the regulation's id")],
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="申报日期 filing day")] = None,
) -> Shown:
    """办法内容 what binds a project filed on a day: routes, gates, terms, checks, each with its article."""
    known, day = library(), on.date() if on else desk.today
    if regulation not in known:
        rule = f"regulation: must be one of {', '.join(known)} (got {regulation!r})"
        raise BadInput(Text(zh=f"没有办法 {regulation}", en=f"there is no regulation {regulation}"), details=[rule])
    law = known[regulation]
    plans = _plans(law, day)
    title = Text(zh=f"{law.title.zh}（{law.id}，{day}）", en=f"{law.title.en} ({law.id}, {day})")
    version = field("版本", "version", law.version)
    tables = [part for plan in plans for part in views.plan(plan)]
    return Shown.of({**_document(law), "on": day, "plans": plans}, title, version, *tables, views.checks(plans[0]))


def _plans(law: Regulation, day: date) -> list[Plan]:
    """The plan of every route. How many officers an organ has is the register's affair: each is taken to have one."""
    in_force = LawInForce(law, day, dict.fromkeys(law.organs, 1))
    validity = law.validity
    if not validity.covers(day) and not (validity.after_expiry and validity.from_ and day > validity.from_):
        rule = f"on: must lie between {views.day(validity.from_)} and {views.day(validity.until)} (got {day})"
        raise BadInput(Text(zh=f"{day} 办法不在施行期内", en=f"not in force on {day}"), details=[rule])
    return [build(in_force, name, route, law.version) for name, route in in_force.entries(law.routes)]


@command(app, "check")
def check(
    desk: Desk,
    folder: Annotated[Path, typer.Argument(help="办法目录 folder of the files")] = REGULATIONS_DIR,
) -> Shown:
    """检查办法文件 every fault of every file, with its line."""
    if not folder.is_dir():
        raise BadInput(Text(zh=f"没有目录 {folder}", en=f"there is no folder {folder}"))
    problems = problems_of(folder)
    if problems:
        raise BadInput(Text(zh=f"发现 {len(problems)} 处错误", en=f"{len(problems)} faults"), details=problems)
    return Shown.of({"problems": []}, Text(zh="没有错误", en="no faults"))


@command(app, "coverage")
def coverage(
    desk: Desk,
    code: Annotated[str | None, typer.Option("--code", help="只看此办法，如 JY only this regime")] = None,
    only: Annotated[Coverage | None, typer.Option("--only", help="只看此类 only covered like this")] = None,
) -> Shown:
    """落实情况 which rule of the register is enforced by what, and why not."""
    rules = [r for r in covering.coverage(code) if only in (None, r.coverage)]
    counts = Counter(rule.coverage for rule in rules)
    columns = (
        views.RULE,
        views.ARTICLE,
        Text(zh="内容", en="says"),
        Text(zh="落实", en="covered"),
        Text(zh="由", en="by"),
    )
    rows = [(r.rule, r.article, r.says, r.coverage.label, r.reason or "\n".join(r.by[:3])) for r in rules]
    totals = [field(how.label.zh, how.label.en, counts[how]) for how in Coverage]
    return Shown.of(rules, Table(columns, rows), *totals)
