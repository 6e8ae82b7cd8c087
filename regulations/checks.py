"""The checks of a gate: what an application must show, judged against the plan and the catalog's answer.

Pure and deterministic, so that a workflow may run them and a rehearsal costs nothing. Each kind of the closed union in
`models/plan.py` has one small function here. Nothing passes because the catalog is silent: a check that asks it raises
where there is no answer (register A45), and a capability that the answer leaves out counts as unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias, TypeVar, assert_never

from models.application import Application, Approach, Feature
from models.base import Text
from models.effects import CapabilityFact, CatalogFacts, CatalogQuestion, ResourceMatch, WantedItems
from models.finding import Finding, Strength, Waiver
from models.plan import (
    Check,
    ContributesCapabilities,
    ForbidsDuplicateItems,
    ForbidsRepeatedCollection,
    ForbidsSelfBuilding,
    Gate,
    MeetsConditions,
    Plan,
    RealisesPlannedReuse,
    RequiresCapability,
    RequiresDeclaration,
    RequiresSpecification,
    SharesResources,
)
from models.project import Condition

Evidence: TypeAlias = tuple[str, ...]
Key = TypeVar("Key", str, tuple[str, str])

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
_RESIDENCE = {True: Text(zh="已入驻", en="is resident"), False: Text(zh="尚未入驻", en="is not resident")}


@dataclass(frozen=True)
class _Case:
    """What one run looks at. `facts` is empty only for a check that asked the catalog nothing."""

    application: Application
    facts: CatalogFacts
    planned_reuse: tuple[str, ...]
    conditions: tuple[Condition, ...]


# ---------------------------------------------------------------- what is asked, what is judged, what blocks


def question(gate: Gate, plan: Plan, application: Application) -> CatalogQuestion | None:
    """All that the gate needs to know of the catalog, in one question; None where it needs nothing.

    A gate that fixes the planned reuse also asks for the proper names of the capabilities planned (register A47).
    Raises KeyError for a check that the plan does not know.
    """
    parts = [part for check in _binding(gate, plan, application) if (part := _asked(check, application))]
    planned = _names(_connected(application)) if gate.fixes_planned_reuse else ()
    if not parts and not planned:
        return None
    similarities = [part.collection_similarity for part in parts if part.collection_similarity is not None]
    return CatalogQuestion(
        project=application.code,
        unit=application.unit.code,
        capabilities=_distinct(name for names in (*(part.capabilities for part in parts), planned) for name in names),
        collects=next((part.collects for part in parts if part.collects), ()),
        collection_similarity=min(similarities, default=None),
        items=tuple(item for part in parts for item in part.items),
        usage=any(part.usage for part in parts),
    )


def run(
    gate: Gate,
    plan: Plan,
    application: Application,
    facts: CatalogFacts | None,
    planned_reuse: tuple[str, ...] = (),
    conditions: tuple[Condition, ...] = (),
) -> tuple[Finding, ...]:
    """Apply the gate's checks. The findings stand in the order of the gate's checks, then by subject.

    A check that exempts classified projects is left out for one (JY-15). Raises ValueError where a check asks the
    catalog and `facts` is None (register A45), KeyError for a check that the plan does not know.
    """
    found: list[Finding] = []
    for check in _binding(gate, plan, application):
        if facts is None and _asked(check, application):
            raise ValueError(f"check {check.id}: facts is None, but the check cannot pass without the catalog (A45)")
        case = _Case(application, facts or CatalogFacts(version=""), planned_reuse, conditions)
        found += sorted(_apply(check, case), key=lambda finding: finding.subject)
    return tuple(found)


def blocking(findings: tuple[Finding, ...], waivers: tuple[Waiver, ...], on: date) -> tuple[Finding, ...]:
    """The findings that stand in the way of an approval on that legal day (register A39).

    A mandatory rule always blocks. A rule 原则上 blocks unless a waiver covers it; a waiver holds to the end of its day
    of expiry. Advice never blocks.
    """
    return tuple(f for f in findings if _blocks(f, waivers, on))


def planned_reuse(application: Application, facts: CatalogFacts | None) -> tuple[str, ...]:
    """The capabilities that the project plans to reuse or connect, by their proper names, each once (register A47).

    Raises ValueError where some are planned and `facts` is None: an alias would be held against the project later.
    """
    planned = _names(_connected(application))
    if planned and facts is None:
        raise ValueError(f"planned reuse of {application.code}: facts is None, but {planned} must be resolved (A45)")
    return _distinct(_fact(facts, name).name for name in planned) if facts else ()


def enumerated(parts: Sequence[str], limit: int = 5) -> Text:
    """The first `limit` parts as one phrase, and how many there are in all. Keeps a message readable."""
    shown, rest = parts[:limit], len(parts) - limit
    if rest <= 0:
        return Text(zh="、".join(shown), en=", ".join(shown))
    return Text(zh=f"{'、'.join(shown)}等 {len(parts)} 项", en=f"{', '.join(shown)} and {rest} more")


def _binding(gate: Gate, plan: Plan, application: Application) -> list[Check]:
    checks = [plan.check(check_id) for check_id in gate.checks]
    return [check for check in checks if not (application.classified and check.exempts_classified)]


def _asked(check: Check, application: Application) -> CatalogQuestion | None:
    """What this check alone asks. Whoever is given None here is never shown the facts' absence as a pass."""
    ask = partial(CatalogQuestion, project=application.code, unit=application.unit.code)
    match check:
        case RequiresCapability(listed=True) if features := _features(application, check.features):
            return ask(capabilities=check.capabilities + _names(features))
        case RequiresSpecification() if features := _connected(application):
            return ask(capabilities=_names(features))
        case ForbidsDuplicateItems() if wanted := _wanted(check, application):
            return ask(items=wanted)
        case ForbidsRepeatedCollection() if application.collects:
            return ask(collects=application.collects, collection_similarity=check.similarity)
        case RealisesPlannedReuse():
            return ask(capabilities=_names(_connected(application)), usage=True)
        case ContributesCapabilities() | SharesResources():
            return ask(usage=True)
    return None


