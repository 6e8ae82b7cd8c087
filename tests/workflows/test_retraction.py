"""撤销意见: one's own mistaken decision, while the stage holds the file. A gate that it closed opens again."""

import asyncio

from models.effects import EntryKind
from models.messages import Retraction
from models.plan import StageName
from models.review import Review, Verdict
from tests.workflows.project import BUREAU, CENTRE, Project


def retraction(decision_id: str, organ: str = BUREAU, officer: str = "chen.hao", reason: str = "误操作") -> Retraction:
    return Retraction(decision_id=decision_id, organ=organ, officer=officer, reason=reason)


async def at_forwarding(project: Project) -> tuple[str, Review]:
    """The project when its first gate was approved and the second lies open; the id of the first gate's decision."""
    await project.begin(StageName.APPLICATION)
    admission = await project.open_review("admission")
    decision = project.decision(admission.review_id)
    await project.submit_decision(decision)
    return decision.decision_id, await project.open_review("forwarding")


async def test_a_retracted_decision_no_longer_counts_and_its_officer_decides_anew(project: Project) -> None:
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    first = project.decision(review.review_id, organ=CENTRE, officer="gu.feng")
    await project.submit_decision(first)
    await project.say("retract", retraction(first.decision_id, CENTRE, "gu.feng"))
    assert (await project.status()).awaiting == (BUREAU, CENTRE)
    anew = project.decision(
        review.review_id, organ=CENTRE, officer="gu.feng", verdict=Verdict.RETURN, opinion="补充说明"
    )
    await project.submit_decision(anew)
    await project.until(lambda s: s.round == 2, "round 2")


async def test_a_retracted_decision_that_is_sent_again_is_refused_and_not_answered_with_its_old_receipt(
    project: Project,
) -> None:
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    first = project.decision(review.review_id, organ=CENTRE, officer="gu.feng")
    await project.submit_decision(first)
    await project.say("retract", retraction(first.decision_id, CENTRE, "gu.feng"))
    refusal = await project.refused(project.submit_decision(first, update_id="again"))
    assert first.decision_id in refusal.reason.zh
    assert (await project.status()).awaiting == (BUREAU, CENTRE)


async def test_a_gate_whose_decision_was_retracted_opens_again_under_a_new_review_id(project: Project) -> None:
    decision_id, _ = await at_forwarding(project)
    await project.say("retract", retraction(decision_id))
    again = await project.open_review("admission")
    assert again.review_id == f"{project.code}/Application/admission/r1.2"
    old = project.decision(f"{project.code}/Application/admission/r1", officer="xu.ming")
    assert again.review_id in (await project.refused(project.submit_decision(old))).reason.zh


async def test_the_gate_after_a_reopened_one_opens_again_too(project: Project) -> None:
    decision_id, forwarding = await at_forwarding(project)
    await project.say("retract", retraction(decision_id))
    again = await project.open_review("admission")
    await project.submit_decision(project.decision(again.review_id))
    second = await project.open_review("forwarding")
    assert second.review_id != forwarding.review_id
    await project.submit_decision(project.decision(second.review_id))
    await project.reached(StageName.TECHNICAL_COORDINATION)


async def test_a_decision_is_retracted_once(project: Project) -> None:
    decision_id, _ = await at_forwarding(project)
    await project.say("retract", retraction(decision_id))
    await project.open_review("admission")
    refusal = await project.refused(project.say("retract", retraction(decision_id, reason="再次撤销")))
    assert decision_id in refusal.reason.zh
    assert len(project.ledger(EntryKind.DECISION_RETRACTED)) == 1
    assert (await project.status()).awaiting == (BUREAU,)


async def test_of_two_retractions_at_once_one_counts(project: Project) -> None:
    decision_id, _ = await at_forwarding(project)
    both = (project.say("retract", retraction(decision_id, reason=reason)) for reason in ("一", "二"))
    accepted, refused = await project.at_once(*both)
    assert (len(accepted), len(refused)) == (1, 1)
    assert (await project.open_review("admission")).review_id.endswith("r1.2")
    assert len(project.ledger(EntryKind.DECISION_RETRACTED)) == 1


async def test_only_the_officer_who_decided_may_retract(project: Project) -> None:
    decision_id, _ = await at_forwarding(project)
    refusal = await project.refused(project.say("retract", retraction(decision_id, officer="lin.yue")))
    assert "本人" in refusal.reason.zh


async def test_a_decision_of_an_earlier_stage_cannot_be_retracted(project: Project) -> None:
    await project.begin()
    decision = project.decision((await project.open_review("tender_neutral")).review_id)
    await project.submit_decision(decision)
    await project.open_review("design_neutral")
    assert "本阶段" in (await project.refused(project.say("retract", retraction(decision.decision_id)))).reason.zh


async def test_a_retraction_while_the_last_gate_is_being_closed_keeps_the_project_in_its_stage(
    project: Project,
) -> None:
    """The notice of the outcome cannot be delivered, so the stage still holds the file when the officer retracts."""
    await project.begin()
    decision = project.decision((await project.open_review("tender_neutral")).review_id)
    await project.still()
    project.installation.notification.down = True
    try:
        await project.submit_decision(decision)
        await project.recorded(EntryKind.GATE_CLOSED)
        retracting = asyncio.create_task(project.say("retract", retraction(decision.decision_id)))
        await project.recorded(EntryKind.DECISION_RETRACTED)
    finally:
        project.installation.notification.down = False
    await retracting
    assert (await project.open_review("tender_neutral")).review_id.endswith("r1.2")
