"""The index over names, written: each distinct name once, a list of names for each gram, and who is on offer.

It lies in the database beside what it indexes and changes in the same transaction. Callers hold the writers' lock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col, select

from services.catalog.names import grams, key
from services.catalog.tables import Gram, Holding, Name, Posting, Resource

T = TypeVar("T")

RESOURCES = "resource"
FIELDS = "field"
CHUNK = 500
"""Names or grams in one statement; both databases take it, whatever their limit of parameters."""


def items_of(category: str) -> str:
    """The scope of the names of a category's items. Categories are compared by their key, like names."""
    return f"item:{key(category)}"


def name_ids(session: Session, scope: str, names: Iterable[str]) -> dict[str, int]:
    """The ids of the names in the scope, by key; a name that is new is indexed. A second call changes nothing."""
    keys = sorted({key(name) for name in names})
    known = _known(session, scope, keys)
    new = [k for k in keys if k not in known]
    if not new:
        return known
    for chunk in _chunks(new):
        session.execute(insert(Name), [{"scope": scope, "key": k} for k in chunk])
    known |= (added := _known(session, scope, new))
    _post(session, scope, added)
    return known


def offer(session: Session, resources: Sequence[Resource]) -> None:
    """Bring the resources on offer: from now on their fields are found. A second call changes nothing."""
    withdraw(session, resources)
    names = name_ids(session, RESOURCES, (r.name for r in resources))
    fields = name_ids(session, FIELDS, (f for r in resources for f in r.fields))
    held = [
        {"field_id": field_id, "name_id": names[key(r.name)], "resource_id": r.id, "project": r.project}
        for r in resources
        for field_id in {fields[key(f)] for f in r.fields}
    ]
    for chunk in _chunks(held):
        session.execute(insert(Holding), chunk)


def withdraw(session: Session, resources: Sequence[Resource]) -> None:
    """Take the resources off offer. A second call changes nothing."""
    for chunk in _chunks([r.id for r in resources]):
        session.execute(delete(Holding).where(col(Holding.resource_id).in_(chunk)))


def _known(session: Session, scope: str, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in _chunks(keys):
        rows = session.exec(select(Name.key, Name.id).where(Name.scope == scope, col(Name.key).in_(chunk)))
        found |= {name: name_id for name, name_id in rows}
    return found


def _post(session: Session, scope: str, added: dict[str, int]) -> None:
    postings = [
        {"scope": scope, "gram": gram, "length": len(name), "name_id": name_id}
        for name, name_id in added.items()
        for gram in grams(name)
    ]
    for chunk in _chunks(postings):
        session.execute(insert(Posting), chunk)
    _count(session, scope, Counter(p["gram"] for p in postings))


def _count(session: Session, scope: str, more: Counter[object]) -> None:
    for chunk in _chunks(sorted(more, key=str)):
        statement = select(Gram.gram).where(Gram.scope == scope, col(Gram.gram).in_(chunk))
        known = set(session.exec(statement))
        new = [{"scope": scope, "gram": g, "names": more[g]} for g in chunk if g not in known]
        counted = [{"in_scope": scope, "of_gram": g, "more": more[g]} for g in chunk if g in known]
        if new:
            session.execute(insert(Gram), new)
        if counted:
            session.connection().execute(_COUNT_UP, counted)


_COUNT_UP = (
    update(Gram)
    .where(col(Gram.scope) == bindparam("in_scope"), col(Gram.gram) == bindparam("of_gram"))
    .values(names=col(Gram.names) + bindparam("more"))
)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
