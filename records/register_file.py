"""The register as an operator writes it, in YAML: its words, and what is wrong with a file.

    organs:      [{id, name: {zh, en}, superior?, regulation?}]   机关: who decides
    departments: [{id, name: {zh, en}, superior?}]                部门: who is blocked or told
    units:       [{id, name: {zh, en}, department}]               项目单位: who applies
    officers:    [{id, name, email?, posts: [{organ, post, valid_from, valid_until?}]}]
    delegations: [{id, principal, delegate, organ, valid_from, valid_until, reason, granted_by,
                   revoked_on?, revoked_reason?}]

Ids of organs, departments and units are one series. A `superior` is an organ; it and a unit's department stand in the
file or are on record already. The organ of a post stands in the file. Both days of a post and of a delegation are
included; they are days in Asia/Shanghai. Nothing unknown, doubled or circular is let through; what holds for delegations
stands in records/delegations.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import yaml
from pydantic import Field, ValidationError, model_validator
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from models.application import Title
from models.base import Code, Day, Input, Sentence, faults
from models.limits import DEPTH, LIBRARY_FILE_BYTES, unfit
from records.errors import RegisterError, fault


class OrganKind(StrEnum):
    """What a party of the register is. Only an organ decides."""

    ORGAN = "organ"
    UNIT = "unit"
    DEPARTMENT = "department"


class Place(NamedTuple):
    """Where a party stands: its kind, and what is above it."""

    kind: OrganKind
    superior: str | None


class Name(Input):
    """The full name in Chinese, and in English for the reader."""

    zh: Title
    en: Title


class PartyEntry(Input):
    """What every party has."""

    id: Code
    name: Name


class OrganEntry(PartyEntry):
    """机关. `regulation` is the regulation that gives it its part."""

    superior: Code | None = None
    regulation: Code | None = None


class DepartmentEntry(PartyEntry):
    """部门."""

    superior: Code | None = None


class UnitEntry(PartyEntry):
    """项目单位 of a department."""

    department: Code


class PostEntry(Input):
    """A post 职务, from the first to the last day on which it is valid. Without `valid_until` it is open-ended."""

    organ: Code
    post: Title
    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> "PostEntry":
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} lies before valid_from {self.valid_from}")
        return self


class OfficerEntry(Input):
    """经办人, with every post that the officer holds."""

    id: Code
    name: Title
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    posts: Annotated[tuple[PostEntry, ...], Field(min_length=1)]


class DelegationEntry(Input):
    """A delegation 代理. What was granted stands for good; only its revocation is added later."""

    id: Code
    principal: Code
    delegate: Code
    organ: Code
    valid_from: Day
    valid_until: Day
    reason: Sentence
    granted_by: Title
    revoked_on: Day | None = None
    revoked_reason: Sentence | None = None


class RegisterFile(Input):
    """The whole file."""

    organs: tuple[OrganEntry, ...] = ()
    departments: tuple[DepartmentEntry, ...] = ()
    units: tuple[UnitEntry, ...] = ()
    officers: tuple[OfficerEntry, ...] = ()
    delegations: tuple[DelegationEntry, ...] = ()

    def parties(self) -> tuple[PartyEntry, ...]:
        """Organs, departments and units, in the order of the file."""
        return (*self.organs, *self.departments, *self.units)

    def places(self) -> dict[str, Place]:
        """Every party of the file, by its id."""
        return {
            **{o.id: Place(OrganKind.ORGAN, o.superior) for o in self.organs},
            **{d.id: Place(OrganKind.DEPARTMENT, d.superior) for d in self.departments},
            **{u.id: Place(OrganKind.UNIT, u.department) for u in self.units},
        }


def read_register_file(path: Path) -> RegisterFile:
    """Read the file. Raises what `content_of` and `parsed` raise."""
    return parsed(content_of(path), path.name)


def content_of(path: Path) -> bytes:
    """The bytes of the file. Raises `RegisterError` for more than LIBRARY_FILE_BYTES, OSError for no file."""
    with path.open("rb") as opened:
        content = opened.read(LIBRARY_FILE_BYTES + 1)
    if len(content) > LIBRARY_FILE_BYTES:
        raise RegisterError(path.name, [f"(whole file): must not be larger than {LIBRARY_FILE_BYTES} bytes"])
    return content


def parsed(content: bytes, name: str) -> RegisterFile:
    """The register in these bytes. Raises `RegisterError`, which tells of the file by `name`, for what is no YAML, over the
    limits of `models.limits` or not in the words above."""
    try:
        data = yaml.load(content, _Loader)
    # PyYAML raises ValueError for a number of thousands of digits.
    except (yaml.YAMLError, ValueError) as error:
        raise RegisterError(name, [f"(whole file): must be YAML: {error}"]) from error
    if over := unfit(data):
        raise RegisterError(name, [f"(whole file): {over.en}"])
    try:
        return RegisterFile.model_validate({} if data is None else data)
    except ValidationError as error:
        raise RegisterError(name, faults(error)) from error


def contradictions(file: RegisterFile, on_record: Mapping[str, Place]) -> list[str]:
    """What is wrong between the entries of a well-formed file, given the parties that are on record already."""
    places = {**on_record, **file.places()}
    return [
        *_doubles("id", [party.id for party in file.parties()]),
        *_doubles("officers.id", [officer.id for officer in file.officers]),
        *_misplaced(file, places),
        *_circles(file.places(), places),
        *_faulty_posts(file),
    ]


def _doubles(key: str, ids: Iterable[str]) -> Iterator[str]:
    for value, count in Counter(ids).items():
        if count > 1:
            yield fault(key, value, f"must be unique, stands {count} times")


def _misplaced(file: RegisterFile, places: Mapping[str, Place]) -> Iterator[str]:
    for party, place in file.places().items():
        is_unit = place.kind is OrganKind.UNIT
        wanted = OrganKind.DEPARTMENT if is_unit else OrganKind.ORGAN
        if place.superior is not None and _kind(places, place.superior) is not wanted:
            key = f"{party}.department" if is_unit else f"{party}.superior"
            yield fault(key, place.superior, f"must be the id of a known {wanted}")


def _kind(places: Mapping[str, Place], party: str) -> OrganKind | None:
    return places[party].kind if party in places else None


def _circles(named: Iterable[str], places: Mapping[str, Place]) -> Iterator[str]:
    for party in named:
        if _is_above_itself(party, places):
            yield fault(f"{party}.superior", places[party].superior, "must not lead back to the same organ")


def _is_above_itself(party: str, places: Mapping[str, Place]) -> bool:
    seen: set[str] = set()
    above = places[party].superior
    while above is not None and above in places and above not in seen:
        seen.add(above)
        above = places[above].superior
    return party in seen


def _faulty_posts(file: RegisterFile) -> Iterator[str]:
    named = file.places()
    for officer in file.officers:
        key = f"officers.{officer.id}.posts"
        for post in officer.posts:
            if post.organ not in named:
                yield fault(f"{key}.organ", post.organ, "must be the id of a party in this file")
        yield from _doubles(key, [f"{post.organ} from {post.valid_from}" for post in officer.posts])


_AS_WRITTEN = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")


class _Loader(yaml.SafeLoader):
    """YAML that refuses a doubled key, and reads a day as the text it is, so that a wrong one is named with its key.

    Aliases, tags and deep nesting are refused: no register needs them, and a small file could become a huge one by them.
    """

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise ComposerError(None, None, "must use neither aliases nor tags", event.start_mark)
        if self._level > DEPTH:
            raise ComposerError(None, None, f"must not be nested more than {DEPTH} levels deep", event.start_mark)
        self._level += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._level -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in keys.items():
            if count > 1:
                raise ConstructorError(None, None, f"key {key!r} stands {count} times", node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _AS_WRITTEN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
