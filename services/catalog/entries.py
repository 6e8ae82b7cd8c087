"""Where an entry stands: a resource, a capability or a demand, in the one shape in which workflows ask for them."""

from typing import Any

from sqlmodel import Session

from models.catalog import CatalogEntry, CatalogSubject
from services.catalog import matters
from services.catalog.capabilities import find
from services.catalog.lifecycle import ON_OFFER, ON_PLATFORM, USABLE, DemandState
from services.catalog.tables import Capability, Demand, Detail, Resource


def entry(session: Session, subject: CatalogSubject, name: str) -> CatalogEntry:
    """The entry of that id, key or name. State `unknown`, under the asked name, where there is none."""
    return _known(session, subject, name) or CatalogEntry(subject=subject, id=name)


def _known(session: Session, subject: CatalogSubject, name: str) -> CatalogEntry | None:
    match subject:
        case CatalogSubject.RESOURCE:
            resource = session.get(Resource, name)
            return _resource(session, resource) if resource else None
        case CatalogSubject.CAPABILITY:
            capability = find(session, name)
            return _capability(session, capability) if capability else None
        case CatalogSubject.DEMAND:
            demand = session.get(Demand, name)
            return _demand(demand) if demand else None


def detail(session: Session, subject: CatalogSubject, name: str) -> dict[str, Any]:
    """What the entry has beside its own table; empty for an entry that came by another way than a change."""
    held = session.get(Detail, (subject.value, name))
    return dict(held.content) if held else {}


def put_detail(session: Session, subject: CatalogSubject, name: str, content: dict[str, Any]) -> None:
    """Let this be what the entry has beside its own table."""
    held = session.get(Detail, (subject.value, name))
    if held is None:
        session.add(Detail(subject=subject.value, entry=name, content=content))
    else:
        held.content = content


def _resource(session: Session, resource: Resource) -> CatalogEntry:
    return CatalogEntry(
        subject=CatalogSubject.RESOURCE,
        id=resource.id,
        name=resource.name,
        state=resource.state,
        is_on_offer=resource.state in ON_OFFER,
        is_mounted=resource.state in ON_PLATFORM,
        provider_code=resource.provider_code,
        keeper=resource.provider_name,
        project=resource.project,
        particulars={"sharing": resource.sharing, **detail(session, CatalogSubject.RESOURCE, resource.id)},
        matters=matters.shown(matters.still_open(session, CatalogSubject.RESOURCE, resource.id)),
    )


def _capability(session: Session, capability: Capability) -> CatalogEntry:
    particulars = detail(session, CatalogSubject.CAPABILITY, capability.name)
    return CatalogEntry(
        subject=CatalogSubject.CAPABILITY,
        id=capability.name,
        name=capability.name,
        state=capability.state,
        is_on_offer=capability.state in USABLE,
        keeper=capability.operator,
        project=particulars.pop("project", None),
        particulars={"category": capability.category, "specification": capability.specification, **particulars},
        matters=matters.shown(matters.still_open(session, CatalogSubject.CAPABILITY, capability.name)),
    )


def _demand(demand: Demand) -> CatalogEntry:
    return CatalogEntry(
        subject=CatalogSubject.DEMAND,
        id=demand.key,
        name=demand.title,
        state=DemandState(demand.state),
        provider_code=demand.provider_code or "",
        particulars=demand.model_dump(include={"requester_code", "resource"}, exclude_none=True),
    )
