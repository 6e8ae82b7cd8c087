"""江阴: what its file says, gate by gate and rule by rule, and what its examples run into."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from models.calendar import TermUnit
from models.check import ContributesCapabilities
from models.finding import SanctionEnd, SanctionKind, Strength
from models.plan import Act, Holding, Plan, StageName
from models.review import Outcome, QuorumRule
from regulations.files import REGULATIONS_DIR, check, load
from regulations.plan_builder import UNREGULATED
from regulations.provisions import Source, walk
from regulations.register import load_register
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation
from services.catalog.seed import read as read_seed
from tests.regulations.jiangyin import DAY, JIANGYIN, OFFICERS, SEED, application, gates


@pytest.fixture(scope="module")
def law() -> Regulation:
    return load(JIANGYIN)


@pytest.fixture(scope="module")
def plan(law: Regulation) -> Plan:
    return resolve(law, application(), DAY, OFFICERS)


# ---------------------------------------------------------------- stages and gates


def test_every_regulation_of_the_library_is_whole() -> None:
    assert check(REGULATIONS_DIR) == []


def test_the_standard_route_has_the_six_stages_with_their_gates_in_order(plan: Plan) -> None:
    assert plan.route == "standard"
    assert [(stage.name.value, [gate.id for gate in stage.gates]) for stage in plan.stages] == [
        ("Application", ["admission", "forwarding"]),
        ("TechnicalCoordination", ["committee", "opinion", "decision"]),
        ("Tender", ["tender_neutral"]),
        ("Design", ["design_neutral"]),
        ("Acceptance", ["evaluation", "acceptance_decision"]),
        ("PostEvaluation", ["annual_assessment", "operation_eligibility"]),
    ]


@pytest.mark.parametrize(
    ("gate", "organs", "quorum", "rule"),
    [
        ("admission", ["jy-data-bureau"], QuorumRule.ANY_OF, "JY-17"),
        ("forwarding", ["jy-data-bureau"], QuorumRule.ANY_OF, "JY-17"),
        ("committee", ["jy-base-committee"], QuorumRule.MAJORITY, "JY-17"),
        ("opinion", ["jy-ops-centre"], QuorumRule.ANY_OF, "JY-06"),
        ("decision", ["jy-data-bureau"], QuorumRule.ANY_OF, "JY-14"),
        ("evaluation", ["jy-ops-centre", "jy-data-bureau"], QuorumRule.ALL_OF, "JY-32"),
        ("acceptance_decision", ["jy-data-bureau"], QuorumRule.ANY_OF, "JY-05"),
        ("annual_assessment", ["jy-data-bureau", "jy-ops-centre"], QuorumRule.ALL_OF, "JY-33"),
        ("operation_eligibility", ["jy-data-bureau"], QuorumRule.ANY_OF, "JY-35"),
    ],
)
def test_each_gate_is_decided_by_its_organs_on_its_rule(
    plan: Plan, gate: str, organs: list[str], quorum: QuorumRule, rule: str
) -> None:
    found = gates(plan)[gate]
    assert (list(found.organs), found.quorum.rule, found.citations[0].rule) == (organs, quorum, rule)


def test_the_committee_has_as_many_seats_as_it_has_members(plan: Plan) -> None:
    assert gates(plan)["committee"].quorum.seats == 5


def test_every_return_of_technical_coordination_leads_back_to_the_committee(plan: Plan) -> None:
    for gate in plan.stage(StageName.TECHNICAL_COORDINATION).gates:
        assert gate.returns_to is not None
        assert (gate.returns_to.stage, gate.returns_to.gate) == (StageName.TECHNICAL_COORDINATION, "committee")


def test_only_the_decision_of_the_data_bureau_fixes_the_planned_reuse(plan: Plan) -> None:
    assert [gate.id for gate in gates(plan).values() if gate.fixes.planned_reuse] == ["decision"]


@pytest.mark.parametrize("gate", ["tender_neutral", "design_neutral"])
def test_a_gate_without_a_rule_says_so_and_invents_none(plan: Plan, gate: str) -> None:
    found = gates(plan)[gate]
    assert found.rule_source_missing is not None
    assert (found.rule_source_missing.default, found.rule_source_missing.gap) == (True, "A22")
    assert found.rule_source_missing.article == UNREGULATED
    assert found.checks == ()


def test_acceptance_waits_for_the_construction_and_the_assessment_for_its_event_or_the_new_year(plan: Plan) -> None:
    built, assessed = (plan.stage(n).opening for n in (StageName.ACCEPTANCE, StageName.POST_EVALUATION))
    assert built is not None and assessed is not None and assessed.on is not None
    assert (built.event, built.on) == ("construction_completed", None)
    assert (assessed.event, assessed.on.month_day) == ("assessment_opened", "01-01")
    assert all(plan.stage(stage).opening is None for stage in list(StageName)[:4])


def test_no_review_has_a_statutory_term_so_every_term_is_a_default_of_twenty_working_days(plan: Plan) -> None:
    terms = {(g.term.unit, g.term.amount, g.term.citation.default, g.term.citation.gap) for g in gates(plan).values()}
    assert terms == {(TermUnit.WORKING_DAYS, 20, True, "A12")}


def test_the_ladder_reminds_at_half_and_before_the_end_then_marks_and_escalates(plan: Plan) -> None:
    rungs = [(rung.at, rung.kind.value) for rung in gates(plan)["opinion"].rungs]
    assert rungs == [
        ("half", "reminder"),
        ("T-3", "reminder"),
        ("T-1", "reminder"),
        ("due", "reminder"),
        ("due", "overdue"),
        ("T+5", "escalation"),
    ]


# ---------------------------------------------------------------- papers


def test_admission_asks_for_the_plan_for_pre_review_the_catalog_form_and_the_nations_filing(plan: Plan) -> None:
    admission = gates(plan)["admission"]
    assert [document.kind for document in admission.documents] == ["project_plan"]
    assert admission.forms == ("catalog_filing", "full_filing")


def test_annex_3_has_every_field(plan: Plan) -> None:
    titles = [field.title.zh for field in plan.form("catalog_filing").fields]
    assert titles == [
        "拟新建项目名称",
        "主管部门",
        "建设单位",
        "项目负责人",
        "科室",
        "电话",
        "项目预算投资（万元）",
        "项目预计开始日期",
        "项目预计结束日期",
        "政务信息资源信息",
        "建设单位意见",
        "备注",
    ]
    rows = next(field for field in plan.form("catalog_filing").fields if field.id == "resources")
    assert [cell.title.zh for cell in rows.fields[:4]] == ["序号", "信息资源名称", "字段中文名", "拟共享方式"]
    assert rows.fields[3].choices == ("无条件共享", "有条件共享", "不予共享")
    assert rows.fields[3].rule == "JY-52"
    assert [cell.rule for cell in rows.fields[4:]] == ["NA-74", "NA-75"], "lent by the nation"


def test_annex_2_has_every_field_and_its_seven_boxes(plan: Plan) -> None:
    fields = {field.id: field for field in plan.form("capability_application").fields}
    assert fields["unit_type"].choices == ("机关", "事业单位", "企业单位", "其他单位")
    assert fields["capabilities"].choices == ("地图（图层）", "视频", "物联网", "统一支付功能", "RPA", "OCR", "其他")
    handler = [field.title.zh for field in fields["handler"].fields]
    assert handler == ["姓名", "办公电话", "所在部门", "手机号码", "电子邮箱"]
    assert [field.id for field in fields["department_opinion"].fields] == ["text", "seal", "sealed_on"]
    assert fields["other_capability"].required_when is not None
    assert [f.id for f in fields.values() if f.rule == "JY-48"] == ["map_resources", "video_resources", "iot_resources"]


# ---------------------------------------------------------------- annex 1


def test_annex_1_has_seventeen_capabilities_of_which_the_media_group_runs_eight(law: Regulation) -> None:
    operators = [versions[0].operator.organ for versions in law.capabilities.values()]
    assert (len(operators), operators.count("jy-media-group"), operators.count("jy-ops-centre")) == (17, 8, 9)


def test_the_catalogs_seed_has_the_same_capabilities_with_the_same_operators(law: Regulation) -> None:
    names = {"jy-media-group": "市传媒集团", "jy-ops-centre": "市城运中心"}
    listed = {
        name: f"{names[versions[0].operator.organ]}({versions[0].operator.section})"
        for name, versions in law.capabilities.items()
    }
    assert {seed.name: seed.operator for seed in read_seed(SEED).capabilities} == listed


# ---------------------------------------------------------------- checks


def test_each_check_is_as_hard_as_its_rule(plan: Plan) -> None:
    rules = load_register().rules
    own = [check for check in plan.checks if check.rule.startswith("JY-")]
    assert {c.id: c.strength for c in own} == {c.id: rules[c.rule].strength for c in own}
    assert {c.rule for c in own if c.strength is Strength.IN_PRINCIPLE} == {"JY-24", "JY-26", "JY-29"}


def test_a_lent_check_is_as_hard_as_its_rule_but_for_the_networks_which_are_a_principle_of_a_mandatory_rule(
    plan: Plan,
) -> None:
    rules = load_register().rules
    lent = [check for check in plan.checks if check.rule.startswith("NA-")]
    assert [c.id for c in lent if c.strength is not rules[c.rule].strength] == ["NA-77.network"]
    assert {c.id for c in lent if c.strength is Strength.IN_PRINCIPLE} == {"NA-77.network", "NA-82", "NA-99"}


def test_coordination_applies_every_rule_from_18_to_31_at_each_of_its_gates(plan: Plan) -> None:
    for gate in plan.stage(StageName.TECHNICAL_COORDINATION).gates:
        rules = {plan.check(check_id).rule for check_id in gate.checks}
        assert {f"JY-{number}" for number in range(18, 32)} <= rules


def test_a_check_is_known_by_the_id_of_its_rule(plan: Plan) -> None:
    assert all(check.id == check.rule or check.id.startswith(f"{check.rule}.") for check in plan.checks)


def test_resident_capabilities_are_judged_by_six_qualities(plan: Plan) -> None:
    check = plan.check("JY-34")
    assert isinstance(check, ContributesCapabilities)
    assert check.attributes == ("完整性", "可用性", "复用性", "兼容性", "稳定性", "安全性")


def test_a_classified_project_is_held_to_security_and_conditions_only_and_to_the_rules_of_the_nation(
    plan: Plan,
) -> None:
    bound = [check.id for check in plan.checks if not check.exempts_classified]
    assert bound[:2] == ["JY-38", "JY-32.conditions"]
    assert bound[2:] == [check.id for check in plan.checks if check.rule.startswith("NA-")]


def test_every_article_of_an_entry_is_that_of_its_rule(law: Regulation) -> None:
    rules = load_register().rules
    strays = [
        (path, part.rule, part.article)
        for path, part in walk(law)
        if isinstance(part, Source) and part.rule and part.article and not _fits(part.article, rules[part.rule].article)
    ]
    assert strays == []


def _fits(article: str, of_the_rule: str) -> bool:
    """The same place, a part of it, or the paragraph that it stands in. The rule may name its instrument before it."""
    places = of_the_rule.rpartition(" ")[2].split("、")
    return any(article.startswith(place) or place.startswith(article) for place in places)


# ---------------------------------------------------------------- what follows


def consequences(plan: Plan, gate: str, on: Outcome) -> dict[SanctionKind, tuple[str, Strength, SanctionEnd]]:
    found = next(c for c in gates(plan)[gate].consequences if c.on is on)
    return {rule.kind: (rule.rule, rule.strength, rule.ends) for rule in found.sanctions}


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REJECTED])
def test_a_failed_evaluation_blocks_the_department_and_withholds_the_funds(plan: Plan, outcome: Outcome) -> None:
    assert consequences(plan, "evaluation", outcome) == {
        SanctionKind.BLOCK_DEPARTMENT: ("JY-36", Strength.MANDATORY, SanctionEnd.RECTIFIED),
        SanctionKind.WITHHOLD_OPERATION_FUNDS: ("JY-35", Strength.IN_PRINCIPLE, SanctionEnd.FISCAL_YEAR),
    }


def test_a_returned_evaluation_orders_a_rectification_that_the_operations_centre_verifies(plan: Plan) -> None:
    order = next(c.rectification for c in gates(plan)["evaluation"].consequences if c.on is Outcome.RETURNED)
    assert order is not None
    assert (order.rule, order.verified_by, order.holds) == ("JY-36", ("jy-ops-centre",), Holding.PROJECT)
    assert (order.term.unit, order.term.amount, order.term.citation.gap) == (TermUnit.CALENDAR_DAYS, 30, "A13")


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REJECTED])
def test_a_system_that_is_not_eligible_gets_no_operation_funds(plan: Plan, outcome: Outcome) -> None:
    assert list(consequences(plan, "operation_eligibility", outcome)) == [SanctionKind.WITHHOLD_OPERATION_FUNDS]


def test_the_other_reading_of_article_10_is_one_switch_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "jiangyin.yaml"
    shutil.copy(REGULATIONS_DIR / "national-sharing.yaml", tmp_path)
    text = JIANGYIN.read_text(encoding="utf-8")
    assert text.count("value: fiscal_year ") == 1
    file.write_text(text.replace("value: fiscal_year ", "value: rectified "), encoding="utf-8")
    other = resolve(load(file), application(), DAY, OFFICERS)
    ends = {end for _, _, end in consequences(other, "evaluation", Outcome.RETURNED).values()}
    assert ends == {SanctionEnd.RECTIFIED}


def test_no_project_of_a_blocked_department_is_admitted_on_either_route(law: Regulation, plan: Plan) -> None:
    filing = resolve(law, application("filing-only.yaml"), DAY, OFFICERS)
    assert plan.admission_sanctions == filing.admission_sanctions == (SanctionKind.BLOCK_DEPARTMENT,)


def test_the_powers_lie_with_the_authority_and_findings_with_both_organs(plan: Plan) -> None:
    held = {power.act: power.organs for power in plan.powers}
    assert held == {
        Act.WAIVE: ("jy-data-bureau",),
        Act.EXTEND: ("jy-data-bureau",),
        Act.SUSPEND: ("jy-data-bureau",),
        Act.RECORD_FINDING: ("jy-data-bureau", "jy-ops-centre"),
    }


# ---------------------------------------------------------------- filing only


@pytest.mark.parametrize("funding", ["upper_level", "town", "state_company"])
def test_money_that_is_not_the_citys_only_files_with_the_operations_centre(law: Regulation, funding: str) -> None:
    plan = resolve(law, application("filing-only.yaml", funding=funding), DAY, {"jy-ops-centre": 1})
    (stage,) = plan.stages
    (gate,) = stage.gates
    assert (plan.route, stage.name, gate.id, gate.organs) == (
        "filing_only",
        StageName.APPLICATION,
        "filing",
        ("jy-ops-centre",),
    )
    assert gate.forms == ("infrastructure_filing",)
    assert plan.after(StageName.APPLICATION) is None


def test_a_day_before_the_rules_were_issued_is_refused(law: Regulation) -> None:
    with pytest.raises(NotAdmitted, match="no version is in force on this day"):
        resolve(law, application(), date(2023, 11, 13), OFFICERS)


# ---------------------------------------------------------------- the plan as it travels


def test_the_plan_takes_less_than_half_of_what_a_projects_file_may_weigh(plan: Plan) -> None:
    assert len(plan.model_dump_json().encode()) < 100_000


def test_the_plan_survives_its_journey_as_json(plan: Plan) -> None:
    assert Plan.model_validate(json.loads(plan.model_dump_json())) == plan
