"""审核: what is decided, by whom, under which quorum."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.application import Material
from models.base import Code, Input, Sha256, Text, Value
from models.citation import Citation
from models.deadline import Deadline
from models.finding import Finding


class Verdict(StrEnum):
    """意见 of one officer."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    ABSTAIN = "abstain"

    @property
    def label(self) -> Text:
        return _VERDICT_LABELS[self]


class Outcome(StrEnum):
    """结果 of a review, a stage or a project. There is none for silence: time never decides."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"

    @property
    def label(self) -> Text:
        return _OUTCOME_LABELS[self]


_VERDICT_LABELS = {
    Verdict.APPROVE: Text(zh="同意", en="approve"),
    Verdict.RETURN: Text(zh="退回补正", en="return for correction"),
    Verdict.REJECT: Text(zh="不同意", en="reject"),
    Verdict.ABSTAIN: Text(zh="弃权", en="abstain"),
}

_OUTCOME_LABELS = {
    Outcome.APPROVED: Text(zh="通过", en="approved"),
    Outcome.RETURNED: Text(zh="退回补正", en="returned for correction"),
    Outcome.REJECTED: Text(zh="不予通过", en="rejected"),
}


class Judgement(StrEnum):
    """What an officer finds of one point: it is met, or in which way it is not."""

    MET = "met"
    UNANSWERED = "unanswered"
    PARTLY = "partly"
    IMPROPER = "improper"

    @property
    def label(self) -> Text:
        return _JUDGEMENT_LABELS[self]


_JUDGEMENT_LABELS = {
    Judgement.MET: Text(zh="符合", en="met"),
    Judgement.UNANSWERED: Text(zh="未响应", en="unanswered"),
    Judgement.PARTLY: Text(zh="未完全响应", en="answered in part"),
    Judgement.IMPROPER: Text(zh="响应不当", en="answered improperly"),
}


class Point(Value):
    """审查要点: what an officer has to judge one by one."""

    id: str
    title: Text


class QuorumRule(StrEnum):
    ANY_OF = "any_of"
    ALL_OF = "all_of"
    MAJORITY = "majority"


class Quorum(Value):
    """表决规则. Any-of 或签: the first organ to decide. All-of 会签: every organ. Majority 票签: over half of the seats."""

    rule: QuorumRule
    seats: int | None = Field(default=None, gt=0)
    """For a majority: how many votes there are. Counted from the register of officers when the plan is resolved."""


class Decision(Input):
    """One officer's decision, as it is sent (docs/contract.md). `decision_id` makes a repeat harmless.

    `judgements` has the officer's finding on each point of the review, by the point's id. `major_change` says that the
    project has changed in a way that sends it back to an earlier approval; it goes with a return only (register A11).
    """

    decision_id: Code
    review_id: str
    organ: Code
    officer: Code
    verdict: Verdict
    opinion: Annotated[str, Field(max_length=4000)] = ""
    conditions: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=50)] = ()
    judgements: Annotated[dict[str, Judgement], Field(max_length=500)] = Field(default_factory=dict)
    major_change: bool = False
    on_behalf_of: Code | None = None
    signature: str | None = None
    key_id: str | None = None


class CountedDecision(Value):
    """A decision that counts: accepted by the review, from an officer whose authority was resolved."""

    decision: Decision
    at: datetime
    post: str
    judged: tuple[Sha256, ...]
    """Digests of the materials that lay before the officer."""
    delegation: str | None = None
    """The delegation under which the officer stood in for another."""
    signed: bool = False
    """Whether the officer's signature was verified."""


class Review(Value):
    """An open or closed review. Its `review_id` names project, stage, gate and round, so a late decision cannot stray."""

    review_id: str
    gate: str
    title: Text
    round: int
    organs: tuple[str, ...]
    quorum: Quorum
    points: tuple[Point, ...] = ()
    may_reject: bool = True
    citations: tuple[Citation, ...]
    opened_at: datetime
    deadline: Deadline
    materials: tuple[Material, ...] = ()
    findings: tuple[Finding, ...] = ()
    decisions: tuple[CountedDecision, ...] = ()
    outcome: Outcome | None = None
    closed_at: datetime | None = None
