"""The course of a stage: gates that not everybody passes, that wait, that only a change opens; and what a return holds."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from models.base import Text
from models.citation import Citation
from models.effects import EntryKind
from models.form import DocumentRequirement
from models.messages import ChangeKind, ChangeReport, RectificationResponse, Submission
from models.plan import Change, Consequence, Fixing, GateRef, Holding, Opening, Plan, Sampling, StageName
from models.project import ProjectOutcome, State
from models.review import Outcome, Verdict
from models.scope import Scope
from regulations.sampling import draw
from tests.workflows.installation import application, material, resolution
from tests.workflows.project import BUREAU, CENTRE, DOCUMENTS, UNIT, Project

CITATION = Citation(rule="X-1", instrument="测试", article="第一条")


def with_gate(stage: StageName, change: dict[str, Any], **plan: Any) -> Plan:
    """The example's plan with the stage's first gate changed, and a copy of that gate before it, named `first`."""
    held = resolution().plan
    (own, *others) = held.stage(stage).gates
    first = own.model_copy(update={"id": "first", "returns_to": GateRef(stage=stage, gate="first"), **change})
    stages = tuple(s.model_copy(update={"gates": (first, own, *others)}) if s.name is stage else s for s in held.stages)
    return held.model_copy(update={"stages": stages, **plan})


def sampling(rate: str, *always: str) -> Sampling:
    return Sampling(rate=Decimal(rate), always_for=always, citation=CITATION)


# ---------------------------------------------------------------- gates that not everybody passes


async def test_a_gate_that_does_not_apply_is_passed_over(project: Project) -> None:
    only_for = {"applies_to": Scope(categories=("somebody_else",))}
    await project.begin(StageName.TENDER, plan=with_gate(StageName.TENDER, only_for))
    assert (await project.open_review("tender_neutral")).round == 1


@pytest.mark.parametrize(("rate", "opens"), [("0", "tender_neutral"), ("1", "first")])
async def test_a_draw_decides_on_an_inspection_and_can_be_repeated_from_its_record(
    project: Project, rate: str, opens: str
) -> None:
    await project.begin(StageName.TENDER, plan=with_gate(StageName.TENDER, {"sampling": sampling(rate)}))
    await project.open_review(opens)
    (entry,) = await project.recorded(EntryKind.INSPECTION_DRAWN)
    again = draw(sampling(rate), (), entry.detail["seed"], entry.detail["subject"])
    assert (str(again.number), again.is_drawn) == (entry.detail["number"], entry.detail["drawn"])
    assert entry.detail["drawn"] is (opens == "first")


async def test_a_returned_inspection_is_not_drawn_again(project: Project) -> None:
    plan = with_gate(StageName.TENDER, {"sampling": sampling("1")})
    await project.begin(StageName.TENDER, plan=plan)
    await project.decide("first", BUREAU, "chen.hao", Verdict.RETURN)
    await project.waits(State.AWAITING_MATERIALS)
    await project.say("submit", Submission(submitted_by=UNIT))
    assert (await project.open_review("first")).round == 2
    assert len(project.ledger(EntryKind.INSPECTION_DRAWN)) == 1


async def test_a_gate_waits_for_its_event(project: Project) -> None:
    waiting = {"opening": Opening(event="delivered", title=Text(zh="交付", en="delivery"), citation=CITATION)}
    await project.begin(StageName.TENDER, plan=with_gate(StageName.TENDER, waiting))
    assert (await project.waits(State.AWAITING_EVENT)).awaited_event == "delivered"
    await project.report(project.event("delivered"))
    assert (await project.open_review("first")).round == 1


# ---------------------------------------------------------------- what a return holds


def inspected(holds: Holding, *, goes_on: bool) -> Plan:
    order = next(
        c.rectification for s in resolution().plan.stages for g in s.gates for c in g.consequences if c.rectification
    )
    consequence = Consequence(
        on=Outcome.RETURNED, goes_on=goes_on, rectification=order.model_copy(update={"holds": holds})
    )
    return with_gate(StageName.TENDER, {"consequences": (consequence,)})


async def test_a_return_that_goes_on_does_not_halt_and_only_holds_the_end_of_the_stage(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=inspected(Holding.STAGE, goes_on=True))
    await project.decide("first", BUREAU, "chen.hao", Verdict.RETURN)
    await project.decide("tender_neutral", BUREAU, "chen.hao")
    held = await project.waits(State.RECTIFYING)
    assert (held.stage, [r.closed_at for r in held.rectifications]) == (StageName.TENDER, [None])
    await mended(project)
    assert (await project.open_review("design_neutral")).round == 1


async def test_a_return_that_holds_the_project_opens_its_gate_anew_after_the_rectification(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=inspected(Holding.PROJECT, goes_on=False))
    await project.decide("first", BUREAU, "chen.hao", Verdict.RETURN)
    assert (await project.waits(State.RECTIFYING)).round == 2
    await mended(project)
    assert (await project.open_review("first")).round == 2


async def mended(project: Project) -> None:
    beside = f"rectification:{project.code}-R1"
    await project.say("respond", RectificationResponse(submitted_by=UNIT, statement="已整改"), beside)
    await project.decide("verification", CENTRE, "gu.feng", workflow_id=beside)


# ---------------------------------------------------------------- changes


def changing(**more: Any) -> Plan:
    rule: dict[str, Any] = {
        "id": "growth",
        "stages": (StageName.TENDER,),
        "over_share": Decimal("0.10"),
        "major": True,
        "explained_by": DocumentRequirement(
            kind="adjustment_chapter", title=Text(zh="调整说明", en="explanation"), citation=CITATION
        ),
        "returns_to": GateRef(stage=StageName.TECHNICAL_COORDINATION, gate="decision"),
        "rule": "X-1",
        "citation": CITATION,
    }
    return resolution().plan.model_copy(update={"changes": (Change(**rule | more),)})


def growth(investment: Decimal | None = None, *, major: bool = False) -> ChangeReport:
    kind = ChangeKind.CONTENT if investment is None else ChangeKind.INVESTMENT
    return ChangeReport(reported_by=UNIT, kind=kind, description="变化", investment=investment, major=major)


async def test_a_project_that_has_grown_too_much_goes_back_before_anybody_reviews_it(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=Decimal("1000000.00"))
    back = await project.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION, "going back")
    assert back.gate in (None, "decision")
    (entry,) = project.ledger(EntryKind.CHANGE_JUDGED)
    assert entry.detail["approved"] == "1000000.00"
    assert project.ledger(EntryKind.REVIEW_OPENED) == []


async def test_a_small_change_needs_its_explanation(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=approved() - 1)
    waiting = await project.waits(State.AWAITING_MATERIALS)
    assert waiting.missing == ("调整说明",)
    await project.say("submit", Submission(submitted_by=UNIT, materials=(material("adjustment_chapter"),)))
    assert (await project.open_review("tender_neutral")).round == 1


async def test_a_change_of_investment_while_a_review_is_open_opens_it_anew(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=approved(), materials=everything())
    review = await project.open_review("tender_neutral")
    await project.say("report_change", growth(approved() + 1))
    again = await project.until(lambda s: bool(s.review and s.review.review_id != review.review_id), "a new review")
    assert again.review and again.review.review_id == f"{review.review_id}.2"
    refusal = await project.refused(project.submit_decision(project.decision(review.review_id)))
    assert "不是当前审核" in refusal.reason.zh or "轮次" in refusal.reason.zh


async def test_a_major_change_that_the_unit_declares_goes_back(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=approved())
    await project.open_review("tender_neutral")
    await project.say("report_change", growth(major=True))
    assert (await project.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION, "going back")).state


async def test_a_major_change_that_a_reviewer_finds_goes_back(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=approved())
    review = await project.open_review("tender_neutral")
    found = project.decision(review.review_id, verdict=Verdict.RETURN, major_change=True, opinion="建设目标已变")
    await project.submit_decision(found)
    assert (await project.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION, "going back")).state


async def test_a_gate_on_demand_is_passed_only_when_a_change_sends_the_project_to_it(project: Project) -> None:
    demanded = {"on_demand": True, "fixes": Fixing(investment=True), "documents": ()}
    rule = changing(over_share=Decimal(0), explained_by=None, returns_to=GateRef(stage=StageName.TENDER, gate="first"))
    plan = with_gate(StageName.TENDER, demanded, changes=rule.changes)
    await project.begin(StageName.TENDER, plan=plan, approved_investment=approved())
    await project.open_review("tender_neutral")
    await project.say("report_change", growth(approved() + 1))
    await project.waits(State.AWAITING_MATERIALS)
    await project.say("submit", Submission(submitted_by=UNIT))
    await project.decide("first", BUREAU, "chen.hao")
    assert (await project.open_review("tender_neutral")).round == 2


async def test_a_rejection_stands_against_a_change_that_is_reported_behind_it(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=changing(), approved_investment=approved())
    review = await project.open_review("tender_neutral")
    await project.still()
    project.installation.notification.down = True
    try:
        rejected = project.decision(review.review_id, verdict=Verdict.REJECT, opinion="不符合规划")
        await project.submit_decision(rejected)
        await project.recorded(EntryKind.GATE_CLOSED)
        reporting = asyncio.create_task(project.say("report_change", growth(major=True)))
        await project.recorded(EntryKind.CHANGE_REPORTED)
    finally:
        project.installation.notification.down = False
    await reporting
    assert (await project.closed()).outcome is ProjectOutcome.REJECTED


async def test_a_gate_that_knows_no_rejection_refuses_one(project: Project) -> None:
    await project.begin(StageName.TENDER, plan=with_gate(StageName.TENDER, {"may_reject": False}))
    review = await project.open_review("first")
    rejection = project.decision(review.review_id, verdict=Verdict.REJECT, opinion="有问题")
    assert "不得作出不予通过" in (await project.refused(project.submit_decision(rejection))).reason.zh


async def test_a_change_that_is_given_up_leaves_the_gate_that_it_demanded(project: Project) -> None:
    rule = changing(over_share=Decimal(0), explained_by=None, returns_to=GateRef(stage=StageName.TENDER, gate="first"))
    plan = with_gate(StageName.TENDER, {"on_demand": True, "documents": ()}, changes=rule.changes)
    await project.begin(StageName.TENDER, plan=plan, approved_investment=approved())
    await project.open_review("tender_neutral")
    await project.say("report_change", growth(approved() + 1))
    await project.waits(State.AWAITING_MATERIALS)
    restored = application(project.code, "corrected.yaml")
    await project.say("submit", Submission(submitted_by=UNIT, application=restored))
    assert (await project.open_review("tender_neutral")).round == 2


def approved() -> Decimal:
    """The investment of the example."""
    return application("X", "corrected.yaml").investment


def everything() -> tuple[Any, ...]:
    return tuple(material(kind) for kind in (*DOCUMENTS, "adjustment_chapter"))
