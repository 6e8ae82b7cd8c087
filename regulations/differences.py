"""What differs between two laws, each as it stands on a day: two regimes, or one regime on two days. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from models.base import Text, Value
from models.citation import Citation
from regulations.inventory import Entry, Section, Trait, inventory
from regulations.plan_builder import LawInForce
from regulations.procedure_plan import Laws

TITLE: Final = Text(zh="名称", en="title")
LENDER: Final = Text(zh="来自", en="from")
_NAMES: Final = {name.zh: name for name in (TITLE, LENDER)}


class Sign(StrEnum):
    """Whether something is in the second only, in the first only, or in both and not alike."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


class Change(Value):
    """One thing that both say, and not alike. None: that side is silent."""

    name: Text
    before: Text | None
    after: Text | None


class Difference(Value):
    """An entry that differs, with the sources on both sides."""

    section: Section
    key: str
    sign: Sign
    title: Text
    before: tuple[Trait, ...] = ()
    after: tuple[Trait, ...] = ()
    changes: tuple[Change, ...] = ()
    sources_before: tuple[Citation, ...] = ()
    sources_after: tuple[Citation, ...] = ()


def differences(first: LawInForce, second: LawInForce, laws: Laws | None = None) -> list[Difference]:
    """Everything that differs, in the order of the sections, what only the second has after what the first has.

    Entries are the same where section and key are. That two regimes differ in where a rule stands is no difference by
    itself; on two days of one regime it is. With `laws`, what is handled beside the pipeline is compared, too.
    """
    same_regime = first.regulation.id == second.regulation.id
    before, after = (_by_key(inventory(law, laws), same_regime) for law in (first, second))
    found = [_compared(before.get(key), after.get(key), same_regime) for key in dict.fromkeys((*before, *after))]
    order = list(Section)
    return sorted((d for d in found if d), key=lambda difference: order.index(difference.section))


def _by_key(entries: Iterable[Entry], same_regime: bool) -> dict[tuple[Section, str], Entry]:
    """By section and key. Each regime has its own validity and its first route, whatever they are called."""
    found: dict[tuple[Section, str], Entry] = {}
    names: dict[str, str] = {}
    for entry in entries:
        key = entry.key
        if not same_regime and entry.section is Section.VALIDITY:
            key = ""
        if not same_regime and entry.section in (Section.ROUTE, Section.STAGE):
            route, slash, stage = entry.key.partition("/")
            key = f"{names.setdefault(route, f'{len(names) + 1}')}{slash}{stage}"
        found[entry.section, key] = entry
    return found


def _compared(before: Entry | None, after: Entry | None, same_regime: bool) -> Difference | None:
    if before is None and after is not None:
        return _one_sided(after, Sign.ADDED)
    if after is None and before is not None:
        return _one_sided(before, Sign.REMOVED)
    if before is None or after is None:
        return None
    changes = _changes(before, after)
    if not changes and not (same_regime and before.citations != after.citations):
        return None
    return Difference(
        section=before.section,
        key=before.key if before.key == after.key else f"{before.key} / {after.key}",
        sign=Sign.CHANGED,
        title=after.title,
        changes=changes,
        sources_before=before.citations,
        sources_after=after.citations,
    )


def _one_sided(entry: Entry, sign: Sign) -> Difference:
    known = {"section": entry.section, "key": entry.key, "sign": sign, "title": entry.title}
    if sign is Sign.ADDED:
        return Difference(**known, after=entry.traits, sources_after=entry.citations)
    return Difference(**known, before=entry.traits, sources_before=entry.citations)


def _changes(before: Entry, after: Entry) -> tuple[Change, ...]:
    old, new = _said(before), _said(after)
    names = [*old, *(name for name in new if name not in old)]
    return tuple(
        Change(name=_name(name, (before, after)), before=old.get(name), after=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _name(name: str, entries: Iterable[Entry]) -> Text:
    return _NAMES.get(name) or next(t.name for entry in entries for t in entry.traits if t.name.zh == name)


def _said(entry: Entry) -> dict[str, Text]:
    """What the entry says under each name, its title and its lender first; several sayings of one name together."""
    found = {TITLE.zh: entry.title}
    if entry.lent_by:
        found[LENDER.zh] = Text(zh=entry.lent_by, en=entry.lent_by)
    for trait in entry.traits:
        earlier, now = found.get(trait.name.zh), trait.says
        both = Text(zh=f"{earlier.zh}；{now.zh}", en=f"{earlier.en}; {now.en}") if earlier else now
        found[trait.name.zh] = both
    return found
