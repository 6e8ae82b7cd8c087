"""改用新规, as pure functions: what another version of the law changes for one project, and why it may not take its place."""

from collections.abc import Iterator

from models.base import Text, Value
from models.plan import Gate, Limit, Plan
from models.project import ProjectFile


class PlanChange(Value):
    """One thing that the two plans say, and not alike. None: that plan is silent."""

    place: Text
    what: Text
    before: str | None
    after: str | None


def reasons_against(new: Plan, file: ProjectFile) -> tuple[Text, ...]:
    """Why the project cannot go on under the new plan from where its file stands; empty where it can."""
    return tuple(_reasons(new, file))


def _reasons(new: Plan, file: ProjectFile) -> Iterator[Text]:
    stage = next((s for s in new.stages if s.name is file.stage), None)
    if stage is None:
        yield Text(zh=f"新规没有{file.stage.label.zh}阶段", en=f"it has no stage {file.stage}")
    elif file.gate and file.gate not in {gate.id for gate in stage.gates}:
        yield Text(zh=f"新规没有环节 {file.gate}", en=f"it has no gate {file.gate}")
    known = _limits(new)
    for running in file.limits:
        if running.met_at is None and running.limit not in known:
            yield Text(zh=f"时限 {running.limit} 正在计，新规没有", en=f"limit {running.limit} runs, and it has none")


def changes(before: Plan, after: Plan) -> list[PlanChange]:
    """What differs between two plans of one project: route, gates with who decides, until when and on which checks, limits."""
    found = [*_differing(_WHOLE, {"route": (before.route,)}, {"route": (after.route,)})]
    old, new = _gates(before), _gates(after)
    for key in dict.fromkeys((*old, *new)):
        place = _place(key, (new.get(key) or old[key]).title)
        found += _differing(place, _said(old.get(key), before), _said(new.get(key), after))
    limits, later = _limits(before), _limits(after)
    for name in dict.fromkeys((*limits, *later)):
        place = (later.get(name) or limits[name]).title
        found += _differing(place, _limit(limits.get(name)), _limit(later.get(name)))
    return found


_WHOLE = Text(zh="方案", en="plan")
_WHAT = {
    "route": Text(zh="办理路径", en="route"),
    "gate": Text(zh="环节", en="gate"),
    "organs": Text(zh="机关", en="organs"),
    "quorum": Text(zh="表决", en="quorum"),
    "term": Text(zh="期限", en="deadline"),
    "documents": Text(zh="材料", en="documents"),
    "checks": Text(zh="检查", en="checks"),
    "citations": Text(zh="依据", en="sources"),
}

Said = dict[str, tuple[str, ...]]


def _differing(place: Text, before: Said, after: Said) -> list[PlanChange]:
    names = dict.fromkeys((*before, *after))
    return [
        PlanChange(place=place, what=_WHAT[name], before=_joined(before.get(name)), after=_joined(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _joined(values: tuple[str, ...] | None) -> str | None:
    return None if values is None else "、".join(values) or "—"


def _gates(plan: Plan) -> dict[tuple[str, str], Gate]:
    return {(stage.name, gate.id): gate for stage in plan.stages for gate in stage.gates}


def _place(key: tuple[str, str], title: Text) -> Text:
    return Text(zh=f"{title.zh}（{key[0]}/{key[1]}）", en=f"{title.en} ({key[0]}/{key[1]})")


def _said(gate: Gate | None, plan: Plan) -> Said:
    if gate is None:
        return {}
    checks = {check.id: check for check in plan.checks}
    return {
        "gate": (gate.title.zh,),
        "organs": gate.organs,
        "quorum": (f"{gate.quorum.rule}{gate.quorum.seats or ''}",),
        "term": (f"{gate.term.amount} {gate.term.unit}", str(gate.term.citation)),
        "documents": tuple(document.title.zh for document in gate.documents),
        "checks": tuple(f"{check} {checks[check].title.zh} {checks[check].strength}" for check in gate.checks),
        "citations": tuple(str(citation) for citation in gate.citations),
    }


def _limits(plan: Plan) -> dict[str, Limit]:
    return {limit.id: limit for stage in plan.stages for limit in stage.limits}


def _limit(limit: Limit | None) -> Said:
    if limit is None:
        return {}
    return {
        "term": (f"{limit.term.amount} {limit.term.unit}", str(limit.term.citation)),
        "citations": (str(limit.citation),),
    }
