"""Which law binds a procedure beside the pipeline? Answered once, when it is admitted. Pure.

A procedure is looked for in the regulation's own file, then in those of the regulations that lie over it, the nearest first.
Whatever file it comes from, its roles are filled by the organs of the regulation under which it is applied for.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from models.base import Text
from models.citation import Citation
from models.form import Form
from models.plan import Consequence, OrganPlan, Plan, SanctionRule
from models.procedure import (
    APPLICANT,
    DEPARTMENT,
    ProcedureApplication,
    ProcedurePlan,
    RateGoal,
    Step,
    StepEffect,
    StepKind,
)
from models.rates import RateDefinition
from models.review import Quorum, QuorumRule
from regulations.completeness import form_faults
from regulations.overlays import lying_over
from regulations.plan_builder import LawInForce, in_force
from regulations.procedure_schema import MeasuredOf, Procedures, ProcedureSource, RateSource, StepSource
from regulations.provisions import P, Source
from regulations.resolve import NotAdmitted, not_open, reason
from regulations.schema import ConsequenceSource, Regulation


class Law(NamedTuple):
    """A regulation, and what it says of procedures beside the pipeline."""

    regulation: Regulation
    procedures: Procedures

    @property
    def version(self) -> str:
        """The SHA-256 of both texts."""
        return hashlib.sha256(f"{self.regulation.version}{self.procedures.version}".encode()).hexdigest()


Laws = Mapping[str, Law]
"""By the ids of their regulations."""


class UnknownParty(KeyError):
    """A name that is no party of the application, no role and no organ."""


class ProcedureLaw(LawInForce):
    """Regulation and procedures as they stand on one day: what an entry names is looked for among the procedures first."""

    def __init__(self, law: Law, day: date, officers: Mapping[str, int] | None = None) -> None:
        super().__init__(law.regulation, day, officers)
        self.procedures = law.procedures

    def named(self, section: str, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        return self.entries({key: self._versions(section, key) for key in keys})

    def needed(self, section: str, key: str) -> Any:
        own = getattr(self.procedures, section, {}).get(key)
        found = in_force(own, self.day) if own else None
        return found if found is not None else super().needed(section, key)

    def _versions(self, section: str, key: str) -> tuple[P, ...]:
        own = getattr(self.procedures, section, {})
        versions: tuple[P, ...] = own[key] if key in own else getattr(self.regulation, section)[key]
        return versions

    def form(self, form_id: str) -> Form:
        """The form of this name. Raises Inconsistent where it is not in force, KeyError where there is none."""
        source = self.needed("forms", form_id)
        also = tuple(self.citation(further) for further in source.also)
        return Form(id=form_id, title=source.title, citation=self.citation(source), also=also, fields=source.fields)

    def procedure(self, procedure_id: str) -> ProcedureSource | None:
        """The procedure, where the file has it and it is in force on the day."""
        versions = self.procedures.procedures.get(procedure_id)
        return in_force(versions, self.day) if versions else None


def offered(laws: Laws, regulation: str, day: date) -> dict[str, ProcedureLaw]:
    """Every procedure that can be applied for under the regulation on that day, with the law that it comes from.

    There is none on a day on which nothing can be filed under it, and none of a wider regulation that is out of force.
    """
    local = laws[regulation]
    if any(not_open(local.regulation, day)):
        return {}
    found: dict[str, ProcedureLaw] = {}
    for name in (regulation, *_lenders(laws, local.regulation, day)):
        law = ProcedureLaw(laws[name], day)
        barred = local.procedures.not_lent if name != regulation else {}
        for procedure_id in laws[name].procedures.procedures:
            if procedure_id not in found and procedure_id not in barred and law.procedure(procedure_id):
                found[procedure_id] = law
    return found


def _lenders(laws: Laws, regulation: Regulation, day: date) -> list[str]:
    """The wider regulations whose procedures are to be had on that day: they lie over it then, and are in force."""
    return [name for name in lying_over(regulation, day) if name in laws and laws[name].regulation.validity.admits(day)]


def resolve_procedure(
    laws: Laws,
    application: ProcedureApplication,
    filed_on: date,
    officers: Callable[[str], int],
    *,
    complete: bool = True,
) -> tuple[Plan, ProcedurePlan]:
    """The law that binds a procedure applied for on that day (Asia/Shanghai): who may do what, and its steps.

    `officers` says how many officers a party has on the day. Raises NotAdmitted: an unknown regulation or procedure, a
    regulation under which nothing can be filed on the day (as `resolve` says it), a party that is missing or unknown, an organ
    that has to decide without an officer, and, where it has to be `complete`, a form that is not filled in as it demands.
    """
    if application.regulation not in laws:
        raise NotAdmitted([_unknown("regulation", application.regulation, laws)])
    if closed := list(not_open(laws[application.regulation].regulation, filed_on)):
        raise NotAdmitted(closed)
    known = offered(laws, application.regulation, filed_on)
    if application.procedure not in known:
        raise NotAdmitted([_barred(laws, application, filed_on) or _unknown("procedure", application.procedure, known)])
    law = known[application.procedure]
    source = law.procedure(application.procedure)
    assert source
    if faults := list(_party_faults(law, source, application)):
        raise NotAdmitted(faults)
    local = ProcedureLaw(laws[application.regulation], filed_on)
    parties = Parties(local, law, application)
    procedure = _Builder(law, parties, officers).procedure(application.procedure, source)
    plan = _plan(local, law, source, application, officers, laws[law.regulation.id].version)
    incomplete = form_faults(plan, procedure.form, application.form) if complete else []
    if faults := [*incomplete, *_vacant(procedure, officers)]:
        raise NotAdmitted(faults)
    return plan, procedure


# ---------------------------------------------------------------- who


class Parties:
    """Who is meant by a name: a party of the application, a role of the regulation, or one of its organs."""

    def __init__(self, local: ProcedureLaw, law: ProcedureLaw, application: ProcedureApplication) -> None:
        self._roles = local.procedures.roles
        self._given = {**application.parties, APPLICANT: application.unit.code}
        if application.department:
            self._given[DEPARTMENT] = application.department.code
        self._organs = {*local.regulation.organs, *law.regulation.organs}

    def code(self, name: str) -> str:
        """The code of whoever is meant. Raises UnknownParty."""
        code = self._given.get(name) or self._roles.get(name) or (name if name in self._organs else None)
        if code is None:
            raise UnknownParty(name)
        return code

    def codes(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.code(name) for name in names))


def _party_faults(law: ProcedureLaw, source: ProcedureSource, application: ProcedureApplication) -> Iterator[Text]:
    citation = law.citation(source)
    if application.department is None and DEPARTMENT in named_in(source):
        yield reason("department", None, "缺少主管部门", "must name the supervising department", citation)
    for party, title in source.parties.items():
        if party not in application.parties:
            zh, en = f"缺少{title.zh}", f"must name {title.en}"
            yield reason(f"parties.{party}", None, zh, en, citation)
    for party, code in application.parties.items():
        if party not in source.parties:
            listed = ", ".join(source.parties) or "none"
            yield reason(f"parties.{party}", code, f"没有这一方；可填：{listed}", f"must be one of: {listed}", citation)


def named_in(source: ProcedureSource) -> tuple[str, ...]:
    """Every name of a party, a role or an organ that the steps of the procedure use."""
    found: list[str] = []
    for step in source.steps.values():
        told = [name for effect in step.effects for name in effect.tell]
        found += [*filter(None, (step.task, step.concerns)), *step.review, *step.tells, *told]
    return tuple(dict.fromkeys(found))


def _vacant(procedure: ProcedurePlan, officers: Callable[[str], int]) -> Iterator[Text]:
    for step in procedure.steps:
        for code in step.by if step.kind is StepKind.REVIEW else ():
            if not officers(code):
                zh, en = f"{step.title.zh}没有经办人", f"has no officer for the step {step.id}"
                yield reason("organ", code, zh, en, step.citations[0])


def _barred(laws: Laws, application: ProcedureApplication, day: date) -> Text | None:
    """Why there is no such procedure, where a rule of the regulation, or of one that lies over it, rules it out."""
    wanted, local = application.procedure, laws[application.regulation]
    for name in (application.regulation, *_lenders(laws, local.regulation, day)):
        rule = laws[name].procedures.not_lent.get(wanted)
        if rule:
            zh, en = f"依据 {rule}，此处不得办理", f"rule {rule} rules it out here"
            return Text(zh=f"procedure（{wanted}）：{zh}", en=f"procedure: {en} (got {wanted!r})")
    return None


def _unknown(field: str, value: str, known: Iterable[str]) -> Text:
    listed = ", ".join(known)
    return Text(zh=f"{field}（{value}）：可用：{listed}", en=f"{field}: must be one of {listed} (got {value!r})")


# ---------------------------------------------------------------- what


def _plan(
    local: ProcedureLaw,
    law: ProcedureLaw,
    source: ProcedureSource,
    application: ProcedureApplication,
    officers: Callable[[str], int],
    version: str,
) -> Plan:
    """Who may do what: the frame of every step. It has no stages."""
    organs = {organ.id: organ for organ in (*law.organs(), *local.organs())}
    wanted = (source.form, *(step.form for step in source.steps.values()))
    return Plan(
        regulation=law.regulation.id,
        title=law.regulation.title,
        version=version,
        filed_on=law.day,
        route=application.procedure,
        warnings=tuple(dict.fromkeys((*local.warnings(), *law.warnings()))),
        organs=tuple(o.model_copy(update={"officers": officers(o.id)}) for o in organs.values())
        + _applicant(application),
        powers=local.powers(),
        pause_grounds=local.pause_grounds(),
        forms=tuple(law.form(form_id) for form_id in dict.fromkeys(filter(None, wanted))),
        stages=(),
    )


def _applicant(application: ProcedureApplication) -> tuple[OrganPlan, ...]:
    """The applicant and its department under their names, so that every page can name them."""
    parties = filter(None, (application.unit, application.department))
    return tuple(OrganPlan(id=party.code, name=Text(zh=party.name, en=party.name)) for party in parties)


class _Builder:
    """Turns the entries in force into the steps of one procedure, with everybody by code."""

    def __init__(self, law: ProcedureLaw, parties: Parties, officers: Callable[[str], int]) -> None:
        self._law = law
        self._parties = parties
        self._officers = officers

    def procedure(self, procedure_id: str, source: ProcedureSource) -> ProcedurePlan:
        steps = tuple(self._step(key, step) for key, step in source.steps.items() if step.covers(self._law.day))
        measures = source.measures
        return ProcedurePlan(
            id=procedure_id,
            title=source.title,
            runs=source.runs,
            citations=self._citations(source, source.also),
            form=source.form,
            documents=tuple(self._law.document(*entry) for entry in self._law.named("documents", source.documents)),
            steps=steps,
            rates=tuple(self._goal(*entry) for entry in self._law.named("rates", measures.rates)) if measures else (),
            rates_of_applicant=measures is not None and measures.of is MeasuredOf.APPLICANT,
        )

    def _goal(self, rate_id: str, source: RateSource) -> RateGoal:
        definition = RateDefinition(
            id=rate_id,
            title=source.title,
            numerator=source.numerator,
            denominator=source.denominator,
            shareable_only=source.shareable_only,
        )
        return RateGoal(definition=definition, at_least=source.at_least, citations=self._citations(source, source.also))

    def _step(self, step_id: str, source: StepSource) -> Step:
        law = self._law
        by = self._parties.codes((source.task,) if source.task else source.review)
        return Step(
            id=step_id,
            title=source.title,
            kind=source.kind,
            by=by,
            quorum=self._quorum(source, by),
            citations=self._citations(source, source.also),
            form=source.form,
            documents=tuple(law.document(*entry) for entry in law.named("documents", source.documents)),
            event=source.wait,
            term=law.term(source.term) if source.term else None,
            since=source.since,
            rungs=law.rungs(source.ladder) if source.ladder else (),
            tells=self._parties.codes(source.tells),
            returns_to=source.returns_to,
            may_reject=source.may_reject,
            only_if=source.only_if,
            then=tuple(self._effect(effect) for effect in source.then),
            otherwise=tuple(self._effect(effect) for effect in source.otherwise),
            first=tuple(self._effect(effect) for effect in source.first),
            returned=tuple(self._effect(effect) for effect in source.returned),
            undone=tuple(self._effect(effect) for effect in source.undone),
            concerns=self._parties.code(source.concerns) if source.concerns else None,
            consequences=tuple(self._consequence(consequence) for consequence in source.consequences),
        )

    def _citations(self, source: Source, also: Iterable[Source]) -> tuple[Citation, ...]:
        return (self._law.citation(source), *(self._law.citation(further) for further in also))

    def _quorum(self, source: StepSource, by: tuple[str, ...]) -> Quorum:
        seats = sum(self._officers(code) for code in by) if source.quorum is QuorumRule.MAJORITY else 0
        return Quorum(rule=source.quorum, seats=seats or None)

    def _effect(self, effect: StepEffect) -> StepEffect:
        register = self._law.needed("registers", effect.register_) if effect.register_ else None
        title = register.states[effect.state] if register else None
        return effect.model_copy(update={"tell": self._parties.codes(effect.tell), "state_title": title})

    def _consequence(self, source: ConsequenceSource) -> Consequence:
        built = self._law.consequence(source)
        rectification = built.rectification and built.rectification.model_copy(
            update={
                "verified_by": self._parties.codes(built.rectification.verified_by),
                "escalation": tuple(map(self._sanction, built.rectification.escalation)),
            }
        )
        return built.model_copy(
            update={"sanctions": tuple(map(self._sanction, built.sanctions)), "rectification": rectification}
        )

    def _sanction(self, rule: SanctionRule) -> SanctionRule:
        return rule.model_copy(update={"tells": self._parties.codes(rule.tells)})
