"""The changes of an information resource: compiled, reviewed, published, mounted, kept up to date, delisted (S03, S05, S06,
S10, S12)."""

from typing import Any

from sqlmodel import Session

from models.base import Input, Text
from models.catalog import (
    Announcement,
    CatalogChange,
    CatalogSubject,
    CatalogVerb,
    Conclusion,
    MatterKind,
    Objection,
    Particulars,
    ResourceContent,
    SystemLink,
    Update,
)
from services.catalog import matters, resources
from services.catalog.applying import Applied, given, permitted, sound
from services.catalog.entries import detail, put_detail
from services.catalog.lifecycle import RESOURCE_CHANGES, ResourceState
from services.catalog.problems import conflict, other_content, unprocessable
from services.catalog.schemas import ResourceBody
from services.catalog.store import advance
from services.catalog.tables import Matter, Resource

SUBJECT = CatalogSubject.RESOURCE
_PARTICULARS = frozenset(Particulars.model_fields)


def apply(session: Session, change: CatalogChange, told: Input) -> Applied:
    """Apply the change. Raises Problem (409) for a step that is not allowed, and for content that is not sound (422)."""
    resource = session.get(Resource, change.entry)
    before = ResourceState(resource.state) if resource else None
    to = permitted(RESOURCE_CHANGES, before, change.verb)
    if resource is None:
        resource = _compiled(session, change.entry, _content(told))
    elif change.verb is CatalogVerb.COMPILE:
        _correct(session, resource, _content(told))
    elif isinstance(told, SystemLink):
        _edit(session, resource, {"source_system": told.source_system})
    in_time = _apply_to_matters(session, change, told, resource)
    if to is not before:
        resource.state = to.value
        resources.settle(session, [resource])
    return Applied(change.entry, before, to, in_time)


def _compiled(session: Session, resource_id: str, content: dict[str, Any]) -> Resource:
    body, particulars = _merged({"id": resource_id}, {}, content)
    resource = resources.add(session, body, ResourceState.REGISTERED)
    put_detail(session, SUBJECT, resource_id, particulars)
    return resource


def _correct(session: Session, resource: Resource, content: dict[str, Any]) -> None:
    # An id that two departments have chosen is a conflict between them, not a correction by one.
    if content.get("provider_code", resource.provider_code) != resource.provider_code:
        raise other_content("entry", resource.id)
    _edit(session, resource, content)


def _edit(session: Session, resource: Resource, content: dict[str, Any]) -> None:
    held, particulars = _held(resource), detail(session, SUBJECT, resource.id)
    body, more = _merged(held, particulars, content)
    if more != particulars:
        put_detail(session, SUBJECT, resource.id, more)
        advance(session)
    if (values := body.model_dump()) != held:
        resource.sqlmodel_update(resources.stored(values))
        resources.settle(session, [resource])


def _held(resource: Resource) -> dict[str, Any]:
    return resources.view(resource).model_dump(exclude={"state"})


def _merged(
    held: dict[str, Any], particulars: dict[str, Any], content: dict[str, Any]
) -> tuple[ResourceBody, dict[str, Any]]:
    """The resource and its particulars with the new content. Raises what is wrong with the whole (422)."""
    own = {name: value for name, value in content.items() if name not in _PARTICULARS}
    more = particulars | {name: value for name, value in content.items() if name in _PARTICULARS}
    body = sound(ResourceBody, held | own, entry="id")
    if body.sharing in more.get("basis_required_for", ()) and not more.get("basis"):
        rule = Text(zh=f"“{body.sharing}”须注明依据", en="resources of this sharing type need a legal basis")
        raise unprocessable("data.basis", body.sharing.value, rule)
    return body, more


# ---------------------------------------------------------------- what stays on offer meanwhile


def _apply_to_matters(session: Session, change: CatalogChange, told: Input, resource: Resource) -> bool | None:
    still_open = matters.still_open(session, SUBJECT, resource.id)
    if change.verb in matters.OPENS and isinstance(told, Announcement | Objection):
        matters.begin(session, change, resource.id, matters.OPENS[change.verb], told)
        return None
    if isinstance(told, Update):
        events = matters.chosen(still_open, MatterKind.CHANGE, told.number)
        if change.verb is CatalogVerb.SUBMIT_UPDATE:
            return _submit(session, change, told, resource, events)
        return _update(session, change, told, resource, events)
    if isinstance(told, Conclusion):
        return _conclude(change, told, still_open)
    return None


def _submit(
    session: Session, change: CatalogChange, told: Update, resource: Resource, events: list[Matter]
) -> bool | None:
    content = _content(told)
    # What the authority could never publish is refused now, and not after its review.
    _merged(_held(resource), detail(session, SUBJECT, resource.id), content)
    events = events or [matters.begin(session, change, resource.id, MatterKind.CHANGE, Announcement())]
    for event in events:
        # Only a return revives the debt: what is handed in once more before the review was in time already.
        event.done_on, event.content = event.done_on or change.day, event.content | content
    return matters.in_time(events)


def _update(
    session: Session, change: CatalogChange, told: Update, resource: Resource, events: list[Matter]
) -> bool | None:
    content: dict[str, Any] = {}
    for event in events:
        content |= event.content
    _edit(session, resource, content | _content(told))
    matters.finish(events, change.day)
    return matters.in_time(events)


def _conclude(change: CatalogChange, told: Conclusion, still_open: list[Matter]) -> bool | None:
    match change.verb:
        case CatalogVerb.RETURN_UPDATE:
            submitted = [m for m in still_open if m.kind == MatterKind.CHANGE and m.done_on]
            _take_back(matters.chosen(_some(submitted, change), MatterKind.CHANGE, told.number))
            return None
        case CatalogVerb.SETTLE_OBJECTION:
            objections = [m for m in still_open if m.kind == MatterKind.OBJECTION]
            ended = matters.chosen(_some(objections, change), MatterKind.OBJECTION, told.number)
        case _:
            ended = matters.chosen(still_open, MatterKind.RETIREMENT, told.number)
            owed = (m for m in still_open if m not in ended and m.kind != MatterKind.OBJECTION)
            matters.lapse(owed, change.day)
    matters.finish(ended, change.day)
    return matters.in_time(ended)


def _some(found: list[Matter], change: CatalogChange) -> list[Matter]:
    if not found:
        rule = Text(zh="没有可办结的事项", en="nothing is open that this could end")
        raise conflict("verb", change.verb.value, rule)
    return found


def _take_back(submitted: list[Matter]) -> None:
    for event in submitted:
        event.done_on, event.content = None, {}


def _content(told: Input) -> dict[str, Any]:
    assert isinstance(told, ResourceContent)
    return given(told, "number")
