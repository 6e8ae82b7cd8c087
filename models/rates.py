"""目录指标: shares of the catalog's own records. What may be counted, how a rate is defined, asked for and answered."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from models.base import Code, Text, Value


class RateCount(StrEnum):
    """What a rate may count. The first three count resources that are not retired; `RateQuestion` says as of when.

    registered: in the catalog, in whatever state; published: on offer, mounted or not; mounted: their data lies on the
    exchange platform; updates_due: change events whose last day lies in the period; updated_in_time: those of them that the
    department answered by that day; demands_accepted: demands accepted in the period and not withdrawn; demands_met: those
    of them that are met.
    """

    REGISTERED = "registered"
    PUBLISHED = "published"
    MOUNTED = "mounted"
    UPDATES_DUE = "updates_due"
    UPDATED_IN_TIME = "updated_in_time"
    DEMANDS_ACCEPTED = "demands_accepted"
    DEMANDS_MET = "demands_met"


PARTS: Mapping[RateCount, tuple[RateCount, ...]] = {
    RateCount.PUBLISHED: (RateCount.REGISTERED,),
    RateCount.MOUNTED: (RateCount.REGISTERED, RateCount.PUBLISHED),
    RateCount.UPDATED_IN_TIME: (RateCount.UPDATES_DUE,),
    RateCount.DEMANDS_MET: (RateCount.DEMANDS_ACCEPTED,),
}
"""Which count is a part of which, and so may stand above it in a rate."""


class RateDefinition(Value):
    """指标口径: what a rate is the share of. The documents leave it open (A27), so it stands in the regulation's data.

    `shareable_only` leaves out the resources that are not shared (不予共享), with their change events and demands.
    """

    id: Code
    title: Text
    numerator: RateCount
    denominator: RateCount
    shareable_only: bool = False

    @model_validator(mode="after")
    def _is_a_share(self) -> "RateDefinition":
        if self.denominator not in PARTS.get(self.numerator, ()):
            whole = ", ".join(PARTS.get(self.numerator, ())) or "nothing"
            raise ValueError(f"{self.numerator} is a part of {whole} only (got {self.denominator})")
        return self


class RateQuestion(Value):
    """The rates as of the day `until`: what was recorded for later days does not count.

    `since` is the first day of the period, for what is counted over one (updates and demands); None: from the beginning.
    `provider_code` narrows all counts to one department. `named` is how many ids the answer names for each count at most.
    """

    definitions: Annotated[tuple[RateDefinition, ...], Field(min_length=1, max_length=20)]
    until: date
    since: date | None = None
    provider_code: Code | None = None
    named: int = Field(default=100, ge=0, le=1000)


class CountedIds(Value):
    """What stands behind a count: ids of resources, numbers of change events as `<resource>/<number>`, keys of demands."""

    ids: tuple[str, ...]
    left_out: int = 0


class Rate(Value):
    """指标: `value` is numerator by denominator, unrounded, so that a goal is compared as it is written; None by zero.

    `reached` are those in the numerator, `missing` the others of the denominator.
    """

    id: str
    numerator: int
    denominator: int
    value: Decimal | None
    reached: CountedIds
    missing: CountedIds


class RateAnswer(Value):
    """The rates in the order of their definitions, as of `version` of the catalog."""

    version: str
    rates: tuple[Rate, ...]
