"""Checks of what was built, held against what was promised: reuse, residency, and the conditions of approvals."""

from collections.abc import Iterator

from models.base import Text
from models.check import ContributesCapabilities, MeetsConditions, RealisesPlannedReuse
from models.finding import Finding
from regulations.checks.case import Case, as_of, distinct, enumerated, finding

_RESIDENCE = {True: Text(zh="已入驻", en="is resident"), False: Text(zh="尚未入驻", en="is not resident")}


def unrealised_reuse(check: RealisesPlannedReuse, case: Case) -> Iterator[Finding]:
    # Only an explicit "unknown" softens the finding: leaving the feature out of a later application must not.
    uncounted = [fact.name for fact in case.facts.capabilities if fact.state == "unknown"]
    for name in distinct(case.on_file.planned_reuse):
        if case.facts.called.get(name, 0) > 0:
            continue
        advice = name in uncounted
        zh = f"统筹时确定复用的“{name}”没有调用记录{'，目录无从统计，须由审核人确认' if advice else ''}。"
        note = ", and the catalog cannot count any: a reviewer must confirm it" if advice else ""
        en = f"“{name}”, whose reuse was planned, has no recorded call{note}."
        yield finding(check, name, zh, en, ("calls=0", as_of(case)), advice=advice)


def contributions(check: ContributesCapabilities, case: Case) -> Iterator[Finding]:
    for name in distinct(c.capability for c in case.application.contributes):
        resident = [fact for fact in case.facts.resident if fact.capability == name]
        lacking = [a for a in check.attributes if not any(a in fact.attested for fact in resident)]
        if resident and not lacking:
            continue
        state, attributes = _RESIDENCE[bool(resident)], enumerated(lacking, limit=10)
        zh = f"承诺入驻的能力“{name}”{state.zh}，未获认定的质量属性：{attributes.zh or '无'}。"
        en = f"The promised capability “{name}” {state.en}; attributes not attested: {attributes.en or 'none'}."
        yield finding(check, name, zh, en, (as_of(case),))


def conditions(check: MeetsConditions, case: Case) -> Iterator[Finding]:
    for condition in case.on_file.conditions:
        if not (condition.answer or "").strip():
            zh = f"{condition.organ}通过时所附条件尚未答复：{condition.text}"
            en = f"A condition set by {condition.organ} has not been answered: {condition.text}"
            yield finding(check, condition.condition_id, zh, en, (condition.review_id,))
