"""环节: the step that every gate of every stage takes. Materials → completeness → facts → checks → review → outcome."""

from decimal import Decimal
from typing import Any

from models.base import Text
from models.deadline import Rung, RungKind
from models.effects import CatalogFacts, EntryKind, NoticeTemplate
from models.finding import Finding
from models.plan import Gate, Holding, Plan, StageName
from models.project import Condition, GateRecord, State
from models.review import CountedDecision, Outcome, Point, Review
from regulations import changes, checks, completeness, deadlines, tally
from regulations.calendar import explain, remaining_working_days
from workflows import changes as changing
from workflows import consequences, limit_letters
from workflows.effects import organs, unit
from workflows.ladder import Ladder
from workflows.project import Project


async def pass_gate(project: Project, gate: Gate) -> Review:
    """Take the project through one gate; its closed review. Raises what interrupts the project."""
    await project.until(lambda: True)
    project.enter(gate)
    facts = await _prepared(project, gate)
    findings = (
        *checks.run(gate, project.plan, project.file.application, facts, project.on_file()),
        *changes.questions(*_investment(project)),
    )
    await _open(project, gate, findings)
    await project.desk.decided(project.until)
    return await _close(project, gate, facts)


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
    await project.until(lambda: project.submissions != submissions)


async def _facts(project: Project, gate: Gate) -> CatalogFacts | None:
    """What the catalog knows of the application. A project that is withdrawn does not wait for a catalog that is down."""
    question = checks.question(gate, project.plan, project.file.application)
    return await project.unless_interrupted(project.effects.facts(question)) if question else None


# ---------------------------------------------------------------- review


async def _open(project: Project, gate: Gate, findings: tuple[Finding, ...]) -> None:
    """Open the review, then put it on record, then tell the organs: an answer can never come too early."""
    review = _new_review(project, gate, findings)
    ladder = Ladder(review.review_id, review.deadline, project.calendar, lambda rung: _tell_rung(project, gate, rung))
    project.note_findings(gate, review)
    project.desk.open(review, ladder)
    project.enter_state(State.UNDER_REVIEW)
    await _meet_limits(project, gate, "opened")
    await project.effects.record(
        EntryKind.REVIEW_OPENED,
        review.review_id,
        Text(
            zh=f"{gate.title.zh}：开始审核，第 {review.round} 轮",
            en=f"{gate.title.en}: review opened, round {review.round}",
        ),
        citations=gate.citations,
        detail={
            "organs": gate.organs,
            "quorum": gate.quorum.model_dump(mode="json"),
            "receipt": review.deadline.receipt.model_dump(mode="json"),
            "materials": [material.model_dump(mode="json") for material in review.materials],
            "findings": [finding.model_dump(mode="json") for finding in findings],
            "points": [point.model_dump(mode="json") for point in review.points],
        },
    )
    await project.effects.tell(
        NoticeTemplate.REVIEW_OPENED, review.review_id, organs(gate.organs), _opened(project, gate, review)
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


def _opened(project: Project, gate: Gate, review: Review) -> dict[str, Any]:
    return {
        **project.place(gate),
        "round": str(review.round),
        "due_on": review.deadline.receipt.due_on.isoformat(),
        "deadline_note": "；".join(explain(review.deadline.receipt)),
        "citations": [str(citation) for citation in review.citations],
        "findings": [f"{finding.rule} {finding.message.zh}" for finding in review.findings],
        "points": [f"{point.id} {point.title.zh}" for point in review.points],
        "materials": [
            material.model_dump(mode="json", include={"name", "kind", "sha256"}) for material in review.materials
        ],
        "review_id": review.review_id,
        "reply_to": project.address,
    }


async def _tell_rung(project: Project, gate: Gate, rung: Rung) -> None:
    """Remind the organs that have not decided; when it is late, put that on record and tell their superiors."""
    review = project.desk.snapshot()
    assert review and project.desk.ladder
    awaited = project.desk.awaited()
    receipt = review.deadline.receipt
    key = project.desk.ladder.key(rung)
    variables = {**project.place(gate), "due_on": receipt.due_on.isoformat(), "review_id": review.review_id}
    names = [project.organ_name(organ) for organ in awaited]
    match rung.kind:
        case RungKind.REMINDER:
            left = remaining_working_days(receipt, project.effects.now(), project.calendar)
            variables |= {"remaining": str(left), "reply_to": project.address}
            await project.effects.tell(NoticeTemplate.REVIEW_REMINDER, key, organs(awaited), variables)
        case RungKind.OVERDUE:
            project.show()
            await _record_overdue(project, gate, review, key, names)
            variables |= {"organs": names, "reply_to": project.address}
            await project.effects.tell(NoticeTemplate.REVIEW_OVERDUE, key, organs(awaited), variables)
        case RungKind.ESCALATION:
            variables |= {"organs": names}
            await project.effects.tell(
                NoticeTemplate.REVIEW_ESCALATED, key, organs(project.superiors(awaited)), variables
            )


async def _record_overdue(project: Project, gate: Gate, review: Review, key: str, names: list[str]) -> None:
    await project.effects.record(
        EntryKind.DEADLINE_PASSED,
        key,
        Text(zh=f"{gate.title.zh}逾期，待 {'、'.join(names)} 审核", en=f"{gate.title.en} is overdue"),
        citations=(review.deadline.term.citation,),
        detail={"receipt": review.deadline.receipt.model_dump(mode="json"), "awaited": names},
    )


# ---------------------------------------------------------------- outcome


async def _close(project: Project, gate: Gate, facts: CatalogFacts | None) -> Review:
    """Close the review: into the file, then on record, then to the unit, then the consequences."""
    review = project.desk.close(project.effects.now())
    assert review.outcome
    project.file_gate(_record_of(project, review), _conditions(review))
    if review.outcome is Outcome.APPROVED:
        _fix(project, gate, facts)
    project.show()
    await project.effects.record(
        EntryKind.GATE_CLOSED,
        review.review_id,
        Text(zh=f"{gate.title.zh}：{review.outcome.label.zh}", en=f"{gate.title.en}: {review.outcome.label.en}"),
        citations=gate.citations,
        detail=_closed(project, gate, review),
    )
    if review.outcome is Outcome.APPROVED:
        await _meet_limits(project, gate, "approved")
    await _tell_unit(project, gate, review)
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


def _closed(project: Project, gate: Gate, review: Review) -> dict[str, Any]:
    return {
        "outcome": review.outcome,
        "title": gate.title.model_dump(),
        "organs": [project.organ_name(organ) for organ in gate.organs],
        "receipt": review.deadline.receipt.model_dump(mode="json"),
        "decisions": [d.decision.model_dump(mode="json", include=_ON_RECORD) for d in review.decisions],
        "findings": [finding.key for finding in review.findings],
        "rule_source_missing": str(gate.rule_source_missing) if gate.rule_source_missing else None,
    }


_ON_RECORD = {"decision_id", "organ", "officer", "verdict", "conditions", "judgements", "major_change"}
"""What the outcome's entry repeats of each decision. Its words stand in the entry of the decision."""


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
        decisions=tuple(_kept(counted) for counted in review.decisions),
    )


