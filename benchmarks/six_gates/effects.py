"""The straightforward program's activities: each a short transaction on a SQLite file that survives a kill."""

import os
import sqlite3
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

from temporalio import activity

from models.base import Value

FILE_VARIABLE = "SIX_GATES_DATABASE"
"""Which environment variable names the file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (project TEXT, kind TEXT, gate TEXT, at TEXT, detail TEXT, UNIQUE (project, kind, gate));
CREATE TABLE IF NOT EXISTS letter (project TEXT, template TEXT, recipient TEXT, variables TEXT);
"""

_lock = Lock()


class Entry(Value):
    """Something to be put on record."""

    project: str
    kind: str
    gate: str
    at: datetime
    detail: dict[str, Any]


class Letter(Value):
    """Something to be told."""

    project: str
    template: str
    recipient: str
    variables: dict[str, Any]


class Authority(Value):
    """Whether somebody may decide for an organ."""

    officer: str
    organ: str
    at: datetime


@activity.defn
def record(entry: Entry) -> None:
    """Put it on record; a second call changes nothing."""
    values = (entry.project, entry.kind, entry.gate, entry.at.isoformat(), entry.model_dump_json())
    _write("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?)", values)


@activity.defn
def tell(letter: Letter) -> None:
    """Put the letter where it is sent from."""
    values = (letter.project, letter.template, letter.recipient, letter.model_dump_json())
    _write("INSERT INTO letter VALUES (?, ?, ?, ?)", values)


@activity.defn
def may_decide(question: Authority) -> bool:
    """Whether the officer may decide: everybody may, but it is asked of the database."""
    with _lock:
        return bool(_database().execute("SELECT ? <> ''", (question.officer,)).fetchone()[0])


def _write(statement: str, values: tuple[str, ...]) -> None:
    with _lock, _database() as connection:
        connection.execute(statement, values)


@cache
def _database() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ[FILE_VARIABLE], check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(SCHEMA)
    return connection
