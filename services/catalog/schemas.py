"""What the catalog is told and what it answers: shapes, limits and the rules that a single value can break."""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from models.application import Collection
from models.base import Code, Input, Value
from models.catalog import CatalogChange, Sharing
from models.effects import CatalogQuestion, ResidentFact, WantedItems
from models.rates import RateDefinition, RateQuestion
from services.catalog.lifecycle import CapabilityState, ResourceState
from services.catalog.names import key

MAX_SEEDS = 5_000
MAX_WANTED = 2_000


def _named(text: str) -> str:
    if not key(text):
        raise ValueError("must hold a letter, a digit or a Chinese character")
    return _printable(text)


def _printable(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValueError("must hold no control character")
    return text


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    keys = [key(name) for name in names]
    repeated = [name for i, name in enumerate(names) if keys[i] in keys[:i]]
    if repeated:
        raise ValueError(f"must not name the same twice: {repeated[0]}")
    return names


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_named)]
"""A name as people write it: 1 … 200 characters, of which one at least distinguishes it from others."""

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
"""A short text that may be empty: 0 … 200 characters."""

Aliases = Annotated[tuple[Title, ...], Field(max_length=50), AfterValidator(_distinct)]
Fields = Annotated[tuple[Title, ...], Field(min_length=1, max_length=500), AfterValidator(_distinct)]
Similarity = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


# ---------------------------------------------------------------- capabilities


class CapabilityBody(Input):
    """A capability as its operator registers it. Business key: `name`. `category` is the region's own word for its kind
    (运营管理平台, 数据中台, 能力中台, AI中台 …); `specification` the version of its connection specification."""

    name: Title
    category: Title
    operator: Title
    specification: Note = ""
    aliases: Aliases = ()


class CapabilityPatch(Input):
    """A change of a capability. What is left out stays."""

    category: Title | None = None
    operator: Title | None = None
    specification: Note | None = None
    aliases: Aliases | None = None
    state: CapabilityState | None = None


class CapabilityView(CapabilityBody):
    """A capability as the catalog holds it."""

    state: CapabilityState


# ---------------------------------------------------------------- resources and items


class ResourceBody(Input):
    """An information resource as its provider compiles it. Business key: `id`.

    `project` is the project that brings it, if one does; `sharing` what the provider plans.
    """

    id: Code
    name: Title
    provider_code: Code
    provider_name: Title
    fields: Fields
    sharing: Sharing
    project: Code | None = None


class ResourceView(ResourceBody):
    state: ResourceState


class ResourceStep(Input):
    """A step in a resource's life. New content may come with a return for correction and with an update only."""

    to: ResourceState
    name: Title | None = None
    fields: Fields | None = None
    sharing: Sharing | None = None


class ItemBody(Input):
    """A device, map layer or camera that exists. Business key: all three. `category` as the regulations write it."""

    category: Title
    name: Title
    owner: Title


# ---------------------------------------------------------------- changes and rates


class ChangeBody(CatalogChange):
    """`CatalogChange` with the limits of this service."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_printable)]
    entry: Title
    data: Annotated[dict[str, Any], Field(max_length=100)] = Field(default_factory=dict)


class DemandBody(Input):
    """A demand that is new. Its key is a code, so that it can stand in an address."""

    key: Code


class RatesBody(RateQuestion):
    """`RateQuestion`, whose definitions have a rate of their own each."""

    @field_validator("definitions")
    @classmethod
    def _are_distinct(cls, definitions: tuple[RateDefinition, ...]) -> tuple[RateDefinition, ...]:
        ids = [definition.id for definition in definitions]
        if len(set(ids)) < len(ids):
            raise ValueError("must not define the same rate twice")
        return definitions


# ---------------------------------------------------------------- use


class CallBody(Input):
    """A report of calls that a project made. Business key: `call_id`; `count` adds to what was reported before."""

    call_id: Code
    project: Code
    capability: Title
    count: int = Field(default=1, ge=1, le=1_000_000_000)


class ResidentBody(Input):
    """入驻: a project's system offers a capability. Business key: project and capability. `attested` are the quality
    attributes that the operator of the base attests, all of them; a later report replaces an earlier one (JY-10)."""

    project: Code
    capability: Title
    attested: Annotated[tuple[Title, ...], Field(max_length=20), AfterValidator(_distinct)] = ()


class UsageView(Value):
    """What a project has called, made resident, mounted, and registered in the catalog."""

    called: dict[str, int]
    resident: tuple[ResidentFact, ...]
    mounted: tuple[str, ...]
    registered: tuple[str, ...]


# ---------------------------------------------------------------- the question, and seeds


class LimitedItems(WantedItems):
    """`WantedItems` with the limits of this service."""

    feature: Annotated[str, Field(max_length=200)]
    category: Annotated[str, Field(max_length=200)]
    items: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=500)]
    similarity: Similarity


class FactsQuestion(CatalogQuestion):
    """`CatalogQuestion` with the limits of this service; together its parts may name 2,000 fields and items."""

    project: Code
    capabilities: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=200)] = ()
    collects: Annotated[tuple[Collection, ...], Field(max_length=200)] = ()
    collection_similarity: Similarity | None = None
    items: Annotated[tuple[LimitedItems, ...], Field(max_length=200)] = ()

    @property
    def wanted(self) -> int:
        """How many fields and items are looked for."""
        return sum(len(c.fields) for c in self.collects) + sum(len(w.items) for w in self.items)


class CapabilitySeed(CapabilityBody):
    """A capability of a seed file. `state` is what it starts with; a capability that exists keeps its own."""

    state: CapabilityState = CapabilityState.ACTIVE


class ResourceSeed(ResourceBody):
    """A resource of a seed file. `state` is what it starts with; a resource that exists keeps its own."""

    state: ResourceState = ResourceState.REGISTERED


class Seed(Input):
    """What fills a catalog: at most 5,000 entries of a kind."""

    capabilities: Annotated[tuple[CapabilitySeed, ...], Field(max_length=MAX_SEEDS)] = ()
    resources: Annotated[tuple[ResourceSeed, ...], Field(max_length=MAX_SEEDS)] = ()
    items: Annotated[tuple[ItemBody, ...], Field(max_length=MAX_SEEDS)] = ()


class Seeded(Value):
    """How many entries were new or have changed; all zero for a second call."""

    capabilities: int
    resources: int
    items: int
