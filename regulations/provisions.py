"""An entry of a regulation file: where it comes from, when it is in force, and where it stands in the file."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from models.base import Code, Input

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}-[0-9]{2,3}$")]
GapId = Annotated[str, StringConstraints(pattern=r"^A[0-9]{2}$")]
Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong at one place of a regulation. `path` leads to the key, from the top of the file."""

    path: Path
    value: object
    reason: str


class Source(Input):
    """Where an entry comes from: an article of an instrument, or a default that fills a gap of the documents."""

    rule: RuleId | None = None
    article: Annotated[str, Field(min_length=1)] | None = None
    instrument: Code | None = None
    """A key of `instruments`. None: the regulation's own instrument."""
    default: GapId | None = None

    @model_validator(mode="after")
    def _is_cited(self) -> "Source":
        if self.article is None and self.default is None:
            raise ValueError(
                "cites nothing: give the article it comes from, or the gap that it fills as `default: Axx`"
            )
        return self


class Provision(Source):
    """An entry with its source and its validity. `until` is the last day; None leaves that side open."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    also: tuple[Source, ...] = ()
    """Further sources of the same entry."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> "Provision":
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError(f"until {self.until} lies before from {self.from_}")
        return self

    def covers(self, day: date) -> bool:
        """Whether the entry is in force on the day."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


P = TypeVar("P", bound=Provision)


def _as_versions(written: Any) -> Any:
    return written if isinstance(written, list | tuple) else (written,)


def _apart(versions: tuple[P, ...]) -> tuple[P, ...]:
    ordered = sorted(versions, key=lambda v: v.from_ or date.min)
    for earlier, later in pairwise(ordered):
        if later.from_ is None or earlier.until is None or later.from_ <= earlier.until:
            raise ValueError(f"validity overlaps: {_period(earlier)} and {_period(later)}")
    return tuple(ordered)


def _period(version: Provision) -> str:
    return f"{version.from_ or 'the beginning'} … {version.until or 'open'}"


Versions = Annotated[tuple[P, ...], BeforeValidator(_as_versions), AfterValidator(_apart), Field(min_length=1)]
"""One entry, or one per period where it changed. Two of them in force on one day are refused."""


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """Every part of a regulation with the path that leads to it, from the outside inwards."""
    if isinstance(value, BaseModel):
        yield path, value
        for name, field in type(value).model_fields.items():
            yield from walk(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))
