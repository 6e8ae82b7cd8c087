"""Checks of what the unit wrote down: in a form, against an approved form, and of the dates of the project."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from models.application import Application
from models.check import FilesBeforeStart, MatchesApproved, RequiresAnswer, Where
from models.finding import Finding
from regulations import forms
from regulations.checks.case import Case, enumerated, finding

Values = Mapping[str, Any]
_SHOWN = 60
"""Characters of an answer that a finding repeats."""


def required_answer(check: RequiresAnswer, case: Case) -> Iterator[Finding]:
    """Nothing is found in a field that its condition leaves out; an empty field is no answer that the rule admits."""
    for subject, values in _judged(check, case.application):
        given = forms.answers(values.get(check.field))
        if _holds(check.where, values) and not (given and set(given) <= set(check.any_of)):
            wanted, shown = enumerated(check.any_of), _shown(given)
            zh = f"“{subject}”填写为“{shown or '未填'}”，须为：{wanted.zh}。"
            yield finding(check, subject, zh, f"“{subject}” says “{shown or 'nothing'}”; it must be: {wanted.en}.")


def approved_match(check: MatchesApproved, case: Case) -> Iterator[Finding]:
    """Nothing matches a form that was never approved."""
    approved = case.on_file.approved_forms.get(check.approved_form)
    if not approved:
        zh = f"“{check.approved_form}”没有经批准的内容，无从核对。"
        yield finding(
            check, check.approved_form, zh, f"Nothing of “{check.approved_form}” was approved to compare with."
        )
        return
    given = case.application.forms.get(check.form, {})
    for name in check.fields:
        if forms.answers(given.get(name)) != forms.answers(approved.get(name)):
            yield _differs(check, name, given, approved, "应与批准内容一致", "must be as approved")
    for name in check.at_most:
        amount, limit = _amount(given.get(name)), _amount(approved.get(name))
        if amount is None or limit is None or amount > limit:
            yield _differs(check, name, given, approved, "不得超过批准数额", "must not exceed what was approved")


def filed_before_start(check: FilesBeforeStart, case: Case) -> Iterator[Finding]:
    starts_on = case.application.starts_on
    if case.filed_on >= starts_on:
        zh = f"申报日 {case.filed_on} 不早于计划开始日 {starts_on}。"
        en = f"Filed on {case.filed_on}, which is not before the planned start {starts_on}."
        yield finding(check, "starts_on", zh, en)


def _judged(check: RequiresAnswer, application: Application) -> Iterator[tuple[str, Values]]:
    form = application.forms.get(check.form, {})
    if check.rows is None:
        yield check.title.zh, form
        return
    rows = form.get(check.rows)
    for number, row in enumerate(rows if isinstance(rows, Sequence) else (), start=1):
        values = row if isinstance(row, Mapping) else {}
        name = values.get(check.name) if check.name else None
        yield str(name or f"{check.form}.{check.rows}[{number}]")[:200], values


def _holds(where: Where | None, values: Values) -> bool:
    return where is None or any(answer in where.has for answer in forms.answers(values.get(where.field)))


def _differs(check: MatchesApproved, name: str, given: Values, approved: Values, zh: str, en: str) -> Finding:
    now, then = (_shown(forms.answers(values.get(name))) for values in (given, approved))
    subject = f"{check.form}.{name}"
    return finding(
        check,
        subject,
        f"“{subject}”为“{now or '未填'}”，批准为“{then or '无'}”：{zh}。",
        f"“{subject}” is “{now or 'empty'}”, approved was “{then or 'nothing'}”: it {en}.",
    )


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if not isinstance(value, bool) and value is not None else None
    except InvalidOperation:
        return None


def _shown(given: Sequence[str]) -> str:
    return "、".join(given)[:_SHOWN]
