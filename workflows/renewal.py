"""续接: a stage whose history has grown goes on in a new run. Nothing begins, is put on record or told a second time.

What the file does not hold anyway travels in `OpenStage`. It is taken up before anything is awaited, so that a message that
comes first finds the stage as the run before left it.
"""

from models.project import OpenStage
from workflows.gate import ladder_of
from workflows.project import Project


def open_stage(project: Project, *, gates_passed: bool) -> OpenStage:
    """The stage as it stands, for its next run. `gates_passed` says that it has come to the end of its gates."""
    ladder = project.desk.ladder
    return OpenStage(
        state=project.state,
        gate=project.gate.id if project.gate else None,
        gates_passed=gates_passed,
        review=project.desk.snapshot() if ladder else None,
        facts=project.facts if ladder else None,
        moves=ladder.moves if ladder else 0,
        submissions=project.submissions,
        missing=project.missing,
        asked=project.asked,
        opened=tuple(sorted(project.opened)),
        opening=project.opening,
        opens_at=project.opens_at,
        reopened=project.reopened,
        fixed_before=project.fixed_before,
    )


def take_up(project: Project, carried: OpenStage) -> None:
    """Bring a new run to where the one before stopped. Awaits nothing."""
    project.carried = carried
    project.state, project.missing = carried.state, carried.missing
    project.submissions, project.asked = carried.submissions, carried.asked
    project.opened = set(carried.opened)
    project.opening, project.opens_at = carried.opening, carried.opens_at
    project.opens_on = carried.opens_at.date() if carried.opens_at else None
    project.reopened = dict(carried.reopened)
    project.fixed_before = dict(carried.fixed_before)
    if carried.gate:
        project.enter(project.plan.gate(carried.gate))
    if carried.review:
        gate = project.plan.gate(carried.review.gate)
        project.facts = carried.facts
        project.desk.open(carried.review, ladder_of(project, gate, carried.review, carried.moves))
        for counted in carried.review.decisions:
            project.desk.recorded(counted.decision.decision_id)
