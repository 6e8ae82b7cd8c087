"""申报材料: what a unit files, before any law is applied to it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from models.base import Code, Day, Input, Sentence, Sha256, Text, Value

Title = Annotated[str, Field(min_length=1, max_length=200)]


class Party(Input):
    """A department or a unit: its code in the register, and its full Chinese name."""

    code: Code
    name: Title


class ProjectKind(StrEnum):
    NEW = "new"
    REBUILD = "rebuild"
    EXPANSION = "expansion"

    @property
    def label(self) -> Text:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    ProjectKind.NEW: Text(zh="新建", en="new"),
    ProjectKind.REBUILD: Text(zh="改建", en="rebuild"),
    ProjectKind.EXPANSION: Text(zh="扩建", en="expansion"),
}


class Approach(StrEnum):
    """How a project comes by one of its parts."""

    REUSE = "reuse"
    CONNECT = "connect"
    SELF_BUILT = "self_built"


class Feature(Input):
    """A part of the project that the rules may speak about: a user system, cameras, a database …

    `kind` is one of the regulation's `features`; `capability` the shared capability that serves it; `specification` the
    version of that capability's connection specification; `declares` what the unit commits itself to, by the
    regulation's ids; `items` the devices, layers or modules, by their Chinese names.
    """

    kind: Code
    name: Title
    approach: Approach
    capability: str | None = None
    specification: str | None = None
    declares: tuple[Code, ...] = ()
    items: tuple[Title, ...] = ()


class Collection(Input):
    """Public data that the project intends to collect itself."""

    resource: Title
    fields: Annotated[tuple[Title, ...], Field(min_length=1, max_length=200)]
    reason: Sentence | None = None


class Contribution(Input):
    """A capability that the finished system will offer to others (入驻)."""

    capability: Title
    description: Sentence


class Application(Input):
    """One project's application. Immutable; a correction is a new application in a new round.

    `investment` is in yuan. `prepared_by` is the officer of the unit who answers for the content and therefore never
    decides on it. `categories` says of which kinds, among those of the regulation, the project is. `forms` holds the
    filled forms by the regulation's form id; the regulation says which fields each has.
    """

    regulation: Code
    code: Code
    title: Title
    kind: ProjectKind
    department: Party
    unit: Party
    prepared_by: Code
    funding: Code
    categories: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    classified: bool = False
    investment: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)]
    starts_on: Day
    ends_on: Day
    summary: Sentence
    features: Annotated[tuple[Feature, ...], Field(max_length=200)] = ()
    collects: Annotated[tuple[Collection, ...], Field(max_length=200)] = ()
    contributes: Annotated[tuple[Contribution, ...], Field(max_length=50)] = ()
    forms: dict[Code, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ends_after_start(self) -> "Application":
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} lies before starts_on {self.starts_on}")
        return self


class DocumentFile(Input):
    """A file beside the application file: what kind of document it is, and where it lies."""

    kind: Code
    file: str


class ApplicationFile(Application):
    """What an operator writes (`tongchou start FILE`): the application and the files that go with it."""

    documents: Annotated[tuple[DocumentFile, ...], Field(max_length=100)] = ()

    def application(self) -> Application:
        """The application alone, without the paths of one operator's machine."""
        return Application.model_validate(self.model_dump(exclude={"documents"}))


class Material(Value):
    """材料: a file handed in, known by its digest. The bytes stay in the materials store."""

    kind: Code
    name: Title
    sha256: Sha256
    size: int = Field(ge=0)
    round: int = 1
