"""Decisions: signal and update are one, an officer counts once, and nothing strays across a border."""

import asyncio

from temporalio.client import WorkflowUpdateFailedError

from models.base import Text
from models.effects import EntryKind
from models.messages import DecisionReceipt
from models.plan import StageName
from models.review import Outcome, Verdict
from runtime.client import Refusal, refusal_of
from tests.workflows.installation import material
from tests.workflows.project import BUREAU, CENTRE, COMMITTEE, DOCUMENTS, UNIT, Project

TENDER, DESIGN = "tender_neutral", "design_neutral"


def foreseen(project: Project, stage: StageName, gate: str) -> str:
    """The id that the gate's review has, or will have, in its first round."""
    return f"{project.code}/{stage}/{gate}/r1"


async def test_a_signal_counts_exactly_as_the_update_does(project: Project) -> None:
    await project.begin()
    tender = await project.open_review(TENDER)
    await project.project.signal("decide", project.decision(tender.review_id, opinion="同意"))
    design = await project.open_review(DESIGN)
    await project.submit_decision(project.decision(design.review_id, opinion="同意"))
    by_signal, by_update = await project.recorded(EntryKind.DECISION_COUNTED, 2)
    differing = {"entry_id", "at", "stage", "gate", "detail", "citations"}
    assert by_signal.model_dump(exclude=differing) == by_update.model_dump(exclude=differing)
    own = {"review_id": "", "decision_id": ""}
    assert by_signal.detail | own == by_update.detail | own


async def test_signal_and_update_are_refused_in_the_same_words(project: Project) -> None:
    await project.begin()
    review = await project.open_review(TENDER)
    stranger = project.decision(review.review_id, organ=CENTRE, officer="gu.feng")
    refusal = await project.refused(project.submit_decision(stranger))
    await project.project.signal("decide", stranger)
    (recorded,) = await project.recorded(EntryKind.DECISION_REFUSED)
    assert recorded.summary == refusal.reason


async def test_a_late_decision_meets_the_next_stage_and_is_refused_with_its_reason(project: Project) -> None:
    await project.begin()
    tender = await project.open_review(TENDER)
    await project.submit_decision(project.decision(tender.review_id))
    await project.project.signal("decide", project.decision(tender.review_id, officer="lin.yue"))
    (recorded,) = await project.recorded(EntryKind.DECISION_REFUSED)
    assert tender.review_id in recorded.summary.zh
    await project.open_review(DESIGN)
    again = await project.refused(project.submit_decision(project.decision(tender.review_id, officer="lin.yue")))
    assert "design_neutral" in again.reason.en


async def test_a_decision_by_signal_that_comes_a_moment_before_its_review_opens_counts(project: Project) -> None:
    """As where the officer saw the review before the workflow task that opens it: a query reads ahead of it."""
    await project.begin(StageName.APPLICATION)
    admission = await project.open_review("admission")
    notification = project.installation.notification
    await project.still()
    notification.down = True
    try:
        await project.submit_decision(project.decision(admission.review_id))
        await project.recorded(EntryKind.GATE_CLOSED)
        early = project.decision(foreseen(project, StageName.APPLICATION, "forwarding"))
        await project.project.signal("decide", early)
    finally:
        notification.down = False
    await project.recorded(EntryKind.DECISION_COUNTED, 2)
    assert project.ledger(EntryKind.DECISION_REFUSED) == []


async def test_an_early_decision_on_a_review_that_is_not_open_yet_is_refused(project: Project) -> None:
    await project.begin()
    await project.open_review(TENDER)
    early = foreseen(project, StageName.DESIGN, DESIGN)
    refusal = await project.refused(project.submit_decision(project.decision(early)))
    assert early in refusal.reason.zh


async def test_the_same_decision_twice_gets_the_same_receipt_also_in_the_next_stage(project: Project) -> None:
    await project.begin()
    decision = project.decision((await project.open_review(TENDER)).review_id)
    first = await project.submit_decision(decision, update_id="a")
    assert await project.submit_decision(decision, update_id="b") == first
    await project.open_review(DESIGN)
    assert await project.submit_decision(decision, update_id="c") == first
    assert len(project.ledger(EntryKind.DECISION_COUNTED)) == 1


async def test_other_words_under_the_id_of_a_decision_are_no_repeat_of_it(project: Project) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION)
    review = await project.open_review("committee")
    said = project.decision(
        review.review_id,
        organ="jy-base-committee",
        officer=COMMITTEE[0],
        decision_id="mine",
        opinion="同意",
        verdict=Verdict.ABSTAIN,
    )
    first = await project.submit_decision(said)
    other = said.model_copy(update={"opinion": "同意，但须补充预算"})
    assert "mine" in (await project.refused(project.submit_decision(other))).reason.zh
    await project.project.signal("decide", other)
    (refused,) = await project.recorded(EntryKind.DECISION_REFUSED)
    claimed = {"officer": said.officer, "organ": said.organ, "review_id": said.review_id}
    assert (refused.detail["claimed"], "mine" in refused.summary.zh) == (claimed, True)
    assert await project.submit_decision(said) == first


