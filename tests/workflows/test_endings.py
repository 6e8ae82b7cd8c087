"""How a project leaves a stage: withdrawn, sent back, handed over; and what comes in between."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from models.application import Application
from models.calendar import ClockEventKind
from models.citation import Citation
from models.effects import EntryKind
from models.messages import Answer, ChangeKind, ChangeReport, ClockPause, Submission, Suspension, Withdrawal
from models.plan import Change, GateRef, Plan, StageName
from models.project import ProjectOutcome, State
from models.review import Verdict
from tests.workflows.installation import application, material, resolution
from tests.workflows.project import BUREAU, FIRST_OF_JANUARY, UNIT, Project
from workflows.names import AWAITING_ORGAN, DUE_AT, GATE

WITHDRAWAL = Withdrawal(withdrawn_by=UNIT, reason="资金取消")
GROWTH = ChangeReport(
    reported_by=UNIT, kind=ChangeKind.INVESTMENT, description="增加泊位", investment=Decimal("9000000.00")
)


APPROVED = Decimal("5000000.00")


def sending_back(stage: StageName, gate: str | None = None) -> Plan:
    """The example's plan with a rule as other regimes have it: a tenth more money, and the project goes back."""
    stages = tuple(name for name in StageName if name is not stage)
    rule = Change(
        id="growth",
        stages=stages,
        over_share=Decimal("0.1"),
        returns_to=GateRef(stage=stage, gate=gate),
        rule="X-1",
        citation=Citation(instrument="测试", article="第一条"),
    )
    return resolution().plan.model_copy(update={"changes": (rule,)})


async def assert_withdrawn(project: Project) -> None:
    file = await project.closed()
    assert file.outcome is ProjectOutcome.WITHDRAWN
    kinds = [entry.kind for entry in project.ledger(EntryKind.PROJECT_WITHDRAWN, EntryKind.PROJECT_CLOSED)]
    assert kinds == [EntryKind.PROJECT_WITHDRAWN, EntryKind.PROJECT_CLOSED]


# ---------------------------------------------------------------- withdrawal


PLACES: dict[str, tuple[StageName, State, dict[str, Any]]] = {
    "materials are awaited": (StageName.TENDER, State.AWAITING_MATERIALS, {"materials": ()}),
    "a correction is awaited": (StageName.TENDER, State.AWAITING_MATERIALS, {"awaits_correction": True}),
    "a review is open": (StageName.TENDER, State.UNDER_REVIEW, {}),
    "it is built": (StageName.ACCEPTANCE, State.UNDER_CONSTRUCTION, {}),
    "the year's end is awaited": (StageName.POST_EVALUATION, State.AWAITING_EVENT, {}),
}


@pytest.mark.parametrize(("stage", "state", "changes"), PLACES.values(), ids=PLACES.keys())
async def test_a_unit_withdraws_its_project_while(
    project: Project, stage: StageName, state: State, changes: dict[str, Any]
) -> None:
    await project.begin(stage, **changes)
    await project.waits(state)
    await project.say("withdraw", WITHDRAWAL)
    await assert_withdrawn(project)


async def test_a_suspended_project_can_be_withdrawn(project: Project) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    await project.say("suspend", Suspension(organ=BUREAU, officer="xu.ming", reason="资金待定"))
    await project.say("withdraw", WITHDRAWAL)
    await assert_withdrawn(project)


async def test_of_two_withdrawals_at_once_one_counts(project: Project) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    withdrawals = (
        project.say("withdraw", Withdrawal(withdrawn_by=officer, reason=officer)) for officer in (UNIT, "wang.qiang")
    )
    answers = await asyncio.gather(*withdrawals, return_exceptions=True)
    assert sum(isinstance(answer, Answer) for answer in answers) == 1
    await assert_withdrawn(project)


async def test_a_withdrawal_does_not_wait_for_a_catalog_that_is_down(project: Project) -> None:
    project.installation.catalog.down = True
    try:
        await project.begin(StageName.TECHNICAL_COORDINATION)
        await project.holds(lambda: project.installation.catalog.refused > 0, "a question to the catalog")
        await project.say("withdraw", WITHDRAWAL)
        await assert_withdrawn(project)
    finally:
        project.installation.catalog.down = False


