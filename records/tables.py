"""The tables of what is on record. Rows only: the values that travel are in `models`, the rules beside this file."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, Integer, MetaData, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

POSITION = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only a column that is plainly INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: written as UTC, read back with its zone. SQLite keeps no zone, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """A row on record. The metadata is our own, so that a service in the same process keeps its tables apart."""


class LedgerRow(Row, table=True):
    """台账, one line each. Triggers forbid UPDATE and DELETE, and each entry holds on to the one before it in its project.

    See the third migration and `records.chain.links`.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index(None, "project", "position"),
        UniqueConstraint("project", "sequence"),
        {"sqlite_autoincrement": True},
    )

    position: int = Field(default=None, primary_key=True, sa_type=POSITION)
    entry_id: str = Field(unique=True)
    project: str
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    stage: str | None = None
    gate: str | None = None
    round: int | None = None
    organ: str | None = None
    officer: str | None = None
    on_behalf_of: str | None = None
    citations: list[dict[str, Any]] = Field(sa_type=JSON)
    plan_version: str | None = None
    summary_zh: str
    summary_en: str
    detail: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    sequence: int = Field(sa_type=BigInteger)
    """The entry's number within its project: 1, 2, 3 …"""
    previous: str | None = None
    """The digest of the entry before it; none for the first one."""
    digest: str


class OrganRow(Row, table=True):
    """An organ, a department or a unit. `superior` of a unit is its department."""

    __tablename__ = "organ"

    id: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    kind: str
    superior: str | None = Field(
        default=None,
        index=True,
        # Checked at commit: a file may name an organ before its superior.
        sa_column_args=[ForeignKey("organ.id", deferrable=True, initially="DEFERRED")],
    )
    regulation: str | None = None


class OfficerRow(Row, table=True):
    """An officer 经办人: a person who signs for an organ."""

    __tablename__ = "officer"

    id: str = Field(primary_key=True)
    name: str
    email: str | None = None


class PostRow(Row, table=True):
    """A post that an officer holds in an organ, from one day to another, both included."""

    __tablename__ = "officer_post"

    officer: str = Field(foreign_key="officer.id", primary_key=True)
    organ: str = Field(foreign_key="organ.id", primary_key=True, index=True)
    valid_from: date = Field(primary_key=True)
    post: str
    valid_until: date | None = None


class DelegationRow(Row, table=True):
    """代理: the delegate acts for the principal in the organ, from one day to another, both included.

    Granted and revoked, never edited. `revoked_on` is the first day on which it gives no authority any more.
    """

    __tablename__ = "delegation"

    id: str = Field(primary_key=True)
    principal: str = Field(foreign_key="officer.id")
    delegate: str = Field(foreign_key="officer.id")
    organ: str = Field(foreign_key="organ.id", index=True)
    valid_from: date
    valid_until: date
    reason: str
    granted_by: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    revoked_on: date | None = None
    revoked_reason: str | None = None


class OfficerKeyRow(Row, table=True):
    """An officer's public key. Triggers let it be registered and revoked, once each (see the fifth migration)."""

    __tablename__ = "officer_key"

    key_id: str = Field(primary_key=True)
    officer: str = Field(foreign_key="officer.id", index=True)
    public_key: str
    valid_from: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_reason: str | None = None
    registered_by: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SanctionRow(Row, table=True):
    """处置, in force or ended."""

    __tablename__ = "sanction"

    sanction_id: str = Field(primary_key=True)
    kind: str
    project: str
    department: str = Field(index=True)
    rule: str
    citation_rule: str | None = None
    citation_instrument: str
    citation_article: str
    citation_default: bool
    citation_gap: str | None = None
    strength: str
    reason: str
    imposed_at: datetime = Field(sa_type=UtcDateTime)
    ends: str
    fiscal_year: int | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MaterialRow(Row, table=True):
    """Who handed in which file for which project. The bytes lie in the materials store under `sha256`."""

    __tablename__ = "material"
    __table_args__ = (UniqueConstraint("project", "round", "kind", "name", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    project: str
    round: int
    kind: str
    name: str
    sha256: str = Field(index=True)
    size: int = Field(sa_type=BigInteger)
    submitted_by: str
    stored_at: datetime = Field(sa_type=UtcDateTime)


class CalendarNoticeRow(Row, table=True):
    """A year of the work calendar as it was published. A correction is a further version; none is overwritten."""

    __tablename__ = "calendar_notice"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_type=JSON)
    published_at: datetime = Field(sa_type=UtcDateTime)


class RegisterChangeRow(Row, table=True):
    """登记, each change of an entry. Triggers forbid UPDATE and DELETE (see the second migration)."""

    __tablename__ = "register_change"
    __table_args__ = (Index(None, "register_id", "subject", "at", "position"), {"sqlite_autoincrement": True})

    position: int = Field(default=None, primary_key=True, sa_type=POSITION)
    change_key: str = Field(unique=True)
    register_id: str
    subject: str
    state: str
    at: datetime = Field(sa_type=UtcDateTime)
    procedure: str
    party: str
    detail: dict[str, Any] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
