"""齐全性: what a gate demands to be handed in, and what is still missing or wrong in it.

Pure. Every fault is a mandatory finding of its own, so that a unit learns at once all that it has to mend.
"""

from collections.abc import Collection, Iterator

from models.application import Application, Material
from models.base import Text
from models.citation import Citation
from models.finding import Finding, Strength
from models.form import DocumentRequirement, Form
from models.plan import Gate, Plan
from regulations import forms
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