async def test_a_withdrawal_while_the_last_gate_is_being_closed_ends_the_project(project: Project) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    await project.still()
    project.installation.notification.down = True
    try:
        await project.submit_decision(project.decision(review.review_id))
        await project.recorded(EntryKind.GATE_CLOSED)
        withdrawing = asyncio.create_task(project.say("withdraw", WITHDRAWAL))
        await project.recorded(EntryKind.PROJECT_WITHDRAWN)
    finally:
        project.installation.notification.down = False
    await withdrawing
    await assert_withdrawn(project)
    assert project.ledger(EntryKind.STAGE_OPENED)[-1].stage == StageName.TENDER


async def test_a_withdrawal_is_not_undone_by_a_change_that_is_reported_behind_it(project: Project) -> None:
    """Nobody waits for either at that moment: the catalog is down, so both interruptions meet."""
    project.installation.catalog.down = True
    try:
        await project.begin(
            StageName.TECHNICAL_COORDINATION,
            plan=sending_back(StageName.APPLICATION),
            gate="committee",
            approved_investment=APPROVED,
        )
        await project.holds(lambda: project.installation.catalog.refused > 0, "a question to the catalog")
        with project.installation.locked_ledger():
            messages = asyncio.create_task(
                project.at_once(project.say("report_change", GROWTH), project.say("withdraw", WITHDRAWAL))
            )
            await project.accepted(2)
        await messages
        await assert_withdrawn(project)
    finally:
        project.installation.catalog.down = False


async def test_only_an_officer_of_the_unit_withdraws(project: Project) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    for officer in ("chen.hao", "sun.bo", "no.body"):
        refusal = await project.refused(project.say("withdraw", Withdrawal(withdrawn_by=officer, reason="x")))
        assert (refusal.kind, officer in refusal.reason.zh) == ("NotAuthorised", True)


# ---------------------------------------------------------------- sent back


async def test_a_change_sends_the_project_back_into_a_new_round_of_the_earlier_stage(project: Project) -> None:
    plan = sending_back(StageName.TECHNICAL_COORDINATION, "decision")
    rounds = {"Application": 1, "TechnicalCoordination": 1}
    await project.begin(StageName.TENDER, plan=plan, rounds=rounds, approved_investment=APPROVED)
    await project.open_review("tender_neutral")
    await project.say("report_change", GROWTH)
    status = await project.waits(State.AWAITING_MATERIALS)
    assert (status.stage, status.round, status.awaiting) == (StageName.TECHNICAL_COORDINATION, 2, ())
    await project.say("submit", Submission(submitted_by=UNIT))
    review = await project.open_review("decision")
    assert review.review_id.endswith("/TechnicalCoordination/decision/r2")


async def test_a_project_that_was_sent_back_leaves_the_worklist_of_the_organ_that_had_it(project: Project) -> None:
    plan = sending_back(StageName.TECHNICAL_COORDINATION, "decision")
    await project.begin(StageName.TENDER, plan=plan, approved_investment=APPROVED)
    await project.open_review("tender_neutral")
    await project.say("report_change", GROWTH)
    await project.until(
        lambda s: s.stage is StageName.TECHNICAL_COORDINATION and s.state is State.AWAITING_MATERIALS, "going back"
    )
    shown = await project.shown()
    assert AWAITING_ORGAN.name not in shown and DUE_AT.name not in shown
    assert "decision" in shown[GATE.name]


async def test_a_change_before_anything_was_approved_is_noted_and_sends_nothing_back(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=sending_back(StageName.TECHNICAL_COORDINATION))
    review = await project.open_review("tender_neutral")
    await project.say("report_change", GROWTH)
    again = await project.until(
        lambda s: s.review is not None and s.review.review_id != review.review_id, "a new review"
    )
    assert again.stage is StageName.TENDER
    assert again.review is not None and again.review.review_id.endswith("/r1.2")


# ---------------------------------------------------------------- returns and openings


