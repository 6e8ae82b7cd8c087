"""整改 beside the project: its rounds, its ladder, and its end, be the project still there or not."""

from datetime import date

import pytest

from models.effects import EntryKind
from models.messages import EventReport, Extension, FindingReport, RectificationResponse, Withdrawal
from models.plan import StageName
from models.project import State
from models.review import Outcome, Verdict
from tests.workflows.installation import FILED_AT, material
from tests.workflows.project import BUREAU, CENTRE, UNIT, Project
from workflows import names

RESPONSE = RectificationResponse(submitted_by=UNIT, statement="已整改", materials=(material("evidence"),))


def finding(finding_id: str = "F-1", limit_on: date = date(2026, 4, 30)) -> FindingReport:
    return FindingReport(
        finding_id=finding_id,
        organ=CENTRE,
        officer="gu.feng",
        rule="JY-23",
        subject="地磁车位检测器",
        description="未接入物联网平台",
        limit_on=limit_on,
    )


async def inspected(project: Project) -> str:
    """A project under review in which an inspection has found a fault; the address of its rectification."""
    await project.begin()
    await project.open_review("tender_neutral")
    await project.say("record_finding", finding())
    address = names.rectification_id(f"{project.code}-R1")
    await project.until(lambda s: s.state is State.RECTIFYING and s.due_on is not None, "the notice", address)
    return address


async def verified(project: Project, address: str, verdict: Verdict, decision_id: str = "v1") -> None:
    review = await project.open_review("verification", address)
    decision = project.decision(
        review.review_id,
        organ=CENTRE,
        officer="gu.feng",
        verdict=verdict,
        opinion="核验意见",
        decision_id=decision_id,
    )
    await project.submit_decision(decision, address)


async def test_a_response_that_is_returned_opens_the_next_round_until_one_is_accepted(project: Project) -> None:
    address = await inspected(project)
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.RETURN, "v1")
    await project.until(lambda s: s.round == 2 and s.state is State.RECTIFYING, "round 2", address)
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE, "v2")
    status = await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the project's file")
    assert "evidence" in {m.kind for m in status.materials}
    assert len(project.ledger(EntryKind.RECTIFICATION_ANSWERED)) == 2
    assert len(project.ledger(EntryKind.RECTIFICATION_CLOSED)) == 1


async def test_a_response_while_one_is_being_verified_is_refused(project: Project) -> None:
    address = await inspected(project)
    accepted, refused = await project.at_once(*(project.say("respond", RESPONSE, address) for _ in range(3)))
    assert accepted and len(accepted) + len(refused) == 3, "what comes in before the verification is open belongs to it"
    assert (await project.open_review("verification", address)).round == 1
    assert "正在核验" in (await project.refused(project.say("respond", RESPONSE, address))).reason.zh


async def test_who_responds_does_not_verify(project: Project) -> None:
    address = await inspected(project)
    stranger = RESPONSE.model_copy(update={"submitted_by": "gu.feng"})
    assert "gu.feng" in (await project.refused(project.say("respond", stranger, address))).reason.zh


async def test_only_who_has_the_power_extends_a_rectification(project: Project) -> None:
    address = await inspected(project)
    code = address.partition(":")[2]
    wrong = Extension(organ=CENTRE, officer="gu.feng", review_id=code, working_days=20, reason="设备到货延迟")
    assert "无权" in (await project.refused(project.say("extend", wrong, address))).reason.zh
    right = wrong.model_copy(update={"organ": BUREAU, "officer": "xu.ming"})
    elsewhere = right.model_copy(update={"review_id": "JY/other"})
    assert "JY/other" in (await project.refused(project.say("extend", elsewhere, address))).reason.zh
    await project.say("extend", right, address)


async def test_a_rectification_uses_the_ids_of_its_project_again_without_disturbing_it(project: Project) -> None:
    """Officers choose decision ids, systems event ids; both workflows write into one ledger."""
    address = await inspected(project)
    client = project.installation.client
    beside = client.get_workflow_handle(address)
    review = await project.open_review("tender_neutral")
    for handle in (project.project, beside):
        await handle.signal("decide", "nonsense")
        await handle.signal("report_event", project.event("fire_drill", "drill-1"))
        await handle.signal("no_such_signal")
    await project.submit_decision(project.decision(review.review_id, decision_id="mine"))
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE, "mine")
    await project.until(lambda s: all(r.closed_at for r in s.rectifications), "its end")
    counts = {
        EntryKind.DECISION_COUNTED: 2,
        EntryKind.DECISION_REFUSED: 2,
        EntryKind.MESSAGE_REFUSED: 2,
        EntryKind.EVENT_REPORTED: 3,
    }
    for kind, count in counts.items():
        assert len(await project.recorded(kind, count)) == count, kind


