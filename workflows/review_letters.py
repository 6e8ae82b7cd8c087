"""What is put on record and told of a review: that it opened, that it is late, how it ended. The same for gate and step."""

from typing import Any

from models.base import Text
from models.deadline import Rung, RungKind
from models.effects import EntryKind, NoticeTemplate, Recipient
from models.project import Condition
from models.review import Outcome, Review
from regulations import tally
from regulations.calendar import explain, remaining_working_days
from workflows import consequences
from workflows.effects import organs
from workflows.proceeding import Proceeding

Place = dict[str, str]
"""Where a letter speaks of: `stage` and `gate`, in Chinese."""


async def opened(holder: Proceeding, review: Review, place: Place) -> None:
    """Put on record that the review is open, then tell the organs."""
    await holder.effects.record(
        EntryKind.REVIEW_OPENED,
        review.review_id,
        Text(
            zh=f"{review.title.zh}：开始审核，第 {review.round} 轮",
            en=f"{review.title.en}: review opened, round {review.round}",
        ),
        citations=review.citations,
        detail={
            "organs": review.organs,
            "quorum": review.quorum.model_dump(mode="json"),
            "receipt": review.deadline.receipt.model_dump(mode="json"),
            "materials": [material.model_dump(mode="json") for material in review.materials],
            "findings": [finding.model_dump(mode="json") for finding in review.findings],
            "points": [point.model_dump(mode="json") for point in review.points],
        },
    )
    variables = _opened(holder, review, place)
    await holder.effects.tell(NoticeTemplate.REVIEW_OPENED, review.review_id, organs(review.organs), variables)


def _opened(holder: Proceeding, review: Review, place: Place) -> dict[str, Any]:
    return {
        **place,
        "round": str(review.round),
        "due_on": review.deadline.receipt.due_on.isoformat(),
        "deadline_note": "；".join(explain(review.deadline.receipt)),
        "citations": [str(citation) for citation in review.citations],
        "findings": [f"{finding.rule} {finding.message.zh}" for finding in review.findings],
        "points": [f"{point.id} {point.title.zh}" for point in review.points],
        "materials": [
            material.model_dump(mode="json", include={"name", "kind", "sha256"}) for material in review.materials
        ],
        "review_id": review.review_id,
        "reply_to": holder.address,
    }


async def tell_rung(holder: Proceeding, place: Place, rung: Rung, also: tuple[Recipient, ...] = ()) -> None:
    """Remind the organs that have not decided; when it is late, put that on record, tell them, whoever else (`also`) the
    rule names, and later their superiors."""
    review = holder.desk.snapshot()
    assert review and holder.desk.ladder
    awaited = holder.desk.awaited()
    receipt = review.deadline.receipt
    key = holder.desk.ladder.key(rung)
    variables: dict[str, Any] = {**place, "due_on": receipt.due_on.isoformat(), "review_id": review.review_id}
    names = [holder.organ_name(organ) for organ in awaited]
    match rung.kind:
        case RungKind.REMINDER:
            left = remaining_working_days(receipt, holder.effects.now(), holder.calendar)
            variables |= {"remaining": str(left), "reply_to": holder.address}
            await holder.effects.tell(NoticeTemplate.REVIEW_REMINDER, key, organs(awaited), variables)
        case RungKind.OVERDUE:
            holder.show()
            await _record_overdue(holder, review, key, names)
            variables |= {"organs": names, "reply_to": holder.address}
            await holder.effects.tell(NoticeTemplate.REVIEW_OVERDUE, key, (*organs(awaited), *also), variables)
        case RungKind.ESCALATION:
            variables |= {"organs": names}
            await holder.effects.tell(
                NoticeTemplate.REVIEW_ESCALATED, key, organs(holder.superiors(awaited)), variables
            )


async def _record_overdue(holder: Proceeding, review: Review, key: str, names: list[str]) -> None:
    await holder.effects.record(
        EntryKind.DEADLINE_PASSED,
        key,
        Text(zh=f"{review.title.zh}逾期，待 {'、'.join(names)} 审核", en=f"{review.title.en} is overdue"),
        citations=(review.deadline.term.citation,),
        detail={"receipt": review.deadline.receipt.model_dump(mode="json"), "awaited": names},
    )


async def record_closed(holder: Proceeding, review: Review, missing_source: str | None = None) -> None:
    """Put the outcome on record, with who decided what. `missing_source` says that no document gives a rule for it."""
    assert review.outcome
    await holder.effects.record(
        EntryKind.GATE_CLOSED,
        review.review_id,
        Text(zh=f"{review.title.zh}：{review.outcome.label.zh}", en=f"{review.title.en}: {review.outcome.label.en}"),
        citations=review.citations,
        detail={
            "outcome": review.outcome,
            "title": review.title.model_dump(),
            "organs": [holder.organ_name(organ) for organ in review.organs],
            "receipt": review.deadline.receipt.model_dump(mode="json"),
            "decisions": [d.decision.model_dump(mode="json", include=_ON_RECORD) for d in review.decisions],
            "findings": [finding.key for finding in review.findings],
            "rule_source_missing": missing_source,
        },
    )


_ON_RECORD = {"decision_id", "organ", "officer", "verdict", "conditions", "judgements", "major_change"}
"""What the outcome's entry repeats of each decision. Its words stand in the entry of the decision."""


async def tell_outcome(holder: Proceeding, review: Review, place: Place, recipients: tuple[Recipient, ...]) -> None:
    """Tell how the review ended: the opinions, and the conditions or what was found wanting."""
    assert review.outcome
    variables: dict[str, Any] = {
        **place,
        "opinions": [f"{holder.organ_name(d.decision.organ)}：{d.decision.opinion}" for d in review.decisions],
    }
    match review.outcome:
        case Outcome.APPROVED:
            variables |= {"conditions": [condition.text for condition in conditions(review)]}
        case Outcome.RETURNED:
            variables |= {"findings": _listed(review), "reply_to": holder.address}
        case Outcome.REJECTED:
            variables |= {"findings": _listed(review)}
    await holder.effects.tell(LETTERS[review.outcome], review.review_id, recipients, variables)


def conditions(review: Review) -> tuple[Condition, ...]:
    """The conditions under which the review approved; none for any other outcome."""
    if review.outcome is not Outcome.APPROVED:
        return ()
    return tuple(c for counted in review.decisions for c in tally.condition_records(review, counted.decision))


def _listed(review: Review) -> list[str]:
    faults = (*review.findings, *consequences.points_failed(review))
    return [f"{finding.rule} {finding.message.zh}；{finding.remedy.zh}" for finding in faults]


LETTERS = {
    Outcome.APPROVED: NoticeTemplate.GATE_APPROVED,
    Outcome.RETURNED: NoticeTemplate.GATE_RETURNED,
    Outcome.REJECTED: NoticeTemplate.GATE_REJECTED,
}
