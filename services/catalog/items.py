"""Items that exist already 既有设备与图层: IoT devices, map layers, cameras, by category (JY-23, JY-24, JY-25)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import Session, col, select

from services.catalog.dependencies import Catalog
from services.catalog.index import items_of, name_ids
from services.catalog.names import key
from services.catalog.schemas import ItemBody, Title
from services.catalog.store import advance
from services.catalog.tables import Item

router = APIRouter(prefix="/items", tags=["既有设备与图层 items"])


@router.post("", status_code=201, responses={200: {}})
def register(body: ItemBody, catalog: Catalog, response: Response) -> ItemBody:
    """Register an item that exists. The same again: 200, nothing changes."""
    with catalog.writing() as session:
        if not add(session, [body]):
            response.status_code = 200
        return body


@router.get("")
def list_some(
    catalog: Catalog,
    category: Annotated[Title, Query()],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[ItemBody]:
    """A page of the items of a category, in the order of registration."""
    statement = select(Item).where(Item.category == key(category)).order_by(col(Item.id))
    with catalog.reading() as session:
        rows = session.exec(statement.offset(offset).limit(limit))
        return [ItemBody(category=category, name=row.name, owner=row.owner) for row in rows]


def add(session: Session, bodies: Sequence[ItemBody]) -> int:
    """Put the items in the catalog, and return how many were new."""
    distinct = {(key(body.category), body.name, body.owner): body for body in bodies}
    new = [body for body in distinct.values() if not _held(session, body)]
    by_category: dict[str, list[ItemBody]] = defaultdict(list)
    for body in new:
        by_category[key(body.category)].append(body)
    for category, members in by_category.items():
        _add(session, category, members)
    if new:
        advance(session)
    return len(new)


def _held(session: Session, body: ItemBody) -> bool:
    same = (Item.category == key(body.category), Item.name == body.name, Item.owner == body.owner)
    return session.exec(select(Item.id).where(*same)).first() is not None


def _add(session: Session, category: str, members: list[ItemBody]) -> None:
    ids = name_ids(session, items_of(category), [body.name for body in members])
    for body in members:
        session.add(Item(category=category, name=body.name, owner=body.owner, name_id=ids[key(body.name)]))
    session.flush()
