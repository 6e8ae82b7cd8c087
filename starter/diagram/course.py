"""What the picture of a plan says: its stages and gates in their order, each in words, and where a return leads. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from models.base import Text
from models.calendar import Term
from models.plan import Change, Consequence, Gate, GateRef, Limit, Opening, Plan, Sampling, StagePlan
from models.review import Outcome, QuorumRule
from models.scope import Scope
from starter.commands.views import term
from starter.output import listed


@dataclass(frozen=True)
class Stop:
    """环节: a box of the picture. `key` is the gate's id; `back_to` is the key of the stop at which a return starts anew."""

    key: str
    title: Text
    who: Text
    term: Text
    source: Text
    conditions: tuple[Text, ...]
    back_to: str | None
    is_for_all: bool
    """Whether every project passes it. One that some projects pass only is drawn with a broken border."""


@dataclass(frozen=True)
class Detour:
    """变更: what leads a project from a stage to a gate, here or in an earlier stage."""

    key: str
    says: Text
    to: str


@dataclass(frozen=True)
class Leg:
    """阶段: the stops of a stage, the changes that lead away from it, and what holds for it as a whole."""

    key: str
    title: Text
    conditions: tuple[Text, ...]
    stops: tuple[Stop, ...]
    detours: tuple[Detour, ...]


@dataclass(frozen=True)
class Course:
    """The whole picture."""

    title: Text
    subtitle: Text
    legs: tuple[Leg, ...]
    notes: tuple[Text, ...]

    @property
    def description(self) -> Text:
        """The order of stages and gates in one sentence, for whoever cannot see the picture."""
        legs = [(leg.title, listed([stop.title for stop in leg.stops])) for leg in self.legs]
        return Text(
            zh=" → ".join(f"{title.zh}（{stops.zh}）" for title, stops in legs),
            en=" → ".join(f"{title.en} ({stops.en})" for title, stops in legs),
        )


def course(plan: Plan, route: Text) -> Course:
    """The picture of a plan. `route` is the title of its route."""
    subtitle = Text(
        zh=f"{route.zh}（{plan.route}），按 {plan.filed_on} 有效的规定",
        en=f"{route.en} ({plan.route}), by the rules in force on {plan.filed_on}",
    )
    legs = tuple(_leg(plan, stage) for stage in plan.stages)
    return Course(plan.title, subtitle, legs, tuple(_notes(plan)))


def _leg(plan: Plan, stage: StagePlan) -> Leg:
    conditions = [*_opening(stage.opening), *(_limit(plan, limit) for limit in stage.limits)]
    changes = [change for change in plan.changes if stage.name in change.stages]
    detours = tuple(
        Detour(f"{change.id}-{stage.name}", _change(change), _target(plan, change.returns_to)) for change in changes
    )
    return Leg(
        stage.name, stage.name.label, tuple(conditions), tuple(_stop(plan, stage, g) for g in stage.gates), detours
    )


def _stop(plan: Plan, stage: StagePlan, gate: Gate) -> Stop:
    goes_on = any(c.goes_on and c.on is Outcome.RETURNED for c in gate.consequences)
    back = _target(plan, gate.returns_to or GateRef(stage=stage.name))
    return Stop(
        key=gate.id,
        title=gate.title,
        who=_who(plan, gate),
        term=_term(gate),
        source=_source(gate),
        conditions=tuple(_conditions(plan, gate)),
        back_to=None if goes_on else back,
        is_for_all=not (gate.on_demand or gate.applies_to or gate.except_for or gate.sampling),
    )


def _target(plan: Plan, ref: GateRef) -> str:
    """The gate to which it leads; the first of the stage where none is named."""
    return ref.gate or plan.stage(ref.stage).gates[0].id


# ---------------------------------------------------------------- who, by when, on which article


def _who(plan: Plan, gate: Gate) -> Text:
    organs = listed([plan.organ(organ).name for organ in gate.organs])
    if len(gate.organs) == 1 and gate.quorum.rule is not QuorumRule.MAJORITY:
        return organs
    rule = _QUORUMS[gate.quorum.rule]
    return Text(zh=f"{rule.zh}：{organs.zh}", en=f"{rule.en}: {organs.en}")


def _term(gate: Gate) -> Text:
    said, mark = term(gate.term), "*" if gate.term.citation.default else ""
    return Text(zh=f"{said.zh}{mark}", en=f"{said.en}{mark}")


def _source(gate: Gate) -> Text:
    if gate.rule_source_missing:
        return Text(zh="没有文件依据", en="no document gives a rule")
    return listed([citation.article for citation in gate.citations[:1]])


def _notes(plan: Plan) -> Iterator[Text]:
    gates = [gate for stage in plan.stages for gate in stage.gates]
    gaps = sorted({str(g.term.citation.gap) for g in gates if g.term.citation.default})
    if gaps:
        yield Text(
            zh=f"* 文件未定期限，由本系统取缺省值，见规则登记册 {'、'.join(gaps)}",
            en=f"* no document gives a term: the product's default, entry {', '.join(gaps)} of the register of rules",
        )
    if any(gate.may_reject for gate in gates):
        yield Text(zh="不予通过的，项目办结", en="A rejection ends the project")
    yield from plan.warnings


