"""The first tables: ledger, register, sanctions, materials, calendar; and the triggers that guard the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Not taken from records.tables: a revision stays what it was when the tables move on.
_MOMENT = sa.DateTime(timezone=True)
_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no UPDATE'); END
    """,
    """
    CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no DELETE'); END
    """,
    # INSERT OR REPLACE deletes the old row without asking the trigger above.
    """
    CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry
    WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE entry_id = NEW.entry_id OR position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no REPLACE'); END
    """,
)

_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only: no %', TG_OP; END $$
    """,
    """
    CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()
    """,
    """
    CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()
    """,
)


def upgrade() -> None:
    """Create every table, then guard the ledger."""
    _create_ledger()
    _create_register()
    _create_sanctions()
    _create_materials()
    _create_calendar()
    guards = _POSTGRESQL_GUARDS if _on_postgresql() else _SQLITE_GUARDS
    for statement in guards:
        op.execute(statement)


def downgrade() -> None:
    """Drop every table, with all that is on record."""
    for table in ("calendar_notice", "material", "sanction", "officer_post", "officer", "organ", "ledger_entry"):
        op.drop_table(table)
    if _on_postgresql():
        op.execute("DROP FUNCTION ledger_entry_refuse()")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create_ledger() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("position", _POSITION, nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stage", sa.String()),
        sa.Column("gate", sa.String()),
        sa.Column("round", sa.Integer()),
        sa.Column("organ", sa.String()),
        sa.Column("officer", sa.String()),
        sa.Column("on_behalf_of", sa.String()),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("plan_version", sa.String()),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_ledger_entry"),
        sa.UniqueConstraint("entry_id", name="uq_ledger_entry_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_entry_project_position", "ledger_entry", ["project", "position"])


def _create_register() -> None:
    _create_organs()
    op.create_table(
        "officer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
    )
    op.create_table(
        "officer_post",
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("organ", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.PrimaryKeyConstraint("officer", "organ", "valid_from", name="pk_officer_post"),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name="fk_officer_post_officer"),
        sa.ForeignKeyConstraint(["organ"], ["organ.id"], name="fk_officer_post_organ"),
    )
    op.create_index("ix_officer_post_organ", "officer_post", ["organ"])


def _create_organs() -> None:
    op.create_table(
        "organ",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("superior", sa.String()),
        sa.Column("regulation", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_organ"),
        sa.ForeignKeyConstraint(
            ["superior"], ["organ.id"], name="fk_organ_superior", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_organ_superior", "organ", ["superior"])


def _create_sanctions() -> None:
    op.create_table(
        "sanction",
        sa.Column("sanction_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("citation_rule", sa.String()),
        sa.Column("citation_instrument", sa.String(), nullable=False),
        sa.Column("citation_article", sa.String(), nullable=False),
        sa.Column("citation_default", sa.Boolean(), nullable=False),
        sa.Column("citation_gap", sa.String()),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("imposed_at", _MOMENT, nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.Column("fiscal_year", sa.Integer()),
        sa.Column("lifted_at", _MOMENT),
        sa.PrimaryKeyConstraint("sanction_id", name="pk_sanction"),
    )
    op.create_index("ix_sanction_department", "sanction", ["department"])


def _create_materials() -> None:
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("stored_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
        sa.UniqueConstraint(
            "project", "round", "kind", "name", "sha256", name="uq_material_project_round_kind_name_sha256"
        ),
    )
    op.create_index("ix_material_sha256", "material", ["sha256"])


def _create_calendar() -> None:
    op.create_table(
        "calendar_notice",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("year", "version", name="pk_calendar_notice"),
    )
