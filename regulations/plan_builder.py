"""From a regulation to the plan of one route on one day: picks the entries in force and puts them together. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.base import Text, faults
from models.calendar import Term
from models.check import Check
from models.citation import Citation
from models.deadline import Rung
from models.finding import SanctionEnd, SanctionKind
from models.form import DocumentRequirement, Form
from models.plan import (
    Change,
    Consequence,
    EventKind,
    Fixing,
    Gate,
    GateRef,
    Limit,
    Opening,
    OrganPlan,
    PauseGround,
    Plan,
    Power,
    RectificationRule,
    Sampling,
    SanctionRule,
    StagePlan,
)
from models.review import Quorum, QuorumRule
from models.scope import Titled
from regulations.provisions import Fault, P, Source
from regulations.schema import (
    ChangeSource,
    ConsequenceSource,
    DocumentSource,
    GateSource,
    LimitSource,
    OpeningSource,
    Regulation,
    RouteSource,
    SamplingSource,
    SanctionSource,
    StageSource,
    ValueRef,
)

T = TypeVar("T")
UNREGULATED: Final = "未作规定"
"""What stands in the place of the article where no document gives one."""

INSPECTION: Final = "inspection"
"""The rectification of this name follows from inspections, whatever the gate."""

_SCOPE: Final = {"applies_to", "except_for"}

_CATALOG_CELLS: Final = {
    "compiles_catalog": {"form", "rows"},
    "registers_catalog": {"form", "rows", "name"},
    "shares_resources": {"form", "rows", "name", "mode", "unshared"},
    "shares_base_items": {"form", "rows", "name", "mode", "unconditional"},
}
"""What the checks of the catalog form take from the regulation's `catalog`."""

_CHECK: Final[TypeAdapter[Check]] = TypeAdapter(Check)


