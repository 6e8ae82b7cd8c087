"""The catalog's tables: what it holds, and the index over its names.

They have a registry of their own: the records' tables live in another database and must never be created in this one.
Enumerations are stored as their values in plain text, which both SQLite and PostgreSQL read back as written.
"""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.access.tokens import token_table


class Table(SQLModel, registry=registry()):
    """The base of every table of the catalog."""


TOKENS = token_table(Table.metadata)
"""Who may reach the service; see services/access."""


# ---------------------------------------------------------------- what the catalog holds


class Revision(Table, table=True):
    """One row: the number of the catalog's last change. Locking it makes changes happen one after another."""

    __tablename__ = "revision"

    id: int = Field(primary_key=True)
    number: int = 0


class Capability(Table, table=True):
    __tablename__ = "capability"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    category: str
    operator: str
    state: str
    specification: str


class Alias(Table, table=True):
    """A name under which a capability is found, by its key. A capability's own name stands here too, so that no alias
    of one capability can be the name of another."""

    __tablename__ = "alias"

    key: str = Field(primary_key=True)
    text: str
    capability_id: int = Field(foreign_key="capability.id", index=True)


class Resource(Table, table=True):
    """信息资源. `fields` are its fields' Chinese names, in their order."""

    __tablename__ = "resource"

    id: str = Field(primary_key=True)
    name: str
    provider_code: str
    provider_name: str
    fields: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sharing: str
    project: str | None = Field(default=None, index=True)
    state: str


class Item(Table, table=True):
    """A device, map layer or camera that exists already. `name_id` leads to its name in the index."""

    __tablename__ = "item"

    id: int = Field(default=None, primary_key=True)
    category: str
    name: str
    owner: str
    name_id: int = Field(foreign_key="name.id")

    __table_args__ = (
        Index("ix_item_business_key", "category", "name", "owner", unique=True),
        # With the id, so that a name's first bearer is read without reading them all.
        Index("ix_item_bearers", "name_id", "id"),
    )


class Call(Table, table=True):
    """Calls that a project made to a capability: one report. Reports add up."""

    __tablename__ = "call"

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    capability_id: int = Field(foreign_key="capability.id")
    count: int = Field(sa_column=Column(BigInteger, nullable=False))


class Resident(Table, table=True):
    """入驻: a capability that a project's system offers, with the quality attributes attested to it."""

    __tablename__ = "resident"

    project: str = Field(primary_key=True)
    capability: str = Field(primary_key=True)
    attested: list[str] = Field(sa_column=Column(JSON, nullable=False))


class Demand(Table, table=True):
    """供需对接: a demand that was accepted. `resource` is the id of the resource that meets it, if the catalog has it."""

    __tablename__ = "demand"

    key: str = Field(primary_key=True)
    title: str = ""
    provider_code: str | None = Field(default=None, index=True)
    requester_code: str | None = None
    resource: str | None = None
    state: str
    accepted_on: date = Field(index=True)
    met_on: date | None = None
    withdrawn_on: date | None = None


class Detail(Table, table=True):
    """What an entry has beside the columns of its own table: a table of its own, so that databases of before gain it."""

    __tablename__ = "detail"

    subject: str = Field(primary_key=True)
    entry: str = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


# ---------------------------------------------------------------- what has happened


class Change(Table, table=True):
    """A change that was applied: as it was told, and as it was answered. `before` and `after` are the entry's states."""

    __tablename__ = "change"

    number: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    subject: str
    entry: str
    verb: str
    day: date
    before: str | None = None
    after: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    answer: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))

    __table_args__ = (Index("ix_change_entry", "subject", "entry", "number"), Index("ix_change_day", "subject", "day"))


class Matter(Table, table=True):
    """Something announced or objected about an entry. Open until `closed_on`.

    `done_on` is the day on which whoever owes it has done its part; an update may then still be under review. What is closed
    without it has lapsed. `content` is that of an update under review.
    """

    __tablename__ = "matter"

    id: int = Field(default=None, primary_key=True)
    subject: str
    entry: str
    kind: str
    number: str
    opened_on: date
    due_on: date | None = Field(default=None, index=True)
    done_on: date | None = None
    closed_on: date | None = None
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    __table_args__ = (Index("ix_matter_number", "subject", "entry", "kind", "number", unique=True),)


# ---------------------------------------------------------------- the index over names


class Name(Table, table=True):
    """A distinct name of one scope (resources, fields, items of a category), by its key. Never deleted: a name that
    nothing bears any more leads nowhere, and costs a row."""

    __tablename__ = "name"

    id: int = Field(default=None, primary_key=True)
    scope: str
    key: str

    __table_args__ = (Index("ix_name_key", "scope", "key", unique=True),)


class Gram(Table, table=True):
    """How many names of the scope hold the gram: what tells the rare from the common before any list is read."""

    __tablename__ = "gram"

    scope: str = Field(primary_key=True)
    gram: str = Field(primary_key=True)
    names: int

    __table_args__ = {"sqlite_with_rowid": False}


class Posting(Table, table=True):
    """A name in the list of one of its grams. `length` stands before the name in the key, so that the names that are
    too short or too long for a look-up are never read."""

    __tablename__ = "posting"

    scope: str = Field(primary_key=True)
    gram: str = Field(primary_key=True)
    length: int = Field(primary_key=True)
    name_id: int = Field(primary_key=True)

    __table_args__ = {"sqlite_with_rowid": False}


class Holding(Table, table=True):
    """A resource on offer holds a field: by the ids of the two names. Written when the resource comes on offer."""

    __tablename__ = "holding"

    field_id: int = Field(primary_key=True)
    name_id: int = Field(primary_key=True)
    resource_id: str = Field(primary_key=True)
    project: str | None = None

    __table_args__ = (Index("ix_holding_resource", "resource_id"), {"sqlite_with_rowid": False})
