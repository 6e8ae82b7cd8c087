"""The chains as they lie in the database: read cell by cell, so that no cell can keep a verification from going on."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, text
from sqlmodel import Session, col, select

from models.effects import LedgerEntry
from records.tables import LedgerRow

BATCH = 1000
"""How many entries are held in memory at a time."""

_PLACE = ("position", "sequence", "previous", "digest")
_PLAIN = [name for name in LedgerEntry.model_fields if name not in {"at", "citations", "summary", "detail"}]
_QUERY = """
    SELECT {columns} FROM ledger_entry {where} ORDER BY project, sequence, position
"""
_COLUMNS = ", ".join(
    [*_PLACE, *_PLAIN, "at", "recorded_at", "citations", "summary_zh", "summary_en", "detail"],
)


def documents(engine: Engine, project: str | None = None) -> Iterator[dict[str, Any]]:
    """Every entry as a document of `records.chain.links`, project by project, each in the order of its numbers.

    One query, as the database stood when it began; at most `BATCH` entries are in memory. A cell that cannot be read stands in
    the document as it is, which then has no canonical form.
    """
    where = "" if project is None else "WHERE project = :project"
    query = text(_QUERY.format(columns=_COLUMNS, where=where))
    with engine.connect() as connection:
        # The model's types would raise at a cell that somebody has tampered with; the driver's own values do not.
        found = connection.execution_options(yield_per=BATCH).execute(query, {"project": project} if project else {})
        for row in found.mappings():
            yield _document(row)


def heads(engine: Engine, after: int) -> tuple[int, dict[str, tuple[int, str]]]:
    """The ledger's last position, and the last number and digest of every chain that has an entry behind `after`."""
    last_one = text(
        "SELECT e.position, e.project, e.sequence, e.digest FROM ledger_entry e JOIN (SELECT project, max(sequence) AS head "
        "FROM ledger_entry WHERE position > :after GROUP BY project) h ON e.project = h.project AND e.sequence = h.head"
    )
    with engine.connect() as connection:
        rows = connection.execute(last_one, {"after": after}).all()
    return max((row.position for row in rows), default=after), {row.project: (row.sequence, row.digest) for row in rows}


def last_position(engine: Engine, before: datetime | None = None) -> int:
    """The last position of the ledger, or of what was recorded before that moment; 0 where nothing was."""
    last = select(func.coalesce(func.max(LedgerRow.position), 0))
    with Session(engine) as session:
        return session.exec(last if before is None else last.where(col(LedgerRow.recorded_at) < before)).one()


def digest_at(engine: Engine, project: str, sequence: int) -> str | None:
    """The digest that the entry of that number bears; None where there is none."""
    query = text("SELECT digest FROM ledger_entry WHERE project = :project AND sequence = :sequence")
    with engine.connect() as connection:
        found = connection.execute(query, {"project": project, "sequence": sequence}).scalar_one_or_none()
    return None if found is None else str(found)


def _document(row: Mapping[Any, Any]) -> dict[str, Any]:
    entry = {name: row[name] for name in _PLAIN}
    entry["at"] = _moment(row["at"])
    entry["citations"], entry["detail"] = _json(row["citations"]), _json(row["detail"])
    entry["summary"] = {"zh": row["summary_zh"], "en": row["summary_en"]}
    return {**{name: row[name] for name in _PLACE}, "recorded_at": _moment(row["recorded_at"]), "entry": entry}


def _moment(value: Any) -> Any:
    """SQLite keeps a moment as a text in UTC, PostgreSQL gives it with its zone."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, AttributeError, OverflowError):
        return value


def _json(value: Any) -> Any:
    """SQLite gives JSON as its text, PostgreSQL's driver reads it."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
