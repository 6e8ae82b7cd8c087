"""登记: the registers that procedures keep — filings, websites, rooms, consents, data officers.

Every change is on record for good; an entry is what its changes have come to. The register of organs and officers is
another thing (`records.register`).
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from models.base import Value
from models.procedure import RegisterChange
from records.database import writing
from records.errors import ChangeConflict, ChangeInvalid, require_zone
from records.storable import plain_detail, require_no_nul
from records.tables import RegisterChangeRow

IDENTITY = ("register_id", "subject", "state", "procedure")
"""What makes two changes of one key the same. Not the moment: an activity that is repeated tells a later one."""

_TEXTS = ("key", "register_id", "subject", "state", "procedure", "party")


class RegisterEntry(Value):
    """The present entry of a register for one subject: what its last change made it. `since` is a moment in UTC."""

    register_id: str
    subject: str
    state: str
    since: datetime
    procedure: str
    """The workflow id of the procedure that brought the state about."""
    party: str
    detail: dict[str, Any] = Field(default_factory=dict)


class RecordedChange(Value):
    """A change with its place on record. `recorded_at` is the real moment of writing, `change.at` the legal one."""

    position: int
    recorded_at: datetime
    change: RegisterChange


def enter(engine: Engine, change: RegisterChange) -> None:
    """Give the entry its state. Keyed by `key`: told again, the first telling stands.

    Raises `ChangeConflict` where the key is on record for something else (`IDENTITY`), `ChangeInvalid` for a change that
    cannot be kept (no time zone, a detail over `storable.DETAIL_LIMIT` or no clear JSON, a NUL character in a text).
    """
    detail = _checked_detail(change)
    with writing(engine) as session:
        query = select(RegisterChangeRow).where(col(RegisterChangeRow.change_key) == change.key)
        first = session.exec(query).one_or_none()
        if first is None:
            session.add(_row(change, detail))
        else:
            _require_same(first, change)


def entries(engine: Engine, register_id: str | None = None, *, state: str | None = None) -> list[RegisterEntry]:
    """The present entries, of one register or of all, by register and subject; only those in `state`, where it is given.

    Present is the change with the latest legal moment; of two at one moment, the one that was recorded later.
    """
    order = (col(RegisterChangeRow.at).desc(), col(RegisterChangeRow.position).desc())
    by_entry = (col(RegisterChangeRow.register_id), col(RegisterChangeRow.subject))
    ranked = select(
        col(RegisterChangeRow.position), func.row_number().over(partition_by=by_entry, order_by=order).label("place")
    )
    if register_id is not None:
        ranked = ranked.where(col(RegisterChangeRow.register_id) == register_id)
    last = ranked.subquery()
    present = select(last.c.position).where(last.c.place == 1)
    query = select(RegisterChangeRow).where(col(RegisterChangeRow.position).in_(present))
    if state is not None:
        query = query.where(col(RegisterChangeRow.state) == state)
    with Session(engine) as session:
        found = [_entry(row) for row in session.exec(query)]
    # Sorted here: each database has an order of its own for texts.
    return sorted(found, key=lambda entry: (entry.register_id, entry.subject))


def history(engine: Engine, register_id: str, subject: str) -> list[RecordedChange]:
    """Every change of the entry, the first one first, as `entries` orders them; empty where there is no such entry."""
    query = (
        select(RegisterChangeRow)
        .where(col(RegisterChangeRow.register_id) == register_id, col(RegisterChangeRow.subject) == subject)
        .order_by(col(RegisterChangeRow.at), col(RegisterChangeRow.position))
    )
    with Session(engine) as session:
        return [_recorded(row) for row in session.exec(query)]


def _checked_detail(change: RegisterChange) -> dict[str, Any]:
    """The detail as it will be read back, once everything else is in order."""
    require_zone("at", change.at, ChangeInvalid)
    for field in _TEXTS:
        require_no_nul(field, getattr(change, field), ChangeInvalid)
    return plain_detail(change, ChangeInvalid)


def _require_same(first: RegisterChangeRow, change: RegisterChange) -> None:
    differing = [field for field in IDENTITY if getattr(first, field) != getattr(change, field)]
    if differing:
        raise ChangeConflict("key", change.key, f"is on record with another {', '.join(differing)}")


def _row(change: RegisterChange, detail: dict[str, Any]) -> RegisterChangeRow:
    columns = change.model_dump(exclude={"key", "detail"})
    return RegisterChangeRow(**columns, change_key=change.key, detail=detail, recorded_at=datetime.now(UTC))


def _recorded(row: RegisterChangeRow) -> RecordedChange:
    columns = row.model_dump(exclude={"position", "recorded_at", "change_key"})
    change = RegisterChange.model_validate({**columns, "key": row.change_key})
    return RecordedChange(position=row.position, recorded_at=row.recorded_at, change=change)


def _entry(row: RegisterChangeRow) -> RegisterEntry:
    columns = row.model_dump(include=set(RegisterEntry.model_fields))
    return RegisterEntry.model_validate({**columns, "since": row.at})
