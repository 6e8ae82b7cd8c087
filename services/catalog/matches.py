"""What exists already: resources on offer that hold a wanted field, and items that are like a wanted one.

For each pair of names one bearer stands for all that bear them, the one with the first id: the finding needs evidence,
not a census, and the time stays the same if a thousand offices publish a resource of the same name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.application import Collection
from models.effects import ItemMatch, ResourceMatch, WantedItems
from services.catalog.index import FIELDS, RESOURCES, items_of
from services.catalog.names import key, least_field, least_resource, score, similarity
from services.catalog.search import Candidate, NameSearch
from services.catalog.tables import Holding, Item, Name, Resource

MATCHES_PER_NAME = 5
"""Matches reported for one wanted field or item, the best first."""

Match = TypeVar("Match", ResourceMatch, ItemMatch)
Holders = Mapping[int, Sequence[Resource]]
"""The resources that hold a field, by the id of the field's name."""


class Matches:
    """Finds the matches of one question, in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.names = NameSearch(session)

    def repeated(self, project: str, collection: Collection, threshold: float) -> list[ResourceMatch]:
        """The resources on offer that already hold a wanted field with at least that score (names.score).

        The project's own resources are left out. An equal field of an equally named resource is always found; where the
        threshold lets an equal field of any resource do (up to 70), one of its holders is.
        """
        floor = least_field(threshold)
        fields = {field: self.names.alike(FIELDS, field, floor) for field in dict.fromkeys(collection.fields)}
        resources = self.names.alike(RESOURCES, collection.resource, least_resource(threshold))
        held = self._held(project, {c.name_id for alike in fields.values() for c in alike}, resources, threshold)
        holders = self._loaded(held)
        found: list[ResourceMatch] = []
        for field, alike in fields.items():
            matches = _resource_matches(collection.resource, field, alike, holders)
            found += _best(match for match in matches if match.score >= threshold)
        return found

    def existing(self, wanted: WantedItems) -> list[ItemMatch]:
        """The items of the category that are at least so like a wanted one. An equal name is always found."""
        return [match for item in dict.fromkeys(wanted.items) for match in self._existing(wanted, item)]

    def _held(
        self, project: str, fields: set[int], resources: Sequence[Candidate], threshold: float
    ) -> set[tuple[int, str]]:
        asked = {"asking": project, "fields": sorted(fields), "resources": [c.name_id for c in resources]}
        held = set(self._session.exec(_HELD_UNDER_BOTH_NAMES, params=asked))
        if least_resource(threshold) == 0:
            held |= set(self._session.exec(_HELD_ANYWHERE, params=asked))
        return {(field_id, resource_id) for field_id, resource_id in held if resource_id is not None}

    def _loaded(self, held: set[tuple[int, str]]) -> Holders:
        ids = sorted({resource_id for _, resource_id in held})
        resources = {resource.id: resource for resource in self._session.exec(_RESOURCES, params={"ids": ids})}
        holders: dict[int, list[Resource]] = defaultdict(list)
        for field_id, resource_id in sorted(held):
            holders[field_id].append(resources[resource_id])
        return holders

    def _existing(self, wanted: WantedItems, item: str) -> list[ItemMatch]:
        alike = {c.name_id: c for c in self.names.alike(items_of(wanted.category), item, wanted.similarity)}
        bearers = self._session.exec(_FIRST_BEARERS, params={"names": sorted(alike)})
        return _best(_item_match(wanted.feature, item, b, alike[b.name_id].similarity) for b in bearers)


def _resource_matches(
    wanted_resource: str, wanted_field: str, alike: Iterable[Candidate], holders: Holders
) -> Iterator[ResourceMatch]:
    for field in alike:
        for holder in holders.get(field.name_id, ()):
            yield ResourceMatch(
                wanted_resource=wanted_resource,
                wanted_field=wanted_field,
                resource_id=holder.id,
                resource=holder.name,
                field=next(f for f in holder.fields if key(f) == field.key),
                provider=holder.provider_name,
                score=score(field.similarity, similarity(key(wanted_resource), key(holder.name))),
            )


def _item_match(feature: str, wanted: str, bearer: Item, alike: float) -> ItemMatch:
    return ItemMatch(feature=feature, wanted=wanted, existing=bearer.name, owner=bearer.owner, score=alike)


def _best(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: -match.score)[:MATCHES_PER_NAME]


# ---------------------------------------------------------------- statements, built once


def _first_holder(*names: ColumnElement[bool]) -> ScalarSelect[str]:
    # In the order of the primary key, so that the first row is the answer and no list is read to its end.
    order = (col(Holding.field_id), col(Holding.name_id), col(Holding.resource_id))
    others = col(Holding.project).is_distinct_from(bindparam("asking"))
    return select(Holding.resource_id).where(*names, others).order_by(*order).limit(1).scalar_subquery()


def _among(column: int | str, name: str) -> ColumnElement[bool]:
    return col(column).in_(bindparam(name, expanding=True))


_field, _resource = aliased(Name), aliased(Name)
_OF_FIELD = col(Holding.field_id) == col(_field.id)
_OF_RESOURCE = col(Holding.name_id) == col(_resource.id)
_HELD_UNDER_BOTH_NAMES = (
    select(_field.id, _first_holder(_OF_FIELD, _OF_RESOURCE))
    .join(_resource, true())
    .where(_among(_field.id, "fields"), _among(_resource.id, "resources"))
)
_HELD_ANYWHERE = select(_field.id, _first_holder(_OF_FIELD)).where(_among(_field.id, "fields"))
_RESOURCES = select(Resource).where(_among(Resource.id, "ids"))
_FIRST_OF_NAME = select(func.min(Item.id)).where(col(Item.name_id) == col(Name.id)).correlate(Name).scalar_subquery()
_FIRST_BEARERS = select(Item).where(col(Item.id).in_(select(_FIRST_OF_NAME).where(_among(Name.id, "names"))))
