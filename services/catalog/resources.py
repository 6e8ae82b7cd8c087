"""Information resources 信息资源: compiled, submitted, reviewed, published, mounted, updated, retired (S05)."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session, col, select

from models.base import Code, Text
from services.catalog.dependencies import Catalog, CodePath
from services.catalog.index import offer, withdraw
from services.catalog.lifecycle import EDITABLE, ON_OFFER, RESOURCE_STEPS, ResourceState, broken_step
from services.catalog.problems import conflict, missing, other_content, told
from services.catalog.schemas import ResourceBody, ResourceStep, ResourceView
from services.catalog.store import advance
from services.catalog.tables import Resource

router = APIRouter(prefix="/resources", tags=["信息资源 resources"])


@router.post("", status_code=201, responses={200: {}, **told(409)})
def register(body: ResourceBody, catalog: Catalog, response: Response) -> ResourceView:
    """Register a compiled resource, in state registered. The same content again: 200, nothing changes. Other: 409."""
    with catalog.writing() as session:
        existing = session.get(Resource, body.id)
        if existing is None:
            settle(session, [added := add(session, body, ResourceState.REGISTERED)])
            return view(added)
        held = view(existing)
        if held.model_dump(exclude={"state"}) != body.model_dump():
            raise other_content("id", body.id)
        response.status_code = 200
        return held


@router.get("")
def list_some(
    catalog: Catalog,
    project: Code | None = None,
    state: ResourceState | None = None,
    after: Annotated[Code | None, Query(description="the last id of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ResourceView]:
    """A page of the resources by id, of one project or in one state where asked."""
    statement = select(Resource).order_by(col(Resource.id)).limit(limit)
    if project is not None:
        statement = statement.where(Resource.project == project)
    if state is not None:
        statement = statement.where(Resource.state == state.value)
    if after is not None:
        statement = statement.where(col(Resource.id) > after)
    with catalog.reading() as session:
        return [view(resource) for resource in session.exec(statement)]


@router.get("/{resource_id}", responses=told(404))
def show(resource_id: CodePath, catalog: Catalog) -> ResourceView:
    """One resource. 404 where the catalog has none with this id."""
    with catalog.reading() as session:
        return view(_resource(session, resource_id))


@router.post("/{resource_id}/steps", responses=told(404, 409))
def take_step(resource_id: CodePath, body: ResourceStep, catalog: Catalog) -> ResourceView:
    """Lead the resource to its next state. What it is already: nothing changes. A forbidden step: 409."""
    with catalog.writing() as session:
        resource = _resource(session, resource_id)
        before = view(resource)
        content = body.model_dump(exclude={"to"}, exclude_none=True)
        if before == before.model_copy(update={**content, "state": body.to}):
            return before
        _permit(before.state, body.to, content)
        resource.sqlmodel_update(stored(content) | {"state": body.to.value})
        settle(session, [resource])
        return view(resource)


def add(session: Session, body: ResourceBody, state: ResourceState) -> Resource:
    """Put a new resource in the catalog; the caller settles it."""
    resource = Resource(**stored(body.model_dump(exclude={"state"})), state=state.value)
    session.add(resource)
    return resource


def settle(session: Session, changed: Sequence[Resource]) -> None:
    """Write new or changed resources: into the index where they are on offer, out of it where they are not."""
    session.flush()
    offer(session, [resource for resource in changed if resource.state in ON_OFFER])
    withdraw(session, [resource for resource in changed if resource.state not in ON_OFFER])
    advance(session)


def view(resource: Resource) -> ResourceView:
    """The resource as the service shows it."""
    return ResourceView.model_validate(resource.model_dump())


def named(session: Session, project: str, states: Collection[ResourceState]) -> tuple[str, ...]:
    """Names of the project's resources that are in one of the states, in alphabetical order of their ids."""
    wanted = [state.value for state in states]
    statement = select(Resource.name).where(Resource.project == project, col(Resource.state).in_(wanted))
    return tuple(session.exec(statement.order_by(col(Resource.id))))


def _resource(session: Session, resource_id: str) -> Resource:
    resource = session.get(Resource, resource_id)
    if resource is None:
        raise missing("resource_id", resource_id, Text(zh="目录中没有该信息资源", en="no resource has this id"))
    return resource


def _permit(now: ResourceState, to: ResourceState, content: dict[str, object]) -> None:
    if to not in RESOURCE_STEPS[now]:
        raise conflict("to", to.value, broken_step("信息资源", now, RESOURCE_STEPS[now]))
    if content and to not in EDITABLE:
        rule = Text(
            zh=f"当前状态为 {now}，转为 {to} 时不得变更内容",
            en=f"now in state {now}; the content may change only with a step to {' or '.join(EDITABLE)}",
        )
        raise conflict(next(iter(content)), to.value, rule)


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """The values as columns hold them: JSON has lists, and an enumeration is its text."""
    return {name: _stored(value) for name, value in values.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
