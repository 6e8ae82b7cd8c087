"""The life of a resource and of a capability: which state may follow which (register S05, JY-41). Pure."""

from collections.abc import Mapping
from enum import StrEnum

from models.base import Text


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
    ACTIVE = "active"
    UPGRADING = "upgrading"
    RETIRED = "retired"


RESOURCE_STEPS: Mapping[ResourceState, tuple[ResourceState, ...]] = {
    ResourceState.REGISTERED: (ResourceState.SUBMITTED,),
    ResourceState.SUBMITTED: (ResourceState.REVIEWED, ResourceState.REGISTERED),
    ResourceState.REVIEWED: (ResourceState.PUBLISHED,),
    ResourceState.PUBLISHED: (ResourceState.MOUNTED, ResourceState.RETIRED),
    ResourceState.MOUNTED: (ResourceState.UPDATED, ResourceState.RETIRED),
    ResourceState.UPDATED: (ResourceState.UPDATED, ResourceState.RETIRED),
    ResourceState.RETIRED: (),
}
"""`submitted → registered` is the review's return for correction. Retirement is final."""

CAPABILITY_STEPS: Mapping[CapabilityState, tuple[CapabilityState, ...]] = {
    CapabilityState.ACTIVE: (CapabilityState.UPGRADING, CapabilityState.RETIRED),
    CapabilityState.UPGRADING: (CapabilityState.ACTIVE, CapabilityState.RETIRED),
    CapabilityState.RETIRED: (),
}

ON_OFFER = frozenset({ResourceState.PUBLISHED, ResourceState.MOUNTED, ResourceState.UPDATED})
"""States in which others can have the data, so that collecting it again would be a repetition (JY-19)."""

ON_PLATFORM = frozenset({ResourceState.MOUNTED, ResourceState.UPDATED})
"""States in which the data lies on the exchange platform. Only what was mounted can be updated."""

EDITABLE = ResourceState.REGISTERED, ResourceState.UPDATED
"""Going to these states may change the content: back to the compiler for correction, and an update."""


def broken_step(subject: str, now: StrEnum, steps: tuple[StrEnum, ...]) -> Text:
    """Why a step is refused: names the present state and what may follow it."""
    following = "、".join(steps)
    return Text(
        zh=f"{subject}当前状态为 {now}，只能转为：{following}" if steps else f"{subject}当前状态为 {now}，不能再变更",
        en=f"now in state {now}, from which it may only become {following}"
        if steps
        else f"now in state {now}, which is final",
    )
