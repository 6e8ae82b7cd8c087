"""The one question of a gate, answered in one round trip: everything that its checks need to know of the catalog."""

from fastapi import APIRouter
from sqlmodel import Session

from models.base import Text
from models.effects import CatalogFacts, ItemMatch, ResourceMatch
from services.catalog.capabilities import fact
from services.catalog.dependencies import Catalog
from services.catalog.matches import Matches
from services.catalog.problems import unprocessable
from services.catalog.schemas import MAX_WANTED, FactsQuestion
from services.catalog.store import version
from services.catalog.usage import usage

router = APIRouter(tags=["查询 facts"])


@router.post("/facts")
def facts(question: FactsQuestion, catalog: Catalog) -> CatalogFacts:
    """Answer the question as of one moment. Reads only.

    Resources are looked for where `collection_similarity` is given. 422 for more than 2,000 wanted fields and items.
    """
    if question.wanted > MAX_WANTED:
        rule = Text(
            zh=f"一次最多查询 {MAX_WANTED} 个字段和设备", en=f"at most {MAX_WANTED} fields and items in one question"
        )
        raise unprocessable("collects, items", question.wanted, rule)
    with catalog.reading() as session:
        return answer(session, question)


def answer(session: Session, question: FactsQuestion) -> CatalogFacts:
    """The catalog's answer, with the version that it is true for."""
    matches = Matches(session)
    known = CatalogFacts(
        version=version(session),
        capabilities=tuple(fact(session, name) for name in dict.fromkeys(question.capabilities)),
        resources=_resources(matches, question),
        items=_items(matches, question),
    )
    if not question.usage:
        return known
    used = usage(session, question.project)
    return known.model_copy(update=dict(used))


def _resources(matches: Matches, question: FactsQuestion) -> tuple[ResourceMatch, ...]:
    threshold = question.collection_similarity
    if threshold is None:
        return ()
    found = [m for collection in question.collects for m in matches.repeated(question.project, collection, threshold)]
    return tuple(dict.fromkeys(found))


def _items(matches: Matches, question: FactsQuestion) -> tuple[ItemMatch, ...]:
    return tuple(dict.fromkeys(m for wanted in question.items for m in matches.existing(wanted)))
