"""What is wrong with a regulation that is well-formed but does not hold together. Pure.

Names must lead somewhere, every gate and check must be used, a return must lead backwards, and on every day on which
something changes each route must make a plan.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from models.form import FieldKind, FormField
from models.plan import GateRef
from models.review import Outcome
from regulations.answerable import endless_changes, misread_forms, undemanded, unfixed, unknown_events
from regulations.overlays import unfit_loans
from regulations.plan_builder import INSPECTION, Inconsistent, LawInForce, build
from regulations.provisions import Fault, Path, Provision, Source, walk
from regulations.references import Reference, missing_from, names_in, references
from regulations.register import Register
from regulations.schema import Regulation, RouteSource

_USED: Final = {
    "checks": "no gate uses this check, so it would never be applied",
    "gates": "no route leads to this gate: it is unreachable",
    "terms": "nothing uses this term",
    "ladders": "nothing uses this ladder",
    "sanctions": "no consequence uses this sanction",
    "rectifications": "no consequence uses this rectification",
    "limits": "no stage has this limit",
}
"""The sections whose entries bind only where another entry names them."""


def inconsistencies(regulation: Regulation, register: Register) -> list[Fault]:
    """Every fault, in the order of the rules below. Plans are tried only if all names lead somewhere."""
    named = list(references(regulation))
    faults = [
        *_uncited(regulation, register),
        *_unknown(regulation, named),
        *_unused(regulation, named),
        *_repeated_gates(regulation),
        *_misled_returns(regulation),
        *_misled_changes(regulation),
        *_idle_going_on(regulation),
        *undemanded(regulation),
        *unknown_events(regulation),
        *unfixed(regulation),
        *endless_changes(regulation),
        *_unserved_funding(regulation),
        *_misnamed_capabilities(regulation),
        *_unfillable_fields(regulation),
    ]
    return faults or [*unfit_loans(regulation), *_unplannable(regulation)]


def loan_faults(regulation: Regulation) -> list[Fault]:
    """What keeps a regulation from being laid over another one: a name that leads nowhere, a lent check that does not fit."""
    return list(_unknown(regulation, references(regulation))) or list(unfit_loans(regulation))


# ---------------------------------------------------------------- sources


def _uncited(regulation: Regulation, register: Register) -> Iterator[Fault]:
    if regulation.instrument not in regulation.instruments:
        yield Fault(("instrument",), regulation.instrument, missing_from("instrument", regulation.instruments))
    for path, part in walk(regulation):
        if isinstance(part, Source):
            yield from _faulty_source(path, part, regulation, register)


def _faulty_source(path: Path, source: Source, regulation: Regulation, register: Register) -> Iterator[Fault]:
    if source.instrument is not None and source.instrument not in regulation.instruments:
        yield Fault((*path, "instrument"), source.instrument, missing_from("instrument", regulation.instruments))
    if source.rule is not None and source.rule not in register.rules:
        yield Fault((*path, "rule"), source.rule, "the register of rules has no such rule")
    if source.default is not None and source.default not in register.gaps:
        yield Fault((*path, "default"), source.default, "the register of rules has no such gap")


# ---------------------------------------------------------------- names


def _unknown(regulation: Regulation, named: Iterable[Reference]) -> Iterator[Fault]:
    for path, section, name in named:
        if name not in getattr(regulation, section):
            yield Fault(path, name, missing_from(section, getattr(regulation, section)))


def _unused(regulation: Regulation, named: Iterable[Reference]) -> Iterator[Fault]:
    used = {(section, name) for path, section, name in named if path[0] != "classified"} | {
        ("rectifications", INSPECTION)
    }
    for section, reason in _USED.items():
        for name in getattr(regulation, section):
            if (section, name) not in used:
                yield Fault((section, name), name, reason)


# ---------------------------------------------------------------- routes


def _repeated_gates(regulation: Regulation) -> Iterator[Fault]:
    for route_id, stages in _all_routes(regulation):
        for kind, names in (("stage", [n for n, _ in stages]), ("gate", [g for _, gates in stages for g in gates])):
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield Fault(("routes", route_id), name, f"the route has this {kind} more than once")


def _misled_returns(regulation: Regulation) -> Iterator[Fault]:
    for gate_id, versions in regulation.gates.items():
        for index, gate in enumerate(versions):
            for route_id, stages in _routes_through(regulation, gate_id):
                if (reason := _misled(gate.returns_to, gate_id, stages)) is not None:
                    path: Path = ("gates", gate_id, index, "returns_to")
                    yield Fault(path, _shown(gate.returns_to), f"on the route {route_id}, {reason}")


def _misled_changes(regulation: Regulation) -> Iterator[Fault]:
    routes = list(_all_routes(regulation))
    for change_id, changes in regulation.changes.items():
        for index, change in enumerate(changes):
            path: Path = ("changes", change_id, index, "returns_to")
            reachable = [stages for _, stages in routes if _stands(change.returns_to, stages)]
            if not reachable:
                yield Fault(path, _shown(change.returns_to), "no route has this stage and gate")
            for stage in change.stages:
                if any(_lies_after(change.returns_to.stage.value, stage.value, stages) for stages in reachable):
                    yield Fault(path, _shown(change.returns_to), f"it leads forwards from the stage {stage}")


def _lies_after(stage: str, other: str, stages: "Stages") -> bool:
    names = [name for name, _ in stages]
    return other in names and names.index(stage) > names.index(other)


def _idle_going_on(regulation: Regulation) -> Iterator[Fault]:
    for gate_id, versions in regulation.gates.items():
        for index, gate in enumerate(versions):
            for number, consequence in enumerate(gate.consequences):
                if consequence.goes_on and consequence.on is not Outcome.RETURNED:
                    path: Path = ("gates", gate_id, index, "consequences", number, "goes_on")
                    yield Fault(path, consequence.on.value, "only a return can let the project go on")


Stages = list[tuple[str, list[str]]]


def _all_routes(regulation: Regulation) -> Iterator[tuple[str, Stages]]:
    for route_id, versions in regulation.routes.items():
        for route in versions:
            yield route_id, [(stage.name.value, list(stage.gates)) for stage in route.stages]


def _routes_through(regulation: Regulation, gate_id: str) -> Iterator[tuple[str, Stages]]:
    return ((key, stages) for key, stages in _all_routes(regulation) if any(gate_id in g for _, g in stages))


def _stands(ref: GateRef, stages: Stages) -> bool:
    gates = dict(stages).get(ref.stage.value)
    return gates is not None and (ref.gate is None or ref.gate in gates)


def _misled(ref: GateRef, gate_id: str, stages: Stages) -> str | None:
    if not _stands(ref, stages):
        return "it leads to a stage or a gate that the route does not have"
    order = [(name, gate) for name, gates in stages for gate in gates]
    target = next(i for i, (name, gate) in enumerate(order) if name == ref.stage and ref.gate in (None, gate))
    here = next(i for i, (_, gate) in enumerate(order) if gate == gate_id)
    return "it leads forwards: a return opens this gate again, or an earlier one" if target > here else None


def _shown(ref: GateRef) -> str:
    return f"{ref.stage}.{ref.gate}" if ref.gate else ref.stage.value


def _unserved_funding(regulation: Regulation) -> Iterator[Fault]:
    served = {kind for versions in regulation.routes.values() for route in versions for kind in route.funding}
    for kind in regulation.funding:
        if kind not in served:
            yield Fault(("funding", kind), kind, "no route takes this kind of funding")


# ---------------------------------------------------------------- capabilities


def _misnamed_capabilities(regulation: Regulation) -> Iterator[Fault]:
    for check_id, versions in regulation.checks.items():
        for index, check in enumerate(versions):
            listed = bool(check.arguments.get("listed", True))
            for name in names_in(check, "capabilities"):
                if (name in regulation.capabilities) is not listed:
                    reason = "is not in the capability list" if listed else "is in the capability list after all"
                    yield Fault(("checks", check_id, index, "capabilities"), name, reason)


# ---------------------------------------------------------------- forms


def _unfillable_fields(regulation: Regulation) -> Iterator[Fault]:
    for form_id, versions in regulation.forms.items():
        for index, form in enumerate(versions):
            yield from _field_faults(form.fields, ("forms", form_id, index, "fields"), frozenset())
    columns = regulation.overlay.columns if regulation.overlay else ()
    elsewhere = frozenset(column.required_when.field for column in columns if column.required_when)
    yield from _field_faults(columns, ("overlay", "columns"), elsewhere)


def _field_faults(fields: tuple[FormField, ...], path: Path, outer: frozenset[str]) -> Iterator[Fault]:
    ids = [field.id for field in fields]
    for index, field in enumerate(fields):
        here = (*path, index)
        if ids.count(field.id) > 1:
            yield Fault((*here, "id"), field.id, "another field of the group has this id")
        if (field.kind in _CHOICES) is not bool(field.choices):
            yield Fault((*here, "choices"), list(field.choices), "belongs to a choice, and every choice has some")
        if (field.kind in _NESTED) is not bool(field.fields):
            yield Fault((*here, "fields"), field.kind.value, "belongs to a group or rows, and each of them has some")
        if field.every and field.kind is not FieldKind.CHOICES:
            yield Fault((*here, "every"), field.kind.value, "belongs to several choices")
        if field.required_when and field.required_when.field not in outer.union(ids):
            yield Fault((*here, "required_when"), field.required_when.field, "the form has no such field here")
        bounded = field.within is not None or field.at_least is not None or field.at_most is not None
        if bounded and field.kind is not FieldKind.NUMBER:
            yield Fault((*here, "kind"), field.kind.value, "only a number has bounds")
        if field.within and field.within not in outer.union(ids):
            yield Fault((*here, "within"), field.within, "the form has no such field here")
        yield from _field_faults(field.fields, (*here, "fields"), outer.union(ids))


_CHOICES: Final = (FieldKind.CHOICE, FieldKind.CHOICES)
_NESTED: Final = (FieldKind.GROUP, FieldKind.ROWS)


# ---------------------------------------------------------------- plans


def _unplannable(regulation: Regulation) -> Iterator[Fault]:
    if regulation.overlay and not regulation.is_for_filing:
        return
    seen: set[Fault] = set()
    for day in turning_days(regulation):
        for fault in _unplannable_on(regulation, day):
            if fault not in seen:
                seen.add(fault)
                yield fault


def _unplannable_on(regulation: Regulation, day: date) -> Iterator[Fault]:
    law = LawInForce(regulation, day, dict.fromkeys(regulation.organs, 1))
    routes: list[tuple[str, RouteSource]] = list(law.entries(regulation.routes))
    if not routes:
        yield Fault(("routes",), str(day), "no route is in force on this day")
    for route_id, route in routes:
        try:
            plan = build(law, route_id, route, "")
        except Inconsistent as error:
            yield error.fault
            continue
        yield from misread_forms(plan)


def turning_days(regulation: Regulation) -> Collection[date]:
    """The days from which another law is in force: the regulation's first, and each on which an entry changes."""
    begins = regulation.validity.from_ or date.min
    dated = [part for _, part in walk(regulation) if isinstance(part, Provision)]
    starts = {part.from_ for part in dated if part.from_}
    ends = {part.until + timedelta(days=1) for part in dated if part.until}
    last = regulation.validity.until if regulation.validity.after_expiry is None else None
    return sorted({begins} | {day for day in starts | ends if begins <= day and (last is None or day <= last)})
