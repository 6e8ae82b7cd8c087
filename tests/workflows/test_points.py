"""审查要点: officers judge one by one; what they do not find met is told, and has to be mended."""

from typing import Any

from models.base import Text
from models.calendar import Term, TermUnit
from models.citation import Citation
from models.effects import EntryKind
from models.plan import Consequence, Holding, Plan, RectificationRule, StageName
from models.project import State
from models.review import Decision, Judgement, Outcome, Point, Verdict
from simulation.histories import notices_in
from tests.workflows.installation import resolution
from tests.workflows.project import CENTRE, Project
from workflows import display, names

GATE = "tender_neutral"
POINTS = (
    Point(id="1", title=Text(zh="总体架构", en="architecture")),
    Point(id="2", title=Text(zh="投资概算", en="estimate")),
)
MET, UNANSWERED = Judgement.MET, Judgement.UNANSWERED
BY_RULE = Citation(rule="JY-36", instrument="办法", article="第十三条")
IN_A_MONTH = Term(unit=TermUnit.CALENDAR_DAYS, amount=30, citation=BY_RULE)
TO_BE_MENDED = Consequence(
    on=Outcome.RETURNED,
    goes_on=True,
    rectification=RectificationRule(
        rule="JY-36",
        citation=BY_RULE,
        verified_by=(CENTRE,),
        term=IN_A_MONTH,
        verification=IN_A_MONTH,
        rungs=(),
        holds=Holding.NOTHING,
    ),
)


def plan_with(**changes: Any) -> Plan:
    """The plan of the example, its tender gate changed."""
    plan = resolution().plan
    return plan.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(
                    update={
                        "gates": tuple(g.model_copy(update=changes) if g.id == GATE else g for g in stage.gates),
                    }
                )
                for stage in plan.stages
            )
        }
    )


async def judged(project: Project, **given: Any) -> Decision:
    """A decision of the bureau on the open review of the gate."""
    review = await project.open_review(GATE)
    return project.decision(review.review_id, **given)


async def test_an_approval_counts_only_when_every_point_was_found_met(project: Project) -> None:
    await project.begin(plan=plan_with(points=POINTS))
    bare = await project.refused(project.submit_decision(await judged(project)))
    assert "1 总体架构、2 投资概算" in bare.reason.zh
    unmet = await judged(project, judgements={"1": MET, "2": UNANSWERED})
    assert "2 未响应" in (await project.refused(project.submit_decision(unmet))).reason.zh
    await project.submit_decision(await judged(project, judgements={"1": MET, "2": MET}, decision_id="all-met"))
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert counted.detail["judgements"] == {"1": "met", "2": "met"}
    (closed,) = await project.recorded(EntryKind.GATE_CLOSED)
    assert closed.detail["decisions"][0]["judgements"] == {"1": "met", "2": "met"}


async def test_the_points_are_told_with_the_review_and_shown_until_it_is_decided(project: Project) -> None:
    await project.begin(plan=plan_with(points=POINTS))
    await project.open_review(GATE)
    await project.still()
    sent = await notices_in(await project.histories(), project.installation.shift)
    (letter,) = [s.notice for s in sent if s.notice.template == "review_opened"]
    assert letter.variables["points"] == ["1 总体架构", "2 投资概算"]
    (opened,) = project.ledger(EntryKind.REVIEW_OPENED)
    assert [point["id"] for point in opened.detail["points"]] == ["1", "2"]
    page = display.details(await project.status())
    assert "须逐项评判" in page and "`2` 投资概算" in page


async def test_what_was_not_met_is_what_the_rectification_demands(project: Project) -> None:
    await project.begin(plan=plan_with(points=POINTS, consequences=(TO_BE_MENDED,)))
    returned = await judged(
        project, verdict=Verdict.RETURN, opinion="概算未细化", judgements={"1": MET, "2": UNANSWERED}
    )
    await project.submit_decision(returned)
    await project.reached(StageName.DESIGN)
    address = names.rectification_id(f"{project.code}-R1")
    status = await project.until(lambda s: s.state is State.RECTIFYING, "the rectification", address)
    (fault,) = [record.finding for record in status.findings]
    assert (fault.check, fault.subject) == (GATE, "投资概算")
    assert "未响应" in fault.message.zh and fault.evidence == ("jy-data-bureau：概算未细化",)
    assert fault.citation == (await project.recorded(EntryKind.GATE_CLOSED))[0].citations[0]


async def test_the_file_keeps_no_judgements_and_stays_small(project: Project) -> None:
    await project.begin(plan=plan_with(points=POINTS))
    await project.submit_decision(await judged(project, judgements={"1": MET, "2": MET}))
    status = await project.until(lambda s: bool(s.passed), "the gate in the file")
    assert status.passed[0].decisions[0].decision.judgements == {}
