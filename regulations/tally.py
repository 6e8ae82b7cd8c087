"""表决: which decisions a review counts, and when they make an outcome.

Pure. Time is no argument of any function here: silence decides nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator

from models.base import Text
from models.finding import Finding
from models.project import Condition
from models.review import CountedDecision, Decision, Judgement, Outcome, Quorum, QuorumRule, Review, Verdict
from regulations.checks import enumerated

_OUTCOMES = {
    Verdict.APPROVE: Outcome.APPROVED,
    Verdict.RETURN: Outcome.RETURNED,
    Verdict.REJECT: Outcome.REJECTED,
}
_SHOWN = 120
"""Characters of a foreign review id that a reason repeats; a decision may carry any text there."""


# ---------------------------------------------------------------- the outcome


def outcome(quorum: Quorum, organs: tuple[str, ...], decisions: tuple[CountedDecision, ...]) -> Outcome | None:
    """The outcome that the decisions make, or None while the review has to stay open.

    Decisions of organs that the review does not await count for nothing. Under 会签 and 票签 the order of the decisions
    does not matter; under 或签 the first that is no abstention decides. Raises ValueError for a majority without seats.
    """
    counted = [d.decision for d in decisions if d.decision.organ in organs]
    if not counted:
        return None
    match quorum.rule:
        case QuorumRule.ANY_OF:
            return _first(counted)
        case QuorumRule.ALL_OF:
            return _all(organs, counted)
        case QuorumRule.MAJORITY:
            return _majority(quorum.seats, counted)


def _first(decisions: list[Decision]) -> Outcome | None:
    return next((_OUTCOMES[d.verdict] for d in decisions if d.verdict in _OUTCOMES), None)


def _all(organs: tuple[str, ...], decisions: list[Decision]) -> Outcome | None:
    """One objection is enough to close; an officer who abstains steps aside, and the organ is still awaited."""
    verdicts = [d.verdict for d in decisions]
    for decisive in (Verdict.REJECT, Verdict.RETURN):
        if decisive in verdicts:
            return _OUTCOMES[decisive]
    approving = [d.organ for d in decisions if d.verdict is Verdict.APPROVE]
    return Outcome.APPROVED if all(organ in approving for organ in organs) else None


def _majority(seats: int | None, decisions: list[Decision]) -> Outcome | None:
    """Over half of the seats approves. Closed early once that is out of reach; an abstention uses up its seat."""
    if seats is None:
        raise ValueError("quorum.seats is None: a majority 票签 needs the number of seats")
    votes = Counter(d.verdict for d in decisions)
    approvals, outstanding = votes[Verdict.APPROVE], max(0, seats - len(decisions))
    if approvals * 2 > seats:
        return Outcome.APPROVED
    if (approvals + outstanding) * 2 > seats:
        return None
    return Outcome.REJECTED if votes[Verdict.REJECT] > votes[Verdict.RETURN] else Outcome.RETURNED


# ---------------------------------------------------------------- why a decision cannot count


def objection(
    review: Review,
    decision: Decision,
    *,
    suspended: bool,
    filers: tuple[str, ...],
    blocking: tuple[Finding, ...],
    seen: tuple[str, ...],
) -> Text | None:
    """The first reason why the decision cannot count in the review, or None where it can. Changes nothing.

    `filers` filed or prepared what lies before the review; `blocking` are the findings that stand against an approval
    today; `seen` are the decision ids that counted before, in whatever review. The officer's authority is not judged
    here. A review whose decisions make an outcome is closed to more, even before that outcome is on record: what the
    officers were told does not change afterwards.
    """
    reasons = (
        _other_review(review, decision),
        _closed(review),
        Text(zh="项目已中止，恢复后方可审核", en="the project is suspended") if suspended else None,
        _other_organ(review, decision),
        _filed_it(decision, filers),
        _decided_already(review, decision),
        _id_is_used(decision, seen),
        _blocked(decision, blocking),
        _unheard_of(review, decision),
        _no_opinion(decision),
        _conditions_astray(decision),
        *_misjudged(review, decision),
        _change_astray(decision),
    )
    return next((reason for reason in reasons if reason), None)


def no_review(decision: Decision) -> Text:
    """The reason where no review is open at all."""
    return Text(
        zh=f"目前没有进行中的审核，意见 {decision.decision_id}（审核 {decision.review_id[:_SHOWN]}）未予受理",
        en=f"no review is open; decision {decision.decision_id} on review {decision.review_id[:_SHOWN]} cannot count",
    )


def condition_records(review: Review, decision: Decision) -> tuple[Condition, ...]:
    """The conditions under which the decision approves, each with its own id; none for any other verdict."""
    if decision.verdict is not Verdict.APPROVE:
        return ()
    return tuple(
        Condition(
            condition_id=f"{review.review_id}#{decision.decision_id}.{number}",
            text=text,
            organ=decision.organ,
            review_id=review.review_id,
        )
        for number, text in enumerate(decision.conditions, start=1)
    )


def _other_review(review: Review, decision: Decision) -> Text | None:
    if decision.review_id == review.review_id:
        return None
    given = decision.review_id[:_SHOWN]
    if _is_earlier_round(decision.review_id, review.review_id):
        return Text(
            zh=f"审核 {given} 属于以前的轮次；现为第 {review.round} 轮，审核 {review.review_id}",
            en=f"review {given} is of an earlier round; round {review.round} is {review.review_id}",
        )
    return Text(
        zh=f"审核编号 {given} 不是当前审核；当前审核为 {review.review_id}（{review.title.zh}）",
        en=f"review_id {given} is not the open review; that is {review.review_id} ({review.title.en})",
    )


def _is_earlier_round(given: str, current: str) -> bool:
    """A review id ends in its round; all before it names project, stage and gate."""
    then, now = (re.fullmatch(r"(.*?)([0-9]{1,9})", text, re.DOTALL) for text in (given, current))
    return bool(then and now and then[1] == now[1] and int(then[2]) < int(now[2]))


def _closed(review: Review) -> Text | None:
    result = review.outcome or outcome(review.quorum, review.organs, review.decisions)
    if result is None:
        return None
    titles = {Outcome.APPROVED: "通过", Outcome.RETURNED: "退回补正", Outcome.REJECTED: "不予通过"}
    return Text(
        zh=f"审核 {review.review_id} 已有结果：{titles[result]}，不再受理意见",
        en=f"review {review.review_id} is closed: {result}",
    )


def _other_organ(review: Review, decision: Decision) -> Text | None:
    if decision.organ in review.organs:
        return None
    awaited = enumerated(review.organs)
    return Text(
        zh=f"机关 {decision.organ} 不参加本次审核；由下列机关审核：{awaited.zh}",
        en=f"organ {decision.organ} does not decide in this review; these do: {awaited.en}",
    )


def _filed_it(decision: Decision, filers: tuple[str, ...]) -> Text | None:
    """Nobody decides on what they filed, nor has another decide in their place."""
    if decision.officer not in filers and decision.on_behalf_of not in filers:
        return None
    who = decision.officer if decision.officer in filers else decision.on_behalf_of
    return Text(zh=f"{who} 是申报人，不得审核自己申报的事项", en=f"{who} filed this and cannot decide on it")


def _decided_already(review: Review, decision: Decision) -> Text | None:
    """One decision per officer per review; a decision on behalf of an officer is that officer's too."""
    voices = [v for v in (decision.officer, decision.on_behalf_of) if v]
    for earlier in (d.decision for d in review.decisions):
        who = next((v for v in voices if v in (earlier.officer, earlier.on_behalf_of)), None)
        if who:
            return Text(
                zh=f"{who} 在本次审核中已有意见（{earlier.decision_id}），每人一次为限",
                en=f"{who} has already decided in this review ({earlier.decision_id}); one decision each",
            )
    return None