def _apply(check: Check, case: _Case) -> Iterable[Finding]:
    match check:
        case ForbidsSelfBuilding():
            return _self_building(check, case)
        case RequiresCapability():
            return _capability(check, case)
        case RequiresDeclaration():
            return _declaration(check, case)
        case RequiresSpecification():
            return _specification(check, case)
        case ForbidsDuplicateItems():
            return _duplicate_items(check, case)
        case ForbidsRepeatedCollection():
            return _repeated_collection(check, case)
        case RealisesPlannedReuse():
            return _unrealised_reuse(check, case)
        case ContributesCapabilities():
            return _contributions(check, case)
        case SharesResources():
            return _shared_resources(check, case)
        case MeetsConditions():
            return _conditions(check, case)
        case _:
            assert_never(check)


def _blocks(finding: Finding, waivers: tuple[Waiver, ...], on: date) -> bool:
    if finding.strength is not Strength.IN_PRINCIPLE:
        return finding.strength is Strength.MANDATORY
    return not any(
        w.rule == finding.rule and w.subject in (None, finding.subject) and on <= w.expires_on for w in waivers
    )


# ---------------------------------------------------------------- one function per kind of rule


def _self_building(check: ForbidsSelfBuilding, case: _Case) -> Iterator[Finding]:
    for feature in _features(case.application, check.features):
        if feature.approach is Approach.SELF_BUILT:
            zh = f"“{feature.name}”拟自建，依规定不得自建。"
            en = f"“{feature.name}” is to be built by the project, which the rule forbids."
            yield _finding(check, feature.name, zh, en, _shown(feature))


def _capability(check: RequiresCapability, case: _Case) -> Iterator[Finding]:
    proper = [_fact(case.facts, name).name for name in check.capabilities]
    for feature in _features(case.application, check.features):
        fact = _fact(case.facts, _name(feature))
        if feature.approach is Approach.SELF_BUILT or fact.name not in proper:
            yield _not_served(check, feature)
        elif not check.listed:
            zh = f"“{feature.name}”对接的“{_name(feature)}”不在能力清单内，目录无法核对，须由审核人确认。"
            en = f"“{feature.name}” connects to “{_name(feature)}”, which no catalog lists; a reviewer must confirm it."
            yield _finding(check, feature.name, zh, en, _shown(feature), advice=True)
        elif fact.state != "active":
            state = _STATES[fact.state]
            zh = f"“{feature.name}”所用的能力“{fact.name}”{state.zh}。"
            en = f"“{feature.name}” uses “{fact.name}”, which {state.en}."
            evidence = (*_shown(feature), f"state={fact.state}", f"operator={fact.operator}", _as_of(case))
            yield _finding(check, feature.name, zh, en, evidence, advice=fact.state == "upgrading")


