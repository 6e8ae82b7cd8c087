"""The life of a resource, a capability and a demand: what may happen in which state (register S02 … S12, JY-41). Pure.

One table for each says it; the steps from state to state, as the older routes take them, are read off the tables.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from models.base import Text
from models.catalog import CatalogVerb


class ResourceState(StrEnum):
    """编制登记 → 报送 → 审核 → 发布 → 挂接 → 更新 → 停用."""

    REGISTERED = "registered"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    MOUNTED = "mounted"
    UPDATED = "updated"
    RETIRED = "retired"


class CapabilityState(StrEnum):
    """入驻申请 → 入驻 → 发布 → 升级 → 停用. What is offered or resident stands in the catalog, and is not on offer yet."""

    OFFERED = "offered"
    RESIDENT = "resident"
    ACTIVE = "active"
    UPGRADING = "upgrading"
    RETIRED = "retired"


class DemandState(StrEnum):
    ACCEPTED = "accepted"
    MET = "met"
    WITHDRAWN = "withdrawn"


State = TypeVar("State", bound=StrEnum)

Changes = Mapping[CatalogVerb, Mapping[State | None, State]]
"""For each verb the states in which it may happen, and the state that it leads to. None: not in the catalog yet."""


def _staying(states: Iterable[State]) -> dict[State | None, State]:
    return {state: state for state in states}


_OFFERED = (ResourceState.PUBLISHED, ResourceState.MOUNTED, ResourceState.UPDATED)
_MOUNTED = (ResourceState.MOUNTED, ResourceState.UPDATED)
_USABLE = (CapabilityState.ACTIVE, CapabilityState.UPGRADING)

RESOURCE_CHANGES: Changes[ResourceState] = {
    CatalogVerb.COMPILE: {None: ResourceState.REGISTERED, ResourceState.REGISTERED: ResourceState.REGISTERED},
    CatalogVerb.SUBMIT: {ResourceState.REGISTERED: ResourceState.SUBMITTED},
    CatalogVerb.REVIEW: {ResourceState.SUBMITTED: ResourceState.REVIEWED},
    CatalogVerb.RETURN: {ResourceState.SUBMITTED: ResourceState.REGISTERED},
    CatalogVerb.PUBLISH: {ResourceState.REVIEWED: ResourceState.PUBLISHED},
    CatalogVerb.MOUNT: {ResourceState.PUBLISHED: ResourceState.MOUNTED},
    CatalogVerb.UPDATE: {
        # What is not mounted has no data to be updated: its entry in the catalog changes, its state does not.
        ResourceState.PUBLISHED: ResourceState.PUBLISHED,
        ResourceState.MOUNTED: ResourceState.UPDATED,
        ResourceState.UPDATED: ResourceState.UPDATED,
    },
    CatalogVerb.RETIRE: dict.fromkeys(_OFFERED, ResourceState.RETIRED),
    CatalogVerb.LINK_SYSTEM: _staying(state for state in ResourceState if state is not ResourceState.RETIRED),
    CatalogVerb.VERIFY_MOUNT: _staying(_MOUNTED),
    CatalogVerb.ANNOUNCE_CHANGE: _staying(_OFFERED),
    CatalogVerb.SUBMIT_UPDATE: _staying(_OFFERED),
    CatalogVerb.RETURN_UPDATE: _staying(_OFFERED),
    CatalogVerb.OPEN_OBJECTION: _staying(_OFFERED),
    # A user keeps the right to an answer about data that has gone from the offer meanwhile.
    CatalogVerb.SETTLE_OBJECTION: _staying((*_OFFERED, ResourceState.RETIRED)),
    CatalogVerb.ANNOUNCE_RETIREMENT: _staying(_OFFERED),
}
"""`return` is the review's return for correction. Retirement is final; until then an entry stays on offer (JY-41)."""

CAPABILITY_CHANGES: Changes[CapabilityState] = {
    CatalogVerb.OFFER: {None: CapabilityState.OFFERED, CapabilityState.OFFERED: CapabilityState.OFFERED},
    CatalogVerb.ADMIT: {CapabilityState.OFFERED: CapabilityState.RESIDENT},
    CatalogVerb.PUBLISH: {CapabilityState.RESIDENT: CapabilityState.ACTIVE},
    CatalogVerb.START_UPGRADE: {CapabilityState.ACTIVE: CapabilityState.UPGRADING},
    CatalogVerb.UPGRADE: dict.fromkeys(_USABLE, CapabilityState.ACTIVE),
    CatalogVerb.RETIRE: dict.fromkeys(_USABLE, CapabilityState.RETIRED),
    CatalogVerb.ANNOUNCE_UPGRADE: _staying(_USABLE),
    CatalogVerb.ANNOUNCE_RETIREMENT: _staying(_USABLE),
}

DEMAND_CHANGES: Changes[DemandState] = {
    CatalogVerb.ACCEPT_DEMAND: {None: DemandState.ACCEPTED},
    CatalogVerb.MEET_DEMAND: {DemandState.ACCEPTED: DemandState.MET},
    CatalogVerb.WITHDRAW_DEMAND: {DemandState.ACCEPTED: DemandState.WITHDRAWN},
}

USABLE = frozenset(_USABLE)
"""States in which a capability is on offer."""

PUBLISHED = frozenset({*_USABLE, CapabilityState.RETIRED})
"""States of a capability that the catalog has told of, be it only that it is gone."""

ON_OFFER = frozenset(_OFFERED)
"""States in which others can have the data, so that collecting it again would be a repetition (JY-19)."""

ON_PLATFORM = frozenset(_MOUNTED)
"""States in which the data lies on the exchange platform. Only what was mounted can be updated."""

EDITABLE = ResourceState.REGISTERED, ResourceState.UPDATED
"""Going to these states may change the content: back to the compiler for correction, and an update."""


def _steps(changes: Changes[State], now: State, editable: Collection[State] = ()) -> tuple[State, ...]:
    reached = dict.fromkeys(leads[now] for leads in changes.values() if now in leads)
    return tuple(to for to in reached if to is not now or to in editable)


RESOURCE_STEPS = {now: _steps(RESOURCE_CHANGES, now, EDITABLE) for now in ResourceState}
CAPABILITY_STEPS = {now: _steps(CAPABILITY_CHANGES, now) for now in CapabilityState}
"""Which states may follow which. What is in a state already may be led to it again only where its content may change."""


def barred(changes: Changes[State], now: State | None) -> Text:
    """Why a change is refused: names the present state and what may happen in it."""
    possible = "、".join(verb for verb, leads in changes.items() if now in leads)
    if now is None:
        return Text(
            zh=f"目录中尚无此项，只能：{possible}", en=f"not in the catalog, where only this may happen: {possible}"
        )
    if not possible:
        return broken_step("该项", now, ())
    return Text(
        zh=f"当前状态为 {now}，只能：{possible}", en=f"now in state {now}, in which only this may happen: {possible}"
    )


def broken_step(subject: str, now: StrEnum, steps: tuple[StrEnum, ...]) -> Text:
    """Why a step is refused: names the present state and what may follow it."""
    following = "、".join(steps)
    return Text(
        zh=f"{subject}当前状态为 {now}，只能转为：{following}" if steps else f"{subject}当前状态为 {now}，不能再变更",
        en=f"now in state {now}, from which it may only become {following}"
        if steps
        else f"now in state {now}, which is final",
    )
