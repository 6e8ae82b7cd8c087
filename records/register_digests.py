"""Parties, officers and posts in one digest for each table: by them the ledger knows what an import left behind."""

import json
from hashlib import sha256

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.effects import EntryKind
from records.tables import LedgerRow

TABLES = {
    "organ": ("id", "name_zh", "name_en", "kind", "superior", "regulation"),
    "officer": ("id", "name", "email"),
    "officer_post": ("officer", "organ", "valid_from", "post", "valid_until"),
}
"""The tables that only an import writes, with the columns that their digests cover."""


def digests(session: Session) -> dict[str, str]:
    """The digest of each table as it is now, the same on either database."""
    return {table: _digest(session, table, columns) for table, columns in TABLES.items()}


def is_told(session: Session) -> bool:
    """Whether the last import's entry has the digests: an earlier version of the product wrote none."""
    imports = select(LedgerRow.detail).where(col(LedgerRow.kind) == EntryKind.REGISTER_IMPORTED.value)
    last = session.exec(imports.order_by(col(LedgerRow.position).desc()).limit(1)).first()
    return last is not None and last.get("tables") is not None


def _digest(session: Session, table: str, columns: tuple[str, ...]) -> str:
    # As text, past the model's types: whoever tampers with a table keeps anything in any column.
    found = session.connection().execute(text(f"SELECT {', '.join(columns)} FROM {table}"))
    rows = sorted(json.dumps([None if cell is None else str(cell) for cell in row]) for row in found)
    return sha256("\n".join(rows).encode()).hexdigest()