async def test_the_same_finding_reported_twice_opens_one_rectification(project: Project) -> None:
    await inspected(project)
    refusal = await project.refused(project.say("record_finding", finding()))
    assert "F-1" in refusal.reason.zh
    accepted, refused = await project.at_once(*(project.say("record_finding", finding("F-2")) for _ in range(2)))
    assert (len(accepted), len(refused)) == (1, 1)
    assert len((await project.status()).rectifications) == 2


@pytest.mark.parametrize("limit_on", [FILED_AT.date(), date(2099, 1, 1)], ids=str)
async def test_a_limit_that_is_past_or_beyond_the_calendar_is_refused(project: Project, limit_on: date) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    refusal = await project.refused(project.say("record_finding", finding(limit_on=limit_on)))
    assert str(limit_on) in refusal.reason.zh


async def test_a_rectification_that_is_overdue_reminds_and_escalates_and_is_never_closed_by_time(
    lone_project: Project,
) -> None:
    project = lone_project
    address = await inspected(project)
    limit = await project.installation.now()
    await project.installation.advance_to(limit.replace(month=5, day=12))
    status = await project.until(lambda s: s.overdue, "being overdue", address)
    assert status.state is State.RECTIFYING
    passed = await project.recorded(EntryKind.DEADLINE_PASSED)
    assert f"{project.code}-R1" in passed[-1].entry_id


async def test_a_rectification_ends_in_peace_when_its_project_has_ended(project: Project) -> None:
    address = await inspected(project)
    await project.say("withdraw", Withdrawal(withdrawn_by=UNIT, reason="资金取消"))
    await project.closed()
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE)
    assert await project.result_of(address, Outcome) is Outcome.APPROVED
    assert len(project.ledger(EntryKind.RECTIFICATION_CLOSED)) == 1


async def test_a_rectification_of_a_project_with_the_longest_code_reports_its_end(project: Project) -> None:
    project.code = project.code.ljust(64, "X")
    address = await inspected(project)
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE)
    await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the project's file")


@pytest.mark.parametrize(
    "data", [{}, {"rectification_id": 7}, {"rectification_id": "R1", "outcome": "approved", "materials": [1]}], ids=str
)
async def test_a_malformed_end_of_a_rectification_is_refused_and_on_record(
    project: Project, data: dict[str, object]
) -> None:
    await project.begin()
    review = await project.open_review("tender_neutral")
    report = EventReport(
        event_id="e1", event="rectification_closed", occurred_on=FILED_AT.date(), reported_by="x", data=data
    )
    await project.report(report)
    await project.recorded(EntryKind.MESSAGE_REFUSED)
    await project.submit_decision(project.decision(review.review_id))
    await project.recorded(EntryKind.GATE_CLOSED)


async def test_a_response_that_comes_while_the_notice_cannot_be_delivered_is_verified(project: Project) -> None:
    await project.begin()
    await project.open_review("tender_neutral")
    notification = project.installation.notification
    notification.down = True
    try:
        await project.say("record_finding", finding())
        address = names.rectification_id(f"{project.code}-R1")
        await project.until(lambda s: s.due_on is not None, "the notice", address)
        await project.say("respond", RESPONSE, address)
    finally:
        notification.down = False
    await verified(project, address, Verdict.APPROVE)


async def test_no_update_id_passes_for_the_report_of_a_rectifications_end(project: Project) -> None:
    address = await inspected(project)
    withdrawal = Withdrawal(withdrawn_by="wang.qiang", reason="不办了")
    for reserved in ("event:R1-closed", "finding:F-2", "retracted:d1"):
        refusal = await project.refused(project.say("withdraw", withdrawal, update_id=reserved))
        assert reserved.partition(":")[0] in refusal.reason.zh
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE)
    await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the project's file")


async def test_a_decision_id_that_begins_like_a_rectifications_code_hides_no_decision(project: Project) -> None:
    chosen = f"{project.code}-R1-x"
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    await project.submit_decision(
        project.decision(review.review_id, organ=CENTRE, officer="gu.feng", decision_id=chosen)
    )
    await project.say("record_finding", finding())
    address = names.rectification_id(f"{project.code}-R1")
    await project.until(lambda s: s.state is State.RECTIFYING and s.due_on is not None, "the notice", address)
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE, chosen)
    assert len(project.ledger(EntryKind.DECISION_COUNTED)) == 2
