"""Tokens: opaque, hashed at rest, for some scopes, until a day.

A token is `tcg_<id>_<secret>`: the id finds its row, the secret is 256 random bits. A plain SHA-256 of such a secret is
enough, where a password would need a slow hash: there is nothing to be guessed.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Column, Engine, MetaData, String, Table, Text, insert, select, update

from services.moments import UtcDateTime, utc_now

MAX_DAYS = 400
"""How long a token may be valid: a year, and the weeks in which it is renewed."""

_TOKEN = re.compile(r"tcg_([0-9a-f]{12})_([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Admission:
    """Whose call it is, and what it may do. Without `scopes`: everything."""

    caller: str
    scopes: frozenset[str] | None

    def allows(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True)
class Denial:
    """Why a call is not admitted, for the service's own log: the caller is never told. `token_id` where it is known."""

    reason: str
    token_id: str | None = None


class Access(Protocol):
    """Judges the token of a call; None where the call brings none."""

    def judge(self, token: str | None) -> Admission | Denial:
        """Raises SQLAlchemy's errors where the database that knows the tokens does not answer."""
        ...


class Open:
    """Lets everybody do everything. For a service inside one process, as in a simulation; never for one that is served."""

    def judge(self, token: str | None) -> Admission | Denial:
        return Admission("anybody", None)


@dataclass(frozen=True)
class Known:
    """A token as it is kept: everything but its secret."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def valid_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at


def token_table(metadata: MetaData) -> Table:
    """The table of the tokens, among a service's own tables."""
    return Table(
        "token",
        metadata,
        Column("id", String(12), primary_key=True),
        Column("name", String(64), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("scopes", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
        Column("revoked_at", UtcDateTime, nullable=True),
    )


class Tokens:
    """The tokens of one service, in the table that `token_table` made. Safe to share between threads."""

    def __init__(self, engine: Engine, table: Table, now: Callable[[], datetime] = utc_now) -> None:
        self._engine, self._table, self._now = engine, table, now

    def create(self, name: str, scopes: Collection[str], days: int) -> str:
        """Make a token that is valid for so many days, and return it: nobody can read it again.

        Raises ValueError for a name that is no word, for no scope, and for more than MAX_DAYS or less than one.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"name: must match {_NAME.pattern} (got {name!r})")
        if not scopes:
            raise ValueError("scope: at least one is required (got none)")
        if not 1 <= days <= MAX_DAYS:
            raise ValueError(f"days: must lie between 1 and {MAX_DAYS} (got {days})")
        token_id, secret, now = secrets.token_hex(6), secrets.token_hex(32), self._now()
        row = {
            "id": token_id,
            "name": name,
            "sha256": _hash(secret),
            "scopes": " ".join(sorted(scopes)),
            "created_at": now,
            "expires_at": now + timedelta(days=days),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(self._table).values(row))
        return f"tcg_{token_id}_{secret}"

    def known(self) -> list[Known]:
        """Every token, the oldest first, those that are no longer valid too."""
        columns = [column for column in self._table.c if column.name != "sha256"]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(self._table.c.created_at, self._table.c.id)).all()
        return [_known(row._asdict()) for row in rows]

    def revoke(self, token_id: str) -> bool:
        """End the token now. False where there is none with this id; a second call keeps the first moment."""
        table = self._table
        pending = table.c.id == token_id, table.c.revoked_at.is_(None)
        with self._engine.begin() as connection:
            connection.execute(update(table).where(*pending).values(revoked_at=self._now()))
            return connection.execute(select(table.c.id).where(table.c.id == token_id)).first() is not None

    def judge(self, token: str | None) -> Admission | Denial:
        """Who brings the token and what it is for, or why it is not good."""
        found = self.find(token)
        if isinstance(found, Denial):
            return found
        if not found.valid_at(self._now()):
            return Denial("revoked" if found.revoked_at else "expired", found.id)
        return Admission(found.name, found.scopes)

    def find(self, token: str | None) -> Known | Denial:
        """What is kept of the token, valid or not. A Denial where it is none of ours, or its secret is wrong."""
        if token is None:
            return Denial("missing")
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return Denial("malformed")
        token_id, secret = parts.groups()
        with self._engine.connect() as connection:
            row = connection.execute(select(self._table).where(self._table.c.id == token_id)).first()
        # The same work and time for an id that is unknown as for a secret that is wrong.
        content = row._asdict() if row else {"sha256": _hash("")}
        if not hmac.compare_digest(content.pop("sha256"), _hash(secret)):
            return Denial("wrong", token_id if row else None)
        return _known(content)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _known(content: dict[str, str]) -> Known:
    return Known(**{**content, "scopes": frozenset(content["scopes"].split())})  # type: ignore[arg-type]