def _kept(counted: CountedDecision) -> CountedDecision:
    """What the file keeps of a decision: who decided what. Its words stand in the ledger, and the file must stay small."""
    wordless: dict[str, Any] = {"opinion": "", "conditions": (), "judgements": {}, "signature": None}
    return counted.model_copy(update={"decision": counted.decision.model_copy(update=wordless), "judged": ()})


def _conditions(review: Review) -> tuple[Condition, ...]:
    if review.outcome is not Outcome.APPROVED:
        return ()
    return tuple(c for counted in review.decisions for c in tally.condition_records(review, counted.decision))


async def _tell_unit(project: Project, gate: Gate, review: Review) -> None:
    assert review.outcome
    variables: dict[str, Any] = {
        **project.place(gate),
        "opinions": [f"{project.organ_name(d.decision.organ)}：{d.decision.opinion}" for d in review.decisions],
    }
    match review.outcome:
        case Outcome.APPROVED:
            variables |= {"conditions": [condition.text for condition in _conditions(review)]}
        case Outcome.RETURNED:
            variables |= {"findings": _listed(review), "reply_to": project.address}
        case Outcome.REJECTED:
            variables |= {"findings": _listed(review)}
    recipients = unit(project.file.application.unit.code)
    await project.effects.tell(LETTERS[review.outcome], review.review_id, recipients, variables)


def _listed(review: Review) -> list[str]:
    faults = (*review.findings, *consequences.points_failed(review))
    return [f"{finding.rule} {finding.message.zh}；{finding.remedy.zh}" for finding in faults]


LETTERS = {
    Outcome.APPROVED: NoticeTemplate.GATE_APPROVED,
    Outcome.RETURNED: NoticeTemplate.GATE_RETURNED,
    Outcome.REJECTED: NoticeTemplate.GATE_REJECTED,
}
