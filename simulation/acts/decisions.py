"""Decisions of officers, one by one or as many as a quorum needs."""

from models.messages import DecisionReceipt, Retraction
from models.project import Status
from models.review import Decision, Judgement, Point, QuorumRule, Review, Verdict
from runtime import client as messenger
from simulation import events
from simulation.actor import Actor
from simulation.office import Stuck


async def decide(actor: Actor, said: events.Decide) -> str:
    """One officer's decision, in the open review or in the one that the case names."""
    target = await actor.target(said.gate)
    review = None if said.review else await actor.open_review(said.gate)
    review_id = said.review or (review.review_id if review else "")
    organs = _deciding_in(actor, said.gate)
    decision = Decision(
        decision_id=said.id or actor.next_id("d"),
        review_id=review_id,
        organ=said.organ or await actor.organ_of(said.by, organs),
        officer=said.by,
        verdict=said.verdict,
        opinion=said.opinion,
        conditions=said.conditions,
        judgements=judged(review.points if review else (), said),
        major_change=said.major_change,
    )
    if said.by_signal:
        await actor.office.environment.client.get_workflow_handle(target).signal("decide", decision)
        return "已发出"
    return await _submit_decision(actor, target, decision)


def _deciding_in(actor: Actor, gate: str) -> tuple[str, ...]:
    organs = () if actor.verifies(gate) else actor.matter.organs(gate)
    if organs is None:
        raise Stuck(f"{actor.matter.workflow_id} knows no gate {gate!r}")
    return organs


def judged(points: tuple[Point, ...], said: events.Decide) -> dict[str, Judgement]:
    """What the officer finds of each point: met, where the case says nothing else of it."""
    by_default = {} if said.verdict is Verdict.ABSTAIN else {point.id: Judgement.MET for point in points}
    return {point: found for point, found in (by_default | said.judgements).items() if found}


async def _submit_decision(actor: Actor, target: str, decision: Decision) -> str:
    # A fresh update id, so that the workflow and not the server sees a decision that is sent twice.
    receipt = await messenger.update(
        actor.office.environment.client,
        target,
        "submit_decision",
        decision,
        DecisionReceipt,
        update_id=actor.next_id(f"u-{decision.decision_id}-"),
    )
    return receipt.message.zh


async def approve(actor: Actor, gates: tuple[str, ...]) -> str:
    """Let as many officers approve each gate as its quorum needs, one gate after the other."""
    for gate in gates:
        await _close(actor, gate, Verdict.APPROVE)
        await actor.still()
    return "、".join(gates)


async def send_back(actor: Actor, gate: str) -> str:
    """Let as many officers return the gate as it takes."""
    return await _close(actor, gate, Verdict.RETURN)


async def reject(actor: Actor, gate: str) -> str:
    """Let as many officers reject the gate as it takes."""
    return await _close(actor, gate, Verdict.REJECT)


async def _close(actor: Actor, gate: str, verdict: Verdict) -> str:
    """Let as many officers decide as the quorum needs for that outcome."""
    review = await actor.open_review(gate)
    answer = ""
    # Whoever does not approve finds a fault in the first point, where there are points.
    faulty = review.points[:1] if verdict is not Verdict.APPROVE else ()
    judgements = {point.id: Judgement.UNANSWERED for point in faulty}
    for organ, officer in await _deciding(actor, review, verdict):
        said = events.Decide(
            gate=gate, by=officer, organ=organ, verdict=verdict, opinion="见问题清单", judgements=judgements
        )
        answer = await decide(actor, said)
    return answer


async def _deciding(actor: Actor, review: Review, verdict: Verdict) -> list[tuple[str, str]]:
    first = review.organs[0]
    match review.quorum.rule:
        case QuorumRule.MAJORITY:
            enough = (review.quorum.seats or 0) // 2 + 1
            return [(first, officer) for officer in (await actor.officers(first))[:enough]]
        case QuorumRule.ALL_OF if verdict is Verdict.APPROVE:
            return [(organ, (await actor.officers(organ))[0]) for organ in review.organs]
        case _:
            return [(first, (await actor.officers(first))[0])]


async def retract(actor: Actor, said: events.Retract) -> str:
    """Take back what the officer decided last in the gate. Raises Stuck where that is nothing."""
    decision = _decision_of(await actor.office.status(), said.gate, said.by)
    message = Retraction(
        decision_id=decision.decision_id, organ=said.organ or decision.organ, officer=said.by, reason=said.reason
    )
    return await actor.say("retract", message)


def _decision_of(status: Status, gate: str, officer: str) -> Decision:
    reviews = [(record.gate, record.decisions) for record in status.passed]
    if status.review:
        reviews.append((status.review.gate, status.review.decisions))
    found = [d.decision for g, decisions in reviews if g == gate for d in decisions if d.decision.officer == officer]
    if not found:
        raise Stuck(f"{officer} has decided nothing in {gate}")
    return found[-1]
