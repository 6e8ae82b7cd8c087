"""Checks of what was reported of the project: that something happened, or did not, and what was measured."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from models.check import ForbidsEvent, MeetsThreshold, RequiresEvent
from models.finding import Finding
from regulations.checks.case import Case, finding


def required_event(check: RequiresEvent, case: Case) -> Iterator[Finding]:
    if case.on_file.last(check.event) is None:
        zh = f"尚无事项报告：{check.title.zh}（{check.event}）。"
        yield finding(check, check.event, zh, f"Nothing was reported of: {check.title.en} ({check.event}).")


def forbidden_event(check: ForbidsEvent, case: Case) -> Iterator[Finding]:
    names = [report.event for report in case.on_file.events]
    if check.event not in names:
        return
    after = names[len(names) - names[::-1].index(check.event) :]
    if check.cleared_by not in after:
        report = case.on_file.last(check.event)
        assert report
        zh = f"{report.occurred_on} 报告的事项“{check.event}”尚未消除。"
        en = f"The event “{check.event}” of {report.occurred_on} stands in the way."
        yield finding(check, check.event, zh, en, (report.event_id,))


def threshold(check: MeetsThreshold, case: Case) -> Iterator[Finding]:
    wanted = wanted_on(check, case.on_file.on)
    if wanted is None:
        return
    report = case.on_file.last(check.event)
    for name in check.fields:
        figure = _figure(report.data.get(name)) if report else None
        if figure is None or figure < wanted:
            shown = "—" if figure is None else str(figure)
            zh = f"“{name}”为 {shown}，须不低于 {wanted}。"
            evidence = (report.event_id,) if report else ()
            yield finding(check, name, zh, f"“{name}” is {shown}; it must be at least {wanted}.", evidence)


def wanted_on(check: MeetsThreshold, on: date) -> Decimal | None:
    """The threshold of that day; None before the first."""
    steps = [step for step in check.at_least if step.since <= on]
    return max(steps, key=lambda step: step.since).value if steps else None


def _figure(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