# ---------------------------------------------------------------- conditions


def _conditions(plan: Plan, gate: Gate) -> Iterator[Text]:
    if gate.on_demand:
        yield Text(zh="仅在变更时办理", en="only where a change leads to it")
    if gate.applies_to:
        scope = _scope(plan, gate.applies_to)
        yield Text(zh=f"仅适用于：{scope.zh}", en=f"only for: {scope.en}")
    if gate.except_for:
        scope = _scope(plan, gate.except_for)
        yield Text(zh=f"不适用于：{scope.zh}", en=f"not for: {scope.en}")
    if gate.sampling:
        yield _sampling(plan, gate.sampling)
    yield from _opening(gate.opening)
    if not gate.may_reject:
        yield Text(zh="只可通过或退回", en="approve or return, never reject")
    yield from _follows(gate.consequences)


def _opening(opening: Opening | None) -> Iterator[Text]:
    if opening is None:
        return
    if opening.event and opening.on:
        on = _date(opening.on)
        yield Text(
            zh=f"等待：{opening.title.zh}，最迟 {on.zh}", en=f"waits for: {opening.title.en}, at the latest {on.en}"
        )
    else:
        yield Text(zh=f"等待：{opening.title.zh}", en=f"waits for: {opening.title.en}")


def _date(on: Term) -> Text:
    if on.month_day:
        return Text(zh=on.month_day, en=on.month_day)
    said = term(on)
    return Text(zh=f"{said.zh}后", en=f"after {said.en}")


def _limit(plan: Plan, limit: Limit) -> Text:
    said, since = term(limit.term), plan.event(limit.since)
    start = since.title if since else Text(zh=limit.since, en=limit.since)
    return Text(
        zh=f"单位时限：{limit.title.zh}，自{start.zh}起 {said.zh}",
        en=f"limit of the unit: {limit.title.en}, {said.en} from: {start.en}",
    )


def _sampling(plan: Plan, sampling: Sampling) -> Text:
    rate = f"{sampling.rate * 100:.0f}%"
    always = _titles(((c.id, c.title) for c in plan.categories), sampling.always_for)
    if not sampling.always_for:
        return Text(zh=f"随机抽查 {rate}", en=f"a random {rate} of the projects")
    return Text(
        zh=f"随机抽查 {rate}，必查：{always.zh}", en=f"a random {rate} of the projects, and always: {always.en}"
    )


def _follows(consequences: Iterable[Consequence]) -> Iterator[Text]:
    """What follows from which outcome; once, where two outcomes lead to the same."""
    outcomes: dict[tuple[Text, ...], list[Text]] = {}
    for consequence in consequences:
        parts = [rule.kind.label for rule in consequence.sanctions]
        parts += [Text(zh="责令整改", en="rectification")] if consequence.rectification else []
        parts += [Text(zh="项目继续", en="the project goes on")] if consequence.goes_on else []
        outcomes.setdefault(tuple(parts), []).append(consequence.on.label)
    for said, on in ((said, on) for said, on in outcomes.items() if said):
        zh, en = "；".join(part.zh for part in said), "; ".join(part.en for part in said)
        yield Text(zh=f"{'或'.join(o.zh for o in on)}：{zh}", en=f"{' or '.join(o.en for o in on)}: {en}")


def _change(change: Change) -> Text:
    zh, en = [], []
    if change.over_share is not None:
        share = f"{change.over_share * 100:.0f}%"
        zh.append(f"投资增加超过 {share}" if change.over_share else "投资增加")
        en.append(f"the investment grows by more than {share}" if change.over_share else "the investment grows")
    if change.major:
        zh.append("重大变更")
        en.append("a major change")
    return Text(zh=f"变更：{'，或'.join(zh)}", en=f"change: {', or '.join(en)}")


def _scope(plan: Plan, scope: Scope) -> Text:
    """Every list that is given must hold, and one of its names is enough for that."""
    named = [
        [kind.label for kind in scope.kinds],
        _named(((c.id, c.title) for c in plan.categories), scope.categories),
        _named(((f.id, f.title) for f in plan.features), scope.features),
        _named(((e.id, e.title) for e in plan.events), scope.events),
    ]
    lists = [names for names in named if names]
    return Text(
        zh="，且".join("或".join(name.zh for name in names) for names in lists),
        en=", and ".join(" or ".join(name.en for name in names) for names in lists),
    )


def _titles(known: Iterable[tuple[str, Text]], ids: Iterable[str]) -> Text:
    return listed(_named(known, ids))


def _named(known: Iterable[tuple[str, Text]], ids: Iterable[str]) -> list[Text]:
    titles = dict(known)
    return [titles.get(key, Text(zh=key, en=key)) for key in ids]


_QUORUMS: Final = {
    QuorumRule.ANY_OF: Text(zh="或签（任一机关）", en="any one of"),
    QuorumRule.ALL_OF: Text(zh="会签（每个机关）", en="each of"),
    QuorumRule.MAJORITY: Text(zh="票签（过半数）", en="majority of"),
}