async def test_a_decision_id_that_was_used_for_another_decision_is_refused_also_in_the_next_stage(
    project: Project,
) -> None:
    await project.begin()
    tender = await project.open_review(TENDER)
    await project.submit_decision(project.decision(tender.review_id, decision_id="mine"))
    design = await project.open_review(DESIGN)
    reused = project.decision(design.review_id, decision_id="mine")
    assert "mine" in (await project.refused(project.submit_decision(reused))).reason.zh


async def test_thirty_decisions_at_once_count_once_for_each_officer(project: Project) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION)
    review = await project.open_review("committee")
    decisions = [
        project.decision(
            review.review_id, organ="jy-base-committee", officer=officer, verdict=Verdict.RETURN, opinion="见清单"
        )
        for _ in range(6)
        for officer in COMMITTEE
    ]
    answers = await asyncio.gather(*(project.submit_decision(d) for d in decisions), return_exceptions=True)
    counted = [answer for answer in answers if isinstance(answer, DecisionReceipt)]
    assert len({receipt.officer for receipt in counted}) == len(counted) == 3, "an approval is out of reach after three"
    assert all(isinstance(answer, Refusal) for answer in answers if answer not in counted)
    recorded = await project.recorded(EntryKind.DECISION_COUNTED, 3)
    assert {entry.detail["officer"] for entry in recorded} == {receipt.officer for receipt in counted}


async def test_of_two_officers_who_decide_at_once_for_one_organ_the_second_is_refused(project: Project) -> None:
    """Both pass the first look, and then wait for their authority to be resolved."""
    await project.begin()
    review = await project.open_review(TENDER)
    verdicts = {"chen.hao": Verdict.APPROVE, "lin.yue": Verdict.REJECT}
    answers = await asyncio.gather(
        *(
            project.submit_decision(project.decision(review.review_id, officer=o, verdict=v, opinion="理由"))
            for o, v in verdicts.items()
        ),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["DecisionReceipt", "Refusal"]
    assert len(await project.recorded(EntryKind.GATE_CLOSED)) == 1


async def test_nobody_decides_who_filed_or_who_is_unknown_or_who_serves_another_organ(project: Project) -> None:
    await project.begin(filers=(UNIT, "chen.hao"))
    review = await project.open_review(TENDER)
    for officer in ("chen.hao", "no.body", "gu.feng"):
        refusal = await project.refused(project.submit_decision(project.decision(review.review_id, officer=officer)))
        assert officer in refusal.reason.zh
    unknown = project.decision(review.review_id, organ="jy-no-organ")
    assert "jy-no-organ" in (await project.refused(project.submit_decision(unknown))).reason.zh
    assert project.ledger(EntryKind.DECISION_COUNTED) == []


async def test_decisions_as_long_as_the_contract_allows_are_kept_and_the_entry_says_what_it_left_out(
    project: Project,
) -> None:
    """What could not be recorded would be repeated for ever, and the project would stand still."""
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    for organ, officer in ((CENTRE, "gu.feng"), (BUREAU, "chen.hao")):
        long = project.decision(
            review.review_id, organ=organ, officer=officer, opinion="见" * 4000, conditions=("条" * 500,) * 50
        )
        receipt = await project.submit_decision(long)
    assert receipt.outcome is Outcome.APPROVED
    await project.open_review("operation_eligibility")
    for entry in project.ledger(EntryKind.DECISION_COUNTED):
        left_out = entry.detail.get("cut", {}).get("conditions", 0)
        assert entry.detail["opinion"] == "见" * 4000 and len(entry.detail["conditions"]) + left_out == 50


async def test_the_status_answers_before_the_project_is_admitted(project: Project) -> None:
    await project.begin(StageName.APPLICATION, plan=None, calendar=None)
    status = await project.status()
    assert (status.stage, status.project) == (StageName.APPLICATION, project.code)
    await project.open_review("admission")


async def test_a_refused_decision_changes_nothing(project: Project) -> None:
    await project.begin()
    before = await project.open_review(TENDER)
    await project.still()
    entries = len(project.ledger())
    bad = project.decision(before.review_id, verdict=Verdict.RETURN, opinion=" ")
    assert "opinion" in (await project.refused(project.submit_decision(bad))).reason.zh
    assert (await project.open_review(TENDER), len(project.ledger())) == (before, entries)


async def test_the_reason_of_a_refusal_stands_in_both_languages_in_the_error(project: Project) -> None:
    await project.begin()
    await project.open_review(TENDER)
    try:
        await project.raw("submit_decision", project.decision("elsewhere"))
        raise AssertionError("should have been refused")
    except WorkflowUpdateFailedError as error:
        refusal = refusal_of(error)
    assert refusal.kind == "DecisionRefused"
    assert isinstance(refusal.reason, Text) and refusal.reason.zh != refusal.reason.en


async def test_files_of_one_content_under_many_names_cut_nothing_from_what_was_judged(project: Project) -> None:
    same = [material("project_plan").model_copy(update={"name": f"{n}.pdf"}) for n in range(1000)]
    given = (*same, *(material(kind) for kind in DOCUMENTS))
    await project.begin(materials=given)
    review = await project.open_review(TENDER)
    await project.submit_decision(project.decision(review.review_id))
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert "cut" not in counted.detail
    assert set(counted.detail["judged"]) == {m.sha256 for m in given}
