"""Checks of what is written in forms, what an approval fixed, and how the catalog form is carried out."""

from decimal import Decimal
from typing import Any

import pytest

from models.check import (
    Check,
    FilesBeforeStart,
    MatchesApproved,
    RegistersCatalog,
    RequiresAnswer,
    SharesBaseItems,
    SharesResources,
    Where,
)
from models.messages import EventReport
from models.scope import Scope
from regulations import checks
from tests.regulations.plans import TODAY, application, facts, feature, only_gate, plan, rule

CATALOG = {"form": "catalog", "rows": "resources", "name": "name"}
GRADE = RequiresAnswer(**rule("NA-09"), form="study", field="grade", any_of=("甲级",))
LICENSED = RequiresAnswer(
    **rule("NA-22"),
    form="works",
    rows="lots",
    name="lot",
    field="licensed",
    where=Where(field="kind", has=("监理",)),
    any_of=("true",),
)
AS_APPROVED = MatchesApproved(
    **rule("NA-21"), form="tender", approved_form="tender_plan", fields=("mode",), at_most=("amount",)
)
REGISTERED = RegistersCatalog(**rule("NA-91"), **CATALOG)
MOUNTED = SharesResources(
    **rule("JJ-24"), **CATALOG, mode="sharing", unshared=("不予共享",), excused_by="commitment_signed"
)
BASE_ITEMS = SharesBaseItems(
    **rule("NA-75"), **CATALOG, mode="sharing", base_item="base", base_items=("人口",), unconditional="无条件共享"
)


def subjects(check: Check, forms: dict[str, Any], known: Any = None, **on_file: Any) -> list[str]:
    of, filed = plan(check), application(forms=forms)
    answered = known if known is not None else facts()
    return [f.subject for f in checks.run(only_gate(of), of, filed, answered, checks.OnFile(on=TODAY, **on_file))]


def resources(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"catalog": {"resources": list(rows)}}


# ---------------------------------------------------------------- answers


def test_an_answer_that_the_rule_admits_is_no_fault() -> None:
    assert subjects(GRADE, {"study": {"grade": "甲级"}}) == []


@pytest.mark.parametrize("given", [{"grade": "乙级"}, {"grade": ""}, {}, {"grade": ["甲级", "乙级"]}])
def test_any_other_answer_or_none_is_a_fault(given: dict[str, Any]) -> None:
    assert subjects(GRADE, {"study": given}) == ["标题"]


def test_rows_are_judged_one_by_one_where_their_condition_holds() -> None:
    lots = [
        {"lot": "一标", "kind": "监理", "licensed": True},
        {"lot": "二标", "kind": "监理", "licensed": False},
        {"lot": "三标", "kind": "施工", "licensed": False},
        {"kind": "监理"},
    ]
    assert subjects(LICENSED, {"works": {"lots": lots}}) == ["works.lots[4]", "二标"]


# ---------------------------------------------------------------- what was approved


def test_a_tender_as_approved_is_no_fault() -> None:
    approved = {"tender_plan": {"mode": "公开招标", "amount": 100}}
    assert subjects(AS_APPROVED, {"tender": {"mode": "公开招标", "amount": "100.00"}}, approved_forms=approved) == []


def test_another_mode_and_a_greater_amount_are_faults() -> None:
    approved = {"tender_plan": {"mode": "公开招标", "amount": Decimal("100.00")}}
    found = subjects(AS_APPROVED, {"tender": {"mode": "邀请招标", "amount": "100.01"}}, approved_forms=approved)
    assert found == ["tender.amount", "tender.mode"]


def test_what_was_never_approved_matches_nothing() -> None:
    assert subjects(AS_APPROVED, {"tender": {"mode": "公开招标", "amount": 1}}) == ["tender_plan"]
    assert subjects(AS_APPROVED, {}) == ["tender_plan"]


@pytest.mark.parametrize(("starts_on", "faults"), [("2026-03-03", []), ("2026-03-02", ["starts_on"])])
def test_a_project_is_filed_before_the_day_on_which_it_starts(starts_on: str, faults: list[str]) -> None:
    of = plan(FilesBeforeStart(**rule("XC-34")))
    found = checks.run(only_gate(of), of, application(starts_on=starts_on), None, checks.OnFile(on=TODAY))
    assert [f.subject for f in found] == faults


# ---------------------------------------------------------------- the catalog form


def test_each_row_of_the_catalog_form_has_to_be_registered_in_the_catalog() -> None:
    rows = resources({"name": "泊位"}, {"name": "流水"}, {})
    assert subjects(REGISTERED, rows, facts(registered=("泊位",))) == ["catalog.resources[3]", "流水"]


@pytest.mark.parametrize("check", [REGISTERED, MOUNTED])
def test_a_catalog_form_that_is_not_filled_in_is_a_fault(check: Check) -> None:
    assert subjects(check, {}) == ["catalog.resources"]


def test_a_signed_commitment_stands_in_for_the_mounting() -> None:
    rows = resources({"name": "泊位", "sharing": "无条件共享"})
    signed = EventReport(event_id="e1", event="commitment_signed", occurred_on=TODAY, reported_by="system")
    assert subjects(MOUNTED, rows) == ["泊位"]
    assert subjects(MOUNTED, rows, events=(signed,)) == []


def test_base_information_is_shared_without_condition() -> None:
    rows = resources(
        {"name": "人口库", "base": "人口", "sharing": "有条件共享"},
        {"name": "法人库", "base": "人口", "sharing": "无条件共享"},
        {"name": "流水", "base": "否", "sharing": "不予共享"},
    )
    assert subjects(BASE_ITEMS, rows) == ["人口库"]


# ---------------------------------------------------------------- scope


def test_a_check_binds_only_the_projects_to_which_it_applies() -> None:
    scoped = GRADE.model_copy(
        update={"applies_to": Scope(categories=("major",)), "except_for": Scope(features=("video",))}
    )
    of = plan(scoped)

    def found(*features: Any, **more: Any) -> int:
        return len(checks.run(only_gate(of), of, application(*features, **more), None, checks.OnFile(on=TODAY)))

    assert found(categories=["major"]) == 1
    assert found(categories=["minor"]) == 0
    assert found(feature("video"), categories=["major"]) == 0
