"""The plan is resolved by the law of the filing day, or the application is refused with all reasons."""

from datetime import date
from pathlib import Path

import pytest

from models.application import Application, Collection, Feature
from models.check import ForbidsDuplicateItems
from models.plan import Plan, StageName
from models.review import QuorumRule
from regulations.files import load
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation
from tests.regulations.plans import application as filed
from tests.regulations.small_law import SMALL_LAW, spoiled, written

DAY = date(2026, 3, 2)
OFFICERS = {"bureau": 2, "panel": 5}


@pytest.fixture
def law(tmp_path: Path) -> Regulation:
    return load(written(tmp_path))


def application(*features: Feature, **more: object) -> Application:
    return filed(*features, **{"regulation": "small", **more})


def room(name: str = "机房", **more: object) -> Feature:
    return Feature.model_validate({"kind": "room", "name": name, "approach": "self_built", **more})


def planned(law: Regulation, of: Application | None = None, on: date = DAY) -> Plan:
    return resolve(law, of or application(), on, OFFICERS)


def reasons(law: Regulation, of: Application, on: date = DAY, officers: dict[str, int] | None = None) -> list[str]:
    with pytest.raises(NotAdmitted) as refused:
        resolve(law, of, on, OFFICERS if officers is None else officers)
    return [reason.en for reason in refused.value.reasons]


# ---------------------------------------------------------------- the plan


def test_the_plan_names_its_law_its_day_its_route_and_its_version(law: Regulation) -> None:
    plan = planned(law)
    assert (plan.regulation, plan.filed_on, plan.route, plan.version) == ("small", DAY, "standard", law.version)
    assert resolve(law, application(), DAY, OFFICERS, "v1").version == "v1"


def test_the_stages_and_gates_stand_in_the_order_of_the_route(law: Regulation) -> None:
    plan = planned(law)
    assert [stage.name for stage in plan.stages] == [StageName.APPLICATION, StageName.TECHNICAL_COORDINATION]
    assert [gate.id for stage in plan.stages for gate in stage.gates] == ["intake", "panel"]


def test_a_majority_counts_its_seats_from_the_officers_of_the_day(law: Regulation) -> None:
    intake, panel = (stage.gates[0].quorum for stage in planned(law).stages)
    assert (panel.rule, panel.seats) == (QuorumRule.MAJORITY, 5)
    assert (intake.rule, intake.seats) == (QuorumRule.ANY_OF, None)


def test_a_named_value_is_put_into_the_check(law: Regulation) -> None:
    check = planned(law).check("JY-23")
    assert isinstance(check, ForbidsDuplicateItems)
    assert check.similarity == 90


def test_an_article_is_cited_by_the_title_of_its_instrument(law: Regulation) -> None:
    gate = planned(law).stages[0].gates[0]
    assert str(gate.citations[0]) == "《小办法》第六条"


def test_a_default_is_marked_with_the_gap_that_it_fills(law: Regulation) -> None:
    citation = planned(law, on=date(2025, 3, 3)).stages[0].gates[0].term.citation
    assert (citation.default, citation.gap, citation.article) == (True, "A12", "未作规定")


# ---------------------------------------------------------------- which version


@pytest.mark.parametrize(("on", "amount"), [(date(2025, 12, 31), 20), (date(2026, 1, 1), 15)])
def test_a_project_is_judged_by_the_version_of_its_filing_day(law: Regulation, on: date, amount: int) -> None:
    assert planned(law, on=on).stages[0].gates[0].term.amount == amount


def test_a_check_that_is_not_yet_in_force_does_not_bind(tmp_path: Path) -> None:
    text = spoiled("strength: in_principle\n", "strength: in_principle\n    from: 2026-04-01\n")
    law = load(written(tmp_path, text))
    assert [check.id for check in planned(law, on=date(2026, 3, 31)).checks] == ["JY-18"]
    assert planned(law, on=date(2026, 3, 31)).stages[1].gates[0].checks == ("JY-18",)
    assert [check.id for check in planned(law, on=date(2026, 4, 1)).checks] == ["JY-18", "JY-23"]


def test_a_stage_none_of_whose_gates_is_in_force_is_left_out(tmp_path: Path) -> None:
    law = load(written(tmp_path, spoiled("    quorum: majority\n", "    quorum: majority\n    until: 2026-02-28\n")))
    assert len(planned(law, on=date(2026, 2, 28)).stages) == 2
    assert [stage.name for stage in planned(law).stages] == [StageName.APPLICATION]


@pytest.mark.parametrize("on", [date(2023, 11, 13), date(2028, 1, 1)])
def test_a_day_that_no_version_covers_is_refused(law: Regulation, on: date) -> None:
    (reason,) = reasons(law, application(), on)
    assert reason == (
        f"filed_on: no version is in force on this day (2023-11-14 to 2027-12-31) (got {on}; rule JY-44, 第十四条)"
    )


@pytest.mark.parametrize("on", [date(2023, 11, 14), date(2027, 12, 31)])
def test_the_first_and_the_last_day_are_covered(law: Regulation, on: date) -> None:
    assert planned(law, on=on).warnings == ()


