"""What workflows tell the catalog: one change of one entry, applied once, kept on record for good."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select

from models.base import Input, Text
from models.catalog import CHANGE_DATA, CatalogChange, CatalogEntry, CatalogSubject, RecordedChange
from services.catalog import capability_changes, demand_changes, resource_changes
from services.catalog.applying import Applied, sound
from services.catalog.dependencies import Catalog, CodePath
from services.catalog.entries import entry
from services.catalog.problems import missing, other_content, told, unprocessable
from services.catalog.schemas import ChangeBody, Title
from services.catalog.tables import Change

router = APIRouter(tags=["变更 changes"])

_APPLY: Mapping[CatalogSubject, Callable[[Session, CatalogChange, Input], Applied]] = {
    CatalogSubject.RESOURCE: resource_changes.apply,
    CatalogSubject.CAPABILITY: capability_changes.apply,
    CatalogSubject.DEMAND: demand_changes.apply,
}
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="the last number of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.post("/changes", responses=told(409))
def change(body: ChangeBody, catalog: Catalog) -> CatalogEntry:
    """Change an entry, and answer where it stands then. The same key and content again: the same answer, nothing changes.

    409 for a key that is taken by other content, and for a change that the entry's state forbids. 422 for data that is not
    the verb's, or with which the entry would not be sound.
    """
    with catalog.writing() as session:
        held = session.exec(select(Change).where(Change.key == body.key)).first()
        if held is None:
            return _apply(session, body)
        if ChangeBody.model_validate(held.content) != body:
            raise other_content("key", body.key)
        return CatalogEntry.model_validate(held.answer)


@router.get("/entry")
def show(catalog: Catalog, subject: CatalogSubject, entry_: Annotated[Title, Query(alias="entry")]) -> CatalogEntry:
    """Where an entry stands. State `unknown` where the catalog does not have it."""
    with catalog.reading() as session:
        return entry(session, subject, entry_)


@router.get("/resources/{resource_id}/changes", responses=told(404))
def of_resource(resource_id: CodePath, catalog: Catalog, after: After = 0, limit: Limit = 100) -> list[RecordedChange]:
    """What has happened to the resource, in the order of the records. 404 where the catalog has none with this id."""
    return _recorded(catalog, CatalogSubject.RESOURCE, resource_id, after, limit)


@router.get("/capabilities/{name}/changes", responses=told(404))
def of_capability(name: Title, catalog: Catalog, after: After = 0, limit: Limit = 100) -> list[RecordedChange]:
    """What has happened to the capability, found by any of its names. 404 where none has this name."""
    return _recorded(catalog, CatalogSubject.CAPABILITY, name, after, limit)


@router.get("/demands/{key}/changes", responses=told(404))
def of_demand(key: CodePath, catalog: Catalog, after: After = 0, limit: Limit = 100) -> list[RecordedChange]:
    """What has happened to the demand. 404 where none has this key."""
    return _recorded(catalog, CatalogSubject.DEMAND, key, after, limit)


def _apply(session: Session, body: ChangeBody) -> CatalogEntry:
    applied = _APPLY[body.subject](session, body, _told(body))
    session.flush()
    answer = entry(session, body.subject, applied.entry).model_copy(update={"in_time": applied.in_time})
    session.add(
        Change(
            key=body.key,
            subject=body.subject.value,
            entry=applied.entry,
            verb=body.verb.value,
            day=body.day,
            before=applied.before,
            after=applied.after,
            content=body.model_dump(mode="json"),
            answer=answer.model_dump(mode="json"),
        )
    )
    return answer


def _told(body: ChangeBody) -> Input:
    kinds = CHANGE_DATA[body.subject]
    if body.verb not in kinds:
        known = "、".join(kinds)
        raise unprocessable("verb", body.verb.value, Text(zh=f"该类目录项只有：{known}", en=f"must be one of {known}"))
    return sound(kinds[body.verb], {name: value for name, value in body.data.items() if not _is_empty(value)})


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _recorded(catalog: Catalog, subject: CatalogSubject, name: str, after: int, limit: int) -> list[RecordedChange]:
    with catalog.reading() as session:
        known = entry(session, subject, name)
        if not known.is_known:
            raise missing("entry", name, Text(zh="目录中没有该项", en="the catalog has no such entry"))
        about = (Change.subject == subject.value, Change.entry == known.id, col(Change.number) > after)
        rows = session.exec(select(Change).where(*about).order_by(col(Change.number)).limit(limit))
        return [
            RecordedChange.model_validate(
                row.content | {"number": row.number, "entry": row.entry, "before": row.before, "after": row.after}
            )
            for row in rows
        ]
