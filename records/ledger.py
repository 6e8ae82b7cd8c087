"""台账 on record: append, and read in order. Nothing here changes or removes a line; the database would refuse it."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models.base import Text, Value
from models.effects import EntryKind, LedgerClaim, LedgerEntry
from records.chain import links
from records.database import LEDGER_DIGEST, writing
from records.errors import EntryConflict, EntryInvalid, require_zone
from records.storable import plain_detail, require_no_nul
from records.tables import LedgerRow

IDENTITY = ("project", "kind", "organ", "officer")
"""What makes two entries of one id the same. Not the moment nor what follows from it: an effect whose worker was killed
before Temporal heard of its success is repeated later, and the first telling stands."""

PAGE = 1000
"""How many entries one read returns unless told otherwise."""


class RecordedEntry(Value):
    """An entry with its place in the ledger. `recorded_at` is the real moment of writing, `entry.at` the legal one.

    `sequence` counts the entries of its project, `previous` and `digest` chain them (`records.chain.links`).
    """

    position: int
    sequence: int
    previous: str | None
    digest: str
    recorded_at: datetime
    entry: LedgerEntry


def append(store: Engine | Session, entry: LedgerEntry) -> int:
    """Append the entry and return its position. Keyed by `entry_id`: told again, the first telling and its position stand.

    A session must come from `records.database.writing`; the entry then stands or falls with that transaction. Raises
    `EntryConflict` where the id is on record for something else (`IDENTITY`), `EntryInvalid` for an entry that cannot be kept
    (no time zone, a detail over `storable.DETAIL_LIMIT` or no clear JSON, a NUL character in a text).
    """
    kept = _checked(entry)
    if isinstance(store, Session):
        return _append(store, kept)
    with writing(store) as session:
        return _append(session, kept)


def entries(
    engine: Engine,
    project: str | None = None,
    kinds: Collection[EntryKind] | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> list[RecordedEntry]:
    """The entries behind the position `after`, in their order; times in UTC. An empty list is the end.

    A reader that asks again with the last position it has seen misses none: positions become visible in order.
    """
    query = select(LedgerRow).where(col(LedgerRow.position) > after).order_by(col(LedgerRow.position)).limit(limit)
    if project is not None:
        query = query.where(col(LedgerRow.project) == project)
    if kinds is not None:
        query = query.where(col(LedgerRow.kind).in_([kind.value for kind in kinds]))
    with Session(engine) as session:
        return [_recorded(row) for row in session.exec(query)]


def every_entry(
    engine: Engine,
    project: str | None = None,
    kinds: Collection[EntryKind] | None = None,
    after: int = 0,
) -> Iterator[RecordedEntry]:
    """All entries behind the position `after`, in their order, page by page."""
    while page := entries(engine, project, kinds, after):
        yield from page
        after = page[-1].position


def shows(engine: Engine, claim: LedgerClaim) -> bool:
    """Whether the entry of the claim is on record, and says nothing else than the claim.

    What the claim says and the entry does not is left aside: an older workflow wrote fewer fields into it.
    """
    with Session(engine) as session:
        row = session.exec(select(LedgerRow).where(col(LedgerRow.entry_id) == claim.entry_id)).one_or_none()
    if row is None:
        return False
    entry = _recorded(row).entry
    if (entry.project, entry.kind) != (claim.project, claim.kind) or claim.citations not in ((), entry.citations):
        return False
    return all(entry.detail[name] == said for name, said in claim.detail.items() if name in entry.detail)


def _append(session: Session, entry: LedgerEntry) -> int:
    first = session.exec(select(LedgerRow).where(col(LedgerRow.entry_id) == entry.entry_id)).one_or_none()
    if first is not None:
        return _same(_recorded(first), entry)
    row = _row(entry, session)
    session.add(row)
    session.flush()
    return row.position


def _same(first: RecordedEntry, entry: LedgerEntry) -> int:
    differing = [f for f in IDENTITY if getattr(first.entry, f) != getattr(entry, f)]
    if differing:
        raise EntryConflict("entry_id", entry.entry_id, f"is on record with another {', '.join(differing)}")
    return first.position


def _checked(entry: LedgerEntry) -> LedgerEntry:
    """The entry as it will be read back: plain JSON in its detail."""
    require_zone("at", entry.at, EntryInvalid)
    for field in LedgerEntry.model_fields:
        _require_storable(field, getattr(entry, field))
    return entry.model_copy(update={"detail": plain_detail(entry, EntryInvalid)})


def _require_storable(field: str, value: object) -> None:
    for text in (value.zh, value.en) if isinstance(value, Text) else (value,):
        if isinstance(text, str):
            require_no_nul(field, text, EntryInvalid)


def _row(entry: LedgerEntry, session: Session) -> LedgerRow:
    """The entry as the next one of the ledger and of its project's chain. Nobody else writes until the commit."""
    position, sequence, previous = _ends(session, entry.project)
    place: dict[str, Any] = {
        "position": position + 1,
        "sequence": sequence + 1,
        "previous": previous,
        "recorded_at": datetime.now(UTC),
    }
    algorithm = session.connection().get_execution_options().get(LEDGER_DIGEST, "sha256")
    return LedgerRow(
        **place,
        **entry.model_dump(mode="json", exclude={"at", "summary"}),
        at=entry.at,
        summary_zh=entry.summary.zh,
        summary_en=entry.summary.en,
        digest=links.digest_of({**place, "entry": entry.model_dump(mode="json")}, algorithm),
    )


def _ends(session: Session, project: str) -> tuple[int, int, str | None]:
    """The last position of the ledger, and the last number and digest of the project's chain, in one indexed read."""
    of_project, backwards = col(LedgerRow.project) == project, col(LedgerRow.sequence).desc()
    found = session.exec(
        select(
            func.coalesce(select(func.max(LedgerRow.position)).scalar_subquery(), 0),
            func.coalesce(
                select(LedgerRow.sequence).where(of_project).order_by(backwards).limit(1).scalar_subquery(), 0
            ),
            select(LedgerRow.digest).where(of_project).order_by(backwards).limit(1).scalar_subquery(),
        )
    ).one()
    return found[0], found[1], found[2]


def _recorded(row: LedgerRow) -> RecordedEntry:
    columns = row.model_dump(exclude={*_PLACE, "summary_zh", "summary_en"})
    entry = LedgerEntry.model_validate({**columns, "summary": Text(zh=row.summary_zh, en=row.summary_en)})
    return RecordedEntry(**row.model_dump(include=_PLACE), entry=entry)


_PLACE = set(RecordedEntry.model_fields) - {"entry"}
