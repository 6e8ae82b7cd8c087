"""What a verification of the ledger finds wrong, in both languages, with the entry that it names."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from models.base import Text, Value


class Tampering(StrEnum):
    """What was done to the record."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    ANCHORS = "anchors"
    UNRECORDED = "unrecorded"
    DIFFERING = "differing"
    UNTOLD = "untold"
    REGISTER = "register"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS = {
    Tampering.CHANGED: Text(zh="被改动", en="changed"),
    Tampering.REMOVED: Text(zh="被删除", en="removed"),
    Tampering.INSERTED: Text(zh="被插入", en="inserted"),
    Tampering.REORDERED: Text(zh="被调换次序", en="reordered"),
    Tampering.TRUNCATED: Text(zh="末尾被截去", en="truncated"),
    Tampering.REWRITTEN: Text(zh="与锚定不符", en="not what was anchored"),
    Tampering.ANCHORS: Text(zh="锚定文件有误", en="the anchors are faulty"),
    Tampering.UNRECORDED: Text(zh="历史有而台账无", en="told by a history, not on record"),
    Tampering.DIFFERING: Text(zh="与历史不符", en="not what the history tells"),
    Tampering.UNTOLD: Text(zh="台账有而历史无", en="on record, told by no history"),
    Tampering.REGISTER: Text(zh="登记册与台账不符", en="the register is not what the ledger tells"),
}


class Discrepancy(Value):
    """One fault, and the entry that it is about, as far as it is known: what was removed can tell its number only."""

    fault: Tampering
    project: str | None = None
    sequence: int | str | None = None
    entry_id: str | None = None
    position: int | str | None = None
    reason: Text


def about(document: Mapping[str, Any], fault: Tampering, reason: Text) -> Discrepancy:
    """The finding about that entry (`records.chain.links` says what a document is)."""
    entry = document["entry"]
    return Discrepancy(
        fault=fault,
        project=_shown(entry["project"]),
        sequence=_number(document["sequence"]),
        entry_id=_shown(entry["entry_id"]),
        position=_number(document["position"]),
        reason=reason,
    )


# SQLite keeps anything in any column; whoever tampers with it must not keep us from naming the entry.


def _shown(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else repr(value)


def _number(value: Any) -> int | str | None:
    return value if isinstance(value, int) else repr(value)
