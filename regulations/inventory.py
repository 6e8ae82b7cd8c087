"""What of a regulation is in force on a day: every entry in words, with each of its sources. Pure.

`tongchou regulations show` prints it, and `regulations/differences.py` compares two of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from models.application import ProjectKind
from models.base import Text, Value
from models.calendar import TermUnit
from models.citation import Citation
from models.finding import SanctionEnd
from models.form import FieldKind, FormField
from models.plan import Act, GateRef, Holding
from models.review import Outcome, QuorumRule
from models.scope import Scope
from regulations.plan_builder import LawInForce, in_force
from regulations.provisions import Provision
from regulations.schema import (
    CheckSource,
    ConsequenceSource,
    FixingSource,
    GateSource,
    Moment,
    OpeningSource,
    RouteSource,
    ScopedSource,
    StageSource,
    TermSource,
)


class Section(StrEnum):
    """What an entry is."""

    VALIDITY = "validity"
    ORGAN = "organ"
    FUNDING = "funding"
    ROUTE = "route"
    STAGE = "stage"
    GATE = "gate"
    CHECK = "check"
    DOCUMENT = "document"
    FORM = "form"
    TERM = "term"
    LADDER = "ladder"
    VALUE = "value"
    SANCTION = "sanction"
    RECTIFICATION = "rectification"
    LIMIT = "limit"
    CHANGE = "change"
    CATEGORY = "category"
    EVENT = "event"
    POWER = "power"
    PAUSE = "pause"
    ADMISSION = "admission"
    CAPABILITY = "capability"
    OVERLAY = "overlay"
    OVERRULED = "overruled"

    @property
    def label(self) -> Text:
        return _SECTIONS[self]


class Trait(Value):
    """One thing that an entry says, under its name."""

    name: Text
    says: Text


class Entry(Value):
    """An entry in force: known by its section and key, with all that it says and where it is from."""

    section: Section
    key: str
    title: Text
    traits: tuple[Trait, ...] = ()
    citations: tuple[Citation, ...] = ()


def inventory(law: LawInForce) -> list[Entry]:
    """Every entry that is in force on the day of `law`, section by section, in the order of the file."""
    return [
        *_validity(law),
        *_parties(law),
        *_routes(law),
        *_gates(law),
        *_checks(law),
        *_handed_in(law),
        *_time(law),
        *_values(law),
        *_consequences(law),
        *_limits(law),
        *_changes(law),
        *_facts(law),
        *_powers(law),
        *_capabilities(law),
        *_overlays(law),
    ]


# ---------------------------------------------------------------- validity, routes, stages


def _validity(law: LawInForce) -> Iterator[Entry]:
    validity = law.regulation.validity
    traits = [
        _trait("印发", "issued", str(validity.issued)),
        _trait("施行", "in force", _period(validity.from_, validity.until)),
        _trait("所据文件", "instruments", "；".join(law.regulation.instruments.values())),
        *(Trait(name=Text(zh="警示", en="warning"), says=warning) for warning in law.warnings()),
    ]
    yield _entry(law, Section.VALIDITY, law.regulation.id, law.regulation.title, validity, traits)


def _parties(law: LawInForce) -> Iterator[Entry]:
    for key, organ in law.entries(law.regulation.organs):
        superior = _optional("上级", "superior", _title(law, "organs", organ.superior) if organ.superior else _same(""))
        yield _entry(law, Section.ORGAN, key, organ.title, organ, superior)
    for key, funding in law.entries(law.regulation.funding):
        yield _entry(law, Section.FUNDING, key, funding.title, funding, ())


def _routes(law: LawInForce) -> Iterator[Entry]:
    for key, route in law.entries(law.regulation.routes):
        order = [stage for stage in route.stages if any(law.named("gates", stage.gates))]
        traits = [
            Trait(name=Text(zh="资金", en="funding"), says=_titles(law, "funding", route.funding)),
            *_optional("项目类别", "categories", _titles(law, "categories", route.categories)),
            *_optional("投资不超过", "investment up to", _same(_up_to(route))),
            Trait(name=Text(zh="阶段", en="stages"), says=_joined((s.name.label for s in order), " → ", " → ")),
        ]
        yield _entry(law, Section.ROUTE, key, route.title, route, traits)
        for stage in order:
            yield _stage(law, key, route, stage)


def _up_to(route: RouteSource) -> str:
    return "" if route.investment_up_to is None else f"{route.investment_up_to:,}"


def _stage(law: LawInForce, route: str, source: RouteSource, stage: StageSource) -> Entry:
    gates = _joined((gate.title for _, gate in law.named("gates", stage.gates)), " → ", " → ")
    traits = [
        Trait(name=Text(zh="环节", en="gates"), says=gates),
        *(_opening(law, stage.opening) if stage.opening else ()),
        *_optional("单位时限", "limits", _titles(law, "limits", stage.limits)),
    ]
    opening = (law.citation(stage.opening),) if stage.opening else ()
    title = Text(zh=f"{source.title.zh}：{stage.name.label.zh}", en=f"{source.title.en}: {stage.name.label.en}")
    return Entry(
        section=Section.STAGE, key=f"{route}/{stage.name}", title=title, traits=tuple(traits), citations=opening
    )


# ---------------------------------------------------------------- gates


def _gates(law: LawInForce) -> Iterator[Entry]:
    for key, gate in law.entries(law.regulation.gates):
        further = [source for source in (gate.sampling, gate.opening) if source]
        yield _entry(law, Section.GATE, key, gate.title, gate, _gate(law, gate), further)


def _gate(law: LawInForce, gate: GateSource) -> Iterator[Trait]:
    yield Trait(name=Text(zh="机关", en="organs"), says=_titles(law, "organs", gate.organs))
    yield Trait(name=Text(zh="表决", en="quorum"), says=_QUORUMS[gate.quorum])
    yield Trait(name=Text(zh="期限", en="term"), says=_term(law.needed("terms", gate.term)))
    yield Trait(name=Text(zh="提醒", en="ladder"), says=_rungs(law, gate.ladder))
    yield from _optional("材料", "documents", _titles(law, "documents", gate.documents))
    yield from _optional("表格", "forms", _titles(law, "forms", gate.forms))
    yield from _optional("检查", "checks", _named(key for key, _ in law.named("checks", gate.checks)))
    yield from _optional("审查要点", "points", _joined(point.title for point in gate.points))
    if gate.points_of:
        yield _trait("审查要点", "points", f"{gate.points_of.form}.{gate.points_of.rows}")
    if gate.sampling:
        rate = law.needed("values", gate.sampling.rate.value).value
        always = _titles(law, "categories", gate.sampling.always_for)
        yield _trait("抽查比例", "sampling rate", str(rate))
        yield from _optional("必查类别", "always drawn", always)
    yield from _opening(law, gate.opening) if gate.opening else ()
    yield Trait(name=Text(zh="退回至", en="returns to"), says=_ref(law, gate.returns_to))
    yield from (trait for consequence in gate.consequences for trait in _consequence(law, consequence))
    yield from _fixed(gate.fixes)
    yield from _scopes(law, gate)
    if not gate.may_reject:
        yield Trait(
            name=Text(zh="意见", en="verdicts"),
            says=Text(zh="通过或退回，不得不予通过", en="approve or return, never reject"),
        )
    if gate.on_demand:
        yield _trait("仅在变更时办理", "only where a change leads to it", "✓")
    if gate.rule_source_missing:
        yield Trait(
            name=Text(zh="说明", en="note"),
            says=Text(zh="没有文件依据的中性环节", en="a neutral gate: no document gives a rule"),
        )


def _consequence(law: LawInForce, source: ConsequenceSource) -> Iterator[Trait]:
    sanctions = [entry.kind.label for _, entry in law.named("sanctions", source.sanctions)]
    parts = [*sanctions]
    if source.rectification:
        parts.append(Text(zh="责令整改", en="rectification"))
    if source.goes_on:
        parts.append(Text(zh="项目继续", en="the project goes on"))
    on = _OUTCOMES[source.on]
    name = Text(zh=f"{on.zh}的后果", en=f"when {on.en}")
    yield from (Trait(name=name, says=said) for said in [_joined(parts)] if parts)


def _fixed(fixes: FixingSource) -> Iterator[Trait]:
    parts = [
        *([Text(zh="计划的复用", en="planned reuse")] if fixes.planned_reuse else []),
        *([Text(zh="投资", en="investment")] if fixes.investment else []),
        *(Text(zh=form, en=form) for form in fixes.forms),
    ]
    yield from _optional("通过即固定", "fixes", _joined(parts))


def _opening(law: LawInForce, opening: OpeningSource) -> Iterator[Trait]:
    waits = [opening.title]
    if opening.event:
        waits.append(Text(zh=f"事件 {opening.event}", en=f"event {opening.event}"))
    if opening.on:
        waits.append(_term(law.needed("terms", opening.on)))
    if opening.on_field:
        waits.append(Text(zh=f"{opening.since} 所报 {opening.on_field}", en=f"{opening.on_field} of {opening.since}"))
    yield Trait(name=Text(zh="等待", en="waits for"), says=_joined(waits))


def _ref(law: LawInForce, ref: GateRef) -> Text:
    gate = next(iter(law.named("gates", [ref.gate])), None) if ref.gate else None
    if gate is None:
        return ref.stage.label
    return Text(zh=f"{ref.stage.label.zh}·{gate[1].title.zh}", en=f"{ref.stage.label.en}, {gate[1].title.en}")


# ---------------------------------------------------------------- checks, documents, forms


def _checks(law: LawInForce) -> Iterator[Entry]:
    exemption = in_force(law.regulation.classified or (), law.day)
    for key, check in law.entries(law.regulation.checks):
        traits = [
            Trait(name=Text(zh="强度", en="strength"), says=check.strength.label),
            _trait("方式", "kind", check.check),
            *_arguments(law, check),
            *_scopes(law, check),
        ]
        if exemption and key in exemption.checks:
            traits.append(_trait("涉密项目除外", "not for classified projects", "✓"))
        yield _entry(law, Section.CHECK, key, check.title, check, traits)


def _arguments(law: LawInForce, check: CheckSource) -> Iterator[Trait]:
    for name, written in check.arguments.items():
        yield Trait(name=Text(zh=name, en=name), says=_argument(law, name, written))


def _argument(law: LawInForce, name: str, written: Any) -> Text:
    if isinstance(written, Mapping) and written.keys() == {"value"}:
        return _same(str(law.needed("values", str(written["value"])).value))
    if name == "features":
        known = law.regulation.features
        return _joined(known.get(feature, Text(zh=feature, en=feature)) for feature in written)
    if isinstance(written, Mapping):
        return _same("；".join(f"{key} {_argument(law, key, value).zh}" for key, value in written.items()))
    if isinstance(written, list | tuple):
        return _joined(_argument(law, "", item) for item in written)
    return _same(str(written))


def _handed_in(law: LawInForce) -> Iterator[Entry]:
    for key, document in law.entries(law.regulation.documents):
        yield _entry(law, Section.DOCUMENT, key, document.title, document, _scopes(law, document))
    for key, form in law.entries(law.regulation.forms):
        traits = [*_scopes(law, form), *_fields(form.fields)]
        yield _entry(law, Section.FORM, key, form.title, form, traits)


def _fields(fields: Iterable[FormField], above: Text | None = None) -> Iterator[Trait]:
    for field in fields:
        name = Text(zh=f"{above.zh}·{field.title.zh}", en=f"{above.en}, {field.title.en}") if above else field.title
        yield Trait(name=name, says=_field(field))
        yield from _fields(field.fields, name)


def _field(field: FormField) -> Text:
    kind = _FIELDS[field.kind]
    demanded = Text(zh="必填", en="required") if field.required else Text(zh="选填", en="optional")
    if field.required_when:
        demanded = Text(zh="视情形必填", en="required in some cases")
    every = [Text(zh="缺一不可", en="all of them")] if field.every else []
    choices = [_joined(_same(choice) for choice in field.choices)] if field.choices else []
    rule = [_same(field.rule)] if field.rule else []
    return _joined([kind, demanded, *every, *choices, *rule], "；", "; ")


def _scopes(law: LawInForce, entry: ScopedSource) -> Iterator[Trait]:
    for name_zh, name_en, scope in (
        ("适用于", "applies to", entry.applies_to),
        ("不适用于", "not for", entry.except_for),
    ):
        if scope:
            yield Trait(name=Text(zh=name_zh, en=name_en), says=_scope(law, scope))


def _scope(law: LawInForce, scope: Scope) -> Text:
    features = law.regulation.features
    parts = [
        *(_KINDS[kind] for kind in scope.kinds),
        *(_title(law, "categories", name) for name in scope.categories),
        *(features.get(name, _same(name)) for name in scope.features),
        *(_title(law, "events", name) for name in scope.events),
    ]
    return _joined(parts)


# ---------------------------------------------------------------- time, values, what follows


def _time(law: LawInForce) -> Iterator[Entry]:
    for key, term in law.entries(law.regulation.terms):
        roll = Text(zh="遇休息日顺延", en="moves on from a day off") if term.rolls_over else None
        counts_days = term.unit is not TermUnit.WORKING_DAYS
        traits = [Trait(name=Text(zh="期限", en="term"), says=_term(term))]
        traits += [Trait(name=Text(zh="届满", en="end"), says=roll)] if roll and counts_days else []
        yield _entry(law, Section.TERM, key, _same(key), term, traits)
    for key, ladder in law.entries(law.regulation.ladders):
        traits = [Trait(name=Text(zh="提醒", en="ladder"), says=_rungs(law, key))]
        yield _entry(law, Section.LADDER, key, _same(key), ladder, traits)


def _term(term: TermSource) -> Text:
    if term.unit is TermUnit.FIXED_DATE:
        return Text(zh=f"{term.month_day} 前", en=f"by {term.month_day}")
    unit = _UNITS[term.unit]
    return Text(zh=f"{term.amount} {unit.zh}", en=f"{term.amount} {unit.en}")


def _rungs(law: LawInForce, name: str) -> Text:
    return _joined(rung.label for rung in law.rungs(name))


def _values(law: LawInForce) -> Iterator[Entry]:
    for key, value in law.entries(law.regulation.values):
        traits = [
            _trait("取值", "value", str(value.value)),
            *_optional("可选", "choices", _named(value.choices)),
            *_optional("期间", "period", _same(_bounds(value))),
        ]
        yield _entry(law, Section.VALUE, key, value.title, value, traits)


def _consequences(law: LawInForce) -> Iterator[Entry]:
    for key, sanction in law.entries(law.regulation.sanctions):
        named = sanction.ends
        ends = named if isinstance(named, SanctionEnd) else law.needed("values", named.value).value
        traits = [
            Trait(name=Text(zh="强度", en="strength"), says=sanction.strength.label),
            Trait(name=Text(zh="解除", en="ends"), says=_ENDS.get(str(ends), _same(str(ends)))),
            *_optional("告知", "tells", _titles(law, "organs", sanction.tells)),
        ]
        yield _entry(law, Section.SANCTION, key, sanction.kind.label, sanction, traits)
    for key, order in law.entries(law.regulation.rectifications):
        steps = _joined((s.kind.label for _, s in law.named("sanctions", order.escalation)), " → ", " → ")
        traits = [
            Trait(name=Text(zh="核验机关", en="verified by"), says=_titles(law, "organs", order.verified_by)),
            Trait(name=Text(zh="期限", en="term"), says=_term(law.needed("terms", order.term))),
            Trait(name=Text(zh="核验期限", en="verification"), says=_term(law.needed("terms", order.verification))),
            Trait(name=Text(zh="提醒", en="ladder"), says=_rungs(law, order.ladder)),
            Trait(name=Text(zh="期间停办", en="holds"), says=_HOLDINGS[order.holds]),
            *_optional("逐级处置", "escalation", steps),
        ]
        yield _entry(law, Section.RECTIFICATION, key, Text(zh="整改", en="rectification"), order, traits)


def _limits(law: LawInForce) -> Iterator[Entry]:
    for key, limit in law.entries(law.regulation.limits):
        met = Text(zh="受理审核", en="opened") if limit.met_when == "opened" else Text(zh="通过", en="approved")
        gate = _title(law, "gates", limit.met_by)
        traits = [
            Trait(name=Text(zh="自", en="since"), says=_title(law, "events", limit.since)),
            Trait(name=Text(zh="期限", en="term"), says=_term(law.needed("terms", limit.term))),
            Trait(name=Text(zh="以何为准", en="met by"), says=Text(zh=f"{gate.zh}{met.zh}", en=f"{gate.en} {met.en}")),
            Trait(name=Text(zh="提醒", en="ladder"), says=_rungs(law, limit.ladder)),
            *_optional("告知", "tells", _titles(law, "organs", limit.tells)),
        ]
        yield _entry(law, Section.LIMIT, key, limit.title, limit, traits)


def _changes(law: LawInForce) -> Iterator[Entry]:
    for key, change in law.entries(law.regulation.changes):
        share = str(law.needed("values", change.over_share.value).value) if change.over_share else ""
        traits = [
            Trait(name=Text(zh="阶段", en="stages"), says=_joined(stage.label for stage in change.stages)),
            *_optional("增加超过", "increase over", _same(share)),
            *([_trait("重大变更", "major changes", "✓")] if change.major else []),
            *_optional("其余须附", "otherwise with", _titles(law, "documents", [change.explained_by or ""])),
            Trait(name=Text(zh="退回至", en="returns to"), says=_ref(law, change.returns_to)),
        ]
        yield _entry(law, Section.CHANGE, key, Text(zh="变更", en="change"), change, traits)


def _facts(law: LawInForce) -> Iterator[Entry]:
    for key, category in law.entries(law.regulation.categories):
        yield _entry(law, Section.CATEGORY, key, category.title, category, ())
    for key, event in law.entries(law.regulation.events):
        told = _optional("告知", "tells", _titles(law, "organs", event.tells))
        yield _entry(law, Section.EVENT, key, event.title, event, (*_fields(event.fields), *told))


def _powers(law: LawInForce) -> Iterator[Entry]:
    for act, power in law.entries(law.regulation.powers):
        organs = Trait(name=Text(zh="机关", en="organs"), says=_titles(law, "organs", power.organs))
        yield _entry(law, Section.POWER, str(act), _ACTS[Act(act)], power, [organs])
    for key, ground in law.entries(law.regulation.pause_grounds):
        yield _entry(law, Section.PAUSE, key, ground.title, ground, ())
    admission = in_force(law.regulation.admission or (), law.day)
    if admission:
        barred = Trait(
            name=Text(zh="有此处置不予受理", en="none under"), says=_joined(k.label for k in admission.blocked_by)
        )
        yield _entry(law, Section.ADMISSION, "admission", Text(zh="受理条件", en="admission"), admission, [barred])


def _capabilities(law: LawInForce) -> Iterator[Entry]:
    for key, capability in law.entries(law.regulation.capabilities):
        operator = _title(law, "organs", capability.operator.organ)
        traits = [
            _trait("类别", "type", capability.type),
            Trait(name=Text(zh="管理单位", en="operator"), says=operator),
            *_optional("又称", "aliases", _named(capability.aliases)),
        ]
        yield _entry(law, Section.CAPABILITY, key, _same(key), capability, traits)


# ---------------------------------------------------------------- what lies over it


def _overlays(law: LawInForce) -> Iterator[Entry]:
    for overlay in law.regulation.overlays:
        switch = in_force(law.regulation.values.get(overlay.switch, ()), law.day)
        traits = [
            _trait("开关", "switch", f"{overlay.switch} = {switch.value if switch else '—'}"),
            *(
                Trait(name=_MOMENTS[moment], says=_titles(law, "gates", names))
                for moment, names in overlay.gates.items()
            ),
        ]
        if overlay.covers(law.day):
            yield _entry(law, Section.OVERLAY, overlay.regulation, _same(overlay.regulation), overlay, traits)
    for overruled in law.regulation.overruled:
        by = _trait("优先适用", "prevailing", overruled.by)
        yield Entry(
            section=Section.OVERRULED,
            key=overruled.rule,
            title=_same(overruled.rule),
            traits=(by,),
            citations=(overruled.citation,),
        )


def lender(entry: Entry, law: LawInForce) -> str | None:
    """The wider regulation that an entry is from; None for the regulation's own."""
    wider = {title: name.partition(".")[0] for name, title in law.regulation.instruments.items() if "." in name}
    return next((wider[c.instrument] for c in entry.citations if c.instrument in wider), None)


