"""What every value of the product has in common: it is frozen, and it says what is wrong with bad input."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A business code: latin letters, digits, dot, underscore, hyphen; at most 64 characters. Safe in ids and search attributes."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 digest of a file's bytes, in lower-case hexadecimal."""

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""Text that a person wrote and that may not be empty."""


def _day(value: object) -> object:
    # Pydantic takes numbers for seconds since 1970, and Python the weeks of ISO 8601.
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("must be a day such as 2023-11-14")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Day = Annotated[date, BeforeValidator(_day)]
"""A day that a person wrote: `YYYY-MM-DD`, and nothing that could be taken for one."""


class Value(BaseModel):
    """An immutable value. Unknown fields are ignored, so that an older worker reads what a newer one wrote."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Input(BaseModel):
    """An immutable value that a person or another system hands in: an unknown field is an error, not noise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Value):
    """A title in the two languages of the product. Chinese is the official one; English is for the reader."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


MAX_FAULTS = 50
"""How many faults of one input are told. Who wrote more than that wrote something else."""


def faults(error: ValidationError) -> list[str]:
    """Each fault of a rejected input as `field: rule (got value)`, in the order of the fields; at most `MAX_FAULTS`, and how
    many more there are."""
    found = error.errors(include_url=False)
    told = [f"{field_of(e['loc'])}: {e['msg']} (got {shown(e.get('input'))})" for e in found[:MAX_FAULTS]]
    return [*told, *more(len(found))]


def more(count: int) -> list[str]:
    """The last line where there are more faults than are told."""
    return [f"(whole input): has {count - MAX_FAULTS} further faults"] if count > MAX_FAULTS else []


def field_of(location: Sequence[int | str]) -> str:
    """The place of a fault. The name of an unknown field is a stranger's text: cut, and with nothing that cannot be printed."""
    path = ".".join(str(part) for part in location) or "(whole input)"
    clear = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path[:120])
    return clear if len(path) <= 120 else f"{clear}..."


def shown(value: Any) -> str:
    """The value as a message shows it: its beginning."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits; a list of lists of lists
        return f"a {type(value).__name__} that is too large to be shown"
    return text if len(text) <= 80 else text[:77] + "..."
