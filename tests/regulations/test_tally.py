"""Which outcome decisions make, and why a decision cannot count."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.finding import Strength
from models.review import CountedDecision, Decision, Judgement, Outcome, Point, Quorum, QuorumRule, Verdict
from regulations import tally
from tests.regulations.plans import NOON, counted, decision, finding, review, text

A, T, J, S = Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT, Verdict.ABSTAIN
VERDICTS = {"A": A, "T": T, "J": J, "S": S}
OUTCOMES = {"+": Outcome.APPROVED, "<": Outcome.RETURNED, "-": Outcome.REJECTED, ".": None}
ORGANS = ("OC", "DB", "FB")
ANY, ALL = Quorum(rule=QuorumRule.ANY_OF), Quorum(rule=QuorumRule.ALL_OF)


def seats(number: int) -> Quorum:
    return Quorum(rule=QuorumRule.MAJORITY, seats=number)


def votes(letters: str, organs: tuple[str, ...] = ("OC",)) -> tuple[CountedDecision, ...]:
    """A decision for each letter, of another officer each, the organs taking turns."""
    return tuple(
        counted(decision(VERDICTS[letter], f"o{n}", organs[n % len(organs)])) for n, letter in enumerate(letters)
    )


# ---------------------------------------------------------------- outcome


@pytest.mark.parametrize(
    ("letters", "sign"),
    [("", "."), ("S", "."), ("SS", "."), ("A", "+"), ("SA", "+"), ("TA", "<"), ("JA", "-"), ("AJ", "+")],
)
def test_any_of_is_decided_by_the_first_who_does_not_abstain(letters: str, sign: str) -> None:
    assert tally.outcome(ANY, ORGANS, votes(letters)) is OUTCOMES[sign]


@pytest.mark.parametrize(
    ("letters", "sign"),
    [
        ("", "."),
        ("A", "."),
        ("AA", "."),
        ("AAA", "+"),
        ("AAS", "."),
        ("AASSSA", "+"),
        ("J", "-"),
        ("T", "<"),
        ("TJ", "-"),
        ("AAT", "<"),
        ("SSS", "."),
    ],
)
def test_all_of_needs_every_organ_and_closes_at_the_first_objection(letters: str, sign: str) -> None:
    assert tally.outcome(ALL, ORGANS, votes(letters, ORGANS)) is OUTCOMES[sign]


def test_two_officers_of_one_organ_do_not_stand_for_another() -> None:
    assert tally.outcome(ALL, ("OC", "DB"), votes("AAA")) is None


@pytest.mark.parametrize(
    ("number", "letters", "sign"),
    [
        (1, "A", "+"),
        (1, "S", "<"),
        (3, "A", "."),
        (3, "AA", "+"),
        (3, "AJ", "."),
        (3, "JJ", "-"),
        (3, "TT", "<"),
        (3, "JT", "<"),
        (3, "AS", "."),
        (3, "ASS", "<"),
        (3, "SSJ", "-"),
        (4, "AA", "."),
        (4, "AAJJ", "-"),
        (4, "AAJT", "<"),
        (4, "JJ", "-"),
        (5, "JJJ", "-"),
        (5, "JJ", "."),
        (5, "JTS", "<"),
        (5, "AAJJ", "."),
        (5, "", "."),
    ],
)
def test_a_majority_is_over_half_of_the_seats_and_closes_when_out_of_reach(
    number: int, letters: str, sign: str
) -> None:
    assert tally.outcome(seats(number), ORGANS, votes(letters)) is OUTCOMES[sign]


def test_a_majority_without_seats_is_an_error() -> None:
    with pytest.raises(ValueError, match="seats"):
        tally.outcome(Quorum(rule=QuorumRule.MAJORITY), ORGANS, votes("A"))


@pytest.mark.parametrize("quorum", [ANY, ALL, seats(1)])
def test_only_awaited_organs_count(quorum: Quorum) -> None:
    assert tally.outcome(quorum, ("DB",), votes("AJ")) is None
    assert tally.outcome(quorum, (), votes("A")) is None


letters = st.text(alphabet="ATJS", max_size=5)
quorums = st.one_of(st.just(ANY), st.just(ALL), st.integers(5, 7).map(seats))


@given(letters, quorums.filter(lambda q: q.rule is not QuorumRule.ANY_OF))
def test_the_order_of_decisions_does_not_matter(cast: str, quorum: Quorum) -> None:
    results = {tally.outcome(quorum, ORGANS, order) for order in permutations(votes(cast, ORGANS))}
    assert len(results) == 1


@given(letters, quorums)
def test_a_further_approval_never_undoes_an_approval(cast: str, quorum: Quorum) -> None:
    before, after = (tally.outcome(quorum, ORGANS, votes(c, ORGANS)) for c in (cast, cast + "A"))
    assert before is not Outcome.APPROVED or after is Outcome.APPROVED


@given(letters, st.integers(1, 4))
def test_a_majority_once_reached_holds_whatever_the_other_seats_vote(cast: str, number: int) -> None:
    used = cast[:number]
    results = [tally.outcome(seats(number), ORGANS, votes(used[:n])) for n in range(len(used) + 1)]
    if Outcome.APPROVED in results:
        assert results[-1] is Outcome.APPROVED


@given(letters, quorums)
def test_an_outcome_once_reached_admits_no_further_decision(cast: str, quorum: Quorum) -> None:
    """Decisions arrive one by one, as at a review that is not yet marked closed: what was decided stays decided."""
    open_review, reached = review(quorum=quorum, organs=ORGANS), []
    for late in votes(cast, ORGANS):
        if objection(late.decision, to=open_review) is None:
            open_review = open_review.model_copy(update={"decisions": (*open_review.decisions, late)})
        result = tally.outcome(quorum, ORGANS, open_review.decisions)
        reached += [result] if result else []
    assert len(set(reached)) <= 1


@given(st.integers(1, 9))
def test_silence_is_no_outcome(number: int) -> None:
    assert all(tally.outcome(quorum, ORGANS, ()) is None for quorum in (ANY, ALL, seats(number)))


# ---------------------------------------------------------------- objection


def objection(given: Decision, to: Any = None, **more: Any) -> str | None:
    known: dict[str, Any] = {"suspended": False, "filers": ("zhou",), "blocking": (), "seen": (), **more}
    reason = tally.objection(to or review(), given, **known)
    assert reason is None or (reason.zh and reason.en)
    return reason.zh if reason else None


BLOCKED = (finding(Strength.MANDATORY, "JY-19", "企业登记"),)
CLOSED = review(outcome=Outcome.RETURNED, closed_at=NOON)
WANG = review(decision(A, "wang"))


@pytest.mark.parametrize(
    ("given_decision", "context", "said"),
    [
        (decision(review_id="JY-2026-0001/TC/opinion/1"), {}, "以前的轮次"),
        (decision(review_id="JY-2026-0001/TC/opinion/1"), {}, "JY-2026-0001/TC/opinion/2"),
        (decision(review_id="JY-2026-0001/TC/opinion/3"), {}, "不是当前审核"),
        (decision(review_id="JY-2026-0001/TC/committee/1"), {}, "不是当前审核"),
        (decision(), {"to": CLOSED}, "已有结果：退回补正"),
        (decision(), {"to": review(decision(J, "li"))}, "已有结果：不予通过"),
        (decision(), {"suspended": True}, "已中止"),
        (decision(organ="FB"), {}, "由下列机关审核：OC、DB"),
        (decision(officer="zhou"), {}, "zhou 是申报人"),
        (decision(on_behalf_of="zhou"), {}, "zhou 是申报人"),
        (decision(decision_id="other"), {"to": WANG}, "d-wang"),
        (decision(officer="li", on_behalf_of="wang"), {"to": WANG}, "wang 在本次审核中已有意见"),
        (decision(officer="wu"), {"to": review(decision(A, "li", on_behalf_of="wu"))}, "wu 在本次审核中已有意见"),
        (decision(), {"seen": ("d-wang",)}, "d-wang 已用于"),
        (decision(), {"blocking": BLOCKED}, "JY-19 企业登记"),
        (decision(T, opinion=" "), {}, "opinion 必填"),
        (decision(J, opinion=""), {}, "opinion 必填"),
        (decision(S, conditions=("补充预案",)), {}, "conditions"),
        (decision(A, conditions=(" ",)), {}, "空白"),
    ],
)
def test_a_decision_that_cannot_count_is_told_why(given_decision: Decision, context: dict[str, Any], said: str) -> None:
    assert said in (objection(given_decision, **context) or "")


@pytest.mark.parametrize(
    ("given_decision", "context"),
    [
        (decision(), {}),
        (decision(A, opinion=""), {}),
        (decision(A, conditions=("补充预案",)), {}),
        (decision(T), {"blocking": BLOCKED}),
        (decision(S, opinion=""), {"blocking": BLOCKED}),
        (decision(officer="li"), {"to": WANG}),
        (decision(officer="li", organ="DB"), {"to": WANG, "seen": ("d-wang",)}),
    ],
)
def test_a_decision_in_order_counts(given_decision: Decision, context: dict[str, Any]) -> None:
    assert objection(given_decision, **context) is None


def test_the_first_reason_is_told() -> None:
    """Each step mends the fault that was told, and meets the next in the order of the contract."""
    done = {"to": review(decision(A, "zhou"), outcome=Outcome.APPROVED), "suspended": True, "filers": ("zhou",)}
    context: dict[str, Any] = {**done, "blocking": BLOCKED, "seen": ("d-zhou",)}
    wrong = decision(A, "zhou", "FB", review_id="x")
    steps: list[tuple[Decision, dict[str, Any], str]] = [
        (wrong, {}, "不是当前审核"),
        (wrong := decision(A, "zhou", "FB"), {}, "已有结果"),
        (wrong, {"to": review(decision(A, "zhou"))}, "已中止"),
        (wrong, {"suspended": False}, "不参加本次审核"),
        (wrong := decision(A, "zhou"), {}, "是申报人"),
        (wrong, {"filers": ()}, "已有意见"),
        (wrong, {"to": review()}, "已用于另一意见"),
        (wrong, {"seen": ()}, "不得通过"),
        (decision(T, "zhou", opinion="", conditions=("补",)), {}, "opinion 必填"),
        (decision(T, "zhou", conditions=("补",)), {}, "只能随通过意见"),
    ]
    for given_decision, mended, said in steps:
        context.update(mended)
        assert said in (objection(given_decision, **context) or "")


def test_a_reason_does_not_repeat_a_review_id_of_any_length() -> None:
    long = decision(review_id="x" * 100_000)
    assert len(objection(long) or "") < 300 and len(tally.no_review(long).zh) < 300


def test_many_blocking_findings_are_counted_not_listed() -> None:
    many = tuple(finding(Strength.MANDATORY, "JY-23", f"设备{n}") for n in range(40))
    assert "等 40 项" in (objection(decision(), blocking=many) or "")


def test_where_no_review_is_open_the_decision_and_its_review_are_named() -> None:
    assert "d-wang" in tally.no_review(decision()).zh and "opinion/2" in tally.no_review(decision()).en


def test_conditions_of_an_approval_become_records_with_ids_of_their_own() -> None:
    given_decision = decision(conditions=("补充预案", "年底前挂接"))
    records = tally.condition_records(review(), given_decision)
    assert [(r.condition_id, r.text) for r in records] == [
        ("JY-2026-0001/TC/opinion/2#d-wang.1", "补充预案"),
        ("JY-2026-0001/TC/opinion/2#d-wang.2", "年底前挂接"),
    ]
    assert (records[0].organ, records[0].review_id, records[0].answer) == ("OC", "JY-2026-0001/TC/opinion/2", None)
    assert tally.condition_records(review(), decision(T, conditions=("补",))) == ()


# ---------------------------------------------------------------- points

MET, UNANSWERED = Judgement.MET, Judgement.UNANSWERED
POINTS = (Point(id="1", title=text("总体架构")), Point(id="2", title=text("投资概算")))
BOTH_MET = {"1": MET, "2": MET}


def to_points(**more: Any) -> dict[str, Any]:
    return {"to": review(points=POINTS, **more)}


@pytest.mark.parametrize(
    ("given_decision", "said"),
    [
        (decision(A), "尚缺：1 总体架构、2 投资概算"),
        (decision(A, judgements={"1": MET}), "尚缺：2 投资概算"),
        (decision(T, judgements={"2": UNANSWERED}), "尚缺：1 总体架构"),
        (decision(J), "尚缺"),
        (decision(A, judgements={**BOTH_MET, "3": MET}), "不属于本次审核的要点：3；本次审核的要点为 1、2"),
        (decision(T, judgements={**BOTH_MET, "x" * 200: MET}), "x" * 120),
        (decision(A, judgements={**BOTH_MET, "2": UNANSWERED}), "不得通过：2 未响应"),
        (decision(A, judgements={"1": Judgement.PARTLY, "2": Judgement.IMPROPER}), "1 未完全响应、2 响应不当"),
        (decision(S, judgements=BOTH_MET), "弃权不作逐项评判"),
    ],
)
def test_whoever_decides_judges_every_point_and_approves_only_if_all_are_met(
    given_decision: Decision, said: str
) -> None:
    told = objection(given_decision, **to_points()) or ""
    assert "judgements" in told and said in told and len(told) < 300


@pytest.mark.parametrize(
    "given_decision",
    [
        decision(A, judgements=BOTH_MET),
        decision(T, judgements={**BOTH_MET, "2": UNANSWERED}),
        decision(T, judgements=BOTH_MET),
        decision(J, judgements={"1": UNANSWERED, "2": Judgement.IMPROPER}),
        decision(S),
    ],
)
def test_a_decision_on_every_point_counts(given_decision: Decision) -> None:
    assert objection(given_decision, **to_points()) is None


@pytest.mark.parametrize("verdict", [A, T, J, S])
def test_where_there_are_no_points_nothing_is_judged_one_by_one(verdict: Verdict) -> None:
    assert "没有审查要点" in (objection(decision(verdict, judgements={"1": MET})) or "")


@given(st.sampled_from([A, T, J]), st.dictionaries(st.sampled_from(["1", "2", "3"]), st.sampled_from(Judgement)))
def test_an_approval_that_counts_has_found_every_point_met(verdict: Verdict, judged: dict[str, Judgement]) -> None:
    counts = objection(decision(verdict, judgements=judged), **to_points()) is None
    assert counts == (set(judged) == {"1", "2"} and (verdict is not A or set(judged.values()) == {MET}))


def test_a_major_change_is_found_with_a_return_and_its_opinion_only() -> None:
    for verdict in (A, J, S):
        assert "major_change 只能随退回" in (objection(decision(verdict, major_change=True)) or "")
    assert "opinion 必填" in (objection(decision(T, major_change=True, opinion="")) or "")
    assert objection(decision(T, major_change=True)) is None
