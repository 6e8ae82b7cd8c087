"""What every value of the product has in common: it is frozen, and it says what is wrong with bad input."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A business code: latin letters, digits, dot, underscore, hyphen; at most 64 characters. Safe in ids and search attributes."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 digest of a file's bytes, in lower-case hexadecimal."""

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""Text that a person wrote and that may not be empty."""


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


def faults(error: ValidationError) -> list[str]:
    """Each fault of a rejected input as `field: rule (got value)`, in the order of the fields."""
    return [f"{_path(e['loc'])}: {e['msg']} (got {_shown(e.get('input'))})" for e in error.errors(include_url=False)]


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(whole input)"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