def test_an_expired_law_that_is_still_applied_admits_with_a_warning(tmp_path: Path) -> None:
    expired = "until: 2027-12-31, after_expiry: {warning: {zh: 已到期, en: expired}, default: A32}"
    law = load(written(tmp_path, spoiled("until: 2027-12-31", expired)))
    assert planned(law, on=date(2027, 12, 31)).warnings == ()
    assert [warning.zh for warning in planned(law, on=date(2028, 1, 1)).warnings] == ["已到期"]
    assert len(reasons(law, application(), date(2023, 11, 13))) == 1


# ---------------------------------------------------------------- which route


def test_unknown_funding_is_refused_with_the_kinds_that_there_are(law: Regulation) -> None:
    (reason,) = reasons(law, application(funding="lottery"))
    assert reason.startswith("funding: no route takes this funding")
    assert "known kinds of funding: municipal (got lottery;" in reason


def test_a_project_that_fits_no_category_or_is_too_large_is_refused_by_that_field(tmp_path: Path) -> None:
    kinds = "categories:\n  big: {title: {zh: 大, en: big}, article: 第二条}\n"
    narrow = "funding: [municipal]\n    categories: [big]\n    investment_up_to: 1000.00\n"
    law = load(written(tmp_path, spoiled("funding: [municipal]\n", narrow) + kinds))
    (category,) = reasons(law, application())
    assert category.startswith("categories: must be one of: big")
    (size,) = reasons(law, application(categories=["big"], investment="1000.01"))
    assert size.startswith("investment: over the limit of the route")


@pytest.mark.parametrize(("investment", "route"), [("100.00", "simple"), ("100.01", "standard")])
def test_the_first_route_that_fits_is_taken_and_its_limit_is_inclusive(
    tmp_path: Path, investment: str, route: str
) -> None:
    simple = """routes:
  simple:
    title: {zh: 简易, en: simple}
    funding: [municipal]
    investment_up_to: 100
    article: 第二条
    stages: [{name: Application, gates: [intake]}]
"""
    law = load(written(tmp_path, spoiled("routes:\n", simple)))
    assert planned(law, application(investment=investment)).route == route


def test_an_application_under_another_law_is_refused(law: Regulation) -> None:
    assert "regulation: this is the regulation small" in reasons(law, application(regulation="large"))[0]


# ---------------------------------------------------------------- what is filed


def test_an_unknown_kind_of_feature_is_refused_with_the_kinds_that_there_are(law: Regulation) -> None:
    (reason,) = reasons(law, application(room(), room("塔台", kind="tower")))
    assert reason.startswith("features.1.kind: unknown; known: room (got tower;")


def test_an_unknown_declaration_is_refused(law: Regulation) -> None:
    assert reasons(law, application(room(declares=["promise"])))[0].startswith("features.0.declares: unknown")


def test_a_feature_filed_twice_is_refused_because_its_faults_could_not_be_told_apart(law: Regulation) -> None:
    assert reasons(law, application(room(), room()))[0].startswith("features: stands 2 times (got room 机房;")


def test_a_repeated_item_resource_field_or_contribution_is_refused(law: Regulation) -> None:
    twice = Collection(resource="车位", fields=("编号", "编号"))
    contributed = {"capability": "诱导", "description": "接口"}
    found = reasons(
        law,
        application(room(items=["柜", "柜"]), collects=[twice, twice], contributes=[contributed, contributed]),
    )
    fields = ["features.0.items", "collects", "collects.车位.fields", "collects.车位.fields", "contributes"]
    assert [reason.split(":")[0] for reason in found] == fields


def test_an_unknown_form_is_refused(law: Regulation) -> None:
    assert reasons(law, application(forms={"wish": {"a": 1}}))[0].startswith("forms: unknown; known:  (got wish;")


# ---------------------------------------------------------------- who decides


def test_an_organ_without_an_officer_is_refused(law: Regulation) -> None:
    (reason,) = reasons(law, application(), officers={"bureau": 1})
    assert reason.startswith("organs: the organ panel has no officer on this day (got panel;")


def test_an_organ_that_the_route_does_not_use_may_be_vacant(tmp_path: Path) -> None:
    idle = "organs:\n  archive: {title: {zh: 档案馆, en: archive}, article: 第五条}\n"
    law = load(written(tmp_path, spoiled("organs:\n", idle)))
    assert planned(law).organ("archive").officers == 0


def test_all_reasons_are_given_at_once(law: Regulation) -> None:
    found = reasons(law, application(room(kind="tower"), forms={"wish": {}}), officers={})
    assert [reason.split(":")[0] for reason in found] == ["features.0.kind", "forms", "organs", "organs"]


def test_a_reason_says_it_in_chinese_with_its_source(law: Regulation) -> None:
    with pytest.raises(NotAdmitted) as refused:
        resolve(law, application(), date(2020, 1, 1), OFFICERS)
    assert refused.value.reasons[0].zh == (
        "filed_on（2020-01-01）：申报日期不在办法施行期内（2023-11-14 至 2027-12-31）。依据：《小办法》第十四条"
    )


def test_the_text_of_the_small_law_is_what_was_judged(law: Regulation, tmp_path: Path) -> None:
    changed = load(written(tmp_path, SMALL_LAW + "# a remark\n", "remarked.yaml"))
    assert planned(changed).version != planned(law).version
