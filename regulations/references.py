"""Where an entry of a regulation names another one: the only way in which entries are tied together. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from models.finding import SanctionEnd
from models.plan import PointsOfForm
from models.scope import Scope
from regulations.provisions import Path, walk
from regulations.schema import (
    CatalogSource,
    ChangeSource,
    CheckSource,
    ConsequenceSource,
    EventSource,
    ExemptionSource,
    FixingSource,
    GateSource,
    LentSource,
    LimitSource,
    OpeningSource,
    OperatorSource,
    OrganSource,
    PowerSource,
    RectificationSource,
    Regulation,
    RouteSource,
    SamplingSource,
    SanctionSource,
    StageSource,
    ValueRef,
)


class Reference(NamedTuple):
    """A name at some place of the file, and the section in which it must stand."""

    path: Path
    section: str
    name: str


_NAMES: Final[dict[type, dict[str, str]]] = {
    OrganSource: {"superior": "organs"},
    OperatorSource: {"organ": "organs"},
    ExemptionSource: {"checks": "checks"},
    SanctionSource: {"tells": "organs", "ends": "values"},
    RectificationSource: {
        "verified_by": "organs",
        "term": "terms",
        "verification": "terms",
        "ladder": "ladders",
        "escalation": "sanctions",
    },
    ConsequenceSource: {"sanctions": "sanctions", "rectification": "rectifications"},
    PowerSource: {"organs": "organs"},
    GateSource: {
        "organs": "organs",
        "documents": "documents",
        "forms": "forms",
        "checks": "checks",
        "term": "terms",
        "ladder": "ladders",
    },
    OpeningSource: {"on": "terms"},
    StageSource: {"gates": "gates", "limits": "limits"},
    RouteSource: {"funding": "funding", "categories": "categories"},
    EventSource: {"tells": "organs"},
    ChangeSource: {"over_share": "values", "explained_by": "documents"},
    LimitSource: {"met_by": "gates", "term": "terms", "ladder": "ladders", "tells": "organs"},
    SamplingSource: {"rate": "values", "always_for": "categories"},
    FixingSource: {"forms": "forms"},
    PointsOfForm: {"form": "forms"},
    Scope: {"categories": "categories", "features": "features"},
    CatalogSource: {"form": "forms"},
    LentSource: {"checks": "checks", "forms": "forms", "documents": "documents"},
}
"""Which keys of an entry name entries of which section."""


def references(regulation: Regulation) -> Iterator[Reference]:
    """Each place that names an entry of a section, in the order of the file."""
    for path, part in walk(regulation):
        for key, section in _NAMES.get(type(part), {}).items():
            for name in _as_names(getattr(part, key)):
                yield Reference((*path, key), section, name)
        if isinstance(part, CheckSource):
            yield from _named_by_check(path, part)


def _as_names(value: Any) -> Iterable[str]:
    if value is None or isinstance(value, SanctionEnd):
        return ()
    if isinstance(value, ValueRef):
        return (value.value,)
    return (value,) if isinstance(value, str) else value


def _named_by_check(path: Path, check: CheckSource) -> Iterator[Reference]:
    for feature in names_in(check, "features"):
        yield Reference((*path, "features"), "features", feature)
    for key in ("form", "approved_form"):
        for form in names_in(check, key):
            yield Reference((*path, key), "forms", form)
    for key, argument in check.arguments.items():
        if isinstance(argument, dict) and isinstance(argument.get("value"), str):
            yield Reference((*path, key), "values", argument["value"])


def names_in(check: CheckSource, key: str) -> list[str]:
    """The names in an argument of a check. None in what is no name: the check's kind refuses that with its reason."""
    argument = check.arguments.get(key, ())
    listed = argument if isinstance(argument, list) else [argument]
    return [name for name in listed if isinstance(name, str)]


def missing_from(section: str, names: Iterable[str]) -> str:
    """What is wrong with a name that stands in no entry of the section; `names` are those that do."""
    return f"nothing of this name stands in {section}; known: {', '.join(sorted(names)) or 'none'}"