def _not_served(check: RequiresCapability, feature: Feature) -> Finding:
    approach, served, named = _APPROACHES[feature.approach], enumerated(check.capabilities), _name(feature)
    zh = f"“{feature.name}”的建设方式为{approach.zh}，所用能力为“{named or '未填'}”；须复用或对接：{served.zh}。"
    en = f"“{feature.name}” is {approach.en} with capability “{named or 'none'}”; it must use: {served.en}."
    return _finding(check, feature.name, zh, en, _shown(feature))


def _declaration(check: RequiresDeclaration, case: _Case) -> Iterator[Finding]:
    for feature in _features(case.application, check.features):
        if check.declaration not in feature.declares:
            zh = f"“{feature.name}”缺少承诺：{check.title.zh}（{check.declaration}）。"
            en = f"“{feature.name}” lacks the commitment: {check.title.en} ({check.declaration})."
            yield _finding(check, feature.name, zh, en, _shown(feature))


def _specification(check: RequiresSpecification, case: _Case) -> Iterator[Finding]:
    for feature in _connected(case.application):
        fact, named = _fact(case.facts, _name(feature)), (feature.specification or "").strip()
        if named and named == (fact.specification or named):
            continue
        zh = f"“{feature.name}”对接“{fact.name}”所依据的技术对接规范为“{named or '未填'}”，"
        zh += f"现行规范为“{fact.specification or '由运维单位提供'}”。"
        en = f"“{feature.name}” connects to “{fact.name}” by specification “{named or 'none'}”; "
        en += f"the current one is “{fact.specification or 'to be had from the operator'}”."
        yield _finding(check, feature.name, zh, en, (*_shown(feature), _as_of(case)))


def _duplicate_items(check: ForbidsDuplicateItems, case: _Case) -> Iterator[Finding]:
    for feature, item in _distinct((w.feature, item) for w in _wanted(check, case.application) for item in w.items):
        matches = [
            m for m in case.facts.items if (m.feature, m.wanted) == (feature, item) and m.score >= check.similarity
        ]
        if matches:
            matches.sort(key=lambda m: (-m.score, m.owner, m.existing))
            best = matches[0]
            zh = f"“{feature}”的“{item}”与{best.owner}已有的“{best.existing}”重复（相似度 {best.score:.1f}）。"
            en = f"“{item}” of “{feature}” repeats “{best.existing}” of {best.owner} (score {best.score:.1f})."
            evidence = tuple(f"{m.owner}：{m.existing}（{m.score:.1f}）" for m in matches[:5])
            yield _finding(check, f"{feature}／{item}", zh, en, (*evidence, _as_of(case)))


def _repeated_collection(check: ForbidsRepeatedCollection, case: _Case) -> Iterator[Finding]:
    for resource in _distinct(c.resource for c in case.application.collects):
        matches = _best(
            m for m in case.facts.resources if m.wanted_resource == resource and m.score >= check.similarity
        )
        if matches:
            fields = enumerated([f"“{m.wanted_field}”（{_source(m)}）" for m in matches])
            wanted = [c.reason for c in case.application.collects if c.resource == resource and c.reason]
            reasons = "；".join(_distinct(wanted))
            zh = f"拟采集的“{resource}”有字段已可共享：{fields.zh}。单位说明的理由：{reasons or '无'}。"
            en = f"Fields of “{resource}” are already provided: {fields.en}. Reason of the unit: {reasons or 'none'}."
            evidence = tuple(f"{m.wanted_field} ← {_source(m)} [{m.resource_id}]" for m in matches[:20])
            yield _finding(check, resource, zh, en, (*evidence, _as_of(case)))


def _unrealised_reuse(check: RealisesPlannedReuse, case: _Case) -> Iterator[Finding]:
    # Only an explicit "unknown" softens the finding: leaving the feature out of a later application must not.
    uncounted = [fact.name for fact in case.facts.capabilities if fact.state == "unknown"]
    for name in _distinct(case.planned_reuse):
        if case.facts.called.get(name, 0) > 0:
            continue
        advice = name in uncounted
        zh = f"统筹时确定复用的“{name}”没有调用记录{'，目录无从统计，须由审核人确认' if advice else ''}。"
        note = ", and the catalog cannot count any: a reviewer must confirm it" if advice else ""
        en = f"“{name}”, whose reuse was planned, has no recorded call{note}."
        yield _finding(check, name, zh, en, ("calls=0", _as_of(case)), advice=advice)


