"""Who really did it: whatever a person did to a project stands on record with the officer, and with whom they act for."""

from datetime import timedelta

from models.effects import EntryKind
from models.messages import (
    ChangeKind,
    ChangeReport,
    ClockPause,
    ClockResumption,
    Extension,
    FindingReport,
    Resumption,
    Retraction,
    Submission,
    Suspension,
    Withdrawal,
)
from models.plan import StageName
from tests.workflows.installation import FILED_AT, material
from tests.workflows.project import BUREAU, CENTRE, UNIT, Project

CHIEF = {"organ": BUREAU, "officer": "xu.ming", "reason": "材料复杂"}


async def test_every_message_of_an_officer_leaves_entries_with_the_officer_and_the_organ(project: Project) -> None:
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = (await project.open_review("annual_assessment")).review_id
    vote = project.decision(review, organ=CENTRE, officer="gu.feng")
    await project.submit_decision(vote)
    of_clock = CHIEF | {"review_id": review}
    finding = {
        "finding_id": "F-1",
        "organ": BUREAU,
        "officer": "xu.ming",
        "rule": "JY-40",
        "subject": "台账不全",
        "description": "缺两月记录",
        "limit_on": FILED_AT.date() + timedelta(days=60),
    }
    said = [
        ("extend", Extension(**of_clock, working_days=3), "xu.ming", BUREAU),
        ("pause_clock", ClockPause(**of_clock, ground="supplementing_materials"), "xu.ming", BUREAU),
        ("submit", Submission(submitted_by=UNIT, materials=(material("annex"),)), UNIT, None),
        ("resume_clock", ClockResumption(**of_clock), "xu.ming", BUREAU),
        ("suspend", Suspension(**CHIEF), "xu.ming", BUREAU),
        ("resume", Resumption(**CHIEF), "xu.ming", BUREAU),
        ("record_finding", FindingReport(**finding), "xu.ming", BUREAU),
        (
            "retract",
            Retraction(decision_id=vote.decision_id, organ=CENTRE, officer="gu.feng", reason="误操作"),
            "gu.feng",
            CENTRE,
        ),
        (
            "report_change",
            ChangeReport(kind=ChangeKind.CONTENT, description="调整点位", reported_by=UNIT),
            UNIT,
            None,
        ),
        ("withdraw", Withdrawal(withdrawn_by=UNIT, reason="不再建设"), UNIT, None),
    ]
    seen = {entry.entry_id for entry in project.ledger()}
    for name, message, officer, organ in said:
        await project.say(name, message)
        new = [entry for entry in project.ledger() if entry.entry_id not in seen and entry.kind not in OF_THE_CASE]
        seen |= {entry.entry_id for entry in new}
        assert new, name
        assert {(entry.officer, entry.organ) for entry in new} == {(officer, organ)}, (name, new)


OF_THE_CASE = {
    EntryKind.RECTIFICATION_OPENED,
    EntryKind.REVIEW_OPENED,
    EntryKind.PROJECT_CLOSED,
    EntryKind.STAGE_OPENED,
}
"""What follows from a message by the rules and is nobody's act."""
