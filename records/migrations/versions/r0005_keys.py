"""The officers' keys, and the triggers that let them be registered and revoked, and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Not taken from records.tables: a revision stays what it was when the tables move on.
_MOMENT = sa.DateTime(timezone=True)

_NO_REVOCATION = """
    OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
    OR NEW.key_id <> OLD.key_id OR NEW.officer <> OLD.officer OR NEW.public_key <> OLD.public_key
    OR NEW.valid_from <> OLD.valid_from OR NEW.registered_by <> OLD.registered_by
    OR NEW.recorded_at <> OLD.recorded_at
"""

_SQLITE_GUARDS = (
    f"""
    CREATE TRIGGER officer_key_no_update BEFORE UPDATE ON officer_key WHEN {_NO_REVOCATION}
    BEGIN SELECT RAISE(ABORT, 'a key is revoked once and never edited: no UPDATE'); END
    """,
    """
    CREATE TRIGGER officer_key_no_delete BEFORE DELETE ON officer_key
    BEGIN SELECT RAISE(ABORT, 'a key is never removed: no DELETE'); END
    """,
    # INSERT OR REPLACE deletes the old row without asking the trigger above.
    """
    CREATE TRIGGER officer_key_no_replace BEFORE INSERT ON officer_key
    WHEN EXISTS (SELECT 1 FROM officer_key WHERE key_id = NEW.key_id)
    BEGIN SELECT RAISE(ABORT, 'a key is never replaced: no REPLACE'); END
    """,
)

_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION officer_key_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a key is registered and revoked once, nothing else: no %', TG_OP; END $$
    """,
    f"""
    CREATE TRIGGER officer_key_no_update BEFORE UPDATE ON officer_key
    FOR EACH ROW WHEN ({_NO_REVOCATION}) EXECUTE FUNCTION officer_key_refuse()
    """,
    """
    CREATE TRIGGER officer_key_no_delete BEFORE DELETE ON officer_key
    FOR EACH ROW EXECUTE FUNCTION officer_key_refuse()
    """,
    """
    CREATE TRIGGER officer_key_no_truncate BEFORE TRUNCATE ON officer_key
    FOR EACH STATEMENT EXECUTE FUNCTION officer_key_refuse()
    """,
)


def upgrade() -> None:
    """Create the table, then guard it."""
    op.create_table(
        "officer_key",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("valid_from", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("revoked_reason", sa.String(), nullable=True),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_officer_key"),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name="fk_officer_key_officer"),
    )
    op.create_index("ix_officer_key_officer", "officer_key", ["officer"])
    for statement in _POSTGRESQL_GUARDS if _on_postgresql() else _SQLITE_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, with every key on record."""
    op.drop_table("officer_key")
    if _on_postgresql():
        op.execute("DROP FUNCTION officer_key_refuse()")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
