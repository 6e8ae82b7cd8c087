"""Capabilities 数字底座能力: registered, found under any of their names, changed, retired (JY-45; names A19, A20)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.base import Text
from models.effects import CapabilityFact
from services.catalog.dependencies import Catalog
from services.catalog.lifecycle import CAPABILITY_STEPS, PUBLISHED, CapabilityState, broken_step
from services.catalog.names import key
from services.catalog.problems import conflict, missing, other_content, told
from services.catalog.schemas import CapabilityBody, CapabilityPatch, CapabilityView, Title
from services.catalog.store import advance
from services.catalog.tables import Alias, Capability

router = APIRouter(prefix="/capabilities", tags=["能力 capabilities"])


@router.post("", status_code=201, responses={200: {}, **told(409)})
def register(body: CapabilityBody, catalog: Catalog, response: Response) -> CapabilityView:
    """Register a capability, in state active. The same content again: 200, nothing changes. Other content: 409."""
    with catalog.writing() as session:
        if (existing := find(session, body.name)) is None:
            return add(session, body, CapabilityState.ACTIVE)
        held = view(session, existing)
        if held.model_dump(exclude={"state"}) != body.model_dump():
            raise other_content("name", body.name)
        response.status_code = 200
        return held


@router.get("")
def list_all(catalog: Catalog) -> list[CapabilityView]:
    """Every capability, the retired ones too, in the order of registration."""
    with catalog.reading() as session:
        return [view(session, c) for c in session.exec(select(Capability).order_by(col(Capability.id)))]


@router.get("/lookup")
def look_up(catalog: Catalog, name: Annotated[str, Query(min_length=1, max_length=200)]) -> CapabilityFact:
    """Which capability serves this name, be it the capability's own or an alias? State `unknown` where none does."""
    with catalog.reading() as session:
        return fact(session, name)


@router.patch("/{name}", responses=told(404, 409))
def change(name: Title, body: CapabilityPatch, catalog: Catalog) -> CapabilityView:
    """Change a capability, found by any of its names. What it is already: nothing changes. A forbidden step: 409."""
    with catalog.writing() as session:
        capability = find(session, name)
        if capability is None:
            raise missing("name", name, Text(zh="目录中没有该能力", en="no capability has this name"))
        before = view(session, capability)
        _apply(session, capability, body)
        after = view(session, capability)
        if after != before:
            advance(session)
        return after


def find(session: Session, name: str) -> Capability | None:
    """The capability that has this name or alias, compared by key."""
    statement = select(Capability).join(Alias).where(Alias.key == key(name))
    return session.exec(statement).first()


def fact(session: Session, asked: str) -> CapabilityFact:
    """The capability behind the asked name, as a fact. State `unknown`, under the asked name, where there is none, or
    none that was ever published: nobody can plan with what is only offered."""
    found = find(session, asked)
    if found is None or found.state not in PUBLISHED:
        return CapabilityFact(asked=asked, name=asked, state="unknown")
    return CapabilityFact.model_validate({"asked": asked, **found.model_dump()})


def view(session: Session, capability: Capability) -> CapabilityView:
    """The capability with its aliases, in alphabetical order."""
    statement = select(Alias.text).where(Alias.capability_id == capability.id, Alias.text != capability.name)
    aliases = tuple(sorted(session.exec(statement)))
    return CapabilityView.model_validate({**capability.model_dump(exclude={"id"}), "aliases": aliases})


def add(session: Session, body: CapabilityBody, state: CapabilityState) -> CapabilityView:
    """Put a new capability in the catalog. Raises Problem (409) where one of its names is another's."""
    values = body.model_dump(include={"name", "category", "operator", "specification"})
    capability = Capability(**values, state=state.value)
    session.add(capability)
    session.flush()
    name_it(session, capability, body.aliases)
    advance(session)
    return view(session, capability)


def name_it(session: Session, capability: Capability, aliases: tuple[str, ...]) -> None:
    """Let the capability be found under its name and these aliases, and no others. Raises Problem (409)."""
    session.execute(delete(Alias).where(col(Alias.capability_id) == capability.id))
    for name in {key(n): n for n in (*aliases, capability.name)}.values():
        holder = find(session, name)
        if holder is not None:
            rule = Text(zh=f"该名称已指向能力“{holder.name}”", en=f"the name already leads to {holder.name}")
            raise conflict("aliases", name, rule)
        session.add(Alias(key=key(name), text=name, capability_id=capability.id))
        session.flush()


def _apply(session: Session, capability: Capability, body: CapabilityPatch) -> None:
    if body.state is not None:
        _step(capability, body.state)
    for field, value in body.model_dump(exclude={"state", "aliases"}, exclude_none=True).items():
        setattr(capability, field, value)
    session.flush()
    if body.aliases is not None:
        name_it(session, capability, body.aliases)


def _step(capability: Capability, to: CapabilityState) -> None:
    now = CapabilityState(capability.state)
    if to is not now and to not in CAPABILITY_STEPS[now]:
        raise conflict("state", to.value, broken_step("能力", now, CAPABILITY_STEPS[now]))
    capability.state = to.value
