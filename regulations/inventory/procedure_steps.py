"""The steps of a procedure in words: who acts, by when, on what condition, and what follows. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from models.base import Text
from models.catalog import CatalogSubject
from models.procedure import APPLICANT, DEPARTMENT, OnlyIf, StepEffect, StepKind
from regulations.inventory.consequences import follows
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.pipeline import QUORUMS
from regulations.inventory.terms import rungs_said, term_said
from regulations.inventory.words import joined, optional, same, trait_of
from regulations.procedure_plan import ProcedureLaw
from regulations.procedure_schema import ProcedureSource, StepSource

PARTIES: Final = {
    APPLICANT: Text(zh="申请人", en="applicant"),
    DEPARTMENT: Text(zh="主管部门", en="supervising department"),
}
"""The parties that every application has, or may have."""


class Actors:
    """How whoever a procedure names is called: a party, or the organ of the regulation that has the role."""

    def __init__(self, local: ProcedureLaw, law: ProcedureLaw, source: ProcedureSource | None = None) -> None:
        self._parties = PARTIES | (source.parties if source else {})
        self._roles = local.procedures.roles
        self._organs = {organ.id: organ.name for organ in (*law.organs(), *local.organs())}

    def titles(self, names: Iterable[str]) -> Text:
        """Their titles; a name that nobody here has stands for itself."""
        return joined(map(self._title, names))

    def _title(self, name: str) -> Text:
        code = self._roles.get(name, name)
        return self._parties.get(name) or self._organs.get(code) or same(code)


def steps(law: ProcedureLaw, actors: Actors, procedure: str, source: ProcedureSource) -> Iterator[Entry]:
    """The steps that are in force, in their order."""
    for key, step in source.steps.items():
        if step.covers(law.day):
            title = Text(zh=f"{source.title.zh}：{step.title.zh}", en=f"{source.title.en}: {step.title.en}")
            traits = _step(law, actors, source, step)
            yield entry_of(law, Section.STEP, f"{procedure}/{key}", title, step, traits)


def _step(law: ProcedureLaw, actors: Actors, source: ProcedureSource, step: StepSource) -> Iterator[Trait]:
    yield Trait(name=Text(zh="方式", en="kind"), says=_KINDS[step.kind])
    yield from optional("由谁办理", "by", actors.titles([step.task] if step.task else step.review))
    yield from optional("等待", "waits for", same(step.wait or ""))
    if len(step.review) > 1:
        yield Trait(name=Text(zh="表决", en="quorum"), says=QUORUMS[step.quorum])
    yield from optional("仅当", "only if", _condition(step.only_if))
    if step.term and step.ladder:
        yield Trait(name=Text(zh="期限", en="term"), says=term_said(law.needed("terms", step.term)))
        yield from optional("自何日起", "since", same(step.since or ""))
        yield Trait(name=Text(zh="提醒", en="ladder"), says=rungs_said(law, step.ladder))
    yield from optional("逾期告知", "tells when late", actors.titles(step.tells))
    yield from optional("表格", "form", joined(form.title for _, form in law.named("forms", filter(None, [step.form]))))
    yield from optional("材料", "documents", joined(d.title for _, d in law.named("documents", step.documents)))
    if step.returns_to:
        yield Trait(name=Text(zh="退回至", en="returns to"), says=source.steps[step.returns_to].title)
    if step.review and not step.may_reject:
        yield trait_of("不得不予通过", "never rejects", "✓")
    yield from _effects(law, actors, step)
    yield from (trait for consequence in step.consequences for trait in follows(law, consequence))
    yield from optional("后果由谁承担", "on whom", actors.titles([step.concerns] if step.concerns else []))


def _condition(only_if: OnlyIf | None) -> Text:
    if only_if is None:
        return same("")
    values = "/".join(only_if.has)
    return Text(zh=f"{only_if.field} 为 {values}", en=f"{only_if.field} is {values}")


# ---------------------------------------------------------------- what follows


def _effects(law: ProcedureLaw, actors: Actors, step: StepSource) -> Iterator[Trait]:
    done = Text(zh="通过后", en="when approved") if step.review else Text(zh="办结后", en="when done")
    for name, effects in (
        (Text(zh="开始时", en="when it opens"), step.first),
        (done, step.then),
        (Text(zh="退回后", en="when returned"), step.returned),
        (Text(zh="不予通过后", en="when rejected"), step.otherwise),
        (Text(zh="撤回后", en="when withdrawn"), step.undone),
    ):
        if effects:
            says = joined((_effect(law, actors, effect) for effect in effects), "；", "; ")
            yield Trait(name=name, says=says)


def _effect(law: ProcedureLaw, actors: Actors, effect: StepEffect) -> Text:
    said, when = _done(law, actors, effect), _condition(effect.only_if)
    return Text(zh=f"{said.zh}（仅当 {when.zh}）", en=f"{said.en} (only if {when.en})") if effect.only_if else said


def _done(law: ProcedureLaw, actors: Actors, effect: StepEffect) -> Text:
    if effect.catalog:
        subject, verb = _SUBJECTS[effect.subject], effect.catalog.label
        return Text(zh=f"{subject.zh} {effect.entry} {verb.zh}", en=f"{subject.en} {effect.entry} {verb.en}")
    if effect.register_ and effect.state:
        register = law.needed("registers", effect.register_)
        state = register.states[effect.state]
        return Text(zh=f"登记入{register.title.zh}：{state.zh}", en=f"entered in {register.title.en}: {state.en}")
    if effect.tell:
        told = actors.titles(effect.tell)
        return Text(zh=f"告知{told.zh}", en=f"{told.en} told")
    return Text(zh=f"向项目报告事件 {effect.report}", en=f"event {effect.report} reported to the project")


# ---------------------------------------------------------------- what is named


def names_of(law: ProcedureLaw, source: ProcedureSource) -> dict[str, list[str]]:
    """The entries that the procedure and its steps in force name, by their sections."""
    found: dict[str, list[str]] = defaultdict(list)
    taken = [step for step in source.steps.values() if step.covers(law.day)]
    found["forms"] = [form for form in (source.form, *(step.form for step in taken)) if form]
    found["documents"] = [*source.documents, *(document for step in taken for document in step.documents)]
    found["rates"] = [*source.measures.rates] if source.measures else []
    found["registers"] = [e.register_ for step in taken for e in step.effects if e.register_]
    following = [consequence for step in taken for consequence in step.consequences]
    found["rectifications"] = [c.rectification for c in following if c.rectification]
    orders = [order for _, order in law.named("rectifications", found["rectifications"])]
    found["sanctions"] = [s for c in following for s in c.sanctions] + [s for o in orders for s in o.escalation]
    found["terms"] = [step.term for step in taken if step.term]
    found["terms"] += [term for order in orders for term in (order.term, order.verification)]
    found["ladders"] = [step.ladder for step in taken if step.ladder] + [order.ladder for order in orders]
    return found


_KINDS: Final = {
    StepKind.TASK: Text(zh="办理", en="task"),
    StepKind.REVIEW: Text(zh="审核", en="review"),
    StepKind.WAIT: Text(zh="等待", en="wait"),
}
_SUBJECTS: Final = {
    CatalogSubject.RESOURCE: Text(zh="目录条目", en="catalog entry"),
    CatalogSubject.CAPABILITY: Text(zh="能力", en="capability"),
    CatalogSubject.DEMAND: Text(zh="共享需求", en="demand"),
}
