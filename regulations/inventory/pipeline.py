"""The way of a project: routes, their stages, and the gates of those. Pure."""

from collections.abc import Iterator
from typing import Final

from models.base import Text
from models.review import QuorumRule
from regulations.inventory.checks_and_forms import scopes_said
from regulations.inventory.consequences import follows
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.terms import rungs_said, term_said
from regulations.inventory.words import joined, listed, optional, ref_said, same, titles, trait_of
from regulations.plan_builder import LawInForce
from regulations.schema import FixingSource, GateSource, OpeningSource, RouteSource, StageSource


def routes(law: LawInForce) -> Iterator[Entry]:
    """Each route, followed by its stages in their order."""
    for key, route in law.entries(law.regulation.routes):
        order = [stage for stage in route.stages if any(law.named("gates", stage.gates))]
        traits = [
            Trait(name=Text(zh="资金", en="funding"), says=titles(law, "funding", route.funding)),
            *optional("项目类别", "categories", titles(law, "categories", route.categories)),
            *optional("投资不超过", "investment up to", same(_up_to(route))),
            Trait(name=Text(zh="阶段", en="stages"), says=joined((s.name.label for s in order), " → ", " → ")),
        ]
        yield entry_of(law, Section.ROUTE, key, route.title, route, traits)
        for stage in order:
            yield _stage(law, key, route, stage)


def _up_to(route: RouteSource) -> str:
    return "" if route.investment_up_to is None else f"{route.investment_up_to:,}"


def _stage(law: LawInForce, route: str, source: RouteSource, stage: StageSource) -> Entry:
    gates = joined((gate.title for _, gate in law.named("gates", stage.gates)), " → ", " → ")
    traits = [
        Trait(name=Text(zh="环节", en="gates"), says=gates),
        *(_opening(law, stage.opening) if stage.opening else ()),
        *optional("单位时限", "limits", titles(law, "limits", stage.limits)),
    ]
    opening = (law.citation(stage.opening),) if stage.opening else ()
    title = Text(zh=f"{source.title.zh}：{stage.name.label.zh}", en=f"{source.title.en}: {stage.name.label.en}")
    return Entry(
        section=Section.STAGE, key=f"{route}/{stage.name}", title=title, traits=tuple(traits), citations=opening
    )


def gates(law: LawInForce) -> Iterator[Entry]:
    """The gates, with who decides how, by when, on what, and what follows."""
    for key, gate in law.entries(law.regulation.gates):
        further = [source for source in (gate.sampling, gate.opening) if source]
        yield entry_of(law, Section.GATE, key, gate.title, gate, _gate(law, gate), further)


def _gate(law: LawInForce, gate: GateSource) -> Iterator[Trait]:
    yield Trait(name=Text(zh="机关", en="organs"), says=titles(law, "organs", gate.organs))
    yield Trait(name=Text(zh="表决", en="quorum"), says=QUORUMS[gate.quorum])
    yield Trait(name=Text(zh="期限", en="term"), says=term_said(law.needed("terms", gate.term)))
    yield Trait(name=Text(zh="提醒", en="ladder"), says=rungs_said(law, gate.ladder))
    yield from optional("材料", "documents", titles(law, "documents", gate.documents))
    yield from optional("表格", "forms", titles(law, "forms", gate.forms))
    yield from optional("检查", "checks", listed(key for key, _ in law.named("checks", gate.checks)))
    yield from optional("审查要点", "points", joined(point.title for point in gate.points))
    if gate.points_of:
        yield trait_of("审查要点", "points", f"{gate.points_of.form}.{gate.points_of.rows}")
    if gate.sampling:
        rate = law.needed("values", gate.sampling.rate.value).value
        always = titles(law, "categories", gate.sampling.always_for)
        yield trait_of("抽查比例", "sampling rate", str(rate))
        yield from optional("必查类别", "always drawn", always)
    yield from _opening(law, gate.opening) if gate.opening else ()
    yield Trait(name=Text(zh="退回至", en="returns to"), says=ref_said(law, gate.returns_to))
    yield from (trait for consequence in gate.consequences for trait in follows(law, consequence))
    yield from _fixed(gate.fixes)
    yield from scopes_said(law, gate)
    if not gate.may_reject:
        yield Trait(
            name=Text(zh="意见", en="verdicts"),
            says=Text(zh="通过或退回，不得不予通过", en="approve or return, never reject"),
        )
    if gate.on_demand:
        yield trait_of("仅在变更时办理", "only where a change leads to it", "✓")
    if gate.rule_source_missing:
        yield Trait(
            name=Text(zh="说明", en="note"),
            says=Text(zh="没有文件依据的中性环节", en="a neutral gate: no document gives a rule"),
        )


def _fixed(fixes: FixingSource) -> Iterator[Trait]:
    parts = [
        *([Text(zh="计划的复用", en="planned reuse")] if fixes.planned_reuse else []),
        *([Text(zh="投资", en="investment")] if fixes.investment else []),
        *(Text(zh=form, en=form) for form in fixes.forms),
    ]
    yield from optional("通过即固定", "fixes", joined(parts))


def _opening(law: LawInForce, opening: OpeningSource) -> Iterator[Trait]:
    waits = [opening.title]
    if opening.event:
        waits.append(Text(zh=f"事件 {opening.event}", en=f"event {opening.event}"))
    if opening.on:
        waits.append(term_said(law.needed("terms", opening.on)))
    if opening.on_field:
        waits.append(Text(zh=f"{opening.since} 所报 {opening.on_field}", en=f"{opening.on_field} of {opening.since}"))
    yield Trait(name=Text(zh="等待", en="waits for"), says=joined(waits))


QUORUMS: Final = {
    QuorumRule.ANY_OF: Text(zh="或签", en="any of"),
    QuorumRule.ALL_OF: Text(zh="会签", en="all of"),
    QuorumRule.MAJORITY: Text(zh="票签", en="majority"),
}
