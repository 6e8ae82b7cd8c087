"""rehearse: what lies before a project, before it is filed. Nothing is stored, sent or started."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from models.application import Application, Material
from models.base import Text
from models.calendar import CHINA, WorkCalendar
from models.effects import CatalogFacts, CatalogQuestion
from models.plan import Plan
from records import calendars, register
from regulations import rehearsal
from regulations.almanac import calendar_in_force
from regulations.calendar import UncoveredYear
from regulations.files import for_filing, library
from regulations.rehearsal import Fault, Rehearsal, Step, Unjudged
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation
from runtime.tokens import authorization
from starter import intake
from starter.clients import OPERATOR
from starter.commands import marks, views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.documents import Document
from starter.failures import BadInput, Failure
from starter.folder import Folder
from starter.output import Cell, Part, Shown, Table, listed

app = group()

CATALOG_SECONDS = 10.0

YEARS_BEFORE, YEARS_AFTER = 1, 6
"""The calendar around the filing day, as admission fixes it, and as far beyond the end of the works."""


@command(app, "rehearse")
async def rehearse(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="申报文件 the application file (YAML)")],
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="申报日期 filing day; default: today")
    ] = None,
) -> Shown:
    """申报前预演 every gate with its organ, documents and date, and the faults that are visible already."""
    application, documents = intake.read_application(file)
    filed_at = datetime.combine(on.date(), time(12), CHINA) if on else desk.now
    regulation = _regulation(application)
    officers = _officers(desk, regulation, filed_at.date())
    plan = _plan(regulation, application, filed_at.date(), officers)
    question = rehearsal.question(plan, application)
    facts = await _facts(desk, question) if question else None
    calendar = _calendar(desk, application, filed_at.date())
    materials = tuple(map(_material, documents))
    rehearsed = _rehearsed(plan, calendar, application, materials, facts, filed_at)
    return _shown(rehearsed, plan, _reasons(desk, application, filed_at), counted=officers is not None)


# ---------------------------------------------------------------- the law


def _regulation(application: Application) -> Regulation:
    known = library()
    if application.regulation not in known:
        rule = f"regulation: must be one of {', '.join(for_filing(known))} (got {application.regulation!r})"
        raise BadInput(Text(zh="没有这部办法", en="there is no such regulation"), details=[rule])
    return known[application.regulation]


def _officers(desk: Desk, regulation: Regulation, on: date) -> Mapping[str, int] | None:
    """How many officers each organ has; None where no register is on record, so that nobody can be counted."""
    if not desk.has_records():
        return None
    engine = desk.records()
    found = {organ: len(register.officers_of(engine, organ, on)) for organ in regulation.organs}
    return found if any(found.values()) else None


def _plan(regulation: Regulation, application: Application, on: date, officers: Mapping[str, int] | None) -> Plan:
    """The plan of that day. Without a register every organ is taken to have an officer."""
    try:
        return resolve(regulation, application, on, officers or dict.fromkeys(regulation.organs, 1))
    except NotAdmitted as error:
        text = Text(zh="申报不能受理", en="the application cannot be admitted")
        raise BadInput(text, details=error.reasons) from error


def _reasons(desk: Desk, application: Application, at: datetime) -> Sequence[Text | str] | None:
    """Why `tongchou start` would refuse the application, by its own words; None where there is no register to ask."""
    if not desk.has_records():
        return None
    try:
        intake.planned(application, desk.records(), at)
    except Failure as refusal:
        return refusal.details
    return ()


def _calendar(desk: Desk, application: Application, on: date) -> WorkCalendar:
    notices = calendars.notices(desk.records()) if desk.has_records() else ()
    last = max(on.year, application.ends_on.year) + YEARS_AFTER
    try:
        return calendar_in_force(on.year - YEARS_BEFORE, last, notices)
    except ValueError as error:
        rule = f"on, ends_on: {error} (got {on}, {application.ends_on})"
        raise BadInput(Text(zh="日期超出日历", en="no calendar covers the days"), details=[rule]) from error


def _rehearsed(
    plan: Plan,
    calendar: WorkCalendar,
    application: Application,
    materials: tuple[Material, ...],
    facts: CatalogFacts | None,
    filed_at: datetime,
) -> Rehearsal:
    try:
        return rehearsal.rehearse(plan, calendar, application, materials, facts, filed_at)
    except UncoveredYear as error:
        raise BadInput(Text(zh=f"日历不含 {error.year} 年", en=str(error))) from error


# ---------------------------------------------------------------- what is held against it


def _material(document: Document) -> Material:
    """The file as `start` would hand it in. Read, not stored."""
    with document.path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    size = document.path.stat().st_size
    return Material(kind=document.kind, name=document.path.name, sha256=digest, size=size)


def _catalog_url(desk: Desk) -> str:
    if "catalog_url" in desk.settings.model_fields_set or desk.stack is None:
        return desk.settings.catalog_url
    return desk.stack.catalog


def _token_file(desk: Desk) -> Path | None:
    if "catalog_token_file" in desk.settings.model_fields_set or desk.stack is None:
        return desk.settings.catalog_token_file
    return Folder(desk.stack.data_dir).token_file("catalog", OPERATOR)


async def _facts(desk: Desk, question: CatalogQuestion) -> CatalogFacts | None:
    """The catalog's answer; None where it gives none, whatever the cause: nothing may pass for that.

    Raises TokenFileError where the token of the command cannot be read.
    """
    headers = authorization(_token_file(desk))
    # A proxy of the environment stands between us and a service only where its address is not of this machine.
    async with httpx.AsyncClient(base_url=_catalog_url(desk), headers=headers, timeout=CATALOG_SECONDS) as catalog:
        try:
            answer = await catalog.post("/facts", json=question.model_dump(mode="json"))
            answer.raise_for_status()
        except httpx.HTTPError:
            return None
    return CatalogFacts.model_validate_json(answer.content)


# ---------------------------------------------------------------- shown


def _shown(rehearsed: Rehearsal, plan: Plan, reasons: Sequence[Text | str] | None, *, counted: bool) -> Shown:
    document: dict[str, Any] = {
        **rehearsed.model_dump(mode="json"),
        "ends_on": rehearsed.ends_on,
        "blocking": rehearsed.blocking,
        "officers_counted": counted,
        "admissible": None if reasons is None else not reasons,
        "reasons": reasons or (),
    }
    return Shown.of(
        document,
        _headline(rehearsed),
        *_admission(reasons),
        *rehearsed.warnings,
        None if counted else NOT_COUNTED,
        _chain(rehearsed, plan),
        _missing(rehearsed),
        _faults(rehearsed.faults),
        _unjudged(rehearsed.unjudged),
    )


NOT_COUNTED = Text(
    zh="登记册为空：机关是否有经办人、票签有几席，均未核对（tongchou register import）",
    en="no register is on record: officers and seats were not counted (tongchou register import)",
)


def _headline(rehearsed: Rehearsal) -> Text:
    last, first, count = rehearsed.ends_on, rehearsed.filed_on, len(rehearsed.steps)
    return Text(
        zh=f"{first} 申报，共 {count} 个环节；各环节均用足期限、无退回，则 {last} 办结。"
        f"已可见问题 {len(rehearsed.faults)} 项，其中阻碍通过 {rehearsed.blocking} 项。",
        en=f"Filed on {first}: {count} gates. If each takes its whole term and none is returned, they end on {last}. "
        f"{len(rehearsed.faults)} faults are visible; {rehearsed.blocking} of them block.",
    )


def _admission(reasons: Sequence[Text | str] | None) -> list[Part]:
    if reasons is None:
        return [Text(zh="未核对申报主体和部门处置：没有登记册", en="parties and blocks were not checked: no register")]
    if not reasons:
        return [Text(zh="可以受理：申报主体在册，部门未被限制", en="admissible: parties registered, no block stands")]
    return [Text(zh="目前不予受理：", en="not admissible now:"), *reasons]


def _chain(rehearsed: Rehearsal, plan: Plan) -> Table:
    opens = Text(zh="开始", en="opens")
    columns = (views.STAGE, views.GATE, views.ORGAN, opens, views.DUE, Text(zh="材料", en="materials"), views.ARTICLE)
    rows = [_row(step, plan) for step in rehearsed.steps]
    law = plan.title
    title = Text(zh=f"环节（期限为推算；依据：{law.zh}）", en=f"gates (the days are a projection; law: {law.en})")
    return Table(columns, rows, title)


def _row(step: Step, plan: Plan) -> tuple[Cell, ...]:
    organs = listed(plan.organ(organ).name for organ in step.organs)
    handed_in, sources = listed([*step.documents, *step.forms]), marks.articles(step.citations)
    return (step.stage.label, step.title, organs, _opens(step), marks.due(step.receipt), handed_in, sources)


def _opens(step: Step) -> Text:
    day = step.receipt.started_on
    if step.wait is None:
        return Text(zh=str(day), en=str(day))
    title, assumption = step.wait.title, step.wait.assumption
    return Text(
        zh=f"{day}\n{title.zh}：{assumption.zh}",
        en=f"{day}\n{title.en}: {assumption.en}",
    )


def _missing(rehearsed: Rehearsal) -> Table | None:
    columns = (views.GATE, Text(zh="尚缺", en="missing"), Text(zh="如何补正", en="remedy"))
    rows = [(step.title, finding.message, finding.remedy) for step in rehearsed.steps for finding in step.missing]
    return Table(columns, rows, Text(zh="待交材料", en="to hand in")) if rows else None


def _faults(faults: Sequence[Fault]) -> Table | None:
    columns = (
        views.RULE,
        Text(zh="强度", en="strength"),
        Text(zh="问题", en="fault"),
        Text(zh="如何改正", en="remedy"),
    )
    rows = [(f.finding.rule, f.finding.strength.label, f.finding.message, f.finding.remedy) for f in faults]
    return Table(columns, rows, Text(zh="已可见的问题", en="visible faults")) if rows else None


def _unjudged(items: Sequence[Unjudged]) -> Table | None:
    columns = (views.RULE, views.TITLE, views.STAGE, Text(zh="未核查的原因", en="why it was not judged"))
    rows = [(item.check, item.title, item.stage.label, item.reason) for item in items]
    return Table(columns, rows, Text(zh="尚未核查（不视为通过）", en="not judged (and not passed)")) if rows else None
