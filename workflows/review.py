"""审核: the one review that lies open, the decisions that it counts, and its end."""

from datetime import datetime
from typing import Any

from models.application import Material
from models.authority import Authority
from models.base import Text
from models.finding import Finding
from models.messages import DecisionReceipt
from models.review import CountedDecision, Decision, Outcome, QuorumRule, Review, Verdict
from regulations import tally
from workflows.ladder import Ladder, Until


class ReviewDesk:
    """Holds one review at a time. A review ends by decisions only; silence makes it overdue and nothing else."""

    def __init__(self) -> None:
        self.review: Review | None = None
        self.ladder: Ladder | None = None
        self._on_record: set[str] = set()

    def open(self, review: Review, ladder: Ladder) -> None:
        """Open the review. From now on decisions count."""
        self.review, self.ladder, self._on_record = review, ladder, set()

    async def decided(self, until: Until) -> None:
        """Wait until the quorum has decided and every decision is on record."""
        assert self.ladder
        await self.ladder.climb(self._is_settled, until)

    def close(self, at: datetime) -> Review:
        """The review, with its outcome and the deadline as it stood in the end."""
        assert self.review and self.ladder
        closed = {"outcome": self._outcome(), "closed_at": at, "deadline": self.ladder.deadline}
        self.review, self.ladder = self.review.model_copy(update=closed), None
        return self.review

    def abandon(self) -> None:
        """Leave the open review without an outcome: the project was withdrawn, or an earlier gate was opened again."""
        self.review, self.ladder = None, None

    def objection(
        self,
        decision: Decision,
        *,
        suspended: bool,
        filers: tuple[str, ...],
        blocking: tuple[Finding, ...],
        seen: tuple[str, ...],
    ) -> Text | None:
        """Why the decision cannot count, by what is known here; None where it can."""
        if self.review is None:
            return tally.no_review(decision)
        return tally.objection(self.review, decision, suspended=suspended, filers=filers, blocking=blocking, seen=seen)

    def count(self, decision: Decision, at: datetime, authority: Authority) -> DecisionReceipt:
        """Count the decision. It closes the review once it is also on record (`recorded`)."""
        assert self.review
        judged = tuple(material.sha256 for material in self.review.materials)
        counted = CountedDecision(
            decision=decision,
            at=at,
            post=authority.post,
            judged=judged,
            delegation=authority.delegation,
            signed=authority.signed,
        )
        self.review = self.review.model_copy(update={"decisions": (*self.review.decisions, counted)})
        outcome = self._outcome()
        return DecisionReceipt(
            message=_counted(outcome),
            at=at,
            decision_id=decision.decision_id,
            review_id=decision.review_id,
            officer=decision.officer,
            verdict=decision.verdict,
            outcome=outcome,
        )

    def recorded(self, decision_id: str) -> None:
        self._on_record.add(decision_id)

    def lay_before(self, materials: tuple[Material, ...]) -> None:
        """Supplement what the open review judges; later decisions record the new digests."""
        assert self.review
        self.review = self.review.model_copy(update={"materials": materials})

    def take_back(self, decision_id: str) -> None:
        """Remove a retracted decision from the open review."""
        assert self.review
        kept = tuple(d for d in self.review.decisions if d.decision.decision_id != decision_id)
        self.review = self.review.model_copy(update={"decisions": kept})

    def snapshot(self) -> Review | None:
        """The review with its deadline as it stands now."""
        if self.review and self.ladder:
            return self.review.model_copy(update={"deadline": self.ladder.deadline})
        return self.review

    def awaited(self) -> tuple[str, ...]:
        """The organs whose decision is still awaited."""
        return awaited(self.review) if self.review else ()

    def _outcome(self) -> Outcome | None:
        assert self.review
        return tally.outcome(self.review.quorum, self.review.organs, self.review.decisions)

    def _is_settled(self) -> bool:
        assert self.review
        on_record = all(d.decision.decision_id in self._on_record for d in self.review.decisions)
        return on_record and self._outcome() is not None


def wordless(counted: CountedDecision) -> CountedDecision:
    """What a file keeps of a decision: who decided what. Its words stand in the ledger, and the file must stay small."""
    without: dict[str, Any] = {"opinion": "", "conditions": (), "judgements": {}, "signature": None}
    return counted.model_copy(update={"decision": counted.decision.model_copy(update=without), "judged": ()})


def awaited(review: Review) -> tuple[str, ...]:
    """The organs that have still to decide in an open review; none in a closed one."""
    if review.outcome is not None:
        return ()
    if review.quorum.rule is not QuorumRule.ALL_OF:
        return review.organs
    decided = {d.decision.organ for d in review.decisions if d.decision.verdict is not Verdict.ABSTAIN}
    return tuple(organ for organ in review.organs if organ not in decided)


def _counted(outcome: Outcome | None) -> Text:
    if outcome is None:
        return Text(zh="意见已计入", en="the decision counts")
    return Text(zh=f"意见已计入，审核{outcome.label.zh}", en=f"the decision counts; the review is {outcome.label.en}")
