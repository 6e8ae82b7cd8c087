"""The tables of allowed changes are whole, and the steps that are read off them are the lawful ones."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from models.catalog import CHANGE_DATA, CatalogSubject, CatalogVerb
from services.catalog.lifecycle import (
    CAPABILITY_CHANGES,
    CAPABILITY_STEPS,
    DEMAND_CHANGES,
    ON_OFFER,
    RESOURCE_CHANGES,
    RESOURCE_STEPS,
    USABLE,
    CapabilityState,
    DemandState,
    ResourceState,
)

TABLES: dict[CatalogSubject, tuple[Mapping[CatalogVerb, Mapping[Any, Any]], type[StrEnum]]] = {
    CatalogSubject.RESOURCE: (RESOURCE_CHANGES, ResourceState),
    CatalogSubject.CAPABILITY: (CAPABILITY_CHANGES, CapabilityState),
    CatalogSubject.DEMAND: (DEMAND_CHANGES, DemandState),
}


@pytest.mark.parametrize("subject", CatalogSubject)
def test_each_verb_that_a_workflow_may_tell_has_its_allowed_steps(subject: CatalogSubject) -> None:
    table, _ = TABLES[subject]
    assert set(table) == set(CHANGE_DATA[subject])


@pytest.mark.parametrize("subject", CatalogSubject)
def test_each_state_is_reached_from_nothing(subject: CatalogSubject) -> None:
    table, states = TABLES[subject]
    reached: set[Any] = {None}
    for _ in states:
        reached |= {to for leads in table.values() for now, to in leads.items() if now in reached}
    assert reached == {None, *states}


@pytest.mark.parametrize("subject", CatalogSubject)
def test_every_verb_has_a_name_in_both_languages(subject: CatalogSubject) -> None:
    for verb in CHANGE_DATA[subject]:
        assert verb.label.zh and verb.label.en


def test_an_entry_leaves_the_offer_by_its_delisting_alone() -> None:
    left = {
        (verb, now)
        for table, offered in ((RESOURCE_CHANGES, ON_OFFER), (CAPABILITY_CHANGES, USABLE))
        for verb, leads in table.items()
        for now, to in leads.items()
        if now in offered and to not in offered
    }
    assert {verb for verb, _ in left} == {CatalogVerb.RETIRE}
    assert {now for _, now in left} == ON_OFFER | USABLE


def test_the_steps_of_the_older_routes_are_the_lawful_ones() -> None:
    assert RESOURCE_STEPS[ResourceState.SUBMITTED] == (ResourceState.REVIEWED, ResourceState.REGISTERED)
    assert RESOURCE_STEPS[ResourceState.PUBLISHED] == (ResourceState.MOUNTED, ResourceState.RETIRED)
    assert RESOURCE_STEPS[ResourceState.UPDATED] == (ResourceState.UPDATED, ResourceState.RETIRED)
    assert CAPABILITY_STEPS[CapabilityState.ACTIVE] == (CapabilityState.UPGRADING, CapabilityState.RETIRED)
    assert CAPABILITY_STEPS[CapabilityState.UPGRADING] == (CapabilityState.ACTIVE, CapabilityState.RETIRED)
    assert not RESOURCE_STEPS[ResourceState.RETIRED] and not CAPABILITY_STEPS[CapabilityState.RETIRED]
