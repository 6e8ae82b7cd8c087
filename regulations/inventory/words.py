"""The phrases that entries are made of, in both languages. Pure."""

from collections.abc import Iterable
from datetime import date

from models.base import Text
from models.plan import GateRef
from regulations.inventory.entries import Trait
from regulations.plan_builder import LawInForce
from regulations.provisions import Provision


def trait_of(name_zh: str, name_en: str, says: str) -> Trait:
    """A trait that says the same in both languages."""
    return Trait(name=Text(zh=name_zh, en=name_en), says=same(says))


def optional(name_zh: str, name_en: str, says: Text) -> tuple[Trait, ...]:
    """The trait, where it says anything."""
    return (Trait(name=Text(zh=name_zh, en=name_en), says=says),) if says.zh else ()


def same(said: str) -> Text:
    """The same words in both languages."""
    return Text(zh=said, en=said)


def listed(names: Iterable[str]) -> Text:
    """Names that are the same in both languages, one after the other."""
    return joined(map(same, names))


def joined(parts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    """The texts one after the other, in each language with what stands between them."""
    texts = list(parts)
    return Text(zh=zh.join(text.zh for text in texts), en=en.join(text.en for text in texts))


def titles(law: LawInForce, section: str, keys: Iterable[str]) -> Text:
    """The titles of those of the named entries that the regulation has and that are in force."""
    known = getattr(law.regulation, section)
    return joined(entry.title for _, entry in law.named(section, (key for key in keys if key in known)))


def title_of(law: LawInForce, section: str, key: str) -> Text:
    """The title of the entry; its name where it has none or is not in force."""
    found = titles(law, section, [key])
    return found if found.zh else same(key)


def period(first: date | None, last: date | None) -> str:
    """From the first to the last day; `…` where a side is open."""
    return f"{first or '…'} – {last or '…'}"


def bounds(entry: Provision) -> str:
    """The days on which the entry is in force; nothing where it has no bounds of its own."""
    return period(entry.from_, entry.until) if entry.from_ or entry.until else ""


def ref_said(law: LawInForce, ref: GateRef) -> Text:
    """The stage, and the gate in it where one is named and in force."""
    gate = next(iter(law.named("gates", [ref.gate])), None) if ref.gate else None
    if gate is None:
        return ref.stage.label
    return Text(zh=f"{ref.stage.label.zh}·{gate[1].title.zh}", en=f"{ref.stage.label.en}, {gate[1].title.en}")
