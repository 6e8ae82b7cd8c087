"""整改不合格: each rejection brings the next sanction of the ladder, up to the end of the project."""

from typing import Any

import pytest

from models.calendar import Term, TermUnit
from models.effects import EntryKind
from models.finding import SanctionEnd, SanctionKind, Strength
from models.plan import Holding, Plan, RectificationRule, SanctionRule
from models.project import ProjectFile, ProjectOutcome, State, Status
from models.review import Outcome, Verdict
from simulation.histories import notices_in
from tests.workflows.installation import resolution
from tests.workflows.project import BUREAU, CENTRE, Project
from tests.workflows.test_points import BY_RULE
from tests.workflows.test_rectification import RESPONSE, finding, verified
from workflows import names

DAYS = Term(unit=TermUnit.CALENDAR_DAYS, amount=30, citation=BY_RULE)
SUSPEND, CRITICISE, TERMINATE = (
    SanctionKind.SUSPEND_CONSTRUCTION,
    SanctionKind.CRITICISE,
    SanctionKind.TERMINATE,
)


def step(kind: SanctionKind, ends: SanctionEnd = SanctionEnd.NEVER) -> SanctionRule:
    return SanctionRule(
        kind=kind, rule="JY-36", citation=BY_RULE, strength=Strength.MANDATORY, ends=ends, tells=(BUREAU,)
    )


def plan_with(*escalation: SanctionRule, holds: Holding = Holding.NOTHING) -> Plan:
    """The plan of the example, with a rectification for inspections."""
    inspection = RectificationRule(
        rule="JY-36",
        citation=BY_RULE,
        verified_by=(CENTRE,),
        term=DAYS,
        verification=DAYS,
        rungs=(),
        holds=holds,
        escalation=escalation,
    )
    return resolution().plan.model_copy(update={"inspection": inspection})


async def inspected(project: Project, *escalation: SanctionRule, **more: Any) -> str:
    """A project in which an inspection has found a fault; the address of its rectification."""
    await project.begin(plan=plan_with(*escalation, **more))
    await project.open_review("tender_neutral")
    await project.say("record_finding", finding())
    address = names.rectification_id(f"{project.code}-R1")
    await project.until(lambda s: s.state is State.RECTIFYING and s.due_on is not None, "the notice", address)
    return address


async def rejected(project: Project, address: str, number: int) -> None:
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.REJECT, f"v{number}")


async def in_round(project: Project, address: str, number: int) -> Status:
    return await project.until(lambda s: s.round == number and s.state is State.RECTIFYING, f"round {number}", address)


async def test_a_rejection_brings_the_next_sanction_and_the_unit_is_asked_once_more(project: Project) -> None:
    address = await inspected(project, step(CRITICISE), step(SUSPEND, SanctionEnd.RECTIFIED))
    before = (await project.status(address)).due_on
    await rejected(project, address, 1)
    after = await in_round(project, address, 2)
    assert [s.kind for s in after.sanctions] == [CRITICISE]
    assert before == finding().limit_on and after.due_on and after.due_on >= before
    held = await project.until(lambda s: bool(s.sanctions), "the sanction in the project's file")
    assert [(s.kind, s.sanction_id) for s in held.sanctions] == [(CRITICISE, f"{project.code}-R1/s1/criticise")]
    await project.still()
    sent = [s.notice for s in await notices_in(await project.histories(), project.installation.shift)]
    assert [n.template for n in sent].count("rectification_opened") == 2
    told = {n.recipient.code for n in sent if n.template == "sanction_imposed"}
    assert BUREAU in told and len(told) == 3


async def test_what_was_imposed_until_it_is_mended_ends_when_it_is_accepted(project: Project) -> None:
    address = await inspected(project, step(CRITICISE), step(SUSPEND, SanctionEnd.RECTIFIED), step(TERMINATE))
    for number in (1, 2):
        await rejected(project, address, number)
        await in_round(project, address, number + 1)
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.APPROVE, "v3")
    status = await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the file")
    assert [(s.kind, s.lifted_at is not None) for s in status.sanctions] == [(CRITICISE, False), (SUSPEND, True)]
    assert len(project.ledger(EntryKind.SANCTION_IMPOSED)) == 2 and len(project.ledger(EntryKind.SANCTION_LIFTED)) == 1


async def test_the_last_sanction_ends_the_project(project: Project) -> None:
    address = await inspected(project, step(CRITICISE), step(TERMINATE))
    await rejected(project, address, 1)
    await in_round(project, address, 2)
    await rejected(project, address, 2)
    file: ProjectFile = await project.closed()
    assert file.outcome is ProjectOutcome.TERMINATED
    assert [s.kind for s in file.sanctions] == [CRITICISE, TERMINATE]
    assert await project.result_of(address, Outcome) is Outcome.REJECTED
    (closed,) = await project.recorded(EntryKind.PROJECT_CLOSED)
    assert closed.detail["outcome"] == "terminated"


@pytest.mark.parametrize("escalation", [(), (step(CRITICISE),)], ids=["no ladder", "one step"])
async def test_a_rejection_closes_the_rectification_once_the_ladder_is_used_up(
    project: Project, escalation: tuple[SanctionRule, ...]
) -> None:
    address = await inspected(project, *escalation)
    for number, _ in enumerate(escalation, start=1):
        await rejected(project, address, number)
        await in_round(project, address, number + 1)
    await rejected(project, address, 9)
    assert await project.result_of(address, Outcome) is Outcome.REJECTED
    status = await project.until(lambda s: all(r.closed_at for r in s.rectifications), "the end in the file")
    assert len(status.sanctions) == len(escalation) and status.outcome is None
    assert not project.ledger(EntryKind.SANCTION_LIFTED)


async def test_a_returned_verification_is_no_rejection_and_brings_no_sanction(project: Project) -> None:
    address = await inspected(project, step(CRITICISE))
    await project.say("respond", RESPONSE, address)
    await verified(project, address, Verdict.RETURN, "v1")
    status = await in_round(project, address, 2)
    assert status.sanctions == () and status.due_on == finding().limit_on


async def test_the_rule_for_inspections_says_what_waits_for_the_rectification(project: Project) -> None:
    await inspected(project, holds=Holding.PROJECT)
    assert [r.holds for r in (await project.status()).rectifications] == [Holding.PROJECT]


async def test_a_rectification_goes_on_to_its_end_when_its_project_has_ended(project: Project) -> None:
    address = await inspected(project, step(TERMINATE))
    await project.submit_decision(
        project.decision(
            (await project.open_review("tender_neutral")).review_id, verdict=Verdict.REJECT, opinion="不同意"
        )
    )
    await project.closed()
    await rejected(project, address, 1)
    assert await project.result_of(address, Outcome) is Outcome.REJECTED
