"""Checks of the project's catalog form, row by row: is each resource registered, mounted, shared as it must be?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.application import Application
from models.check import CompilesCatalog, RegistersCatalog, SharesBaseItems, SharesResources
from models.finding import Finding
from regulations.checks.case import Case, as_of, finding

Row = tuple[str, Mapping[str, Any]]


def compiled_catalog(check: CompilesCatalog, case: Case) -> Iterator[Finding]:
    if not _listed(case.application, check.form, check.rows):
        yield _unfilled(check)


def shared_resources(check: SharesResources, case: Case) -> Iterator[Finding]:
    if check.excused_by and case.on_file.last(check.excused_by):
        return
    rows = _rows(case.application, check)
    if rows is None:
        yield _unfilled(check)
        return
    unmounted: dict[str, str] = {}
    for subject, row in rows:
        mode, name = row.get(check.mode), row.get(check.name)
        if mode not in check.unshared and name not in case.facts.mounted:
            unmounted.setdefault(subject, str(mode or "—")[:40])
    for subject, mode in unmounted.items():
        zh = f"信息资源“{subject}”（拟共享方式：{mode}）尚未在共享交换平台挂接。"
        en = f"Resource “{subject}” (sharing mode: {mode}) is not mounted on the exchange platform."
        yield finding(check, subject, zh, en, (as_of(case),))


def registered_catalog(check: RegistersCatalog, case: Case) -> Iterator[Finding]:
    rows = _rows(case.application, check)
    if rows is None:
        yield _unfilled(check)
        return
    for subject in dict.fromkeys(s for s, row in rows if row.get(check.name) not in case.facts.registered):
        zh = f"信息资源“{subject}”尚未在目录系统登记发布。"
        en = f"Resource “{subject}” is not registered and published in the catalog."
        yield finding(check, subject, zh, en, (as_of(case),))


def base_items(check: SharesBaseItems, case: Case) -> Iterator[Finding]:
    shared: dict[str, tuple[str, str]] = {}
    for subject, row in _rows(case.application, check) or ():
        item, mode = row.get(check.base_item), row.get(check.mode)
        if item in check.base_items and mode != check.unconditional:
            shared.setdefault(subject, (str(item), str(mode or "—")[:40]))
    for subject, (item, mode) in shared.items():
        zh = f"信息资源“{subject}”属基础信息（{item}），拟共享方式为“{mode}”，须为“{check.unconditional}”。"
        en = (
            f"Resource “{subject}” holds base information ({item}); it is “{mode}” and must be “{check.unconditional}”."
        )
        yield finding(check, subject, zh, en)


def _listed(application: Application, form: str, rows: str) -> Sequence[Any] | None:
    listed = application.forms.get(form, {}).get(rows)
    return listed if isinstance(listed, list | tuple) else None


def _rows(application: Application, check: SharesResources | RegistersCatalog | SharesBaseItems) -> list[Row] | None:
    """Each row under the name by which a finding calls it; None where the form has no rows."""
    rows = _listed(application, check.form, check.rows)
    if rows is None:
        return None
    filled = [row if isinstance(row, Mapping) else {} for row in rows]
    where = f"{check.form}.{check.rows}"
    return [(str(row.get(check.name) or f"{where}[{n}]")[:200], row) for n, row in enumerate(filled, start=1)]


def _unfilled(check: CompilesCatalog | SharesResources | RegistersCatalog) -> Finding:
    where = f"{check.form}.{check.rows}"
    zh = f"表单没有填写“{where}”，无法核对信息资源。"
    return finding(check, where, zh, f"“{where}” is not filled in: the resources cannot be judged.")
