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
    if rule is None:
        return
    await _record(project, rule, project.review_id(gate))
    raise SentBack(rule.returns_to, rule.citation, grown=True)


def major_change(project: Project, review: Review) -> Change | None:
    """The rule by which a reviewer's finding of a major change sends the project back; None where there is none."""
    flagged = any(counted.decision.major_change for counted in review.decisions)
    return changes.major(project.plan, project.file.stage) if flagged and review.outcome is Outcome.RETURNED else None


async def _record(project: Project, rule: Change, key: str) -> None:
    was, now = project.file.approved_investment, project.file.application.investment
    await project.effects.record(
        EntryKind.CHANGE_JUDGED,
        key,
        Text(
            zh=f"投资 {was} → {now}，超过 {rule.rule} 的限度，退回重新报批", en=f"investment {was} → {now}: sent back"
        ),
        citations=(rule.citation,),
        detail={"approved": str(was), "investment": str(now), "rule": rule.rule, "over_share": str(rule.over_share)},
    )
