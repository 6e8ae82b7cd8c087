"""环节: the step that every gate of every stage takes. Materials → completeness → facts → checks → review → outcome."""

from decimal import Decimal
from typing import Any

from models.base import Text
from models.effects import CatalogFacts, EntryKind, NoticeTemplate
from models.finding import Finding
from models.plan import Gate, Holding, Plan, StageName
from models.project import GateRecord, State
from models.review import Outcome, Point, Review
from regulations import changes, checks, completeness, deadlines
from workflows import changes as changing
from workflows import consequences, limit_letters, review_letters
from workflows.effects import unit
from workflows.ladder import Ladder
from workflows.project import Project
from workflows.review import wordless


async def pass_gate(project: Project, gate: Gate) -> Review:
    """Take the project through one gate; its closed review. Raises what interrupts the project.

    A review that lies open already was carried over from the stage's run before.
    """
    await project.until(lambda: True)
    project.enter(gate)
    if project.desk.ladder is None:
        project.facts = await _prepared(project, gate)
        findings = (
            *checks.run(gate, project.plan, project.file.application, project.facts, project.on_file()),
            *changes.questions(*_investment(project)),
        )
        await _open(project, gate, findings)
    await project.desk.decided(project.until)
    return await _close(project, gate, project.facts)


# ---------------------------------------------------------------- materials


def _looked_at(project: Project) -> tuple[Any, ...]:
    """What a gate looks at before it opens: whatever changes of it meanwhile is looked at again."""
    file = project.file
    return project.submissions, file.application, file.materials, file.events


async def _prepared(project: Project, gate: Gate) -> CatalogFacts | None:
    """Complete materials, and the facts that belong to them: what was handed in meanwhile is looked at again."""
    while True:
        await _materials(project, gate)
        before = _looked_at(project)
        facts = await _facts(project, gate)
        if _looked_at(project) == before:
            return facts


async def _materials(project: Project, gate: Gate) -> None:
    """Wait for a rectification that holds the project, for the correction that a return asked for, for what is missing.

    Raises SentBack for a project that has grown beyond what was approved.
    """
    if project.is_held(Holding.PROJECT):
        project.enter_state(State.RECTIFYING)
        await project.until(lambda: not project.is_held(Holding.PROJECT))
    if project.file.awaits_correction:
        project.enter_state(State.AWAITING_MATERIALS)
        await project.until(lambda: not project.file.awaits_correction)
    await changing.judge(project, gate)
    while missing := _missing(project, gate):
        await _ask_for(project, gate, missing)
        await changing.judge(project, gate)
    await project.until(lambda: True)


def _missing(project: Project, gate: Gate) -> tuple[Finding, ...]:
    """What still keeps the gate closed; where a change has to be explained, also the explanation (NA-17)."""
    file, happened = project.file, project.on_file().happened()
    explained = () if gate.on_demand else changes.explanations(*_investment(project))
    return completeness.missing(gate, project.plan, file.application, file.materials, happened, explained)


def _investment(project: Project) -> tuple[Plan, StageName, Decimal | None, Decimal]:
    """What a change of the investment is judged by."""
    file = project.file
    return project.plan, file.stage, file.approved_investment, file.application.investment


async def _ask_for(project: Project, gate: Gate, missing: tuple[Finding, ...]) -> None:
    """Say what is missing, and wait for the next submission."""
    project.enter_state(State.AWAITING_MATERIALS, missing=tuple(finding.subject for finding in missing))
    submissions = project.submissions
    key = f"{project.review_id(gate)}#{submissions + 1}"
    if project.asked != key:
        await _say_missing(project, gate, missing, key)
        project.asked = key
    await project.until(lambda: project.submissions != submissions)


async def _say_missing(project: Project, gate: Gate, missing: tuple[Finding, ...], key: str) -> None:
    await project.effects.record(
        EntryKind.MATERIALS_INCOMPLETE,
        key,
        Text(zh=f"材料不齐：{len(missing)} 项", en=f"materials incomplete: {len(missing)} items"),
        citations=tuple(dict.fromkeys(finding.citation for finding in missing)),
        detail={"missing": [finding.message.zh for finding in missing]},
    )
    await project.effects.tell(
        NoticeTemplate.MATERIALS_INCOMPLETE,
        key,
        unit(project.file.application.unit.code),
        {**project.place(gate), "missing": [finding.message.zh for finding in missing], "reply_to": project.address},
    )


async def _facts(project: Project, gate: Gate) -> CatalogFacts | None:
    """What the catalog knows of the application. A project that is withdrawn does not wait for a catalog that is down."""
    question = checks.question(gate, project.plan, project.file.application)
    return await project.unless_interrupted(project.effects.facts(question)) if question else None


