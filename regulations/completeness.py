"""齐全性: what a gate demands to be handed in, and what is still missing or wrong in it.

Pure. Every fault is a mandatory finding of its own, so that a unit learns at once all that it has to mend.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from models.application import Application, Material
from models.base import Text
from models.calendar import CHINA, WorkCalendar
from models.citation import Citation
from models.finding import Finding, Strength
from models.form import DocumentRequirement, Form
from models.plan import Gate, Plan
from models.procedure import ProcedurePlan
from regulations import deadlines, forms
from regulations.calendar import UncoveredYear
from regulations.scope import applies


def missing(
    gate: Gate,
    plan: Plan,
    application: Application,
    materials: tuple[Material, ...],
    events: Collection[str] = (),
    further: tuple[DocumentRequirement, ...] = (),
) -> tuple[Finding, ...]:
    """What still keeps the gate closed: documents first, then forms, each in the gate's order; empty when complete.

    Documents and forms that do not apply to the project, given the `events` reported so far, are not demanded; `further`
    are documents demanded beyond the gate's own (NA-17). An empty file counts as not handed in. Raises KeyError for a
    form that the plan does not know.
    """
    kinds = [material.kind for material in materials if material.size > 0]
    demanded = [d for d in (*gate.documents, *further) if applies(d, application, events)]
    documents = [_no_document(document) for document in demanded if document.kind not in kinds]
    forms_ = [form for form in map(plan.form, gate.forms) if applies(form, application, events)]
    faults = [fault for form in forms_ for fault in _form_faults(form, application)]
    return (*documents, *faults)


def _no_document(document: DocumentRequirement) -> Finding:
    title = document.title
    return Finding(
        check=f"document.{document.kind}",
        rule=_rule(document.citation),
        subject=title.zh,
        message=Text(zh=f"缺少材料：{title.zh}（{document.kind}）。", en=f"Missing: {title.en} ({document.kind})."),
        remedy=Text(zh=f"请提交{title.zh}，文件不得为空。", en=f"Hand in: {title.en}. The file must not be empty."),
        strength=Strength.MANDATORY,
        citation=document.citation,
    )


def _form_faults(form: Form, application: Application) -> Iterator[Finding]:
    values = application.forms.get(form.id)
    if not values:
        unfilled = Text(zh="没有填写", en="is not filled in")
        yield _form_finding(form, forms.Fault(Text(zh="", en=""), None, unfilled))
        return
    for fault in forms.faults(form, values):
        yield _form_finding(form, fault)


def _form_finding(form: Form, fault: forms.Fault) -> Finding:
    where = Text(zh=f"{form.title.zh} {fault.path.zh}".strip(), en=f"{form.title.en} {fault.path.en}".strip())
    return Finding(
        check=f"form.{form.id}",
        rule=fault.rule or _rule(form.citation),
        subject=where.zh,
        message=Text(zh=f"{where.zh}：{fault.message.zh}。", en=f"{where.en}: {fault.message.en}."),
        remedy=Text(zh="请补正后重新提交该表。", en="Correct the form and hand it in again."),
        strength=Strength.MANDATORY,
        citation=next((c for c in form.also if fault.rule is not None and c.rule == fault.rule), form.citation),
        evidence=(f"form={form.id}",),
    )


def _rule(citation: Citation) -> str:
    """The id that a finding is known by. A default has the gap that it fills; the article is the last resort."""
    return citation.rule or citation.gap or citation.article


def form_faults(plan: Plan, form_id: str | None, answers: Mapping[str, Any]) -> list[Text]:
    """What is wrong with a filled form, each fault with its field and the rule; answers without a form are a fault, too."""
    if form_id is None:
        unknown = Text(zh="form：此处没有表单", en="form: there is no form to fill in here")
        return [unknown] if answers else []
    form = plan.form(form_id)
    return [
        Text(
            zh=f"{fault.path.zh or form.title.zh}：{fault.message.zh}。依据：{form.citation}",
            en=f"{fault.path.en or form.title.en}: {fault.message.en} (rule {fault.rule or form.citation.rule})",
        )
        for fault in forms.faults(form, answers)
    ]


def uncounted_days(
    procedure: ProcedurePlan, form_id: str | None, answers: Mapping[str, Any], calendar: WorkCalendar
) -> list[Text]:
    """The days in a filled form, without other faults, from which a step's term cannot be counted: it would leave the
    years whose working days are known (register A02)."""
    found: list[Text] = []
    for step in procedure.steps:
        form, _, field = (step.since or "").rpartition(".")
        named_day = answers.get(field) if step.term and (form or procedure.form) == form_id else None
        if not (step.term and named_day):
            continue
        try:
            since = datetime.combine(date.fromisoformat(str(named_day)), time(), CHINA)
            deadlines.next_rung(deadlines.started(step.title.zh, since, step.term, step.rungs, calendar), calendar)
        except (UncoveredYear, OverflowError):
            zh = f"{field}（{named_day}）：{step.title.zh}的期限及于工作日历不含的年份"
            en = f"{field}: the term of {step.id} reaches a year that the calendar does not cover (got {named_day})"
            found.append(Text(zh=zh, en=en))
    return found
