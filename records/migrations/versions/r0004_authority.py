"""Who stands in for whom, and with which key an officer signs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# Not taken from records.tables: a revision stays what it was when the tables move on.
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_delegations()


def downgrade() -> None:
    """Drop the tables, with all that is on record."""
    op.drop_table("delegation")


def _create_delegations() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("organ", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("revoked_on", sa.Date()),
        sa.Column("revoked_reason", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
        sa.ForeignKeyConstraint(["principal"], ["officer.id"], name="fk_delegation_principal"),
        sa.ForeignKeyConstraint(["delegate"], ["officer.id"], name="fk_delegation_delegate"),
        sa.ForeignKeyConstraint(["organ"], ["organ.id"], name="fk_delegation_organ"),
    )
    op.create_index("ix_delegation_organ", "delegation", ["organ"])
