"""The changes of a capability: offered, admitted as resident, published, upgraded, delisted (S02, S03; JY-10, JY-40, JY-41)."""

from typing import Any

from sqlmodel import Session

from models.base import Input
from models.catalog import (
    Announcement,
    CapabilityContent,
    CatalogChange,
    CatalogSubject,
    CatalogVerb,
    Conclusion,
    Upgrade,
)
from services.catalog import capabilities, matters, usage
from services.catalog.applying import Applied, given, permitted, sound
from services.catalog.entries import detail, put_detail
from services.catalog.lifecycle import CAPABILITY_CHANGES, CapabilityState
from services.catalog.problems import other_content
from services.catalog.schemas import CapabilityBody, ResidentBody
from services.catalog.store import advance
from services.catalog.tables import Capability

SUBJECT = CatalogSubject.CAPABILITY
_BESIDE = ("attested", "project")


def apply(session: Session, change: CatalogChange, told: Input) -> Applied:
    """Apply the change. Raises Problem (409) for a step that is not allowed, and for content that is not sound (422)."""
    capability = capabilities.find(session, change.entry)
    before = CapabilityState(capability.state) if capability else None
    to = permitted(CAPABILITY_CHANGES, before, change.verb)
    if isinstance(told, CapabilityContent):
        capability = _with_content(session, change, told, capability)
    assert capability, "only an offer may be of what the catalog does not have"
    if change.verb is CatalogVerb.ADMIT:
        _admit(session, capability)
    in_time = _apply_to_matters(session, change, told, capability)
    if to is not before:
        capability.state = to.value
        advance(session)
    return Applied(capability.name, before, to, in_time)


def _with_content(
    session: Session, change: CatalogChange, told: CapabilityContent, capability: Capability | None
) -> Capability:
    content = given(told, "number")
    beside = {name: content.pop(name) for name in _BESIDE if name in content}
    if capability is None:
        body = sound(CapabilityBody, {**content, "name": change.entry}, entry="name")
        capabilities.add(session, body, CapabilityState.OFFERED)
        capability = capabilities.find(session, body.name)
        assert capability
    else:
        _edit(session, capability, content)
    held = detail(session, SUBJECT, capability.name)
    # A name that two projects have chosen is a conflict between them, not a correction by one.
    if change.verb is CatalogVerb.OFFER and held.get("project") not in (None, beside.get("project")):
        raise other_content("entry", change.entry)
    put_detail(session, SUBJECT, capability.name, held | beside)
    return capability


def _edit(session: Session, capability: Capability, content: dict[str, Any]) -> None:
    held = capabilities.view(session, capability).model_dump(exclude={"state"})
    body = sound(CapabilityBody, held | content, entry="name")
    if body.model_dump() == held:
        return
    capability.sqlmodel_update(body.model_dump(include={"category", "operator", "specification"}))
    session.flush()
    if "aliases" in content:
        capabilities.name_it(session, capability, body.aliases)
    advance(session)


def _admit(session: Session, capability: Capability) -> None:
    held = detail(session, SUBJECT, capability.name)
    if project := held.get("project"):
        attested = held.get("attested", ())
        body = sound(ResidentBody, {"project": project, "capability": capability.name, "attested": attested})
        usage.attest(session, body)


def _apply_to_matters(session: Session, change: CatalogChange, told: Input, capability: Capability) -> bool | None:
    if isinstance(told, Announcement):
        matters.begin(session, change, capability.name, matters.OPENS[change.verb], told)
        return None
    if not isinstance(told, Upgrade | Conclusion):
        return None
    still_open = matters.still_open(session, SUBJECT, capability.name)
    ended = matters.chosen(still_open, matters.FINISHES[change.verb], told.number)
    matters.finish(ended, change.day)
    if change.verb is CatalogVerb.RETIRE:
        matters.lapse((matter for matter in still_open if matter not in ended), change.day)
    return matters.in_time(ended)
