"""变更: a project that grew beyond what was approved goes back before anybody reviews it."""

from models.base import Text
from models.effects import EntryKind
from models.plan import Change, Gate
from models.review import Outcome, Review
from regulations import changes
from workflows.interruptions import SentBack
from workflows.project import Project


class GivenUp(Exception):
    """The change that demanded a gate is given up: nothing is left to approve."""


async def judge(project: Project, gate: Gate) -> None:
    """Hold the investment against the approved one. Raises SentBack where it has grown too much (NA-16).

    At a gate that a change demanded, raises GivenUp where the unit has gone back to the approved investment.
    """
    file = project.file
    rule = changes.returning(project.plan, file.stage, file.approved_investment, file.application.investment)
    if gate.on_demand:
        if file.grown and rule is None:
            raise GivenUp
        return
    if rule is not None:
        raise SentBack(rule.returns_to, rule.citation, grown=True)


def major_change(project: Project, review: Review) -> Change | None:
    """The rule by which a reviewer's finding of a major change sends the project back; None where there is none."""
    flagged = any(counted.decision.major_change for counted in review.decisions)
    return changes.major(project.plan, project.file.stage) if flagged and review.outcome is Outcome.RETURNED else None


async def record_sent_back(project: Project, back: SentBack) -> None:
    """Put on record that a change sends the project back, and by which rule."""
    was, now = project.file.approved_investment, project.file.application.investment
    why = Text(zh=f"投资 {was} → {now}，超过限度", en=f"investment {was} → {now}, over the limit")
    if not back.grown:
        why = Text(zh="重大变更", en="a major change")
    await project.effects.record(
        EntryKind.CHANGE_JUDGED,
        f"{project.file.stage}/r{project.file.round}",
        Text(zh=f"{why.zh}，退回重新报批", en=f"{why.en}: sent back for a new approval"),
        citations=(back.citation,),
        detail={"approved": str(was), "investment": str(now), "to": back.to.model_dump(mode="json")},
    )


async def record_given_up(project: Project, gate: Gate) -> None:
    """Put on record that the unit has gone back to what was approved."""
    await project.effects.record(
        EntryKind.CHANGE_JUDGED,
        f"{project.review_id(gate)}/given-up",
        Text(zh="已恢复批准的投资，不再报批", en="back to the approved investment: nothing to approve"),
        detail={"approved": str(project.file.approved_investment)},
    )
