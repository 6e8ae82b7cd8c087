"""The rates 目录挂载率, 数据更新及时率, 供需对接完成率, by the regulation's own definitions (A27), from the catalog's records.

The day comes with the question, since the catalog has no calendar of its own: a state counts as it was on that day, as far as
changes are on record; an entry that came by a seed counts as it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from fastapi import APIRouter
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models.catalog import CatalogSubject, MatterKind, Sharing
from models.rates import CountedIds, Rate, RateAnswer, RateCount, RateDefinition, RateQuestion
from services.catalog import matters
from services.catalog.dependencies import Catalog
from services.catalog.lifecycle import ON_OFFER, ON_PLATFORM, ResourceState
from services.catalog.schemas import RatesBody
from services.catalog.store import version
from services.catalog.tables import Change, Demand, Matter, Resource

router = APIRouter(tags=["指标 rates"])


@router.post("/rates")
def rates(question: RatesBody, catalog: Catalog) -> RateAnswer:
    """The rates as of the day, with the counts behind them and what is counted. Reads only."""
    with catalog.reading() as session:
        counts = _Counts(session, question)
        answered = tuple(_rate(definition, counts, question.named) for definition in question.definitions)
        return RateAnswer(version=version(session), rates=answered)


def _rate(definition: RateDefinition, counts: "_Counts", named: int) -> Rate:
    reached, whole = (
        counts.ids(count, shareable_only=definition.shareable_only)
        for count in (definition.numerator, definition.denominator)
    )
    return Rate(
        id=definition.id,
        numerator=len(reached),
        denominator=len(whole),
        value=Decimal(len(reached)) / Decimal(len(whole)) if whole else None,
        reached=_named(reached, named),
        missing=_named(whole - reached, named),
    )


def _named(ids: Collection[str], most: int) -> CountedIds:
    return CountedIds(ids=tuple(sorted(ids)[:most]), left_out=max(0, len(ids) - most))


@dataclass(frozen=True)
class _Counted:
    """Something that is counted: its id, the resource that it is about, and whether it is a part that has been reached."""

    id: str
    resource: str | None
    reached: bool


class _Counts:
    """What one question counts, in one session. Reads each table once at most."""

    def __init__(self, session: Session, question: RateQuestion) -> None:
        self._session, self._question = session, question

    def ids(self, count: RateCount, *, shareable_only: bool) -> frozenset[str]:
        """The ids of what the count counts."""
        counted = self._counted(count)
        if shareable_only:
            counted = [one for one in counted if one.resource not in self._refused]
        return frozenset(one.id for one in counted)

    def _counted(self, count: RateCount) -> list[_Counted]:
        match count:
            case RateCount.REGISTERED:
                return self._in_states(frozenset(ResourceState) - {ResourceState.RETIRED})
            case RateCount.PUBLISHED:
                return self._in_states(ON_OFFER)
            case RateCount.MOUNTED:
                return self._in_states(ON_PLATFORM)
            case RateCount.UPDATES_DUE:
                return self._updates
            case RateCount.UPDATED_IN_TIME:
                return [update for update in self._updates if update.reached]
            case RateCount.DEMANDS_ACCEPTED:
                return self._demands
            case RateCount.DEMANDS_MET:
                return [demand for demand in self._demands if demand.reached]

    def _in_states(self, states: Collection[ResourceState]) -> list[_Counted]:
        return [_Counted(name, name, True) for name, state in self._states.items() if state in states]

    @cached_property
    def _states(self) -> dict[str, str | None]:
        statement = select(Resource.id, Resource.state)
        if (provider := self._question.provider_code) is not None:
            statement = statement.where(Resource.provider_code == provider)
        now = dict(self._session.exec(statement).all())
        later = (Change.subject == CatalogSubject.RESOURCE.value, col(Change.day) > self._question.until)
        # Backwards, so that what stays for each entry is its state before the first of the later changes.
        undone = select(Change.entry, Change.before).where(*later).order_by(col(Change.number).desc())
        return now | {name: state for name, state in self._session.exec(undone) if name in now}

    @cached_property
    def _refused(self) -> frozenset[str]:
        return frozenset(self._session.exec(select(Resource.id).where(Resource.sharing == Sharing.REFUSED.value)))

    @cached_property
    def _updates(self) -> list[_Counted]:
        statement = (
            select(Matter)
            .join(Resource, col(Resource.id) == col(Matter.entry))
            .where(Matter.subject == CatalogSubject.RESOURCE.value, Matter.kind == MatterKind.CHANGE.value)
            .where(*self._within(Matter.due_on), _WAS_OWED)
        )
        if (provider := self._question.provider_code) is not None:
            statement = statement.where(Resource.provider_code == provider)
        return [
            _Counted(f"{event.entry}/{event.number}", event.entry, matters.in_time([event]) is True)
            for event in self._session.exec(statement)
        ]

    @cached_property
    def _demands(self) -> list[_Counted]:
        until = self._question.until
        stands = or_(col(Demand.withdrawn_on).is_(None), col(Demand.withdrawn_on) > until)
        statement = select(Demand).where(*self._within(Demand.accepted_on), stands)
        if (provider := self._question.provider_code) is not None:
            statement = statement.where(Demand.provider_code == provider)
        return [
            _Counted(demand.key, demand.resource, demand.met_on is not None and demand.met_on <= until)
            for demand in self._session.exec(statement)
        ]

    def _within(self, day: date | None) -> list[ColumnElement[bool]]:
        until, since = self._question.until, self._question.since
        return [col(day) <= until] + ([col(day) >= since] if since else [])


_WAS_OWED = or_(
    col(Matter.done_on).is_not(None), col(Matter.closed_on).is_(None), col(Matter.closed_on) > col(Matter.due_on)
)
"""An entry that went before the last day of its update owed none."""