class Inconsistent(Exception):
    """An entry needs one that is not in force on the day, or does not fit its kind. The loader refuses such a file."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{'.'.join(map(str, fault.path))}: {fault.reason} (got {fault.value!r})")
        self.fault = fault


class LawInForce:
    """A regulation as it stands on one day. Entries that are not in force do not bind and are left out."""

    def __init__(self, regulation: Regulation, day: date, officers: Mapping[str, int] | None = None) -> None:
        self.regulation = regulation
        self.day = day
        self.officers = officers or {}

    def entries(self, section: Mapping[Any, tuple[P, ...]]) -> Iterator[tuple[Any, P]]:
        """The entries of a section that are in force, in the order of the file."""
        for key, versions in section.items():
            if (entry := in_force(versions, self.day)) is not None:
                yield key, entry

    def named(self, section: str, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Those of the named entries that are in force, in the order named."""
        versions = getattr(self.regulation, section)
        return self.entries({key: versions[key] for key in keys})

    def needed(self, section: str, key: str) -> Any:
        """The entry that another cannot do without. Raises Inconsistent where it is not in force on the day."""
        found = in_force(getattr(self.regulation, section)[key], self.day)
        if found is None:
            raise Inconsistent(Fault((section, key), str(self.day), "needed on a day on which it is not in force"))
        return found

    def citation(self, source: Source) -> Citation:
        instruments = self.regulation.instruments
        return Citation(
            rule=source.rule,
            instrument=instruments[source.instrument or self.regulation.instrument],
            article=source.article or UNREGULATED,
            default=source.default is not None,
            gap=source.default,
        )

    def check(self, check_id: str) -> Check:
        """The check with its named values put in. Raises Inconsistent where it does not fit its kind."""
        source = self.needed("checks", check_id)
        own = source.model_dump(include={"check", "rule", "title", "remedy", "strength", *_SCOPE})
        filled = {"id": check_id, "citation": self.citation(source), "exempts_classified": self._exempts(check_id)}
        try:
            arguments = self._catalog(source.check) | {k: self._value(v) for k, v in source.arguments.items()}
            return _CHECK.validate_python(own | filled | arguments, extra="forbid")
        except ValidationError as error:
            raise Inconsistent(Fault(("checks", check_id), source.check, "; ".join(faults(error)))) from error

    def gate(self, gate_id: str, source: GateSource) -> Gate:
        citation = self.citation(source)
        return Gate(
            id=gate_id,
            title=source.title,
            organs=source.organs,
            quorum=self._quorum(source),
            citations=(citation, *(self.citation(further) for further in source.also)),
            documents=tuple(self.document(*entry) for entry in self.named("documents", source.documents)),
            forms=tuple(key for key, _ in self.named("forms", source.forms)),
            checks=tuple(key for key, _ in self.named("checks", source.checks)),
            term=self.term(source.term),
            rungs=self.rungs(source.ladder),
            returns_to=source.returns_to,
            may_reject=source.may_reject,
            consequences=tuple(self.consequence(consequence) for consequence in source.consequences),
            rule_source_missing=citation if source.rule_source_missing else None,
            fixes=Fixing(**source.fixes.model_dump()),
            points=source.points,
            points_of=source.points_of,
            sampling=self._sampling(source.sampling) if source.sampling else None,
            opening=self._opening(source.opening) if source.opening else None,
            on_demand=source.on_demand,
            **source.model_dump(include=_SCOPE),
        )

    def stage(self, source: StageSource) -> StagePlan | None:
        """The stage with its gates; None where none of them is in force."""
        gates = tuple(self.gate(key, entry) for key, entry in self.named("gates", source.gates))
        opening = self._opening(source.opening) if source.opening else None
        limits = tuple(self._limit(key, entry) for key, entry in self.named("limits", source.limits))
        return StagePlan(name=source.name, gates=gates, opening=opening, limits=limits) if gates else None

    def term(self, name: str) -> Term:
        source = self.needed("terms", name)
        measure = source.model_dump(include={"unit", "amount", "month_day", "rolls_over"})
        return Term(**measure, citation=self.citation(source))

    def rungs(self, name: str) -> tuple[Rung, ...]:
        return tuple(self.needed("ladders", name).rungs)

    def warnings(self) -> tuple[Text, ...]:
        """What must be said on every page: that the regulation has run out, where it is applied all the same."""
        validity = self.regulation.validity
        return () if validity.covers(self.day) or not validity.after_expiry else (validity.after_expiry.warning,)

    def powers(self) -> tuple[Power, ...]:
        entries = self.entries(self.regulation.powers)
        return tuple(Power(act=act, organs=entry.organs, citation=self.citation(entry)) for act, entry in entries)

    def organs(self) -> tuple[OrganPlan, ...]:
        return tuple(
            OrganPlan(id=key, name=entry.title, superior=entry.superior, officers=self.officers.get(key, 0))
            for key, entry in self.entries(self.regulation.organs)
        )

    def forms(self) -> tuple[Form, ...]:
        return tuple(
            Form(
                id=key,
                title=entry.title,
                citation=self.citation(entry),
                also=tuple(self.citation(further) for further in entry.also),
                fields=entry.fields,
                **entry.model_dump(include=_SCOPE),
            )
            for key, entry in self.entries(self.regulation.forms)
        )

    def events(self) -> tuple[EventKind, ...]:
        return tuple(
            EventKind(id=key, title=entry.title, citation=self.citation(entry), fields=entry.fields, tells=entry.tells)
            for key, entry in self.entries(self.regulation.events)
        )

    def categories(self) -> tuple[Titled, ...]:
        return tuple(Titled(id=key, title=entry.title) for key, entry in self.entries(self.regulation.categories))

    def route_categories(self) -> tuple[str, ...]:
        """The categories by which one of the routes is chosen, or by which a project is always inspected."""
        routes = [route.categories for _, route in self.entries(self.regulation.routes)]
        drawn = [gate.sampling.always_for for _, gate in self.entries(self.regulation.gates) if gate.sampling]
        return tuple(dict.fromkeys(category for categories in (*routes, *drawn) for category in categories))

    def pause_grounds(self) -> tuple[PauseGround, ...]:
        return tuple(
            PauseGround(id=key, title=entry.title, citation=self.citation(entry))
            for key, entry in self.entries(self.regulation.pause_grounds)
        )

    def changes(self) -> tuple[Change, ...]:
        return tuple(self._change(key, entry) for key, entry in self.entries(self.regulation.changes))

    def _change(self, name: str, source: ChangeSource) -> Change:
        explained = source.explained_by and self.document(
            source.explained_by, self.needed("documents", source.explained_by)
        )
        return Change(
            id=name,
            stages=source.stages,
            over_share=self._share(source.over_share) if source.over_share else None,
            major=source.major,
            explained_by=explained or None,
            returns_to=source.returns_to,
            rule=source.rule,
            citation=self.citation(source),
        )

    def _limit(self, name: str, source: LimitSource) -> Limit:
        written = source.model_dump(include={"title", "since", "met_by", "met_when", "tells"})
        term, rungs = self.term(source.term), self.rungs(source.ladder)
        return Limit(id=name, term=term, rungs=rungs, citation=self.citation(source), **written)

    def document(self, kind: str, source: DocumentSource) -> DocumentRequirement:
        scope = source.model_dump(include=_SCOPE)
        return DocumentRequirement(kind=kind, title=source.title, citation=self.citation(source), **scope)

    def _sampling(self, source: SamplingSource) -> Sampling:
        return Sampling(rate=self._share(source.rate), always_for=source.always_for, citation=self.citation(source))

    def _share(self, ref: ValueRef) -> Decimal:
        """A named value that is a share between 0 and 1. Raises Inconsistent for any other."""
        written = self._value(ref)
        share = Decimal(written) if re.fullmatch(r"0(\.[0-9]+)?|1(\.0+)?", str(written)) else None
        if share is None:
            raise Inconsistent(Fault(("values", ref.value), written, "must be a share between 0 and 1"))
        return share

    def _catalog(self, check: str) -> dict[str, Any]:
        """What a check of the catalog form need not repeat: which form it is, and which cell says what."""
        kind, catalog = _CATALOG_CELLS.get(check), self.regulation.catalog
        return catalog.model_dump(include=kind) if kind and catalog else {}

    def _value(self, written: Any) -> Any:
        if isinstance(written, dict) and written.keys() == {"value"}:
            written = ValueRef.model_validate(written)
        return self.needed("values", written.value).value if isinstance(written, ValueRef) else written

    def _exempts(self, check_id: str) -> bool:
        exemption = in_force(self.regulation.classified or (), self.day)
        return exemption is not None and check_id in exemption.checks

    def _quorum(self, source: GateSource) -> Quorum:
        seats = sum(self.officers.get(organ, 0) for organ in source.organs)
        counted = seats if source.quorum is QuorumRule.MAJORITY and seats else None
        return Quorum(rule=source.quorum, seats=counted)

    def _opening(self, source: OpeningSource) -> Opening:
        on = self.term(source.on) if source.on else None
        written = source.model_dump(include={"event", "title", "since", "on_field"})
        return Opening(on=on, citation=self.citation(source), **written)

    def consequence(self, source: ConsequenceSource) -> Consequence:
        return Consequence(
            on=source.on,
            goes_on=source.goes_on,
            sanctions=tuple(self._sanction(*entry) for entry in self.named("sanctions", source.sanctions)),
            rectification=self._rectification(source.rectification) if source.rectification else None,
        )

    def _sanction(self, name: str, source: SanctionSource) -> SanctionRule:
        ends = self._value(source.ends)
        if ends not in list(SanctionEnd):
            raise Inconsistent(Fault(("sanctions", name), ends, f"must end by one of {', '.join(SanctionEnd)}"))
        written = source.model_dump(include={"kind", "rule", "strength", "tells"})
        return SanctionRule(**written, ends=ends, citation=self.citation(source))

    def inspection(self) -> RectificationRule | None:
        """What follows where an inspection finds a fault; None where the regulation says nothing of it."""
        found = in_force(self.regulation.rectifications.get(INSPECTION, ()), self.day)
        return self._rectification(INSPECTION) if found else None

    def _rectification(self, name: str) -> RectificationRule:
        source = self.needed("rectifications", name)
        escalation = tuple(self._sanction(*entry) for entry in self.named("sanctions", source.escalation))
        if any(step.kind is SanctionKind.TERMINATE for step in escalation[:-1]):
            path = ("rectifications", name, "escalation")
            raise Inconsistent(Fault(path, SanctionKind.TERMINATE, "ends the project: nothing can follow it"))
        return RectificationRule(
            rule=source.rule,
            citation=self.citation(source),
            verified_by=source.verified_by,
            term=self.term(source.term),
            verification=self.term(source.verification),
            rungs=self.rungs(source.ladder),
            holds=source.holds,
            escalation=escalation,
        )


