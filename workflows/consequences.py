"""处置与整改: what follows from the outcome of a gate, or from an inspection, besides the outcome itself."""

from datetime import date, datetime

from models.base import Text
from models.calendar import Term, TermUnit
from models.citation import Citation
from models.deadline import Rung, RungKind
from models.effects import EntryKind, NoticeTemplate, Recipient, RecipientKind
from models.finding import Finding, Sanction, SanctionEnd, SanctionKind, Strength
from models.messages import FindingReport
from models.plan import Gate, Holding, Plan, RectificationRule, SanctionRule
from models.project import RectificationFile, RectificationRef
from models.review import Judgement, Review
from workflows.effects import Effects, organs, unit
from workflows.project_holder import ProjectHolder

INSPECTION_RUNGS = (
    Rung(at="T-5", kind=RungKind.REMINDER),
    Rung(at="due", kind=RungKind.OVERDUE),
    Rung(at="T+5", kind=RungKind.ESCALATION),
)

INSPECTION_VERIFICATION = Term(
    unit=TermUnit.WORKING_DAYS,
    amount=20,
    citation=Citation(instrument="登记册", article="A12", default=True, gap="A12"),
)


async def follow(holder: ProjectHolder, gate: Gate, review: Review) -> None:
    """Bring about what the plan attaches to the outcome: sanctions first, then the rectification that may end them."""
    for consequence in gate.consequences:
        if consequence.on is not review.outcome:
            continue
        imposed = [sanction for rule in consequence.sanctions if (sanction := await _impose(holder, rule, review))]
        if consequence.rectification:
            lifts = tuple(sanction for sanction in imposed if sanction.ends is SanctionEnd.RECTIFIED)
            findings = checks_failed(review)
            await open_rectification(holder, consequence.rectification, findings, review.review_id, lifts)


def checks_failed(review: Review) -> tuple[Finding, ...]:
    """What has to be mended: the findings that block, and the points that were not met. Where officers returned it
    without one, their opinions stand in."""
    blocking = tuple(f for f in review.findings if f.strength is not Strength.ENCOURAGED)
    return (*blocking, *points_failed(review)) or tuple(
        _judged(review, review.title.zh, Text(zh=d.decision.opinion, en=d.decision.opinion))
        for d in review.decisions
        if d.decision.opinion
    )


def points_failed(review: Review) -> tuple[Finding, ...]:
    """The points that officers did not find met, each once, with what was found of it and the opinions on it."""
    found: list[Finding] = []
    for point in review.points:
        against = [d.decision for d in review.decisions if _unmet(d.decision.judgements.get(point.id))]
        labels = list(dict.fromkeys(decision.judgements[point.id].label for decision in against))
        if labels:
            zh, en = "、".join(label.zh for label in labels), ", ".join(label.en for label in labels)
            message = Text(zh=f"审查要点“{point.title.zh}”{zh}", en=f"point “{point.title.en}”: {en}")
            opinions = tuple(f"{d.organ}：{d.opinion}" for d in against if d.opinion)
            found.append(_judged(review, point.title.zh, message, opinions))
    return tuple(found)


