"""What a rectification is said to report: believed by what it wrote into the ledger, never by who sends it."""

from typing import Any

import pytest

from models.base import Text
from models.effects import EntryKind, LedgerEntry
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from models.plan import Holding
from models.project import RectificationRef, State
from models.review import Outcome, Verdict
from tests.workflows.installation import FILED_AT, material
from tests.workflows.project import Project
from tests.workflows.test_points import BY_RULE
from tests.workflows.test_rectification import RESPONSE, inspected, verified
from workflows.reports import digest_of

CLOSED = "rectification_closed"


async def halted(project: Project) -> str:
    """A project that waits for a rectification; its id."""
    halting = RectificationRef(rectification_id=f"{project.code}-R9", holds=Holding.PROJECT, opened_at=FILED_AT)
    await project.begin(rectifications=(halting,))
    await project.waits(State.RECTIFYING)
    return halting.rectification_id


def end_of(rectification: str, **more: Any) -> dict[str, Any]:
    return {"rectification_id": rectification, "outcome": "approved", **more}


def record(project: Project, rectification: str, outcome: str, **detail: Any) -> None:
    """Write what the rectification writes at its end; without `report`, as builds did that knew of no digest."""
    entry = LedgerEntry(
        entry_id=f"{project.code}/rectification.closed/{rectification}/{rectification}",
        project=project.code,
        at=FILED_AT,
        kind=EntryKind.RECTIFICATION_CLOSED,
        summary=Text(zh="整改办结", en="rectification closed"),
        detail={"outcome": outcome, **detail},
    )
    project.installation.record(entry)


async def refused(project: Project, count: int = 1) -> str:
    """The type of the last of so many refusals on record."""
    entries = await project.recorded(EntryKind.MESSAGE_REFUSED, count)
    assert len(entries) == count
    return str(entries[-1].detail["type"])


@pytest.mark.parametrize("knows_digests", [True, False])
async def test_a_halted_project_goes_on_when_the_ledger_shows_the_end(project: Project, knows_digests: bool) -> None:
    rectification = await halted(project)
    end = end_of(rectification)
    record(project, rectification, "approved", **({"report": digest_of(end)} if knows_digests else {}))
    await project.report(project.event(CLOSED, "R9-closed", **end))
    await project.open_review("tender_neutral")


async def test_an_end_that_the_ledger_does_not_show_holds_the_project_and_is_on_record(project: Project) -> None:
    rectification = await halted(project)
    await project.report(project.event(CLOSED, "R9-closed", **end_of(rectification)))
    assert await refused(project) == "NotOnRecord"
    record(project, rectification, "rejected")
    await project.report(project.event(CLOSED, "R9-closed", **end_of(rectification)))
    assert await refused(project, 2) == "NotOnRecord"
    assert (await project.status()).state is State.RECTIFYING


async def test_other_data_than_the_rectification_reported_are_not_believed(project: Project) -> None:
    rectification = await halted(project)
    end = end_of(rectification)
    record(project, rectification, "approved", report=digest_of(end))
    forged = end_of(rectification, materials=[material("forged").model_dump(mode="json")])
    await project.report(project.event(CLOSED, "R9-closed", **forged))
    assert await refused(project) == "NotOnRecord"
    await project.report(project.event(CLOSED, "R9-closed", **end))
    await project.open_review("tender_neutral")
    assert "forged" not in {m.kind for m in (await project.status()).materials}


async def test_no_event_that_anybody_reports_stands_in_the_way_of_the_end_that_has_yet_to_come(
    project: Project,
) -> None:
    address = await inspected(project)
    for number, event in enumerate(("fire_drill", CLOSED)):
        await project.report(project.event(event, "R1-closed", **end_of(f"{project.code}-R1") if number else {}))
    assert await refused(project) == "NotOnRecord"
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE)
    assert await project.result_of(address, Outcome) is Outcome.APPROVED
    await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the project's file")


async def test_an_end_is_reported_once_and_by_a_rectification_of_the_project(project: Project) -> None:
    rectification = await halted(project)
    record(project, rectification, "approved")
    for event_id in ("R9-closed", "at-once"):
        await project.report(project.event(CLOSED, event_id, **end_of(rectification)))
    await project.open_review("tender_neutral")
    await project.report(project.event(CLOSED, "later", **end_of(rectification)))
    assert await refused(project) == "NotOnRecord"
    record(project, "JY-OTHER-R1", "approved")
    await project.report(project.event(CLOSED, "stranger", **end_of("JY-OTHER-R1")))
    assert await refused(project, 2) == "NotOnRecord"
    assert len(project.ledger(EntryKind.EVENT_REPORTED)) == 1


async def test_a_sanction_that_nobody_imposed_is_not_taken_into_the_file(project: Project) -> None:
    address = await inspected(project)
    sanction = Sanction(
        sanction_id=f"{project.code}-R1/s1/criticise",
        project=project.code,
        department="dept",
        kind=SanctionKind.CRITICISE,
        rule="JY-36",
        citation=BY_RULE,
        strength=Strength.MANDATORY,
        reason="无",
        imposed_at=FILED_AT,
        ends=SanctionEnd.NEVER,
    )
    forged = {"rectification_id": f"{project.code}-R1", "sanction": sanction.model_dump(mode="json")}
    await project.report(project.event("rectification_escalated", "R1-s1", **forged))
    beside = project.installation.client.get_workflow_handle(address)
    await beside.signal("report_event", project.event("rectification_escalated", "R1-s1", **forged))
    assert await refused(project, 2) == "NotOnRecord"
    assert (await project.status()).sanctions == ()