def in_force(versions: Iterable[P], day: date) -> P | None:
    """The version that covers the day; None where none does."""
    return next((version for version in versions if version.covers(day)), None)


def build(law: LawInForce, route_id: str, route: RouteSource, version: str) -> Plan:
    """The plan of the route. Raises Inconsistent where an entry in force rests on one that is not."""
    stages = tuple(stage for source in route.stages if (stage := law.stage(source)))
    used = {check for stage in stages for gate in stage.gates for check in gate.checks}
    admission = in_force(law.regulation.admission or (), law.day)
    return Plan(
        regulation=law.regulation.id,
        title=law.regulation.title,
        version=version,
        filed_on=law.day,
        route=route_id,
        investment_up_to=route.investment_up_to,
        warnings=law.warnings(),
        organs=law.organs(),
        powers=law.powers(),
        pause_grounds=law.pause_grounds(),
        features=tuple(Titled(id=key, title=title) for key, title in law.regulation.features.items()),
        categories=law.categories(),
        fixed_categories=law.route_categories(),
        events=law.events(),
        forms=law.forms(),
        checks=tuple(law.check(check_id) for check_id in law.regulation.checks if check_id in used),
        stages=stages,
        changes=tuple(change for change in law.changes() if _stands_on(stages, change.returns_to)),
        inspection=law.inspection(),
        admission_sanctions=admission.blocked_by if admission else (),
        overruled=law.regulation.overruled,
    )


def _stands_on(stages: tuple[StagePlan, ...], ref: GateRef) -> bool:
    """Whether the route has the stage and the gate: a change cannot lead back to what this kind of project never passes."""
    stage = next((stage for stage in stages if stage.name == ref.stage), None)
    return stage is not None and (ref.gate is None or any(gate.id == ref.gate for gate in stage.gates))