async def test_a_return_of_the_assessment_does_not_wait_for_another_new_year(lone_project: Project) -> None:
    """The stage was opened by its date. The second round begins as soon as the unit has corrected."""
    project = await lone_project.begin(StageName.POST_EVALUATION)
    status = await project.waits(State.AWAITING_EVENT)
    assert status.due_on is not None
    await project.installation.advance_to(FIRST_OF_JANUARY)
    review = await project.open_review("annual_assessment")
    await project.submit_decision(project.decision(review.review_id, verdict=Verdict.RETURN, opinion="缺数据"))
    await project.until(lambda s: s.round == 2 and s.state is State.AWAITING_MATERIALS, "a correction")
    await project.say("submit", Submission(submitted_by=UNIT))
    assert (await project.open_review("annual_assessment")).round == 2


async def test_an_event_that_was_reported_before_its_stage_opens_it_at_once(project: Project) -> None:
    await project.begin(StageName.DESIGN)
    review = await project.open_review("design_neutral")
    await project.report(project.event("construction_completed"))
    await project.submit_decision(project.decision(review.review_id))
    assert (await project.open_review("evaluation")).round == 1


# ---------------------------------------------------------------- submissions


async def test_nothing_is_handed_in_while_a_review_is_open_but_files_while_its_clock_stands(project: Project) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    files = Submission(submitted_by=UNIT, materials=(material("annex"),))
    correction = Submission(submitted_by=UNIT, application=with_summary(project, "改"))
    assert "正在进行" in (await project.refused(project.say("submit", files))).reason.zh
    await project.say(
        "pause_clock",
        ClockPause(
            organ=BUREAU,
            officer="chen.hao",
            review_id=review.review_id,
            ground="supplementing_materials",
            reason="补充材料",
        ),
    )
    assert "正在进行" in (await project.refused(project.say("submit", correction))).reason.zh
    await project.say("submit", files)
    before = await project.open_review("tender_neutral")
    assert [m.kind for m in before.materials][-1] == "annex"
    assert before.deadline.clock[-1].kind is ClockEventKind.PAUSED


async def test_a_correction_that_removes_a_form_while_the_catalog_is_asked_is_asked_for_before_the_review(
    project: Project,
) -> None:
    plan = resolution().plan
    stages = tuple(
        s.model_copy(update={"gates": tuple(g.model_copy(update={"forms": ("catalog_filing",)}) for g in s.gates)})
        for s in plan.stages
    )
    project.installation.catalog.down = True
    try:
        await project.begin(StageName.TECHNICAL_COORDINATION, plan=plan.model_copy(update={"stages": stages}))
        await project.holds(lambda: project.installation.catalog.refused > 0, "a question to the catalog")
        incomplete = with_summary(project, "改").model_copy(update={"forms": {}})
        await project.say("submit", Submission(submitted_by=UNIT, application=incomplete))
    finally:
        project.installation.catalog.down = False
    assert (await project.waits(State.AWAITING_MATERIALS)).review is None
    await project.say("submit", Submission(submitted_by=UNIT, application=with_summary(project, "改")))
    await project.open_review("committee")


@pytest.mark.parametrize("field", ["code", "regulation", "funding"])
async def test_a_correction_cannot_make_another_project_of_it(project: Project, field: str) -> None:
    await project.begin(materials=())
    await project.waits(State.AWAITING_MATERIALS)
    other = with_summary(project, "改").model_copy(update={field: "JX-9" if field != "funding" else "town"})
    refusal = await project.refused(project.say("submit", Submission(submitted_by=UNIT, application=other)))
    assert field in refusal.reason.zh


async def test_the_same_update_id_gets_the_first_answer_also_in_the_next_stage(project: Project) -> None:
    await project.begin(materials=())
    await project.waits(State.AWAITING_MATERIALS)
    files = Submission(submitted_by=UNIT, materials=(material("tender_result"),))
    first = await project.say("submit", files, update_id="u1")
    review = await project.open_review("tender_neutral")
    await project.submit_decision(project.decision(review.review_id))
    await project.reached(StageName.DESIGN)
    assert await project.say("submit", files, update_id="u1") == first
    assert len(project.ledger(EntryKind.MATERIALS_SUBMITTED)) == 1


def with_summary(project: Project, summary: str) -> Application:
    return application(project.code, "corrected.yaml").model_copy(update={"summary": summary})
