"""The world is down for a while: records wait, gates wait, letters are given up, and nothing is lost."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.effects import EntryKind
from models.messages import Extension, Submission
from models.plan import StageName
from models.project import State
from models.review import Verdict
from tests.workflows.installation import material
from tests.workflows.project import BUREAU, UNIT, Project
from workflows.interceptors import SIGNALS_AT_ONCE


async def test_a_decision_waits_for_a_ledger_that_is_locked_and_then_counts(project: Project) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    with project.installation.locked_ledger():
        deciding = asyncio.create_task(project.submit_decision(project.decision(review.review_id)))
        await asyncio.sleep(1)
        assert not deciding.done()
    receipt = await deciding
    await project.reached(StageName.DESIGN)
    assert [e.detail["officer"] for e in project.ledger(EntryKind.DECISION_COUNTED)] == [receipt.officer]
    assert len(project.ledger(EntryKind.GATE_CLOSED)) == 1


async def test_of_many_signals_to_a_project_whose_ledger_is_locked_a_few_are_in_hand_and_none_is_lost(
    project: Project,
) -> None:
    """Each would be an activity at once: the server grants two thousand, and a workflow task two seconds."""
    many, to_the_project = SIGNALS_AT_ONCE + 20, project.project
    await project.begin()
    await project.open_review("tender_neutral")
    await project.still()
    with project.installation.locked_ledger():
        await asyncio.gather(*(to_the_project.signal("decide", args=[number]) for number in range(many)))
        await project.status()
        pending = (await to_the_project.describe()).raw_description.pending_activities
        assert len(pending) == SIGNALS_AT_ONCE
    await project.recorded(EntryKind.DECISION_REFUSED, many)


async def test_a_gate_waits_for_a_catalog_that_is_down_and_never_passes_without_it(project: Project) -> None:
    catalog = project.installation.catalog
    catalog.down, refused = True, catalog.refused
    try:
        await project.begin(StageName.TECHNICAL_COORDINATION)
        await project.holds(lambda: catalog.refused > refused + 1, "two questions to the catalog")
        assert (await project.status()).review is None
        assert project.ledger(EntryKind.REVIEW_OPENED) == []
    finally:
        catalog.down = False
    assert (await project.open_review("committee")).findings


async def test_a_notice_that_cannot_be_delivered_is_on_record_after_an_hour_and_the_case_goes_on(
    lone_project: Project,
) -> None:
    project = lone_project
    notification = project.installation.notification
    notification.down = True
    try:
        await project.begin()
        review = await project.open_review("tender_neutral")
        await project.submit_decision(project.decision(review.review_id))
        began = await project.installation.now()
        await project.installation.advance_to(began + timedelta(hours=3))
        failed = await project.recorded(EntryKind.NOTICE_FAILED, 2)
        await project.reached(StageName.DESIGN)
    finally:
        notification.down = False
    assert "review_opened" in failed[0].entry_id
    assert timedelta(minutes=50) < failed[0].at - review.opened_at < timedelta(minutes=70)


async def test_messages_are_answered_while_the_catalog_is_down(project: Project) -> None:
    catalog = project.installation.catalog
    catalog.down, refused = True, catalog.refused
    try:
        await project.begin(StageName.TECHNICAL_COORDINATION)
        await project.holds(lambda: catalog.refused > refused, "a question to the catalog")
        early = project.decision("JY/any")
        assert "没有进行中" in (await project.refused(project.submit_decision(early))).reason.zh
        nothing = Extension(organ=BUREAU, officer="xu.ming", review_id="JY/any", working_days=1, reason="x")
        assert "没有在计" in (await project.refused(project.say("extend", nothing))).reason.zh
        assert (await project.status()).state is not State.UNDER_REVIEW
    finally:
        catalog.down = False
    await project.open_review("committee")


async def test_what_is_handed_in_while_a_return_is_still_being_told_counts_for_the_round_that_it_leads_to(
    project: Project,
) -> None:
    await project.begin()
    first = await project.open_review("tender_neutral")
    await project.still()
    notification = project.installation.notification
    notification.down = True
    correction = Submission(submitted_by=UNIT, materials=(material("design_document"),))
    try:
        returned = project.decision(first.review_id, verdict=Verdict.RETURN, opinion="请补充")
        await project.submit_decision(returned)
        await project.recorded(EntryKind.GATE_CLOSED)
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await project.raw("submit", correction)
        assert isinstance(refusal.value.cause, ApplicationError) and refusal.value.cause.type == "StageClosed"
    finally:
        notification.down = False
    await project.say("submit", correction)
    assert (await project.open_review("tender_neutral")).round == 2
    (submitted,) = project.ledger(EntryKind.MATERIALS_SUBMITTED)
    assert submitted.round == 2
