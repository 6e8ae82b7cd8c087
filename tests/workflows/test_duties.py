"""Separation of duties, attacked on each route: nobody decides on what they handed in, nor speaks for two sides."""

from datetime import date
from typing import Any

import pytest

from models.effects import EntryKind
from models.messages import ChangeKind, ChangeReport, Submission, Suspension, Withdrawal
from models.plan import StageName
from models.project import ProjectFile
from models.review import Decision, Outcome, Review
from records import database, delegations
from records.delegations import Request
from runtime.connect import data_converter
from tests.workflows.installation import FILED_AT, Installation, application
from tests.workflows.project import BUREAU, CENTRE, UNIT, Project

PRINCIPAL, DELEGATE = "chen.hao", "xu.ming"
DAYS = {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31)}


def delegate(shared: Installation, given: str, organ: str = BUREAU) -> str:
    """Have one officer stand in for another, once for all tests; the delegation's id."""
    principal, _, to = given.partition(" → ")
    engine = database.connect(shared.settings.database_url)
    try:
        standing = delegations.delegations(engine)
        found = next((d.id for d in standing if (d.principal, d.delegate, d.organ) == (principal, to, organ)), None)
        request = Request(principal=principal, delegate=to, organ=organ, reason="出差", **DAYS)
        return found or delegations.grant(engine, request, by="admin", at=FILED_AT).id
    finally:
        engine.dispose()


@pytest.fixture(autouse=True)
def stand_ins(shared: Installation) -> dict[str, str]:
    """Officers of the unit stand in for officers of the bureau, and one of the centre's, too."""
    pairs = ("chen.hao → liu.fang", "lin.yue → wang.qiang", "xu.ming → zhou.lan")
    return {given: delegate(shared, given) for given in pairs}


async def at_assessment(project: Project, **changes: Any) -> Review:
    """The project where both bureau and centre have to decide, each for itself."""
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),), **changes)
    return await project.open_review("annual_assessment")


def change(by: str = "wang.qiang") -> ChangeReport:
    return ChangeReport(kind=ChangeKind.CONTENT, description="调整点位", reported_by=by)


async def on_every_route(project: Project, decision: Decision, words: str) -> None:
    """Refused as an update and as a signal, in the same words, and on record."""
    before, counted = len(project.ledger(EntryKind.DECISION_REFUSED)), project.ledger(EntryKind.DECISION_COUNTED)
    refusal = await project.refused(project.submit_decision(decision))
    assert words in refusal.reason.zh, refusal.reason.zh
    await project.project.signal("decide", decision.model_copy(update={"decision_id": f"{decision.decision_id}-s"}))
    recorded = (await project.recorded(EntryKind.DECISION_REFUSED, before + 1))[-1]
    assert recorded.summary == refusal.reason
    assert project.ledger(EntryKind.DECISION_COUNTED) == counted


async def test_nobody_who_handed_in_decides_in_their_own_name_or_in_anothers(project: Project) -> None:
    review = await at_assessment(project, filers=(UNIT, "gu.feng"))
    await project.say("report_change", change())
    attacks = [
        # officer, on behalf of, organ, what the refusal says
        ("gu.feng", None, CENTRE, "gu.feng 是申报人"),
        ("liu.fang", "chen.hao", BUREAU, "liu.fang 是申报人"),
        ("zhou.lan", "gu.feng", CENTRE, "gu.feng 是申报人"),
        ("wang.qiang", "lin.yue", BUREAU, "wang.qiang 在本项目中已代表 jy-cg-info 办理"),
        ("lin.yue", "wang.qiang", BUREAU, "wang.qiang 在本项目中已代表 jy-cg-info 办理"),
        ("zhou.lan", "chen.hao", BUREAU, "chen.hao 没有授权 zhou.lan"),
        ("wang.qiang", None, BUREAU, "wang.qiang 在本项目中已代表 jy-cg-info 办理"),
    ]
    for number, (officer, principal, organ, words) in enumerate(attacks):
        decision = project.decision(
            review.review_id, decision_id=f"a{number}", officer=officer, on_behalf_of=principal, organ=organ
        )
        await on_every_route(project, decision, words)
    assert (await project.status()).awaiting == (BUREAU, CENTRE)
    assert project.ledger(EntryKind.DECISION_COUNTED) == []


