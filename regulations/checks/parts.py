"""Checks of what the project is made of: its features, and the data that it intends to collect."""

from collections.abc import Iterable, Iterator

from models.application import Application, Approach, Feature
from models.base import Text
from models.check import (
    ForbidsDuplicateItems,
    ForbidsRepeatedCollection,
    ForbidsSelfBuilding,
    RequiresCapability,
    RequiresDeclaration,
    RequiresSpecification,
)
from models.effects import ResourceMatch, WantedItems
from models.finding import Finding
from regulations.checks.case import (
    Case,
    as_of,
    capability_of,
    connected,
    distinct,
    enumerated,
    fact_of,
    features,
    finding,
    shown,
)

_APPROACHES = {
    Approach.REUSE: Text(zh="复用", en="reused"),
    Approach.CONNECT: Text(zh="对接", en="connected"),
    Approach.SELF_BUILT: Text(zh="自建", en="built by the project"),
}
_STATES = {
    "unknown": Text(zh="不在能力清单内", en="is not in the capability list"),
    "retired": Text(zh="已停用", en="is retired"),
    "upgrading": Text(
        zh="正在升级，请与运维单位确认可用时间", en="is being upgraded; agree the date with its operator"
    ),
}


def self_building(check: ForbidsSelfBuilding, case: Case) -> Iterator[Finding]:
    for feature in features(case.application, check.features):
        if feature.approach is Approach.SELF_BUILT:
            zh = f"“{feature.name}”拟自建，依规定不得自建。"
            en = f"“{feature.name}” is to be built by the project, which the rule forbids."
            yield finding(check, feature.name, zh, en, shown(feature))


def capability(check: RequiresCapability, case: Case) -> Iterator[Finding]:
    proper = [fact_of(case.facts, name).name for name in check.capabilities]
    for feature in features(case.application, check.features):
        fact = fact_of(case.facts, capability_of(feature))
        if feature.approach is Approach.SELF_BUILT or fact.name not in proper:
            yield _not_served(check, feature)
        elif not check.listed:
            zh = f"“{feature.name}”对接的“{capability_of(feature)}”不在能力清单内，目录无法核对，须由审核人确认。"
            en = f"“{feature.name}” connects to “{capability_of(feature)}”, which no catalog lists; a reviewer must confirm it."
            yield finding(check, feature.name, zh, en, shown(feature), advice=True)
        elif fact.state != "active":
            state = _STATES[fact.state]
            zh = f"“{feature.name}”所用的能力“{fact.name}”{state.zh}。"
            en = f"“{feature.name}” uses “{fact.name}”, which {state.en}."
            evidence = (*shown(feature), f"state={fact.state}", f"operator={fact.operator}", as_of(case))
            yield finding(check, feature.name, zh, en, evidence, advice=fact.state == "upgrading")


def _not_served(check: RequiresCapability, feature: Feature) -> Finding:
    approach, served, named = _APPROACHES[feature.approach], enumerated(check.capabilities), capability_of(feature)
    zh = f"“{feature.name}”的建设方式为{approach.zh}，所用能力为“{named or '未填'}”；须复用或对接：{served.zh}。"
    en = f"“{feature.name}” is {approach.en} with capability “{named or 'none'}”; it must use: {served.en}."
    return finding(check, feature.name, zh, en, shown(feature))


def declaration(check: RequiresDeclaration, case: Case) -> Iterator[Finding]:
    for feature in features(case.application, check.features):
        if check.declaration not in feature.declares:
            zh = f"“{feature.name}”缺少承诺：{check.title.zh}（{check.declaration}）。"
            en = f"“{feature.name}” lacks the commitment: {check.title.en} ({check.declaration})."
            yield finding(check, feature.name, zh, en, shown(feature))


def specification(check: RequiresSpecification, case: Case) -> Iterator[Finding]:
    for feature in connected(case.application):
        fact, named = fact_of(case.facts, capability_of(feature)), (feature.specification or "").strip()
        if named and named == (fact.specification or named):
            continue
        zh = f"“{feature.name}”对接“{fact.name}”所依据的技术对接规范为“{named or '未填'}”，"
        zh += f"现行规范为“{fact.specification or '由运维单位提供'}”。"
        en = f"“{feature.name}” connects to “{fact.name}” by specification “{named or 'none'}”; "
        en += f"the current one is “{fact.specification or 'to be had from the operator'}”."
        yield finding(check, feature.name, zh, en, (*shown(feature), as_of(case)))


def duplicate_items(check: ForbidsDuplicateItems, case: Case) -> Iterator[Finding]:
    for feature, item in distinct((w.feature, item) for w in wanted(check, case.application) for item in w.items):
        matches = [
            m for m in case.facts.items if (m.feature, m.wanted) == (feature, item) and m.score >= check.similarity
        ]
        if matches:
            matches.sort(key=lambda m: (-m.score, m.owner, m.existing))
            best = matches[0]
            zh = f"“{feature}”的“{item}”与{best.owner}已有的“{best.existing}”重复（相似度 {best.score:.1f}）。"
            en = f"“{item}” of “{feature}” repeats “{best.existing}” of {best.owner} (score {best.score:.1f})."
            evidence = tuple(f"{m.owner}：{m.existing}（{m.score:.1f}）" for m in matches[:5])
            yield finding(check, f"{feature}／{item}", zh, en, (*evidence, as_of(case)))


def repeated_collection(check: ForbidsRepeatedCollection, case: Case) -> Iterator[Finding]:
    for resource in distinct(c.resource for c in case.application.collects):
        matches = _best(
            m for m in case.facts.resources if m.wanted_resource == resource and m.score >= check.similarity
        )
        if matches:
            fields = enumerated([f"“{m.wanted_field}”（{_source(m)}）" for m in matches])
            wanted = [c.reason for c in case.application.collects if c.resource == resource and c.reason]
            reasons = "；".join(distinct(wanted))
            zh = f"拟采集的“{resource}”有字段已可共享：{fields.zh}。单位说明的理由：{reasons or '无'}。"
            en = f"Fields of “{resource}” are already provided: {fields.en}. Reason of the unit: {reasons or 'none'}."
            evidence = tuple(f"{m.wanted_field} ← {_source(m)} [{m.resource_id}]" for m in matches[:20])
            yield finding(check, resource, zh, en, (*evidence, as_of(case)))


def wanted(check: ForbidsDuplicateItems, application: Application) -> tuple[WantedItems, ...]:
    return tuple(
        WantedItems(feature=f.name, category=check.category, items=f.items, similarity=check.similarity)
        for f in features(application, check.features)
        if f.items
    )


def _best(matches: Iterable[ResourceMatch]) -> list[ResourceMatch]:
    """The closest match of each wanted field, by field: who provides it already is enough to know once."""
    best: dict[str, ResourceMatch] = {}
    for match in sorted(matches, key=lambda m: (m.wanted_field, -m.score, m.resource_id, m.field)):
        best.setdefault(match.wanted_field, match)
    return list(best.values())


def _source(match: ResourceMatch) -> str:
    return f"{match.provider}《{match.resource}》“{match.field}” {match.score:.1f}"
