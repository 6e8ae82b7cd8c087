"""Tables of the service: templates by content, notices by their key, and a message per notice and channel.

They have a metadata of their own, so that the service's database never holds a table of another part of the product.
"""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.access.tokens import token_table
from services.moments import UtcDateTime


class Base(SQLModel, registry=registry()):
    """The root of the service's tables."""


TOKENS = token_table(Base.metadata)
"""Who may reach the service; see services/access."""


class TemplateRow(Base, table=True):
    """A version of a template: its first content is 1, each new content the next number; an old one keeps its own."""

    __tablename__ = "template"
    __table_args__ = (
        UniqueConstraint("name", "language", "sha256"),
        UniqueConstraint("name", "language", "version"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    language: str
    version: int
    sha256: str


class NoticeRow(Base, table=True):
    """A notice as it was taken: `digest` tells a repeat from a different notice under the same key."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_recipient", "recipient_kind", "recipient_code"),)

    notice_id: str = Field(primary_key=True)
    project: str = Field(index=True)
    template: str
    template_version: int
    language: str
    recipient_kind: str
    recipient_code: str
    digest: str
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class MessageRow(Base, table=True):
    """One notice on one channel. `state` is a `MessageState`.

    `next_at` is when the sender looks at it again: to send it, to give up an attempt that left no result, or to call
    silence by its name. None: nothing more is to be done.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("notice_id", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    notice_id: str = Field(foreign_key="notice.notice_id")
    channel: str
    state: str
    attempts: int = 0
    reason: str = Field(default="", sa_type=Text)
    """Why the last attempt failed; empty where it did not."""
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """已阅: when somebody of the recipient first opened it. In-box only."""
