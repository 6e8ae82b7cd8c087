"""What both databases keep as it was given: texts without NUL, and a detail that is plain JSON of a bounded size."""

import json
from typing import Any

from models.effects import LedgerEntry
from models.procedure import RegisterChange
from records.errors import RecordError

DETAIL_LIMIT = 64 * 1024
"""Bytes of UTF-8 JSON that a `detail` may take."""


def require_no_nul(field: str, text: str, error: type[RecordError]) -> None:
    """Refuse a text with a NUL character by raising `error`."""
    if "\0" in text:
        raise error(field, "a text with NUL", "must not hold a NUL character, which PostgreSQL cannot keep")


def plain_detail(value: LedgerEntry | RegisterChange, error: type[RecordError]) -> dict[str, Any]:
    """The value's `detail` as it will be read back. Raises `error` where it is no clear JSON, or over `DETAIL_LIMIT`."""
    try:
        detail = value.model_dump(mode="json", include={"detail"})["detail"]
        written = json.dumps(detail, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as invalid:
        # Only the keys: what is wrong with a value is shown in places where its content has no business.
        raise error("detail", sorted(value.detail), "must be clear JSON under each key") from invalid
    if len(written) > DETAIL_LIMIT:
        raise error("detail", f"{len(written)} bytes", f"must stay within {DETAIL_LIMIT} bytes")
    plain: dict[str, Any] = json.loads(written)
    return plain
