"""What the checks of a gate ask, find and let pass. JY ids name the rules of the Jiangyin regulation."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.application import Application
from models.check import (
    Check,
    ContributesCapabilities,
    ForbidsDuplicateItems,
    ForbidsRepeatedCollection,
    ForbidsSelfBuilding,
    MeetsConditions,
    RealisesPlannedReuse,
    RequiresCapability,
    RequiresDeclaration,
    RequiresSpecification,
    SharesResources,
)
from models.effects import CatalogFacts, ItemMatch, ResidentFact, ResourceMatch
from models.finding import Finding, Strength
from models.plan import Fixing
from models.project import Condition
from regulations import checks
from tests.regulations.plans import (
    TODAY,
    application,
    capability,
    facts,
    feature,
    finding,
    gate,
    only_gate,
    plan,
    rule,
    waiver,
)

VIDEO = RequiresCapability(**rule("JY-25"), features=("video",), capabilities=("视频融合平台",))
UNLISTED = RequiresCapability(
    **rule("JY-27"), features=("app",), capabilities=("温馨周到生活服务体系平台",), listed=False
)
NO_ROOMS = ForbidsSelfBuilding(**rule("JY-18"), features=("machine_room", "cloud"))
DATA_STANDARD = RequiresDeclaration(**rule("JY-20"), features=("database",), declaration="JY-20.standard")
SPECIFICATION = RequiresSpecification(**rule("JY-31"))
LAYERS = ForbidsDuplicateItems(
    **rule("JY-24.duplicates", strength=Strength.IN_PRINCIPLE), features=("map",), category="layer", similarity=85
)
COLLECTION = ForbidsRepeatedCollection(**rule("JY-19"), similarity=80)
REUSE = RealisesPlannedReuse(**rule("JY-32"))
CONTRIBUTIONS = ContributesCapabilities(**rule("JY-34"), attributes=("完整性", "可用性"))
SHARING = SharesResources(
    **rule("JY-11"), form="annex-3", rows="resources", name="name", mode="mode", unshared=("不予共享",)
)
CONDITIONS = MeetsConditions(**rule("JY-14"))

ON_FILE = checks.OnFile(on=TODAY)
ROOM = feature("machine_room", "机房", approach="self_built", capability=None)
APP = feature("app", "便民应用", capability="温馨周到生活服务体系平台")
LAYER = feature("map", "地图", approach="reuse", capability="时空地理平台", items=("积水点图层", "水位图层"))
COLLECTS = {"resource": "企业登记", "fields": ["企业名称", "法定代表人"], "reason": "实时性"}


def found(check: Check, filed: Application, known: CatalogFacts | None = None, **more: Any) -> tuple[Finding, ...]:
    of = plan(check)
    return checks.run(only_gate(of), of, filed, known, checks.OnFile(on=TODAY, **more))


# ---------------------------------------------------------------- each kind of rule


def test_a_forbidden_feature_may_not_be_built_by_the_project() -> None:
    (only,) = found(NO_ROOMS, application(ROOM, feature()))
    assert (only.check, only.subject, only.strength) == ("JY-18", "机房", Strength.MANDATORY)
    assert "自建" in only.message.zh and only.evidence[1] == "approach=self_built"
    assert not found(NO_ROOMS, application(feature("cloud", "政务云", capability="政务云")))


@pytest.mark.parametrize(
    ("declared", "strength", "said"),
    [
        ({"approach": "self_built"}, Strength.MANDATORY, "自建"),
        ({"capability": None}, Strength.MANDATORY, "未填"),
        ({"capability": "统一支付"}, Strength.MANDATORY, "统一支付"),
        ({"capability": "无名平台"}, Strength.MANDATORY, "无名平台"),
    ],
)
def test_a_feature_that_is_not_served_by_the_capability_is_a_fault(
    declared: dict[str, Any], strength: Strength, said: str
) -> None:
    known = facts(capability("视频融合平台"), capability("统一支付"), capability("无名平台", state="unknown"))
    (only,) = found(VIDEO, application(feature(**declared)), known)
    assert only.strength is strength and said in only.message.zh and "视频融合平台" in only.message.zh


@pytest.mark.parametrize(
    ("state", "strength"),
    [
        ("active", None),
        ("upgrading", Strength.ENCOURAGED),
        ("retired", Strength.MANDATORY),
        ("unknown", Strength.MANDATORY),
    ],
)
def test_the_state_of_the_capability_decides(state: str, strength: Strength | None) -> None:
    result = found(VIDEO, application(feature()), facts(capability("视频融合平台", state=state)))
    assert [f.strength for f in result] == ([strength] if strength else [])


def test_an_alias_names_the_capability() -> None:
    known = facts(capability("视频融合平台"), capability("视频融合平台", asked="城市之眼"))
    assert not found(VIDEO, application(feature(capability=" 城市之眼 ")), known)


def test_the_alias_may_stand_in_the_regulation_instead() -> None:
    check = VIDEO.model_copy(update={"capabilities": ("城市之眼",)})
    known = facts(capability("视频融合平台"), capability("视频融合平台", asked="城市之眼"))
    assert not found(check, application(feature()), known)


def test_a_capability_that_the_answer_leaves_out_counts_as_unknown() -> None:
    (only,) = found(VIDEO, application(feature()), facts())
    assert only.strength is Strength.MANDATORY and "state=unknown" in only.evidence


def test_an_unlisted_platform_is_named_and_confirmed_by_a_reviewer() -> None:
    (advice,) = found(UNLISTED, application(APP))
    assert advice.strength is Strength.ENCOURAGED and "审核人确认" in advice.message.zh
    (fault,) = found(UNLISTED, application(feature("app", "便民应用", capability="别的平台")))
    assert fault.strength is Strength.MANDATORY


def test_a_commitment_that_is_missing_is_a_fault() -> None:
    (only,) = found(DATA_STANDARD, application(feature("database", "积水库")))
    assert "JY-20.standard" in only.message.zh
    assert not found(DATA_STANDARD, application(feature("database", "积水库", declares=("JY-20.standard",))))


@pytest.mark.parametrize(
    ("named", "current", "faulty"),
    [
        (None, "v3", True),
        (" ", "", True),
        ("v2", "v3", True),
        ("v3", "v3", False),
        ("v2", "", False),
    ],
)
def test_a_connection_follows_the_current_specification(named: str | None, current: str, faulty: bool) -> None:
    known = facts(capability("视频融合平台", specification=current))
    assert bool(found(SPECIFICATION, application(feature(specification=named)), known)) is faulty


def test_a_part_that_uses_no_capability_needs_no_specification() -> None:
    assert not found(SPECIFICATION, application(ROOM))


def test_each_duplicate_item_is_a_fault_of_its_own_and_names_the_owner() -> None:
    def match(wanted: str, score: float, owner: str) -> ItemMatch:
        return ItemMatch(feature="地图", wanted=wanted, existing="积水专题", owner=owner, score=score)

    known = facts(
        items=(match("积水点图层", 86, "城管局"), match("积水点图层", 97, "水务局"), match("水位图层", 84.9, "城管局"))
    )
    (only,) = found(LAYERS, application(LAYER), known)
    assert only.subject == "地图／积水点图层" and only.strength is Strength.IN_PRINCIPLE
    assert "水务局" in only.message.zh and "97.0" in only.message.zh
    assert [line.split("：")[0] for line in only.evidence[:2]] == ["水务局", "城管局"]


def test_data_that_is_provided_already_is_not_collected_again() -> None:
    def match(field: str, score: float, resource_id: str) -> ResourceMatch:
        return ResourceMatch(
            wanted_resource="企业登记",
            wanted_field=field,
            resource_id=resource_id,
            resource="法人库",
            field=field,
            provider="市场监管局",
            score=score,
        )

    known = facts(
        resources=(match("法定代表人", 79.9, "R3"), match("企业名称", 90, "R2"), match("企业名称", 100, "R1"))
    )
    (only,) = found(COLLECTION, application(collects=[COLLECTS]), known)
    assert only.subject == "企业登记" and "实时性" in only.message.zh and "法定代表人" not in only.message.zh
    assert only.evidence == ("企业名称 ← 市场监管局《法人库》“企业名称” 100.0 [R1]", "catalog=c7")


def test_planned_reuse_that_was_never_called_is_a_fault() -> None:
    """Scenario T13: of three capabilities planned, one is used."""
    known = facts(capability("RPA"), called={"统一支付": 12, "RPA": 0})
    result = found(REUSE, application(), known, planned_reuse=("统一支付", "RPA", "视频融合平台"))
    assert [(f.subject, f.strength) for f in result] == [
        ("RPA", Strength.MANDATORY),
        ("视频融合平台", Strength.MANDATORY),
    ]


def test_only_a_platform_that_the_catalog_does_not_know_is_left_to_the_reviewer() -> None:
    name = "温馨周到生活服务体系平台"
    (advice,) = found(REUSE, application(APP), facts(capability(name, state="unknown")), planned_reuse=(name,))
    assert advice.strength is Strength.ENCOURAGED
    (fault,) = found(REUSE, application(), facts(), planned_reuse=(name,))
    assert fault.strength is Strength.MANDATORY


@pytest.mark.parametrize(
    ("attested", "said"),
    [(None, ["尚未入驻"]), (("完整性",), ["可用性"]), (("可用性", "完整性", "安全性"), [])],
)
def test_a_promised_capability_is_resident_with_its_attributes(
    attested: tuple[str, ...] | None, said: list[str]
) -> None:
    resident = () if attested is None else (ResidentFact(capability="水位预警", attested=attested),)
    filed = application(contributes=[{"capability": "水位预警", "description": "接口"}])
    result = found(CONTRIBUTIONS, filed, facts(resident=resident))
    assert [word in f.message.zh for f, word in zip(result, said, strict=True)] == [True] * len(said)


def test_a_promise_is_kept_by_residence_even_where_no_attribute_is_demanded() -> None:
    filed = application(contributes=[{"capability": "水位预警", "description": "接口"}])
    assert found(CONTRIBUTIONS.model_copy(update={"attributes": ()}), filed, facts())


def test_a_resource_that_is_to_be_shared_is_mounted() -> None:
    rows = [
        {"name": "水位", "mode": "无条件共享"},
        {"name": "水位", "mode": "有条件共享"},
        {"name": "泵站", "mode": "有条件共享"},
        {"name": "值班表", "mode": "不予共享"},
        {"mode": "有条件共享"},
        "乱",
    ]
    filed = application(forms={"annex-3": {"resources": rows}})
    result = found(SHARING, filed, facts(mounted=("泵站",)))
    assert [f.subject for f in result] == ["annex-3.resources[5]", "annex-3.resources[6]", "水位"]


@pytest.mark.parametrize("forms", [{}, {"annex-3": {}}, {"annex-3": {"resources": "无"}}])
def test_sharing_is_not_passed_over_where_the_form_is_missing(forms: dict[str, Any]) -> None:
    (only,) = found(SHARING, application(forms=forms), facts())
    assert only.subject == "annex-3.resources"


def test_a_condition_without_an_answer_is_a_fault() -> None:
    def condition(number: int, answer: str | None) -> Condition:
        return Condition(condition_id=f"r#d.{number}", text="补充预案", organ="OC", review_id="r", answer=answer)

    result = found(
        CONDITIONS, application(), conditions=(condition(1, "已补充"), condition(2, None), condition(3, " "))
    )
    assert [f.subject for f in result] == ["r#d.2", "r#d.3"]


# ---------------------------------------------------------------- the whole gate

ALL = (VIDEO, UNLISTED, NO_ROOMS, DATA_STANDARD, SPECIFICATION, LAYERS, COLLECTION, REUSE, CONTRIBUTIONS, SHARING)
FULL = application(ROOM, feature(), APP, LAYER, feature("database", "积水库", capability=None), collects=[COLLECTS])


def test_a_gate_asks_the_catalog_one_question() -> None:
    of = plan(*ALL)
    asked = checks.question(only_gate(of), of, FULL)
    assert asked
    assert asked.capabilities == ("视频融合平台", "温馨周到生活服务体系平台", "时空地理平台")
    assert (asked.project, asked.unit) == ("JY-2026-0001", "water-it")
    assert asked.collects == FULL.collects and asked.collection_similarity == 80
    assert [(i.feature, i.category, i.items, i.similarity) for i in asked.items] == [("地图", "layer", LAYER.items, 85)]
    assert asked.usage


def test_the_lowest_similarity_is_asked_and_each_check_applies_its_own() -> None:
    strict = COLLECTION.model_copy(update={"id": "strict", "similarity": 60.0})
    of = plan(COLLECTION, strict)
    filed = application(collects=[COLLECTS])
    asked = checks.question(only_gate(of), of, filed)
    assert asked and asked.collection_similarity == 60
    match = ResourceMatch(
        wanted_resource="企业登记",
        wanted_field="企业名称",
        resource_id="R",
        resource="库",
        field="名",
        provider="局",
        score=70,
    )
    assert [f.check for f in checks.run(only_gate(of), of, filed, facts(resources=(match,)), ON_FILE)] == ["strict"]


def test_a_gate_whose_checks_need_nothing_asks_nothing() -> None:
    of = plan(*ALL[:7])
    assert checks.question(only_gate(of), of, application(ROOM)) is None
    assert [f.check for f in checks.run(only_gate(of), of, application(ROOM), None, ON_FILE)] == ["JY-18"]


def test_the_gate_that_fixes_the_planned_reuse_asks_for_proper_names() -> None:
    asked = checks.question(gate(fixes=Fixing(planned_reuse=True)), plan(), application(feature(capability="PRA")))
    assert asked and asked.capabilities == ("PRA",)
    assert checks.question(gate(), plan(), application(feature(capability="PRA"))) is None


def test_planned_reuse_is_kept_under_proper_names_and_once() -> None:
    filed = application(feature(capability="PRA"), feature(name="机器人", capability="RPA"), ROOM)
    known = facts(capability("RPA", asked="PRA"), capability("RPA"))
    assert checks.planned_reuse(filed, known) == ("RPA",)
    assert checks.planned_reuse(application(ROOM), None) == ()
    with pytest.raises(ValueError, match="A45"):
        checks.planned_reuse(filed, None)


def test_a_classified_project_is_exempt_from_the_checks_that_say_so() -> None:
    exempting = VIDEO.model_copy(update={"exempts_classified": True})
    filed = application(feature(approach="self_built"), ROOM, classified=True)
    of = plan(exempting, NO_ROOMS)
    assert checks.question(only_gate(of), of, filed) is None
    assert [f.check for f in checks.run(only_gate(of), of, filed, None, ON_FILE)] == ["JY-18"]


def test_findings_stand_in_the_order_of_the_gate_and_then_of_their_subjects() -> None:
    of = plan(NO_ROOMS, DATA_STANDARD)
    rooms = [feature("machine_room", name, approach="self_built") for name in ("丙", "丁", "乙")]
    result = checks.run(only_gate(of), of, application(feature("database", "一库"), *rooms), None, ON_FILE)
    assert [(f.check, f.subject) for f in result] == [
        ("JY-18", "丁"),
        ("JY-18", "丙"),
        ("JY-18", "乙"),
        ("JY-20", "一库"),
    ]


def test_a_check_that_the_plan_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError, match="JY-99"):
        checks.run(gate(checks=("JY-99",)), plan(), application(), None, ON_FILE)


features = st.builds(
    feature,
    kind=st.sampled_from(["video", "app", "machine_room", "database", "map"]),
    name=st.sampled_from(["甲", "乙"]),
    approach=st.sampled_from(["reuse", "connect", "self_built"]),
    capability=st.sampled_from([None, "视频融合平台", "别的"]),
    items=st.sampled_from([(), ("图层",)]),
)


@given(st.lists(st.sampled_from(ALL), unique_by=lambda c: c.id), st.lists(features, max_size=4), st.booleans())
def test_no_check_passes_because_the_catalog_is_silent(chosen: list[Check], has: list[Any], collects: bool) -> None:
    of, filed = plan(*chosen), application(*has, collects=[COLLECTS] if collects else [])
    if checks.question(only_gate(of), of, filed) is None:
        checks.run(only_gate(of), of, filed, None, ON_FILE)
    else:
        with pytest.raises(ValueError, match="A45"):
            checks.run(only_gate(of), of, filed, None, ON_FILE)


# ---------------------------------------------------------------- what blocks


@pytest.mark.parametrize(
    ("strength", "granted", "blocks"),
    [
        (Strength.MANDATORY, waiver(TODAY), True),
        (Strength.ENCOURAGED, None, False),
        (Strength.IN_PRINCIPLE, None, True),
        (Strength.IN_PRINCIPLE, waiver(TODAY), False),
        (Strength.IN_PRINCIPLE, waiver(TODAY - timedelta(days=1)), True),
        (Strength.IN_PRINCIPLE, waiver(TODAY, subject="图层"), False),
        (Strength.IN_PRINCIPLE, waiver(TODAY, subject="别的"), True),
        (Strength.IN_PRINCIPLE, waiver(TODAY, rule_id="JY-29"), True),
    ],
)
def test_only_a_waiver_in_force_lets_an_in_principle_rule_pass(strength: Strength, granted: Any, blocks: bool) -> None:
    waivers = (granted,) if granted else ()
    assert bool(checks.blocking((finding(strength),), waivers, TODAY)) is blocks


some_findings = st.lists(
    st.builds(finding, st.sampled_from(Strength), st.sampled_from(["JY-24", "JY-29"]), st.sampled_from(["甲", "乙"]))
)
days = st.integers(0, 6).map(lambda n: TODAY + timedelta(days=n))
some_waivers = st.lists(
    st.builds(waiver, days, st.sampled_from(["JY-24", "JY-29"]), st.sampled_from([None, "甲", "乙"])), max_size=4
)


@given(some_findings, some_waivers, st.integers(0, 6), st.integers(0, 6))
def test_what_blocks_never_shrinks_as_waivers_expire(these: Any, waivers: Any, first: int, later: int) -> None:
    start = TODAY + timedelta(days=first)
    now = checks.blocking(tuple(these), tuple(waivers), start)
    then = checks.blocking(tuple(these), tuple(waivers), start + timedelta(days=later))
    assert all(f in then for f in now)
