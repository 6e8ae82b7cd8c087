"""What is announced or objected about an entry and not finished: change events, upgrades, retirements, objections.

The entry stays on offer meanwhile (JY-41, NA-85). Whether what had a last day was done by it is judged here and nowhere else.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, select

from models.base import Text
from models.catalog import Announcement, CatalogChange, CatalogSubject, CatalogVerb, MatterKind, Objection, OpenMatter
from services.catalog.problems import conflict
from services.catalog.tables import Matter

OPENS = {
    CatalogVerb.ANNOUNCE_CHANGE: MatterKind.CHANGE,
    CatalogVerb.ANNOUNCE_UPGRADE: MatterKind.UPGRADE,
    CatalogVerb.ANNOUNCE_RETIREMENT: MatterKind.RETIREMENT,
    CatalogVerb.OPEN_OBJECTION: MatterKind.OBJECTION,
}
FINISHES = {
    CatalogVerb.UPDATE: MatterKind.CHANGE,
    CatalogVerb.UPGRADE: MatterKind.UPGRADE,
    CatalogVerb.RETIRE: MatterKind.RETIREMENT,
    CatalogVerb.SETTLE_OBJECTION: MatterKind.OBJECTION,
}


def still_open(session: Session, subject: CatalogSubject, entry: str) -> list[Matter]:
    """What is open about the entry, the oldest first."""
    about = (Matter.subject == subject.value, Matter.entry == entry)
    statement = select(Matter).where(*about, col(Matter.closed_on).is_(None)).order_by(col(Matter.id))
    return list(session.exec(statement))


def chosen(matters: Iterable[Matter], kind: MatterKind, number: str | None) -> list[Matter]:
    """Those of the kind that a change is about: the numbered one, or all. Raises Problem (409) for a number not open."""
    of_kind = [matter for matter in matters if matter.kind == kind]
    if number is None:
        return of_kind
    numbered = [matter for matter in of_kind if matter.number == number]
    if not numbered:
        raise conflict("data.number", number, Text(zh="没有该编号的未办结事项", en="nothing with this number is open"))
    return numbered


def begin(
    session: Session, change: CatalogChange, entry: str, kind: MatterKind, told: Announcement | Objection
) -> Matter:
    """Put a matter on record. Raises Problem (409) where its number is taken for this entry."""
    matter = Matter(
        subject=change.subject.value,
        entry=entry,
        kind=kind.value,
        number=told.number or change.key,
        opened_on=change.day,
        due_on=told.due_on,
    )
    same = (Matter.subject == matter.subject, Matter.entry == entry, Matter.kind == matter.kind)
    if session.exec(select(Matter.id).where(*same, Matter.number == matter.number)).first() is not None:
        raise conflict("data.number", matter.number, Text(zh="该编号已使用", en="this number is on record already"))
    session.add(matter)
    session.flush()
    return matter


def finish(matters: Iterable[Matter], day: date) -> None:
    """Close them. What was handed in before the closing was done on that earlier day."""
    for matter in matters:
        matter.done_on = matter.done_on or day
        matter.closed_on = day


def lapse(matters: Iterable[Matter], day: date) -> None:
    """Close them without anything done: the entry that they are about is gone."""
    for matter in matters:
        matter.closed_on = day


def in_time(matters: Sequence[Matter]) -> bool | None:
    """Whether all of them were done by their last day. None where none has one."""
    judged = [matter.done_on is not None and matter.done_on <= matter.due_on for matter in matters if matter.due_on]
    return all(judged) if judged else None


def shown(matters: Iterable[Matter]) -> tuple[OpenMatter, ...]:
    """The open ones as the service shows them."""
    return tuple(
        OpenMatter(
            kind=MatterKind(matter.kind),
            number=matter.number,
            opened_on=matter.opened_on,
            due_on=matter.due_on,
            submitted_on=matter.done_on,
        )
        for matter in matters
    )
