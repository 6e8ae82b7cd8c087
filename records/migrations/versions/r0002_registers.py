"""The registers that procedures keep: every change of an entry, and the triggers that guard them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Not taken from records.tables: a revision stays what it was when the tables move on.
_MOMENT = sa.DateTime(timezone=True)
_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER register_change_no_update BEFORE UPDATE ON register_change
    BEGIN SELECT RAISE(ABORT, 'a register is append-only: no UPDATE'); END
    """,
    """
    CREATE TRIGGER register_change_no_delete BEFORE DELETE ON register_change
    BEGIN SELECT RAISE(ABORT, 'a register is append-only: no DELETE'); END
    """,
    # INSERT OR REPLACE deletes the old row without asking the trigger above.
    """
    CREATE TRIGGER register_change_no_replace BEFORE INSERT ON register_change
    WHEN EXISTS (SELECT 1 FROM register_change WHERE change_key = NEW.change_key OR position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'a register is append-only: no REPLACE'); END
    """,
)

_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION register_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a register is append-only: no %', TG_OP; END $$
    """,
    """
    CREATE TRIGGER register_change_no_change BEFORE UPDATE OR DELETE ON register_change
    FOR EACH ROW EXECUTE FUNCTION register_change_refuse()
    """,
    """
    CREATE TRIGGER register_change_no_truncate BEFORE TRUNCATE ON register_change
    FOR EACH STATEMENT EXECUTE FUNCTION register_change_refuse()
    """,
)


def upgrade() -> None:
    """Create the table, then guard it."""
    op.create_table(
        "register_change",
        sa.Column("position", _POSITION, nullable=False),
        sa.Column("change_key", sa.String(), nullable=False),
        sa.Column("register_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_register_change"),
        sa.UniqueConstraint("change_key", name="uq_register_change_change_key"),
        sqlite_autoincrement=True,
    )
    columns = ["register_id", "subject", "at", "position"]
    op.create_index("ix_register_change_register_id_subject_at_position", "register_change", columns)
    for statement in _POSTGRESQL_GUARDS if _on_postgresql() else _SQLITE_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, with every change on record."""
    op.drop_table("register_change")
    if _on_postgresql():
        op.execute("DROP FUNCTION register_change_refuse()")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
