"""regulations list, show, diagram, diff, check, coverage: the law that the product knows, as data."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from models.base import Text
from models.plan import Plan
from regulations import coverage as covering
from regulations.coverage import Coverage, RuleCoverage
from regulations.differences import differences
from regulations.files import REGULATIONS_DIR, library
from regulations.files import check as problems_of
from regulations.inventory import inventory
from regulations.plan_builder import LawInForce, build
from regulations.procedure_files import check as problems_of_procedures
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Laws
from regulations.schema import Regulation
from simulation.case_file import cases_by_rule
from starter import completion
from starter.commands import law_views, views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.commands.options import OutFile
from starter.commands.out_file import written
from starter.failures import BadInput
from starter.output import Cell, Shown, Table, field

app = group("regulations", "办法 the regulations")

RegulationId = Annotated[
    str, typer.Argument(autocompletion=completion.regulations, help="办法代码 the regulation's id")
]

FEW = 3
"""How many places and cases of a rule a table shows; `--json` has them all."""


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
    regulation: RegulationId,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="申报日期 filing day")] = None,
) -> Shown:
    """办法内容 everything in force on a day, procedures beside the pipeline included, each entry with its sources."""
    day = on.date() if on else desk.today
    laws = load_laws()
    law = _law(laws, regulation, day)
    entries, known = inventory(law, laws), law.regulation
    title = Text(zh=f"{known.title.zh}（{known.id}，{day}）", en=f"{known.title.en} ({known.id}, {day})")
    version = field("版本", "version", known.version)
    note = None
    if not known.is_for_filing:
        note = Text(zh="只叠加适用于其他办法，不受理申报", en="lies over other regulations; nothing is filed under it")
    document = {**_document(known), "on": day, "warnings": law.warnings(), "entries": entries, "plans": _plans(law)}
    return Shown.of(document, title, version, note, *law.warnings(), *law_views.inventory(entries))


def _law(laws: Laws, name: str, day: date) -> LawInForce:
    """The regulation as it binds a project that is filed on the day. Raises BadInput where it does not."""
    if name not in laws:
        rule = f"regulation: must be one of {', '.join(laws)} (got {name!r})"
        raise BadInput(Text(zh=f"没有办法 {name}", en=f"there is no regulation {name}"), details=[rule])
    law = laws[name].regulation
    validity = law.validity
    if not validity.admits(day):
        rule = f"{name}: in force from {views.day(validity.from_)} to {views.day(validity.until)} (got {day})"
        raise BadInput(Text(zh=f"{day} 办法不在施行期内", en=f"not in force on {day}"), details=[rule])
    # How many officers an organ has is the register's affair: each is taken to have one.
    return LawInForce(law, day, dict.fromkeys(law.organs, 1))


def _plans(law: LawInForce) -> list[Plan]:
    """The plan of every route."""
    return [build(law, name, route, law.regulation.version) for name, route in law.entries(law.regulation.routes)]


class Drawing(StrEnum):
    """How a picture is drawn."""

    MERMAID = "mermaid"
    SVG = "svg"


@command(app, "diagram")
def diagram(
    desk: Desk,
    regulation: RegulationId,
    drawing: Annotated[
        Drawing | None,
        typer.Option(
            "--format", help="格式；缺省为 mermaid，或按文件名 default: mermaid, or what the file's name says"
        ),
    ] = None,
    route: Annotated[
        str | None, typer.Option("--route", help="办理路径；缺省为环节最多的 the route; default: that of most gates")
    ] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="申报日期 filing day")] = None,
    out: OutFile = None,
) -> Shown:
    """流程图 the way of a project: stages, gates with who decides by when, and where a return leads; Mermaid or SVG."""
    from starter.diagram import mermaid, svg  # no other command needs what the pictures need
    from starter.diagram.course import course

    law = _law(load_laws(), regulation, on.date() if on else desk.today)
    plan = _plan(law, route)
    title = law.needed("routes", plan.route).title
    drawing = drawing or (Drawing.SVG if out and out.suffix == ".svg" else Drawing.MERMAID)
    picture = (svg if drawing is Drawing.SVG else mermaid).drawn(course(plan, title), desk.screen.language)
    if out:
        return written(out, picture)
    document = {"regulation": plan.regulation, "route": plan.route, "format": drawing, "diagram": picture}
    return Shown.of(document, picture.rstrip("\n"))


def _plan(law: LawInForce, route: str | None) -> Plan:
    """The plan of the route; without a name, of the one that has most gates. Raises BadInput where there is none."""
    plans = {plan.route: plan for plan in _plans(law)}
    if not plans:
        name = law.regulation.id
        raise BadInput(Text(zh=f"{name} 不受理申报，没有流程", en=f"nothing is filed under {name}: it has no route"))
    longest = max(plans.values(), key=lambda plan: sum(len(stage.gates) for stage in plan.stages))
    if route is not None and route not in plans:
        rule = f"route: must be one of {', '.join(plans)} (got {route!r})"
        raise BadInput(Text(zh=f"没有路径 {route}", en=f"there is no route {route}"), details=[rule])
    return plans[route] if route else longest


@command(app, "diff")
def diff(
    desk: Desk,
    regulation: RegulationId,
    other: Annotated[
        str | None, typer.Argument(autocompletion=completion.regulations, help="另一办法 another regulation's id")
    ] = None,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="比较日期 the day of both")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="前一日期 one day")] = None,
    second: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="后一日期 a later day")] = None,
) -> Shown:
    """办法差异 what differs between two regulations, or in one between two days: + only there, - only here, ~ changed."""
    if other is not None and (first or second):
        raise _unclear("A B [--on DATE]")
    if other is None and not (first and second and not on):
        raise _unclear("A --from DATE --to DATE")
    laws = load_laws()
    before = _law(laws, regulation, (first or on or desk.now).date())
    after = _law(laws, other or regulation, (second or on or desk.now).date())
    found = differences(before, after, laws)
    names = [f"{law.regulation.id} {law.day}" for law in (before, after)]
    title = Text(
        zh=f"{names[0]} → {names[1]}：{len(found)} 处不同", en=f"{names[0]} → {names[1]}: {len(found)} differences"
    )
    document = {"before": names[0], "after": names[1], "differences": found}
    return Shown.of(document, title, *law_views.differences(found))


def _unclear(usage: str) -> BadInput:
    text = Text(zh="请给出两个办法，或一个办法和两个日期", en="give two regulations, or one and two days")
    return BadInput(text, details=[f"usage: tongchou regulations diff {usage}"])


@command(app, "check")
def check(
    desk: Desk,
    folder: Annotated[Path, typer.Argument(help="办法目录 folder of the files")] = REGULATIONS_DIR,
) -> Shown:
    """检查办法文件 every fault of every file, with its line."""
    if not folder.is_dir():
        raise BadInput(Text(zh=f"没有目录 {folder}", en=f"there is no folder {folder}"))
    problems = problems_of(folder) or problems_of_procedures(folder)
    if problems:
        raise BadInput(Text(zh=f"发现 {len(problems)} 处错误", en=f"{len(problems)} faults"), details=problems)
    return Shown.of({"problems": []}, Text(zh="没有错误", en="no faults"))


@command(app, "coverage")
def coverage(
    desk: Desk,
    code: Annotated[
        str | None, typer.Option("--code", "--regime", help="只看此办法，如 JY only the rules of this regime")
    ] = None,
    only: Annotated[Coverage | None, typer.Option("--only", help="只看此类 only covered like this")] = None,
    unexplained: Annotated[
        bool, typer.Option("--open", help="只看尚待说明 only what is still to be explained")
    ] = False,
) -> Shown:
    """落实情况 what enforces each rule, which case shows it, or why not; ends with 1 where something is open."""
    rules = covering.coverage(code, cases=cases_by_rule())
    if not rules:
        rule = f"code: must begin the ids of some rules of the register (got {code!r})"
        raise BadInput(Text(zh=f"没有 {code} 的规定", en=f"there are no rules of {code}"), details=[rule])
    chosen = [r for r in rules if only in (None, r.coverage) and (r.open or not unexplained)]
    shown = Shown.of(chosen, Table(_COVERAGE, [_covered(rule) for rule in chosen]), _totals(rules))
    if any(rule.open for rule in rules):
        desk.screen.show(shown)
        raise typer.Exit(1)
    return shown


_COVERAGE = (
    views.RULE,
    views.ARTICLE,
    Text(zh="内容", en="says"),
    Text(zh="落实", en="covered"),
    Text(zh="由", en="by"),
    Text(zh="案例", en="cases"),
)


def _covered(rule: RuleCoverage) -> tuple[Cell, ...]:
    by = rule.reason or "\n".join(_few(rule.by))
    how = Text(zh=f"✗ {rule.open.zh}", en=f"✗ {rule.open.en}") if rule.open else rule.coverage.label
    return (rule.rule, rule.article, rule.says, how, by, "\n".join(_few(rule.cases)))


def _few(names: Sequence[str]) -> list[str]:
    return [*names[:FEW], *([f"… +{len(names) - FEW}"] if len(names) > FEW else [])]


def _totals(rules: Sequence[RuleCoverage]) -> Text:
    """One line: how many rules there are, how many are covered in each way, and how many are open."""
    counts = Counter(rule.coverage for rule in rules)
    parts = [Text(zh=f"{how.label.zh} {counts[how]}", en=f"{how.label.en} {counts[how]}") for how in Coverage]
    still = sum(rule.open is not None for rule in rules)
    zh = f"共 {len(rules)} 条：{'，'.join(part.zh for part in parts)}；尚待说明 {still} 条"
    en = f"{len(rules)} rules: {', '.join(part.en for part in parts)}; {still} still to be explained"
    return Text(zh=zh, en=en)