def _unmet(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement is not Judgement.MET


def _judged(review: Review, subject: str, message: Text, evidence: tuple[str, ...] = ()) -> Finding:
    """A fault that officers found and no check did: it stands on what the gate stands on."""
    return Finding(
        check=review.gate,
        rule=review.citations[0].rule or review.gate,
        subject=subject,
        message=message,
        remedy=Text(zh="按意见整改", en="mend as the opinion says"),
        strength=Strength.MANDATORY,
        citation=review.citations[0],
        evidence=evidence,
    )


# ---------------------------------------------------------------- sanctions


async def _impose(holder: ProjectHolder, rule: SanctionRule, review: Review) -> Sanction | None:
    """Put the sanction in force; None where an in-principle one was waived."""
    now, application = holder.effects.now(), holder.file.application
    if rule.strength is Strength.IN_PRINCIPLE and _is_waived(holder, rule.rule, now.date()):
        return None
    sanction = sanction_by(rule, review.review_id, review.title, now, holder.file.code, application.department.code)
    await holder.effects.impose(sanction)
    holder.update_file(sanctions=(*holder.file.sanctions, sanction))
    await tell_imposed(holder.effects, rule, sanction, application.unit.code, application.department.name)
    return sanction


def sanction_by(rule: SanctionRule, matter: str, title: Text, at: datetime, project: str, department: str) -> Sanction:
    """The sanction that the rule brings about. `matter` is what demanded it, and is part of the sanction's id."""
    return Sanction(
        sanction_id=f"{matter}/{rule.kind}",
        kind=rule.kind,
        project=project,
        department=department,
        rule=rule.rule,
        citation=rule.citation,
        strength=rule.strength,
        reason=f"{title.zh}：{rule.kind.label.zh}",
        imposed_at=at,
        ends=rule.ends,
        fiscal_year=_fiscal_year(rule, at),
    )


def _fiscal_year(rule: SanctionRule, at: datetime) -> int | None:
    """The budget year that the sanction bears on: the next for operation funds, otherwise the one that it ends with."""
    if rule.kind is SanctionKind.WITHHOLD_OPERATION_FUNDS:
        return at.year + 1
    return at.year if rule.ends is SanctionEnd.FISCAL_YEAR else None


async def tell_imposed(
    effects: Effects, rule: SanctionRule, sanction: Sanction, unit_code: str, department: str
) -> None:
    """Tell the department (by its name `department` in the letter), the unit, and whom else the rule names."""
    recipients = (*_concerned(sanction.department, unit_code), *organs(rule.tells))
    variables = {
        "sanction": sanction.kind.label.zh,
        "reason": sanction.reason,
        "citation": str(sanction.citation),
        "department": department,
    }
    await effects.tell(NoticeTemplate.SANCTION_IMPOSED, sanction.sanction_id, recipients, variables)


async def lift_waived(holder: ProjectHolder, rule: str, reason: str) -> None:
    """Lift the project's in-principle sanctions of a rule that was waived."""
    unit_code = holder.file.application.unit.code
    standing = [
        sanction
        for sanction in holder.file.sanctions
        if sanction.lifted_at is None and sanction.rule == rule and sanction.strength is Strength.IN_PRINCIPLE
    ]
    # Noted before anything is awaited: of two waivers at once only one may lift.
    holder.note_lifted(tuple(sanction.sanction_id for sanction in standing))
    for sanction in standing:
        await lift(holder.effects, sanction, unit_code, by="waiver", reason=reason)


async def lift(effects: Effects, sanction: Sanction, unit_code: str, *, by: str, reason: str) -> None:
    """End a sanction now, and tell the department and the unit. `by` is what ended it: a waiver, or a rectification."""
    await effects.lift(sanction.model_copy(update={"lifted_at": effects.now()}), by)
    variables = {"sanction": sanction.kind.label.zh, "reason": reason}
    recipients = _concerned(sanction.department, unit_code)
    await effects.tell(NoticeTemplate.SANCTION_LIFTED, f"{sanction.sanction_id}/{by}", recipients, variables)


def _is_waived(holder: ProjectHolder, rule: str, on: date) -> bool:
    return any(waiver.rule == rule and waiver.expires_on >= on for waiver in holder.file.waivers)


def _concerned(department: str, unit_code: str) -> tuple[Recipient, ...]:
    return (Recipient(kind=RecipientKind.DEPARTMENT, code=department), *unit(unit_code))


# ---------------------------------------------------------------- rectification


async def open_rectification(
    holder: ProjectHolder,
    rule: RectificationRule,
    findings: tuple[Finding, ...],
    source: str,
    lifts: tuple[Sanction, ...] = (),
) -> None:
    """Open a rectification under an id of its own.

    It lifts the sanctions that were to last until then, even where the project has ended meanwhile, and reports its end
    to the project's address by `report_event`.
    """
    number = len(holder.file.rectifications) + 1
    code = f"{holder.file.code}-R{number}"
    now = holder.effects.now()
    reference = RectificationRef(rectification_id=code, holds=rule.holds, opened_at=now)
    holder.update_file(rectifications=(*holder.file.rectifications, reference))
    await holder.effects.record(
        EntryKind.RECTIFICATION_OPENED,
        code,
        Text(zh=f"责令整改 {code}：{len(findings)} 项", en=f"rectification {code} opened: {len(findings)} findings"),
        citations=(rule.citation,),
        detail={
            "source": source,
            "findings": [finding.model_dump(mode="json") for finding in findings],
            "holds": rule.holds,
            "escalation": [step.kind for step in rule.escalation],
        },
    )
    application = holder.file.application
    file = RectificationFile(
        rectification_id=code,
        project=holder.file.code,
        title=application.title,
        unit=application.unit.code,
        department=application.department.code,
        department_name=application.department.name,
        unit_name=application.unit.name,
        rule=rule,
        plan=holder.plan,
        calendar=holder.calendar,
        clock_shift=holder.file.clock_shift,
        findings=findings,
        opened_at=now,
        filers=holder.filers,
        spoke=holder.spoke,
        signatures=holder.signatures,
        review_id=source,
        lifts=lifts,
    )
    await holder.effects.open_rectification(file)


def inspection_finding(plan: Plan, report: FindingReport) -> Finding:
    """The finding of an inspection, under the rule that the officer names."""
    known = next((check.citation for check in plan.checks if check.rule == report.rule), None)
    return Finding(
        check=report.rule,
        rule=report.rule,
        subject=report.subject,
        message=Text(zh=report.description, en=report.description),
        remedy=Text(zh=f"{report.limit_on} 前整改", en=f"mend by {report.limit_on}"),
        strength=Strength.MANDATORY,
        citation=known or Citation(rule=report.rule, instrument=plan.title.zh, article="检查"),
    )


def inspection_rectification(plan: Plan, finding: Finding, report: FindingReport, today: date) -> RectificationRule:
    """The rectification that an inspection demands, within the limit of the report.

    Where the plan has no rule for it, it is verified by the organ that found the fault, and nothing waits for it.
    """
    ruled = plan.inspection
    term = Term(
        unit=TermUnit.CALENDAR_DAYS,
        amount=(report.limit_on - today).days,
        rolls_over=False,
        citation=ruled.citation if ruled else finding.citation,
    )
    if ruled:
        return ruled.model_copy(update={"term": term})
    return RectificationRule(
        rule=report.rule,
        citation=finding.citation,
        verified_by=(report.organ,),
        term=term,
        verification=INSPECTION_VERIFICATION,
        rungs=INSPECTION_RUNGS,
        holds=Holding.NOTHING,
    )
