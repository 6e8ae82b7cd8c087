"""Time and numbers: terms, ladders, values. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from models.base import Text
from models.calendar import TermUnit
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.words import bounds, joined, listed, optional, same, trait_of
from regulations.plan_builder import LawInForce
from regulations.schema import LadderSource, TermSource


def terms(law: LawInForce, found: Iterable[tuple[str, TermSource]]) -> Iterator[Entry]:
    """The terms found, with how days off are dealt with where these count."""
    for key, term in found:
        roll = Text(zh="遇休息日顺延", en="moves on from a day off") if term.rolls_over else None
        counts_days = term.unit is not TermUnit.WORKING_DAYS
        traits = [Trait(name=Text(zh="期限", en="term"), says=term_said(term))]
        traits += [Trait(name=Text(zh="届满", en="end"), says=roll)] if roll and counts_days else []
        yield entry_of(law, Section.TERM, key, same(key), term, traits)


def ladders(law: LawInForce, found: Iterable[tuple[str, LadderSource]]) -> Iterator[Entry]:
    """The ladders found, with their rungs."""
    for key, ladder in found:
        traits = [Trait(name=Text(zh="提醒", en="ladder"), says=rungs_said(law, key))]
        yield entry_of(law, Section.LADDER, key, same(key), ladder, traits)


def term_said(term: TermSource) -> Text:
    """How long, or by when."""
    if term.unit is TermUnit.FIXED_DATE:
        return Text(zh=f"{term.month_day} 前", en=f"by {term.month_day}")
    unit = _UNITS[term.unit]
    return Text(zh=f"{term.amount} {unit.zh}", en=f"{term.amount} {unit.en}")


def rungs_said(law: LawInForce, name: str) -> Text:
    """The rungs of the ladder of this name."""
    return joined(rung.label for rung in law.rungs(name))


def values(law: LawInForce) -> Iterator[Entry]:
    """The values, with the choices and the days that they have."""
    for key, value in law.entries(law.regulation.values):
        traits = [
            trait_of("取值", "value", str(value.value)),
            *optional("可选", "choices", listed(value.choices)),
            *optional("期间", "period", same(bounds(value))),
        ]
        yield entry_of(law, Section.VALUE, key, value.title, value, traits)


_UNITS: Final = {
    TermUnit.WORKING_DAYS: Text(zh="个工作日", en="working days"),
    TermUnit.CALENDAR_DAYS: Text(zh="个自然日", en="calendar days"),
    TermUnit.MONTHS: Text(zh="个月", en="months"),
}
