"""The journal of the register: every change of it stands in the ledger, under `REGISTER_JOURNAL`, together with the change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.base import Text
from models.effects import REGISTER_JOURNAL, EntryKind, LedgerEntry
from records import ledger


def note(
    session: Session,
    kind: EntryKind,
    key: str,
    *,
    by: str,
    at: datetime,
    summary: Text,
    detail: Mapping[str, Any],
) -> int:
    """Append the entry in the caller's own transaction, and return its position: the change and its record are one.

    The session comes from `records.database.writing`. `key` names the change among those of its kind: told again, the first
    telling stands. `by` is who ran the command, and stands in the detail beside what the caller gives; `at` is the legal
    moment, with its zone. Raises `EntryInvalid` for what cannot be kept; the caller's change is then rolled back with it.
    """
    entry = LedgerEntry(
        entry_id=f"{REGISTER_JOURNAL}/{kind}/{key}",
        project=REGISTER_JOURNAL,
        at=at,
        kind=kind,
        summary=summary,
        detail={"by": by, **detail},
    )
    return ledger.append(session, entry)