# ---------------------------------------------------------------- review


async def _open(project: Project, gate: Gate, findings: tuple[Finding, ...]) -> None:
    """Open the review, then put it on record, then tell the organs: an answer can never come too early."""
    review = _new_review(project, gate, findings)
    project.note_findings(gate, review)
    project.desk.open(review, ladder_of(project, gate, review))
    project.enter_state(State.UNDER_REVIEW)
    await _meet_limits(project, gate, "opened")
    await review_letters.opened(project, review, project.place(gate))


def ladder_of(project: Project, gate: Gate, review: Review, moves: int = 0) -> Ladder:
    """The deadline of the gate's review, which was moved so often before."""
    return Ladder(
        review.review_id,
        review.deadline,
        project.calendar,
        lambda rung: review_letters.tell_rung(project, project.place(gate), rung),
        moves,
    )


def _new_review(project: Project, gate: Gate, findings: tuple[Finding, ...]) -> Review:
    now = project.effects.now()
    return Review(
        review_id=project.review_id(gate),
        gate=gate.id,
        title=gate.title,
        round=project.file.round,
        organs=gate.organs,
        quorum=gate.quorum,
        points=_points(project, gate),
        may_reject=gate.may_reject,
        citations=gate.citations,
        opened_at=now,
        deadline=deadlines.started(f"{gate.title.zh}开始审核", now, gate.term, gate.rungs, project.calendar),
        materials=project.file.materials,
        findings=findings,
    )


# ---------------------------------------------------------------- outcome


async def _close(project: Project, gate: Gate, facts: CatalogFacts | None) -> Review:
    """Close the review: into the file, then on record, then to the unit, then the consequences."""
    review = project.desk.close(project.effects.now())
    assert review.outcome
    project.is_returning = leads_back(project, gate, review)
    project.file_gate(_record_of(project, review), review_letters.conditions(review))
    if review.outcome is Outcome.APPROVED:
        _fix(project, gate, facts)
    project.show()
    source = str(gate.rule_source_missing) if gate.rule_source_missing else None
    await review_letters.record_closed(project, review, source)
    if review.outcome is Outcome.APPROVED:
        await _meet_limits(project, gate, "approved")
    recipients = unit(project.file.application.unit.code)
    await review_letters.tell_outcome(project, review, project.place(gate), recipients)
    await consequences.follow(project, gate, review)
    return review


def _fix(project: Project, gate: Gate, facts: CatalogFacts | None) -> None:
    """Fix what later gates hold the project to."""
    project.keep_fixed(project.review_id(gate))
    application = project.file.application
    if gate.fixes.planned_reuse and facts:
        project.fix_planned_reuse(checks.planned_reuse(application, facts), facts.version)
    if gate.fixes.investment:
        project.update_file(approved_investment=application.investment, grown=False)
    if gate.fixes.forms:
        fixed = {form: application.forms.get(form, {}) for form in gate.fixes.forms}
        project.update_file(approved_forms={**project.file.approved_forms, **fixed})


def _points(project: Project, gate: Gate) -> tuple[Point, ...]:
    """The points that officers have to judge: the gate's own, or the rows of a form that was approved."""
    of = gate.points_of
    if of is None:
        return gate.points
    rows = project.file.approved_forms.get(of.form, {}).get(of.rows, ())
    names = [str(row.get(of.name, "")) for row in rows]
    return tuple(Point(id=str(n), title=Text(zh=name, en=name)) for n, name in enumerate(names, start=1))


async def _meet_limits(project: Project, gate: Gate, when: str) -> None:
    for limit, item in project.limits.meet(project.plan, gate.id, when):
        await limit_letters.record_met(project, limit, item, project.review_id(gate))


def _record_of(project: Project, review: Review) -> GateRecord:
    assert review.outcome and review.closed_at
    return GateRecord(
        stage=project.file.stage,
        gate=review.gate,
        title=review.title,
        round=review.round,
        review_id=review.review_id,
        outcome=review.outcome,
        opened_at=review.opened_at,
        closed_at=review.closed_at,
        due_on=review.deadline.receipt.due_on,
        overdue=review.closed_at >= review.deadline.receipt.due_at,
        decisions=tuple(wordless(counted) for counted in review.decisions),
    )


def leads_back(project: Project, gate: Gate, review: Review) -> bool:
    """Whether the outcome ends the round: a return, unless a rectification stands in for the new one."""
    if review.outcome is not Outcome.RETURNED:
        return False
    goes_on = any(consequence.goes_on for consequence in gate.consequences if consequence.on is Outcome.RETURNED)
    return gate.on_demand or not goes_on or changing.major_change(project, review) is not None