def _id_is_used(decision: Decision, seen: tuple[str, ...]) -> Text | None:
    if decision.decision_id not in seen:
        return None
    return Text(
        zh=f"意见编号 decision_id {decision.decision_id} 已用于另一意见，请另取编号",
        en=f"decision_id {decision.decision_id} was used for another decision; choose a new one",
    )


def _blocked(decision: Decision, blocking: tuple[Finding, ...]) -> Text | None:
    if decision.verdict is not Verdict.APPROVE or not blocking:
        return None
    named = enumerated([f"{finding.rule} {finding.subject}" for finding in blocking])
    return Text(
        zh=f"尚有问题未解决，不得通过：{named.zh}",
        en=f"cannot be approved while these findings stand: {named.en}",
    )


def _unheard_of(review: Review, decision: Decision) -> Text | None:
    if review.may_reject or decision.verdict is not Verdict.REJECT:
        return None
    zh = f"意见 verdict：{review.title.zh}不得作出不予通过，有问题的应退回"
    return Text(zh=zh, en=f"verdict: {review.title.en} cannot be rejected; what is wrong is returned")


def _no_opinion(decision: Decision) -> Text | None:
    if decision.verdict not in (Verdict.RETURN, Verdict.REJECT) or decision.opinion.strip():
        return None
    return Text(
        zh="意见 opinion 必填：退回或不予通过须说明理由", en="opinion is empty: a return or a reject needs its reasons"
    )


