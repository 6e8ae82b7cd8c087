"""Wider regulations that lie over a narrower one: what they lend is written into it, and it is judged as one. Pure.

All that binds applies at once, so the stricter rule wins by itself. What a wider regulation lends keeps its instrument,
its rules and its days; a rule that the narrower one prevails over is left out, and shown as overruled.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from models.form import FormField
from models.plan import Overruled
from regulations.plan_builder import UNREGULATED, Inconsistent, LawInForce
from regulations.provisions import Fault, P, Path, Provision, Source
from regulations.references import missing_from, names_in, references
from regulations.register import Register
from regulations.schema import (
    CatalogSource,
    CheckSource,
    ColumnSource,
    ExemptionSource,
    FormSource,
    GateSource,
    LentSource,
    Moment,
    OverlaidBy,
    PrevailsSource,
    Regulation,
    ScopedSource,
)

ON: Final = "on"
OFF: Final = "off"

_SECTIONS: Final = (
    "organs",
    "features",
    "categories",
    "events",
    "capabilities",
    "values",
    "documents",
    "forms",
    "checks",
)
"""What may be lent: checks, forms and documents, and whatever they name."""

_EVENTS: Final = ("event", "cleared_by", "excused_by")
"""The arguments of checks that name events."""

_OF_CATALOG: Final = ("compiles_catalog", "registers_catalog", "shares_resources", "shares_base_items")
"""The kinds of checks that are judged by the catalog form of whoever borrows them."""

_ANY_CATALOG: Final = CatalogSource(
    form="catalog", rows="rows", name="name", mode="mode", unshared=(), unconditional="", article=UNREGULATED
)
"""Stands for the catalog form of whoever borrows, where a loan is judged by itself."""


class Span(NamedTuple):
    """Days on which something binds, inclusive."""

    first: date = date.min
    last: date = date.max


Entry = tuple[str, str]
"""An entry of a regulation: its section and its name."""


# ---------------------------------------------------------------- the regulation as it is overlaid


def lying_over(regulation: Regulation, day: date | None = None) -> tuple[str, ...]:
    """The wider regulations that its switches let lie over it on the day (None: on any), in the order of the file."""
    return tuple(
        overlay.regulation
        for overlay in regulation.overlays
        if any(day is None or span.first <= day <= span.last for span in _switched_on(regulation, overlay))
    )


def overlaid(regulation: Regulation, wider: Mapping[str, Regulation]) -> Regulation:
    """The regulation as those that lie over it leave it: an ordinary one, which says of each entry where it is from.

    `wider` holds them by their ids, each as it is written: what lies over a wider regulation is not handed on. Expects
    that `faults` finds none. The version stays; whoever knows the texts sets it.
    """
    regulation = regulation.model_copy(update={"prevails": _standing(regulation, wider)})
    for overlay in regulation.overlays:
        days = _switched_on(regulation, overlay)
        if days:
            loan = _Loan(wider[overlay.regulation], regulation, overlay, days)
            regulation = loan.laid_over()
    return regulation


def _standing(regulation: Regulation, wider: Mapping[str, Regulation]) -> dict[str, PrevailsSource]:
    """What prevails while its own rule binds: one of a regulation that is switched off prevails over nothing."""
    codes = {regulation.rules, *(wider[name].rules for name in lying_over(regulation))}
    return {rule: source for rule, source in regulation.prevails.items() if source.by.partition("-")[0] in codes}


def _switched_on(regulation: Regulation, overlay: OverlaidBy) -> list[Span]:
    values = regulation.values.get(overlay.switch, ())
    spans = (_common(_span(value), _span(overlay)) for value in values if value.value == ON)
    return [span for span in spans if span]


class _Loan:
    """What one wider regulation lends to a narrower one."""

    def __init__(self, wider: Regulation, narrower: Regulation, overlay: OverlaidBy, days: Iterable[Span]) -> None:
        self.wider, self.narrower, self.overlay = wider, narrower, overlay
        self.days = [_unbounded(span, narrower) for day in days if (span := _common(day, _span(wider.validity)))]
        self.entries = self._entries()

    def laid_over(self) -> Regulation:
        own = {section: getattr(self.narrower, section) for section in _SECTIONS}
        sections = {name: entries | _beyond(self.entries[name], entries) for name, entries in own.items()}
        return self.narrower.model_copy(
            update={
                **sections,
                "forms": self._widened(sections["forms"]),
                "gates": self._gates(),
                "classified": self._classified(),
                "instruments": self.narrower.instruments | self._instruments(),
                "overruled": (*self.narrower.overruled, *self._overruled()),
            }
        )

    # ------------------------------------------------ what is lent

    def _lent(self, moment: Moment) -> LentSource:
        """What is lent at such a gate, without what the narrower regulation prevails over."""
        lent = self.wider.overlay.at.get(moment) if self.wider.overlay else None
        if lent is None:
            return LentSource()
        return lent.model_copy(update={"checks": tuple(name for name in lent.checks if not self._prevailed(name))})

    def _prevailed(self, check: str) -> bool:
        return any(version.rule in self.narrower.prevails for version in self.wider.checks[check])

    def _columns(self) -> Iterator[ColumnSource]:
        columns = self.wider.overlay.columns if self.wider.overlay else ()
        return (column for column in columns if column.rule not in self.narrower.prevails)

    def _entries(self) -> dict[str, dict[str, Any]]:
        """The lent entries and whatever they name, by section, as they bind here."""
        found: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
        lent = [self._lent(moment) for moment in self.overlay.gates]
        for section, name in _reached(self.wider, (entry for source in lent for entry in _entries_of(source))):
            versions = getattr(self.wider, section)[name]
            bound = self._bound(versions) if isinstance(versions, tuple) else versions
            if bound:
                found[section][name] = bound
        return found

    def _bound(self, versions: tuple[P, ...]) -> tuple[P, ...]:
        """The versions, each cut to the days on which it is lent, citing the instrument that it is from."""
        spans = ((version, _common(_span(version), days)) for version in versions for days in self.days)
        return tuple(_on(self._cited(version), span) for version, span in spans if span)

    def _cited(self, value: Any) -> Any:
        if isinstance(value, BaseModel):
            update = {name: self._cited(getattr(value, name)) for name in type(value).model_fields}
            if isinstance(value, Source):
                update["instrument"] = self._instrument(value.instrument or self.wider.instrument)
            return value.model_copy(update=update)
        return tuple(self._cited(part) for part in value) if isinstance(value, tuple) else value

    def _instrument(self, name: str) -> str:
        return f"{self.wider.id}.{name}"

    def _instruments(self) -> dict[str, str]:
        return {self._instrument(name): title for name, title in self.wider.instruments.items()}

    def _overruled(self) -> Iterator[Overruled]:
        overlay = self.wider.overlay
        lent = [
            name
            for moment in self.overlay.gates
            if overlay and moment in overlay.at
            for name in overlay.at[moment].checks
        ]
        rules = [version.rule for name in lent for version in self.wider.checks[name]]
        law = LawInForce(self.narrower, date.min)
        for rule in dict.fromkeys([*rules, *(column.rule for column in (overlay.columns if overlay else ()))]):
            if (prevails := self.narrower.prevails.get(rule)) is not None:
                yield Overruled(rule=rule, by=prevails.by, citation=law.citation(prevails))

    # ------------------------------------------------ what becomes of the narrower one

    def _gates(self) -> dict[str, tuple[GateSource, ...]]:
        gates = dict(self.narrower.gates)
        for moment, names in self.overlay.gates.items():
            lent = self._lent(moment)
            for name in names:
                gates[name] = tuple(self._demanding(gate, lent) for gate in gates[name])
        return gates

    def _demanding(self, gate: GateSource, lent: LentSource) -> GateSource:
        update = {}
        for section in ("checks", "forms", "documents"):
            own = getattr(gate, section)
            added = (name for name in getattr(lent, section) if name in self.entries[section] and name not in own)
            update[section] = (*own, *added)
        return gate.model_copy(update=update)

    def _classified(self) -> tuple[ExemptionSource, ...] | None:
        """The exemptions, with those lent checks that the wider regulation exempts itself."""
        exempted = [name for version in self.wider.classified or () for name in version.checks]
        lent = tuple(name for name in dict.fromkeys(exempted) if name in self.entries["checks"])
        versions = self.narrower.classified
        if versions is None and lent:
            versions = tuple(
                version.model_copy(update={"checks": ()}) for version in self._bound(self.wider.classified or ())
            )
        return versions and tuple(v.model_copy(update={"checks": (*v.checks, *lent)}) for v in versions)

    def _widened(self, forms: Mapping[str, tuple[FormSource, ...]]) -> dict[str, tuple[FormSource, ...]]:
        """The forms, the catalog form with the lent columns in each row."""
        catalog = self.narrower.catalog
        columns = [
            (column, span) for column in self._columns() for days in self.days if (span := _common(_span(column), days))
        ]
        if catalog is None or catalog.form not in forms or not columns:
            return dict(forms)
        turns = [day for _, span in columns for day in _turns(span)]
        pieces = (piece for version in forms[catalog.form] for piece in _cut(version, turns))
        widened = tuple(self._with_columns(piece, catalog.rows, columns) for piece in pieces)
        return {**forms, catalog.form: widened}

    def _with_columns(self, form: FormSource, rows: str, columns: Iterable[tuple[ColumnSource, Span]]) -> FormSource:
        own = {cell.id for field in form.fields if field.id == rows for cell in field.fields}
        binding = [c for c, span in columns if c.id not in own and span.first <= _span(form).first <= span.last]
        sources = (Source(rule=c.rule, article=c.article, default=c.default, instrument=c.instrument) for c in binding)
        cited = (self._cited(source) for source in sources)
        fields = tuple(_wider_row(field, binding) if field.id == rows else field for field in form.fields)
        return form.model_copy(update={"fields": fields, "also": (*form.also, *cited)})


def _wider_row(field: FormField, columns: Iterable[ColumnSource]) -> FormField:
    added = (FormField(**{name: getattr(c, name) for name in FormField.model_fields}) for c in columns)
    return field.model_copy(update={"fields": (*field.fields, *added)})


def _beyond(lent: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in lent.items() if name not in own}


def _entries_of(lent: LentSource) -> Iterator[Entry]:
    for section in ("checks", "forms", "documents"):
        yield from ((section, name) for name in getattr(lent, section))


def _reached(regulation: Regulation, entries: Iterable[Entry]) -> list[Entry]:
    """The entries and all that they name, directly or not, in the order in which they are come upon."""
    named = _named(regulation)
    found: dict[Entry, None] = {}
    waiting = list(entries)
    while waiting:
        entry = waiting.pop(0)
        if entry not in found:
            found[entry] = None
            waiting += named.get(entry, ())
    return list(found)


def _named(regulation: Regulation) -> Mapping[Entry, list[Entry]]:
    """Which entries that may be lent an entry names."""
    named = defaultdict[Entry, list[Entry]](list)
    for path, section, name in references(regulation):
        if section in _SECTIONS:
            named[str(path[0]), str(path[1])].append((section, name))
    for section in ("checks", "forms", "documents"):
        for name, versions in getattr(regulation, section).items():
            wanted = (entry for version in versions for entry in _beside_references(version))
            named[section, name] += [(s, key) for s, key in wanted if key in getattr(regulation, s)]
    return named


def _beside_references(entry: ScopedSource) -> Iterator[Entry]:
    """The events and capabilities that an entry names, which need not stand in a section."""
    for scope in (entry.applies_to, entry.except_for):
        yield from (("events", name) for name in (scope.events if scope else ()))
    if isinstance(entry, CheckSource):
        yield from (("events", name) for key in _EVENTS for name in names_in(entry, key))
        yield from (("capabilities", name) for name in names_in(entry, "capabilities"))


# ---------------------------------------------------------------- days


def _span(provision: Provision) -> Span:
    return Span(provision.from_ or date.min, provision.until or date.max)


def _common(one: Span, other: Span) -> Span | None:
    span = Span(max(one.first, other.first), min(one.last, other.last))
    return span if span.first <= span.last else None


def _unbounded(span: Span, regulation: Regulation) -> Span:
    """The span, without a bound that lies outside the days of the regulation itself."""
    validity = _span(regulation.validity)
    ends = date.max if regulation.validity.after_expiry else validity.last
    return Span(date.min if span.first <= validity.first else span.first, date.max if span.last >= ends else span.last)


def _on(version: P, span: Span) -> P:
    first = None if span.first == date.min else span.first
    last = None if span.last == date.max else span.last
    return version.model_copy(update={"from_": first, "until": last})


def _turns(span: Span) -> Iterator[date]:
    """The days on which a span begins, and on which it is over."""
    yield span.first
    if span.last < date.max:
        yield span.last + timedelta(days=1)


def _cut(version: P, days: Iterable[date]) -> Iterator[P]:
    """The version in pieces, a new one beginning on each of the days that lie in it."""
    whole = _span(version)
    starts = [whole.first, *sorted({day for day in days if whole.first < day <= whole.last})]
    ends = [*(day - timedelta(days=1) for day in starts[1:]), whole.last]
    return (_on(version, Span(*span)) for span in zip(starts, ends, strict=True))


# ---------------------------------------------------------------- what is wrong


def faults(regulation: Regulation, wider: Mapping[str, Regulation], register: Register) -> list[Fault]:
    """What is wrong with the sections `overlays` and `prevails`. `wider` holds the regulations that are at hand."""
    found = list(_misprevailing(regulation, register))
    seen: set[str] = set()
    for index, overlay in enumerate(regulation.overlays):
        path: Path = ("overlays", index)
        name = overlay.regulation
        if name == regulation.id or name in seen:
            found.append(Fault((*path, "regulation"), name, "a regulation lies over another one, and only once"))
        elif name not in wider:
            found.append(Fault((*path, "regulation"), name, "no regulation of this folder has this id"))
        else:
            found += _misborrowed(regulation, wider[name], path)
        found += [*_misnamed_gates(regulation, overlay, path), *_misnamed_switch(regulation, overlay, path)]
        seen.add(name)
    return found


def _misprevailing(regulation: Regulation, register: Register) -> Iterator[Fault]:
    for rule, prevails in regulation.prevails.items():
        for path, name in ((("prevails", rule), rule), (("prevails", rule, "by"), prevails.by)):
            if name not in register.rules:
                yield Fault(path, name, "the register of rules has no such rule")


def _misborrowed(regulation: Regulation, wider: Regulation, path: Path) -> Iterator[Fault]:
    overlay = wider.overlay
    if overlay is None:
        yield Fault((*path, "regulation"), wider.id, "lends nothing: it has no section `overlay`")
        return
    lent = list(dict.fromkeys(name for source in overlay.at.values() for name in source.checks))
    yield from (
        Fault(("checks", name), name, f"{wider.id}, which lies over this regulation, lends a check of this name")
        for name in lent
        if name in regulation.checks
    )
    judged = any(version.check in _OF_CATALOG for name in lent for version in wider.checks.get(name, ()))
    if (judged or overlay.columns) and regulation.catalog is None:
        reason = "rests on the catalog form, and there is no section `catalog` that says which one it is"
        yield Fault((*path, "regulation"), wider.id, reason)


def _misnamed_gates(regulation: Regulation, overlay: OverlaidBy, path: Path) -> Iterator[Fault]:
    for moment, names in overlay.gates.items():
        for name in names:
            if name not in regulation.gates:
                yield Fault((*path, "gates", moment.value), name, missing_from("gates", regulation.gates))


def _misnamed_switch(regulation: Regulation, overlay: OverlaidBy, path: Path) -> Iterator[Fault]:
    if overlay.switch not in regulation.values:
        yield Fault((*path, "switch"), overlay.switch, missing_from("values", regulation.values))
    for value in regulation.values.get(overlay.switch, ()):
        if value.value not in (ON, OFF):
            yield Fault((*path, "switch"), overlay.switch, f"is the value {value.value}; a switch is {ON} or {OFF}")


def unfit_loans(regulation: Regulation) -> Iterator[Fault]:
    """The lent checks whose arguments do not fit their kind, whoever borrows them. Expects that all names lead somewhere."""
    at_hand = regulation if regulation.catalog else regulation.model_copy(update={"catalog": _ANY_CATALOG})
    lent = regulation.overlay.at.values() if regulation.overlay else ()
    for name in dict.fromkeys(name for source in lent for name in source.checks):
        yield from _unfit(at_hand, name, regulation.checks[name])


def _unfit(regulation: Regulation, name: str, versions: tuple[CheckSource, ...]) -> Iterator[Fault]:
    for version in versions:
        day = _common(_span(version), _span(regulation.validity)) or _span(version)
        try:
            LawInForce(regulation, day.first).check(name)
        except Inconsistent as error:
            yield error.fault
