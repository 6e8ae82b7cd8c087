"""The timeline of a life: acts, ledger and notices in the order of the legal clock."""

from collections.abc import Iterator

from models.calendar import CHINA
from models.effects import EntryKind
from simulation.life import Life
from simulation.verdict import Line

_SIGNS = {
    EntryKind.DECISION_REFUSED: "✗",
    EntryKind.MESSAGE_REFUSED: "✗",
    EntryKind.PROJECT_REFUSED: "✗",
    EntryKind.DEADLINE_PASSED: "⏰",
    EntryKind.DEADLINE_MOVED: "⏰",
    EntryKind.SANCTION_IMPOSED: "§",
    EntryKind.SANCTION_LIFTED: "§",
}


def timeline(life: Life) -> tuple[Line, ...]:
    """Every act, entry and notice as a line. At one moment acts come first, then what is on record, then the letters."""
    return tuple(sorted([*_acts(life), *_entries(life), *_letters(life)], key=lambda line: line.at))


def _acts(life: Life) -> Iterator[Line]:
    for happening in life.happenings:
        answer = f" → {happening.answer}" if happening.answer else ""
        yield Line(at=happening.at, sign="▶", text=f"{happening.text}{answer}")


def _entries(life: Life) -> Iterator[Line]:
    for entry in life.ledger:
        cited = f"（{'；'.join(map(str, entry.citations[:1]))}）" if entry.citations else ""
        yield Line(at=entry.at.astimezone(CHINA), sign=_SIGNS.get(entry.kind, "·"), text=f"{entry.summary.zh}{cited}")


def _letters(life: Life) -> Iterator[Line]:
    for sent in life.notices:
        notice = sent.notice
        yield Line(at=sent.at, sign="✉", text=f"{notice.template} → {notice.recipient.code}")
