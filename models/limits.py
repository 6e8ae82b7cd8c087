"""How much one input may be, and what no text may hold: the one place that says so, for files, messages and requests.

Sizes are in bytes. What is over a limit is refused before it is taken apart: whoever writes an input must choose neither how
long its reading takes nor how much of it is echoed.
"""

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from models.base import Text, field_of

MESSAGE_BYTES: Final = 128 * 1024
"""A signal or an update to a workflow."""

APPLICATION_BYTES: Final = 120 * 1024
"""An application or a filled form as JSON. A correction travels in one message, so it is a little less than a message."""

APPLICATION_FILE_BYTES: Final = 256 * 1024
"""An application file: the project's file, which carries it for years, has to stay under 200 KB as JSON."""

LIBRARY_FILE_BYTES: Final = 1024 * 1024
"""A file of an operator: a regulation, procedures, cases, a register, a calendar notice, channels."""

CATALOG_BODY_BYTES: Final = 4 * 1024 * 1024
"""A request to the catalog; the largest is a seed of some thousand entries."""

NOTICE_BODY_BYTES: Final = 1024 * 1024
"""A request to the notification service: a notice with the texts of its letter."""

PAYLOADS_BODY_BYTES: Final = 16 * 1024 * 1024
"""A request to the codec server. Room for what Temporal takes in one message (4 MB), as base64, and for a page of the UI
that asks for several."""

DEPTH: Final = 32
"""Levels of lists and mappings in anything that is read. The deepest that is written has some ten."""

FIELDS: Final = 500
"""Names in one mapping of anything that is read. The largest that is written, a regulation's, has some hundred."""

PARTS: Final = 200_000
"""Values in one file, each counted as often as an alias repeats it. A large regulation has some ten thousand."""

NUMBER_CHARACTERS: Final = 400
"""What a number may be written with: every float, and no integer that Python would not print again."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line breaks, and halves of characters. No letter may hold them, no database keeps a NUL,
no UTF-8 a half, and the others steer a clerk's terminal."""


def unfit(value: Any) -> Text | None:
    """Why plain data cannot be kept, sent on and shown, though it could be read: field, rule and value. None where it can.

    Refused are more than `DEPTH` levels, mappings of more than `FIELDS` names, texts and names with control characters, floats
    that are no numbers, and what YAML knows and JSON does not: bytes, sets.
    """
    for path, part in _parts(value):
        if fault := _unfit(part, len(path)):
            field = field_of(path)
            return Text(zh=f"{field}：{fault.zh}", en=f"{field}: {fault.en}")
    return None


def _parts(value: Any) -> Iterator[tuple[tuple[int | str, ...], Any]]:
    """Every part of the value with its path. Without recursion: how deep it goes is what has to be found out."""
    waiting: list[tuple[tuple[int | str, ...], Any]] = [((), value)]
    while waiting:
        path, part = waiting.pop()
        yield path, part
        match part:
            case dict():
                for key, inner in part.items():
                    waiting += (path, key), ((*path, str(key)), inner)
            case list():
                waiting += (((*path, index), inner) for index, inner in enumerate(part))


def _unfit(part: Any, depth: int) -> Text | None:
    match part:
        case str():
            return unfit_text(part)
        case dict() | list() if depth >= DEPTH:
            return Text(zh=f"嵌套超过 {DEPTH} 层", en=f"must not be nested more than {DEPTH} levels deep")
        case dict() if len(part) > FIELDS:
            return Text(
                zh=f"有 {len(part)} 个字段，上限 {FIELDS}",
                en=f"must not have more than {FIELDS} fields (got {len(part)})",
            )
        case float() if not math.isfinite(part):
            return Text(zh=f"内容含非数值 {part}", en=f"must be a number (got {part})")
        case dict() | list() | int() | float() | date() | None:
            return None
    kind = type(part).__name__
    return Text(zh=f"内容不是文字、数字、日期、列表或对象，而是 {kind}", en=f"must be plain data (got a {kind})")


def unfit_text(text: str) -> Text | None:
    """Why a text cannot be kept, sent on and shown; None where it can."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    shown = _CONTROL.sub("�", text[:80])
    if found[0] == "\0":
        return Text(zh=f"内容含 NUL 字符：{shown}", en=f"must not hold a NUL character (got {shown!r})")
    code = f"U+{ord(found[0]):04X}"
    return Text(zh=f"内容含控制字符 {code}：{shown}", en=f"must not hold the control character {code} (got {shown!r})")
