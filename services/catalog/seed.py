"""Filling a catalog from a file: what is new is added, what has changed is brought up to date, the rest stays.

A seed says what things are, not how far they have come: the state in it counts for what is new only.
"""

from collections.abc import Sequence
from pathlib import Path

import yaml
from fastapi import APIRouter
from sqlmodel import Session

from services.catalog import capabilities, items, resources
from services.catalog.dependencies import Catalog
from services.catalog.problems import told
from services.catalog.schemas import CapabilitySeed, ResourceSeed, Seed, Seeded
from services.catalog.store import advance
from services.catalog.tables import Resource

router = APIRouter(tags=["初始数据 seed"])


@router.post("/seed", responses=told(409))
def post_seed(body: Seed, catalog: Catalog) -> Seeded:
    """Add or bring up to date what the seed names, all or nothing. A second call changes nothing."""
    with catalog.writing() as session:
        return sow(session, body)


def read(file: Path) -> Seed:
    """The seed in a YAML file. Raises OSError, yaml.YAMLError, or ValidationError naming field, value and rule."""
    return Seed.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def sow(session: Session, seed: Seed) -> Seeded:
    """Add or bring up to date, and count what was new or has changed. Raises Problem (409) for a name that is taken."""
    return Seeded(
        capabilities=sum(_capability(session, body) for body in seed.capabilities),
        resources=_resources(session, seed.resources),
        items=items.add(session, seed.items),
    )


def _capability(session: Session, body: CapabilitySeed) -> bool:
    existing = capabilities.find(session, body.name)
    if existing is None or existing.name != body.name:
        capabilities.add(session, body, body.state)
        return True
    before = capabilities.view(session, existing)
    # What the file leaves out is not in question: a specification that an operator has set stays.
    existing.sqlmodel_update(body.model_dump(include={"category", "operator", "specification"}, exclude_unset=True))
    session.flush()
    if "aliases" in body.model_fields_set:
        capabilities.name_it(session, existing, body.aliases)
    changed = capabilities.view(session, existing) != before
    if changed:
        advance(session)
    return changed


def _resources(session: Session, bodies: Sequence[ResourceSeed]) -> int:
    changed = [resource for body in bodies if (resource := _resource(session, body)) is not None]
    if changed:
        resources.settle(session, changed)
    return len(changed)


def _resource(session: Session, body: ResourceSeed) -> Resource | None:
    existing = session.get(Resource, body.id)
    if existing is None:
        return resources.add(session, body, body.state)
    content = body.model_dump(exclude={"state"})
    if resources.view(existing).model_dump(exclude={"state"}) == content:
        return None
    return existing.sqlmodel_update(resources.stored(content))