def _conditions_astray(decision: Decision) -> Text | None:
    if decision.conditions and decision.verdict is not Verdict.APPROVE:
        zh = f"附加条件 conditions 只能随通过意见提出，而本意见为 {decision.verdict}"
        return Text(zh=zh, en=f"conditions go with an approval only, and the verdict is {decision.verdict}")
    if any(not condition.strip() for condition in decision.conditions):
        return Text(zh="附加条件 conditions 不得为空白", en="conditions: a condition may not be blank")
    return None


# ---------------------------------------------------------------- points


def _misjudged(review: Review, decision: Decision) -> Iterator[Text]:
    """Whoever decides judges every point, and approves only where all are met; whoever abstains judges none."""
    points, judged = {point.id: point.title for point in review.points}, decision.judgements
    if not points:
        if judged:
            zh, en = "judgements：本次审核没有审查要点，不得逐项评判", "judgements: the review has no points to judge"
            yield Text(zh=zh, en=en)
        return
    if decision.verdict is Verdict.ABSTAIN:
        if judged:
            yield Text(zh="judgements：弃权不作逐项评判", en="judgements: who abstains judges no point")
        return
    if strange := [point for point in judged if point not in points]:
        named, known = enumerated([point[:_SHOWN] for point in strange]), enumerated(tuple(points))
        zh = f"judgements 有不属于本次审核的要点：{named.zh}；本次审核的要点为 {known.zh}"
        yield Text(zh=zh, en=f"judgements: unknown points {named.en}; the review's points are {known.en}")
    if left_out := [point for point in points if point not in judged]:
        zh = enumerated([f"{point} {points[point].zh}" for point in left_out]).zh
        en = enumerated([f"{point} {points[point].en}" for point in left_out]).en
        yield Text(zh=f"judgements 须逐项评判，尚缺：{zh}", en=f"judgements: every point must be judged; not yet: {en}")
    unmet = [(point, found) for point, found in judged.items() if found is not Judgement.MET]
    if unmet and decision.verdict is Verdict.APPROVE:
        zh = enumerated([f"{point} {found.label.zh}" for point, found in unmet]).zh
        en = enumerated([f"{point} {found.label.en}" for point, found in unmet]).en
        yield Text(
            zh=f"judgements 有未符合的要点，不得通过：{zh}",
            en=f"judgements: cannot be approved while these points are not met: {en}",
        )


def _change_astray(decision: Decision) -> Text | None:
    """A major change sends the project back; no other verdict does (register A11). A return has its opinion anyway."""
    if not decision.major_change or decision.verdict is Verdict.RETURN:
        return None
    return Text(
        zh=f"major_change 只能随退回补正意见提出，而本意见为 {decision.verdict}",
        en=f"major_change goes with a return only, and the verdict is {decision.verdict}",
    )