# ---------------------------------------------------------------- words


def _entry(
    law: LawInForce,
    section: Section,
    key: str,
    title: Text,
    source: Provision,
    traits: Iterable[Trait],
    further: Iterable[Provision] = (),
) -> Entry:
    sources = [source, *source.also]
    for other in further:
        sources += [other, *other.also]
    citations = tuple(dict.fromkeys(law.citation(cited) for cited in sources))
    return Entry(section=section, key=key, title=title, traits=tuple(traits), citations=citations)


def _trait(name_zh: str, name_en: str, says: str) -> Trait:
    return Trait(name=Text(zh=name_zh, en=name_en), says=_same(says))


def _optional(name_zh: str, name_en: str, says: Text) -> tuple[Trait, ...]:
    return (Trait(name=Text(zh=name_zh, en=name_en), says=says),) if says.zh else ()


def _same(said: str) -> Text:
    return Text(zh=said, en=said)


def _named(names: Iterable[str]) -> Text:
    return _joined(map(_same, names))


def _joined(parts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    texts = list(parts)
    return Text(zh=zh.join(text.zh for text in texts), en=en.join(text.en for text in texts))


def _titles(law: LawInForce, section: str, keys: Iterable[str]) -> Text:
    known = getattr(law.regulation, section)
    return _joined(entry.title for _, entry in law.named(section, (key for key in keys if key in known)))


def _title(law: LawInForce, section: str, key: str) -> Text:
    found = _titles(law, section, [key])
    return found if found.zh else _same(key)


def _period(first: date | None, last: date | None) -> str:
    return f"{first or '…'} – {last or '…'}"


def _bounds(entry: Provision) -> str:
    return _period(entry.from_, entry.until) if entry.from_ or entry.until else ""


_SECTIONS: Final = {
    Section.VALIDITY: Text(zh="施行", en="validity"),
    Section.ORGAN: Text(zh="机关", en="organs"),
    Section.FUNDING: Text(zh="资金来源", en="kinds of funding"),
    Section.ROUTE: Text(zh="办理路径", en="routes"),
    Section.STAGE: Text(zh="阶段", en="stages"),
    Section.GATE: Text(zh="环节", en="gates"),
    Section.CHECK: Text(zh="检查规则", en="checks"),
    Section.DOCUMENT: Text(zh="材料", en="documents"),
    Section.FORM: Text(zh="表格", en="forms"),
    Section.TERM: Text(zh="期限", en="terms"),
    Section.LADDER: Text(zh="提醒与督办", en="ladders"),
    Section.VALUE: Text(zh="数值与选择", en="values"),
    Section.SANCTION: Text(zh="处置", en="sanctions"),
    Section.RECTIFICATION: Text(zh="整改", en="rectifications"),
    Section.LIMIT: Text(zh="单位时限", en="limits"),
    Section.CHANGE: Text(zh="变更", en="changes"),
    Section.CATEGORY: Text(zh="项目类别", en="categories"),
    Section.EVENT: Text(zh="事件", en="events"),
    Section.POWER: Text(zh="职权", en="powers"),
    Section.PAUSE: Text(zh="停止计时的情形", en="grounds for a pause"),
    Section.ADMISSION: Text(zh="受理条件", en="admission"),
    Section.CAPABILITY: Text(zh="能力清单", en="capabilities"),
    Section.OVERLAY: Text(zh="叠加适用的办法", en="overlays"),
    Section.OVERRULED: Text(zh="不再适用的规定", en="overruled rules"),
}
_QUORUMS: Final = {
    QuorumRule.ANY_OF: Text(zh="或签", en="any of"),
    QuorumRule.ALL_OF: Text(zh="会签", en="all of"),
    QuorumRule.MAJORITY: Text(zh="票签", en="majority"),
}
_OUTCOMES: Final = {
    Outcome.APPROVED: Text(zh="通过", en="approved"),
    Outcome.RETURNED: Text(zh="退回", en="returned"),
    Outcome.REJECTED: Text(zh="不予通过", en="rejected"),
}
_UNITS: Final = {
    TermUnit.WORKING_DAYS: Text(zh="个工作日", en="working days"),
    TermUnit.CALENDAR_DAYS: Text(zh="个自然日", en="calendar days"),
    TermUnit.MONTHS: Text(zh="个月", en="months"),
}
_ENDS: Final = {
    "rectified": Text(zh="整改完成", en="when rectified"),
    "fiscal_year": Text(zh="该预算年度结束", en="with the fiscal year"),
    "never": Text(zh="不自动解除", en="never by itself"),
}
_HOLDINGS: Final = {
    Holding.NOTHING: Text(zh="不停", en="nothing"),
    Holding.STAGE: Text(zh="本阶段不得办结", en="the end of the stage"),
    Holding.PROJECT: Text(zh="整个项目", en="the project"),
}
_ACTS: Final = {
    Act.WAIVE: Text(zh="例外批准", en="waive"),
    Act.EXTEND: Text(zh="延期", en="extend"),
    Act.SUSPEND: Text(zh="中止", en="suspend"),
    Act.RECORD_FINDING: Text(zh="登记检查问题", en="record a finding"),
}
_KINDS: Final = {
    ProjectKind.NEW: Text(zh="新建", en="new"),
    ProjectKind.REBUILD: Text(zh="改建", en="rebuild"),
    ProjectKind.EXPANSION: Text(zh="扩建", en="expansion"),
}
_MOMENTS: Final = {
    Moment.APPLICATION: Text(zh="申报", en="application"),
    Moment.COORDINATION: Text(zh="统筹审核", en="coordination"),
    Moment.ACCEPTANCE: Text(zh="验收", en="acceptance"),
    Moment.OPERATION: Text(zh="运维", en="operation"),
}
_FIELDS: Final = {
    FieldKind.TEXT: Text(zh="文字", en="text"),
    FieldKind.NUMBER: Text(zh="数字", en="number"),
    FieldKind.DATE: Text(zh="日期", en="date"),
    FieldKind.BOOLEAN: Text(zh="是否", en="yes or no"),
    FieldKind.CHOICE: Text(zh="单选", en="choice"),
    FieldKind.CHOICES: Text(zh="多选", en="choices"),
    FieldKind.GROUP: Text(zh="分组", en="group"),
    FieldKind.ROWS: Text(zh="列表", en="rows"),
}
