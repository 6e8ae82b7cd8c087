"""What a regulation looks like to a clerk: everything in force with its sources, and what differs. Pure."""

from collections.abc import Iterable, Sequence

from models.base import Text
from models.citation import Citation
from regulations.differences import Difference, Sign
from regulations.inventory import Entry, Section, Trait
from starter.commands.views import ARTICLE, CODE, TITLE
from starter.output import Cell, Part, Table


def inventory(entries: Sequence[Entry]) -> list[Part]:
    """Everything in force, a table for each section."""
    columns = (CODE, TITLE, Text(zh="内容", en="says"), ARTICLE)
    rows = {s: [_inventoried(e) for e in entries if e.section is s] for s in Section}
    return [Table(columns, found, section.label) for section, found in rows.items() if found]


def _inventoried(entry: Entry) -> tuple[Cell, ...]:
    return (entry.key, _with_lender(entry.title, entry.lent_by), _lines(entry.traits), sources(entry.citations))


def _with_lender(title: Text, wider: str | None) -> Text:
    return Text(zh=f"{title.zh}\n（来自 {wider}）", en=f"{title.en}\n(from {wider})") if wider else title


def _lines(traits: Iterable[Trait]) -> Text:
    said = [(trait.name, trait.says) for trait in traits]
    zh = "\n".join(f"{name.zh}：{says.zh}" for name, says in said)
    return Text(zh=zh, en="\n".join(f"{name.en}: {says.en}" for name, says in said))


def sources(citations: Iterable[Citation]) -> str:
    """Each source on a line of its own, after the rule that it is."""
    return "\n".join(f"{c.rule} {c}" if c.rule else str(c) for c in citations)


def differences(found: Sequence[Difference]) -> list[Part]:
    """What differs, a table for each section."""
    columns = ("", CODE, TITLE, Text(zh="前", en="before"), Text(zh="后", en="after"), ARTICLE)
    rows = {s: [_different(d) for d in found if d.section is s] for s in Section}
    return [Table(columns, lines, section.label) for section, lines in rows.items() if lines]


def _different(found: Difference) -> tuple[Cell, ...]:
    before, after = _lines(found.before), _lines(found.after)
    if found.changes:
        before = _lines(Trait(name=c.name, says=c.before or _SILENT) for c in found.changes)
        after = _lines(Trait(name=c.name, says=c.after or _SILENT) for c in found.changes)
    old, new = sources(found.sources_before), sources(found.sources_after)
    both = old if old == new else "\n".join(f"{sign} {text}" for sign, text in (("−", old), ("+", new)) if text)
    return (_SIGNS[found.sign], found.key, found.title, before, after, both)


_SILENT = Text(zh="—", en="—")
_SIGNS = {Sign.ADDED: "+", Sign.REMOVED: "−", Sign.CHANGED: "~"}
