"""What the catalog holds in a case, in the case's words."""

from pydantic import Field

from models.base import Code, Input, Sentence
from models.catalog import Sharing


class CapabilityChange(Input):
    """A capability changes its state (active, upgrading, retired) or its connection specification."""

    state: str | None = None
    specification: str | None = None


class HeldResource(Input):
    """An information resource of another unit, mounted unless the case says otherwise."""

    name: Sentence
    fields: tuple[Sentence, ...]
    provider: Sentence = "江阴市交通运输局信息中心"
    provider_code: Code = "jy-jt-info"
    id: Code | None = None
    """None: one that nobody has to know."""
    sharing: Sharing = Sharing.UNCONDITIONAL
    state: str = "mounted"


class HeldItem(Input):
    """A device or layer that somebody has already."""

    category: Code
    name: Sentence
    owner: Sentence = "江阴市交通运输局"


class CatalogChange(Input):
    """What the catalog holds beyond its seeds, and what the project has done with the base.

    `calls` are the project's calls by capability, `residents` its resident capabilities with the attested attributes,
    `mounted` its own resources that lie on the exchange platform, `published` those that only stand in the catalog.
    """

    capabilities: dict[str, CapabilityChange] = Field(default_factory=dict)
    resources: tuple[HeldResource, ...] = ()
    items: tuple[HeldItem, ...] = ()
    calls: dict[str, int] = Field(default_factory=dict)
    residents: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    mounted: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    states: dict[str, str] = Field(default_factory=dict)
    """Resources that the catalog has, by their ids, and the next state of each."""