async def test_a_decision_on_behalf_counts_for_both_and_stands_on_record_with_its_delegation(
    project: Project, stand_ins: dict[str, str]
) -> None:
    review = await at_assessment(project)
    receipt = await project.submit_decision(
        project.decision(review.review_id, officer="wang.qiang", on_behalf_of="lin.yue")
    )
    assert receipt.officer == "wang.qiang"
    (entry,) = await project.recorded(EntryKind.DECISION_COUNTED)
    delegation = stand_ins["lin.yue → wang.qiang"]
    assert (entry.officer, entry.on_behalf_of, entry.detail["delegation"]) == ("wang.qiang", "lin.yue", delegation)
    assert f"wang.qiang 代 lin.yue（授权 {delegation}）" in entry.summary.zh
    (counted,) = (await project.open_review("annual_assessment")).decisions
    assert (counted.post, counted.delegation) == ("项目管理科科员", delegation)

    # From now on both have spoken for the bureau: in this review, and for nobody else.
    for officer, principal in (("lin.yue", None), ("wang.qiang", "lin.yue")):
        again = project.decision(review.review_id, officer=officer, on_behalf_of=principal)
        await on_every_route(project, again, "在本次审核中已有意见")
    for name, message in (
        ("report_change", change()),
        ("withdraw", Withdrawal(reason="不做了", withdrawn_by="wang.qiang")),
    ):
        refusal = await project.refused(project.say(name, message))
        assert "wang.qiang 在本项目中已代表 jy-data-bureau 办理，不得再代表 jy-cg-info" in refusal.reason.zh, name


async def test_nobody_speaks_for_two_organs_neither_in_their_own_name_nor_in_anothers(project: Project) -> None:
    review = await at_assessment(project)
    await project.submit_decision(project.decision(review.review_id, organ=CENTRE, officer="zhou.lan"))
    receipt = await project.submit_decision(project.decision(review.review_id))
    assert receipt.outcome is Outcome.APPROVED
    eligibility = await project.open_review("operation_eligibility")
    decision = project.decision(eligibility.review_id, officer="zhou.lan", on_behalf_of="xu.ming")
    await on_every_route(project, decision, "zhou.lan 在本项目中已代表 jy-ops-centre 办理，不得再代表 jy-data-bureau")


async def test_what_somebody_spoke_for_is_remembered_across_the_border_and_binds_the_preparer_too(
    project: Project,
) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION, spoke={"wang.qiang": BUREAU, "chen.hao": "jy-cg-info"})
    review = await project.open_review("committee")
    for officer in ("zhou.lan", "shen.jing", "ma.chao"):
        returned = {"organ": "jy-base-committee", "officer": officer, "verdict": "return", "opinion": "请补正"}
        await project.submit_decision(project.decision(review.review_id, **returned))
    await project.until(lambda s: s.state == "awaiting_materials", "a correction")

    corrected = application(project.code, "corrected.yaml").model_copy(update={"prepared_by": "wang.qiang"})
    refusal = await project.refused(project.say("submit", Submission(submitted_by=UNIT, application=corrected)))
    assert "wang.qiang 在本项目中已代表 jy-data-bureau" in refusal.reason.zh
    halt = Suspension(organ=BUREAU, officer="chen.hao", reason="调查")
    refusal = await project.refused(project.say("suspend", halt))
    assert "chen.hao 在本项目中已代表 jy-cg-info" in refusal.reason.zh

    (started,) = (await project.histories())[-1].events[0].workflow_execution_started_event_attributes.input.payloads
    (file,) = await data_converter().decode([started], [ProjectFile])
    assert file.spoke == {
        **{officer: "jy-base-committee" for officer in ("zhou.lan", "shen.jing", "ma.chao")},
        "wang.qiang": BUREAU,
        "chen.hao": "jy-cg-info",
        UNIT: "jy-cg-info",
    }


async def test_a_unit_cannot_bar_an_officer_by_naming_them_as_the_preparer(project: Project) -> None:
    await project.begin(StageName.TECHNICAL_COORDINATION)
    review = await project.open_review("committee")
    for officer in ("zhou.lan", "shen.jing", "ma.chao"):
        returned = {"organ": "jy-base-committee", "officer": officer, "verdict": "return", "opinion": "请补正"}
        await project.submit_decision(project.decision(review.review_id, **returned))
    await project.until(lambda s: s.state == "awaiting_materials", "a correction")
    corrected = application(project.code, "corrected.yaml").model_copy(update={"prepared_by": "chen.hao"})
    refusal = await project.refused(project.say("submit", Submission(submitted_by=UNIT, application=corrected)))
    assert "chen.hao 在 jy-cg-info 没有职务" in refusal.reason.zh
    colleague = corrected.model_copy(update={"prepared_by": "wang.qiang"})
    await project.say("submit", Submission(submitted_by=UNIT, application=colleague))