def _contributions(check: ContributesCapabilities, case: _Case) -> Iterator[Finding]:
    for name in _distinct(c.capability for c in case.application.contributes):
        resident = [fact for fact in case.facts.resident if fact.capability == name]
        lacking = [a for a in check.attributes if not any(a in fact.attested for fact in resident)]
        if resident and not lacking:
            continue
        state, attributes = _RESIDENCE[bool(resident)], enumerated(lacking, limit=10)
        zh = f"承诺入驻的能力“{name}”{state.zh}，未获认定的质量属性：{attributes.zh or '无'}。"
        en = f"The promised capability “{name}” {state.en}; attributes not attested: {attributes.en or 'none'}."
        yield _finding(check, name, zh, en, (_as_of(case),))


def _shared_resources(check: SharesResources, case: _Case) -> Iterator[Finding]:
    where = f"{check.form}.{check.rows}"
    rows = case.application.forms.get(check.form, {}).get(check.rows)
    if not isinstance(rows, list | tuple):
        zh = f"表单没有填写“{where}”，无法核对资源共享。"
        yield _finding(check, where, zh, f"“{where}” is not filled in: the sharing of resources cannot be judged.")
        return
    unmounted: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        name, mode = (row.get(check.name), row.get(check.mode)) if isinstance(row, dict) else (None, None)
        if mode not in check.unshared and name not in case.facts.mounted:
            unmounted.setdefault(str(name or f"{where}[{number}]")[:200], str(mode or "—")[:40])
    for subject, mode in unmounted.items():
        zh = f"信息资源“{subject}”（拟共享方式：{mode}）尚未在共享交换平台挂接。"
        en = f"Resource “{subject}” (sharing mode: {mode}) is not mounted on the exchange platform."
        yield _finding(check, subject, zh, en, (_as_of(case),))


def _conditions(check: MeetsConditions, case: _Case) -> Iterator[Finding]:
    for condition in case.conditions:
        if not (condition.answer or "").strip():
            zh = f"{condition.organ}通过时所附条件尚未答复：{condition.text}"
            en = f"A condition set by {condition.organ} has not been answered: {condition.text}"
            yield _finding(check, condition.condition_id, zh, en, (condition.review_id,))


# ---------------------------------------------------------------- small change


def _finding(check: Check, subject: str, zh: str, en: str, evidence: Evidence = (), *, advice: bool = False) -> Finding:
    return Finding(
        check=check.id,
        rule=check.rule,
        subject=subject,
        message=Text(zh=zh, en=en),
        remedy=check.remedy,
        strength=Strength.ENCOURAGED if advice else check.strength,
        citation=check.citation,
        evidence=evidence,
    )


def _features(application: Application, kinds: tuple[str, ...]) -> list[Feature]:
    return [feature for feature in application.features if feature.kind in kinds]


def _connected(application: Application) -> list[Feature]:
    return [f for f in application.features if f.approach is not Approach.SELF_BUILT and _name(f)]


def _name(feature: Feature) -> str:
    return (feature.capability or "").strip()


def _names(features: list[Feature]) -> tuple[str, ...]:
    return _distinct(name for feature in features if (name := _name(feature)))


def _shown(feature: Feature) -> Evidence:
    return f"kind={feature.kind}", f"approach={feature.approach}", f"capability={_name(feature)}"


def _as_of(case: _Case) -> str:
    return f"catalog={case.facts.version}"


def _wanted(check: ForbidsDuplicateItems, application: Application) -> tuple[WantedItems, ...]:
    return tuple(
        WantedItems(feature=f.name, category=check.category, items=f.items, similarity=check.similarity)
        for f in _features(application, check.features)
        if f.items
    )


def _fact(facts: CatalogFacts, name: str) -> CapabilityFact:
    unknown = CapabilityFact(asked=name, name=name, state="unknown")
    return next((fact for fact in facts.capabilities if fact.asked == name), unknown)


def _best(matches: Iterable[ResourceMatch]) -> list[ResourceMatch]:
    """The closest match of each wanted field, by field: who provides it already is enough to know once."""
    best: dict[str, ResourceMatch] = {}
    for match in sorted(matches, key=lambda m: (m.wanted_field, -m.score, m.resource_id, m.field)):
        best.setdefault(match.wanted_field, match)
    return list(best.values())


def _source(match: ResourceMatch) -> str:
    return f"{match.provider}《{match.resource}》“{match.field}” {match.score:.1f}"


def _distinct(values: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(values))
