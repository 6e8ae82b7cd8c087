"""Whether what a regulation asks can be answered at all: the field exists, the event is known, the form was fixed before.

Pure. What is found here would otherwise make a gate that nobody can pass, or a stage that waits for ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from models.check import (
    MatchesApproved,
    MeetsThreshold,
    RegistersCatalog,
    RequiresAnswer,
    SharesBaseItems,
    SharesResources,
)
from models.form import FieldKind, Form, FormField
from models.plan import Plan, StageName
from models.scope import Scope
from regulations.provisions import Fault, Path, walk
from regulations.schema import ChangeSource, LimitSource, OpeningSource, Regulation

Fields = Mapping[str, FormField]


# ---------------------------------------------------------------- events


def unknown_events(regulation: Regulation) -> Iterator[Fault]:
    """Events that something waits for or rests on and that nothing declares."""
    declared = _declared(regulation)
    for path, part in walk(regulation):
        for key, name in _named_events(part):
            if name not in declared:
                known = ", ".join(sorted(declared)) or "none"
                yield Fault(
                    (*path, key), name, f"no event of this name is declared, so it can never come; known: {known}"
                )
        if isinstance(part, OpeningSource) and part.on_field and part.since in regulation.events:
            yield from _undated(regulation, (*path, "on_field"), part.since, part.on_field)
    for check_id, versions in regulation.checks.items():
        for index, check in enumerate(versions):
            for key in ("event", "cleared_by", "excused_by"):
                named = check.arguments.get(key)
                if isinstance(named, str) and named not in declared:
                    here: Path = ("checks", check_id, index, key)
                    yield Fault(here, named, "no event of this name is declared, so it can never be reported")


def _declared(regulation: Regulation) -> frozenset[str]:
    """The events of the section, and those that an opening waits for: it says itself what they are."""
    openings = [part.event for _, part in walk(regulation) if isinstance(part, OpeningSource) and part.event]
    return frozenset((*regulation.events, *openings))


def _named_events(part: object) -> Iterator[tuple[str, str]]:
    match part:
        case OpeningSource(since=str(name)):
            yield "since", name
        case LimitSource(since=name):
            yield "since", name
        case Scope(events=names):
            yield from (("events", name) for name in names)


def _undated(regulation: Regulation, path: Path, event: str, field: str) -> Iterator[Fault]:
    for version in regulation.events[event]:
        kinds = {f.id: f.kind for f in version.fields}
        if kinds.get(field) is not FieldKind.DATE:
            yield Fault(path, field, f"the event {event} has no date of this name")


# ---------------------------------------------------------------- what an earlier gate must have fixed


def unfixed(regulation: Regulation) -> Iterator[Fault]:
    """Forms and the investment that are compared with what an earlier gate approved, and that no gate fixes."""
    gates = [gate for versions in regulation.gates.values() for gate in versions]
    fixed = {form for gate in gates for form in gate.fixes.forms}
    for check_id, checks in regulation.checks.items():
        for index, check in enumerate(checks):
            form = check.arguments.get("approved_form")
            if isinstance(form, str) and form not in fixed:
                path: Path = ("checks", check_id, index, "approved_form")
                yield Fault(path, form, "no gate fixes this form, so nothing can be compared with it")
    for gate_id, versions in regulation.gates.items():
        for index, gate in enumerate(versions):
            if gate.points_of and gate.points_of.form not in fixed:
                path = ("gates", gate_id, index, "points_of", "form")
                yield Fault(path, gate.points_of.form, "no gate fixes this form, so it gives no points")
    investment_fixed = any(gate.fixes.investment for gate in gates)
    for change_id, changes in regulation.changes.items():
        for index, change in enumerate(changes):
            if change.over_share and not investment_fixed:
                path = ("changes", change_id, index, "over_share")
                yield Fault(path, change.over_share.value, "no gate fixes the investment from which it is measured")


# ---------------------------------------------------------------- gates to which only a change leads


def undemanded(regulation: Regulation) -> Iterator[Fault]:
    """Gates that are passed on demand only, and that no change sends a project to."""
    demanded = {change.returns_to.gate for versions in regulation.changes.values() for change in versions}
    for gate_id, versions in regulation.gates.items():
        if any(gate.on_demand for gate in versions) and gate_id not in demanded:
            yield Fault(("gates", gate_id), gate_id, "is passed on demand only, and no change leads to it: unreachable")


# ---------------------------------------------------------------- forms


def misread_forms(plan: Plan) -> Iterator[Fault]:
    """Checks and points of a plan that read a field which their form does not have."""
    forms = {form.id: form for form in plan.forms}
    for check in plan.checks:
        for key, form_id, rows, name in _cells_of_check(check):
            if form_id in forms and not _has_field(forms[form_id], rows, name):
                yield Fault(("checks", check.id, key), name, f"the form {form_id} has no such field")
        match check:
            case SharesResources(form=form_id, rows=rows, mode=mode, unshared=modes) if form_id in forms:
                yield from _strange(check.id, "unshared", _cells(forms[form_id], rows), mode, modes)
            case RequiresAnswer(form=form_id, rows=rows, field=field, any_of=wanted) if form_id in forms:
                yield from _strange(check.id, "any_of", _cells(forms[form_id], rows), field, wanted)
            case MeetsThreshold(event=event, fields=names):
                kind = plan.event(event)
                known = {field.id for field in kind.fields} if kind else set()
                for name in names:
                    if name not in known:
                        yield Fault(("checks", check.id, "fields"), name, f"the event {event} has no such field")
    for gate in (gate for stage in plan.stages for gate in stage.gates):
        of = gate.points_of
        if of and of.form in forms and not _has_field(forms[of.form], of.rows, of.name):
            yield Fault(("gates", gate.id, "points_of"), of.name, f"the form {of.form} has no such rows and cell")


def _cells_of_check(check: Any) -> Iterator[tuple[str, str, str | None, str]]:
    match check:
        case SharesResources() | SharesBaseItems() | RegistersCatalog():
            yield "name", check.form, check.rows, check.name
            if not isinstance(check, RegistersCatalog):
                yield "mode", check.form, check.rows, check.mode
            if isinstance(check, SharesBaseItems):
                yield "base_item", check.form, check.rows, check.base_item
        case RequiresAnswer():
            yield "field", check.form, check.rows, check.field
            if check.where:
                yield "where", check.form, check.rows, check.where.field
            if check.name:
                yield "name", check.form, check.rows, check.name
        case MatchesApproved():
            for key, names in (("fields", check.fields), ("at_most", check.at_most)):
                for name in names:
                    yield key, check.form, None, name
                    yield key, check.approved_form, None, name


def _cells(form: Form, rows: str | None) -> Fields:
    fields = {field.id: field for field in form.fields}
    if rows is None:
        return fields
    return {cell.id: cell for cell in fields[rows].fields} if rows in fields else {}


def _has_field(form: Form, rows: str | None, name: str) -> bool:
    return name in _cells(form, rows)


def _strange(check: str, key: str, cells: Fields, name: str, wanted: tuple[str, ...]) -> Iterator[Fault]:
    cell = cells.get(name)
    for value in wanted if cell and cell.choices else ():
        if cell and value not in cell.choices:
            yield Fault(("checks", check, key), value, f"is no choice of {name}")


# ---------------------------------------------------------------- changes that would go round for ever


def endless_changes(regulation: Regulation) -> Iterator[Fault]:
    """Changes of the investment that send a project back to where nothing fixes the new one: they would do so for ever."""
    fixing = {gate_id for gate_id, versions in regulation.gates.items() if any(g.fixes.investment for g in versions)}
    for change_id, changes in regulation.changes.items():
        for index, change in enumerate(changes):
            for order in _gates_in_order(regulation) if change.over_share else ():
                if stage := _endless(change, order, fixing):
                    path: Path = ("changes", change_id, index, "returns_to")
                    reason = f"no gate on the way back to {stage} fixes the investment anew: this would never end"
                    yield Fault(path, f"{change.returns_to.stage}.{change.returns_to.gate}", reason)
                    break


Order = list[tuple[StageName, str]]


def _gates_in_order(regulation: Regulation) -> Iterator[Order]:
    for versions in regulation.routes.values():
        for route in versions:
            yield [(stage.name, gate) for stage in route.stages for gate in stage.gates]


def _endless(change: ChangeSource, order: Order, fixing: set[str]) -> StageName | None:
    to = change.returns_to
    target = next((i for i, (stage, gate) in enumerate(order) if stage == to.stage and to.gate in (None, gate)), None)
    if target is None:
        return None
    for stage in change.stages:
        first = next((i for i, (name, _) in enumerate(order) if name == stage), None)
        passed = order[target : max(first, target + 1)] if first is not None else []
        if passed and not any(gate in fixing for _, gate in passed):
            return stage
    return None
