"""The chain of the ledger: each entry's number within its project, the digest before it, and its own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from records.chain.links import digest_of

revision = "0003"
down_revision = "0002"

# Not taken from records.tables: a revision stays what it was when the tables move on. `records.chain.links` cannot move on: what is
# chained here is verified with it for ever.
_ENTRY = (
    *("entry_id", "project", "at", "kind", "stage", "gate", "round", "organ", "officer", "on_behalf_of"),
    *("citations", "plan_version", "detail"),
)
_BATCH = 500

_REPLACE_GUARD = """
    CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry
    WHEN EXISTS (
        SELECT 1 FROM ledger_entry WHERE entry_id = NEW.entry_id OR position = NEW.position{chained}
    )
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no REPLACE'); END
"""
_BY_CHAIN = " OR (project = NEW.project AND sequence = NEW.sequence)"

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE'); END
    """,
    """
    CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE'); END
    """,
)


def upgrade() -> None:
    """Chain what is on record, in its order, while the guards are down; then put them up again.

    All in one transaction: nobody sees the ledger without its guards.
    """
    _lower_guards()
    op.add_column("ledger_entry", sa.Column("sequence", sa.BigInteger()))
    op.add_column("ledger_entry", sa.Column("previous", sa.String()))
    op.add_column("ledger_entry", sa.Column("digest", sa.String()))
    _chain()
    with op.batch_alter_table("ledger_entry", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("sequence", existing_type=sa.BigInteger(), nullable=False)
        table.alter_column("digest", existing_type=sa.String(), nullable=False)
        table.create_unique_constraint("uq_ledger_entry_project_sequence", ["project", "sequence"])
    _raise_guards(_BY_CHAIN)


def downgrade() -> None:
    """Forget the chain. The entries stay as they are."""
    _lower_guards()
    with op.batch_alter_table("ledger_entry", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint("uq_ledger_entry_project_sequence", type_="unique")
        for column in ("sequence", "previous", "digest"):
            table.drop_column(column)
    if _on_postgresql():
        # Entries of a chain bring their positions; from here on the database counts again.
        op.execute("SELECT setval(pg_get_serial_sequence('ledger_entry', 'position'), max(position)) FROM ledger_entry")
    _raise_guards("")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


# ---------------------------------------------------------------- the guards


def _lower_guards() -> None:
    if _on_postgresql():
        op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change")
        return
    for guard in ("update", "delete", "replace"):
        op.execute(f"DROP TRIGGER IF EXISTS ledger_entry_no_{guard}")


def _raise_guards(chained: str) -> None:
    if _on_postgresql():
        op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_no_change")
        return
    # The table was made anew without them.
    for statement in (*_SQLITE_GUARDS, _REPLACE_GUARD.format(chained=chained)):
        op.execute(statement)


# ---------------------------------------------------------------- the chains


def _chain() -> None:
    """Number and chain the entries of each project, a batch at a time."""
    update = sa.text(
        "UPDATE ledger_entry SET sequence = :sequence, previous = :previous, digest = :digest WHERE position = :at_position"
    )
    heads: dict[str, tuple[int, str | None]] = {}
    for batch in _batches():
        changes = []
        for row in batch:
            number, previous = heads.get(row["project"], (0, None))
            digest = digest_of({**_document(row), "sequence": number + 1, "previous": previous})
            heads[row["project"]] = (number + 1, digest)
            changes.append(
                {"sequence": number + 1, "previous": previous, "digest": digest, "at_position": row["position"]}
            )
        op.get_bind().execute(update, changes)


def _batches() -> Iterator[list[dict[str, Any]]]:
    page = sa.text("SELECT * FROM ledger_entry WHERE position > :after ORDER BY position LIMIT :batch")
    after = 0
    while rows := op.get_bind().execute(page, {"after": after, "batch": _BATCH}).mappings().all():
        yield [dict(row) for row in rows]
        after = rows[-1]["position"]


def _document(row: dict[str, Any]) -> dict[str, Any]:
    entry = {name: row[name] for name in _ENTRY}
    entry["at"] = _moment(row["at"])
    entry["citations"], entry["detail"] = _plain(row["citations"]), _plain(row["detail"])
    entry["summary"] = {"zh": row["summary_zh"], "en": row["summary_en"]}
    return {"position": row["position"], "recorded_at": _moment(row["recorded_at"]), "entry": entry}


def _moment(value: Any) -> datetime:
    """SQLite keeps a moment as a text in UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
