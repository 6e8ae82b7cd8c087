"""Rounds of a review: what ends one keeps its votes, and none of them counts in the next. By any course, and by a real one."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.authority import Authority
from models.effects import EntryKind
from models.messages import Submission
from models.plan import Plan, StageName
from models.project import State
from models.review import Decision, Outcome, Quorum, QuorumRule, Review, Verdict
from tests.regulations.plans import NOON, decision, review
from tests.workflows.installation import resolution
from tests.workflows.project import CENTRE, COMMITTEE, UNIT, Project
from workflows.ladder import Ladder
from workflows.review import ReviewDesk

ORGANS = ("OC", "DB", "FB")
OFFICERS = tuple((f"{organ.lower()}-{n}", organ) for organ in ORGANS for n in (1, 2))
QUORUMS = st.sampled_from([Quorum(rule=QuorumRule.ALL_OF), Quorum(rule=QuorumRule.MAJORITY, seats=5)])
GRANTED = Authority(granted=True, post="科长")


class Rounds(RuleBasedStateMachine):
    """Officers vote in whatever review they have heard of, take back, and the project leaves rounds in every way."""

    @initialize(quorum=QUORUMS)
    def begin(self, quorum: Quorum) -> None:
        self.desk, self.quorum, self.number = ReviewDesk(), quorum, 0
        self.left: list[tuple[Review, Review]] = []
        self.counted: list[Decision] = []
        self.sent = 0
        self.open()

    def open(self) -> None:
        """The next round. It begins without a vote, whatever was voted before."""
        self.number += 1
        opened = review(quorum=self.quorum, organs=ORGANS, round=self.number, review_id=f"P/S/g/r{self.number}")
        self.desk.open(opened, Ladder("m", opened.deadline, CALENDAR, nothing))
        self.mine: dict[str, Decision] = {}

    @rule(
        who=st.sampled_from(OFFICERS),
        verdict=st.sampled_from(Verdict),
        behind=st.integers(0, 2),
        principal=st.none() | st.sampled_from(OFFICERS),
        same_id=st.booleans(),
    )
    def vote(
        self, who: tuple[str, str], verdict: Verdict, behind: int, principal: tuple[str, str] | None, same_id: bool
    ) -> None:
        """For the present round or an earlier one, anew or once more what was sent before."""
        self.sent += 1
        target = max(1, self.number - behind)
        name = self.counted[-1].decision_id if same_id and self.counted else f"d{self.sent}"
        given = decision(
            verdict,
            who[0],
            who[1],
            review_id=f"P/S/g/r{target}",
            decision_id=name,
            on_behalf_of=principal[0] if principal and principal[1] == who[1] and principal != who else None,
        )
        seen = tuple(counted.decision_id for counted in self.counted)
        objection = self.desk.objection(given, suspended=False, filers=(), blocking=(), seen=seen)
        voices = {given.officer, given.on_behalf_of} - {None}
        spoken = {v for d in self.mine.values() for v in (d.officer, d.on_behalf_of)}
        fits = target == self.number and not voices & spoken and name not in seen
        assert (objection is None) == fits, f"{given} {objection}"
        if objection is None:
            receipt = self.desk.count(given, NOON, GRANTED)
            self.desk.recorded(given.decision_id)
            self.counted.append(given)
            self.mine[given.decision_id] = given
            if receipt.outcome is not None:
                self.close(receipt.outcome)

    def close(self, outcome: Outcome) -> None:
        """The round has its outcome; here each is followed by a further round, as a return is."""
        closed = self.desk.close(NOON)
        assert closed.outcome is outcome
        self.leave(closed)

    def leave(self, held: Review) -> None:
        self.left.append((held, held.model_copy(deep=True)))
        assert [d.decision for d in held.decisions] == list(self.mine.values()), "it keeps each vote that counted in it"
        self.open()

    @rule()
    def abandon(self) -> None:
        """A withdrawal, or a change that sends the project back, while votes lie there."""
        held = self.desk.review
        assert held
        self.desk.abandon()
        self.leave(held)

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        if self.mine:
            chosen = data.draw(st.sampled_from(sorted(self.mine)))
            self.desk.take_back(chosen)
            del self.mine[chosen]

    @invariant()
    def only_the_votes_of_this_round_are_open(self) -> None:
        now = self.desk.review
        assert now and [d.decision for d in now.decisions] == list(self.mine.values())
        assert all(d.decision.review_id == now.review_id for d in now.decisions)
        approved = {d.organ for d in self.mine.values() if d.verdict is not Verdict.ABSTAIN}
        if self.quorum.rule is QuorumRule.ALL_OF:
            assert self.desk.awaited() == tuple(organ for organ in ORGANS if organ not in approved)

    @invariant()
    def what_was_left_is_as_it_was(self) -> None:
        assert all(held == then for held, then in self.left)


async def nothing(_: Any) -> None:
    """No reminder is told here."""


CALENDAR: Any = None
"""No day is counted here."""

TestRounds = Rounds.TestCase
TestRounds.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def unchecked(plan: Plan) -> Plan:
    """The plan without its checks: nothing stands against an approval."""
    stages = tuple(
        stage.model_copy(update={"gates": tuple(gate.model_copy(update={"checks": ()}) for gate in stage.gates)})
        for stage in plan.stages
    )
    return plan.model_copy(update={"stages": stages})


async def test_an_approval_of_a_round_that_was_returned_is_kept_and_has_to_be_given_anew(project: Project) -> None:
    """会签: one organ approves, the other returns."""
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    first = await project.open_review("annual_assessment")
    approval = project.decision(first.review_id, organ=CENTRE, officer="gu.feng")
    await project.submit_decision(approval)
    await project.submit_decision(project.decision(first.review_id, verdict=Verdict.RETURN, opinion="缺数据"))
    await project.until(lambda s: s.round == 2 and s.state is State.AWAITING_MATERIALS, "a correction")
    await project.say("submit", Submission(submitted_by=UNIT))
    second = await project.open_review("annual_assessment")
    assert (second.round, second.decisions) == (2, ())
    await project.project.signal("decide", approval.model_copy(update={"decision_id": "late", "officer": "zhou.lan"}))
    (late,) = await project.recorded(EntryKind.DECISION_REFUSED)
    assert "以前的轮次" in late.summary.zh
    receipt = await project.submit_decision(project.decision(second.review_id))
    assert receipt.outcome is None and (await project.status()).awaiting == (CENTRE,)
    receipt = await project.submit_decision(project.decision(second.review_id, organ=CENTRE, officer="gu.feng"))
    assert receipt.outcome is Outcome.APPROVED
    votes = [(entry.round, entry.officer) for entry in project.ledger(EntryKind.DECISION_COUNTED)]
    assert votes == [(1, "gu.feng"), (1, "chen.hao"), (2, "chen.hao"), (2, "gu.feng")]
    closed = (await project.recorded(EntryKind.GATE_CLOSED, 2))[0]
    assert {one["officer"] for one in closed.detail["decisions"]} == {"gu.feng", "chen.hao"}


async def test_votes_of_a_committee_that_returned_do_not_make_a_majority_of_the_next_round(project: Project) -> None:
    """票签: two approve, three return; in the second round two more are no majority with them."""
    await project.begin(StageName.TECHNICAL_COORDINATION, plan=unchecked(resolution().plan))

    async def vote(review_id: str, officers: tuple[str, ...], verdict: Verdict = Verdict.APPROVE) -> Outcome | None:
        for officer in officers:
            given = {"organ": "jy-base-committee", "officer": officer, "verdict": verdict, "opinion": "见清单"}
            receipt = await project.submit_decision(project.decision(review_id, **given))
        return receipt.outcome

    first = await project.open_review("committee")
    assert await vote(first.review_id, COMMITTEE[:2]) is None
    assert await vote(first.review_id, COMMITTEE[2:], Verdict.RETURN) is Outcome.RETURNED
    await project.until(lambda s: s.round == 2 and s.state is State.AWAITING_MATERIALS, "a correction")
    await project.say("submit", Submission(submitted_by=UNIT))
    second = await project.open_review("committee")
    assert second.decisions == ()
    assert await vote(second.review_id, COMMITTEE[2:4]) is None, "two of five, whatever was voted before"
    assert await vote(second.review_id, COMMITTEE[:1]) is Outcome.APPROVED
    assert len(project.ledger(EntryKind.DECISION_COUNTED)) == 8
