"""处置与整改: what follows from the outcome of a gate, or from an inspection, besides the outcome itself."""

from datetime import date

from models.base import Text
from models.calendar import Term, TermUnit
from models.citation import Citation
from models.deadline import Rung, RungKind
from models.effects import EntryKind, NoticeTemplate, Recipient, RecipientKind
from models.finding import Finding, Sanction, SanctionEnd, SanctionKind, Strength
from models.messages import FindingReport
from models.plan import Gate, Plan, RectificationRule, SanctionRule
from models.project import RectificationFile, RectificationRef
from models.review import Review
from workflows.effects import Effects, organs, unit
from workflows.file_holder import FileHolder

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


async def follow(holder: FileHolder, gate: Gate, review: Review) -> None:
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
    """What has to be mended: the findings that block. Where officers returned it without one, their opinions stand in."""
    found = tuple(f for f in review.findings if f.strength is not Strength.ENCOURAGED)
    return found or tuple(
        Finding(
            check=review.gate,
            rule=review.citations[0].rule or review.gate,
            subject=review.title.zh,
            message=Text(zh=d.decision.opinion, en=d.decision.opinion),
            remedy=Text(zh="按意见整改", en="mend as the opinion says"),
            strength=Strength.MANDATORY,
            citation=review.citations[0],
        )
        for d in review.decisions
        if d.decision.opinion
    )


# ---------------------------------------------------------------- sanctions


async def _impose(holder: FileHolder, rule: SanctionRule, review: Review) -> Sanction | None:
    """Put the sanction in force; None where an in-principle one was waived."""
    today = holder.effects.now().date()
    if rule.strength is Strength.IN_PRINCIPLE and _is_waived(holder, rule.rule, today):
        return None
    sanction = Sanction(
        sanction_id=f"{review.review_id}/{rule.kind}",
        kind=rule.kind,
        project=holder.file.code,
        department=holder.file.application.department.code,
        rule=rule.rule,
        citation=rule.citation,
        strength=rule.strength,
        reason=f"{review.title.zh}：{SANCTIONS[rule.kind].zh}",
        imposed_at=holder.effects.now(),
        ends=rule.ends,
        fiscal_year=today.year + 1 if rule.kind is SanctionKind.WITHHOLD_OPERATION_FUNDS else None,
    )
    await holder.effects.impose(sanction)
    holder.update_file(sanctions=(*holder.file.sanctions, sanction))
    await holder.effects.tell(
        NoticeTemplate.SANCTION_IMPOSED, sanction.sanction_id, _told(holder, rule), _sanction(holder, sanction)
    )
    return sanction


async def lift_waived(holder: FileHolder, rule: str, reason: str) -> None:
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
    variables = {"sanction": SANCTIONS[sanction.kind].zh, "reason": reason}
    recipients = _concerned(sanction.department, unit_code)
    await effects.tell(NoticeTemplate.SANCTION_LIFTED, f"{sanction.sanction_id}/{by}", recipients, variables)


def _is_waived(holder: FileHolder, rule: str, on: date) -> bool:
    return any(waiver.rule == rule and waiver.expires_on >= on for waiver in holder.file.waivers)


def _told(holder: FileHolder, rule: SanctionRule) -> tuple[Recipient, ...]:
    application = holder.file.application
    return (*_concerned(application.department.code, application.unit.code), *organs(rule.tells))


def _concerned(department: str, unit_code: str) -> tuple[Recipient, ...]:
    return (Recipient(kind=RecipientKind.DEPARTMENT, code=department), *unit(unit_code))


def _sanction(holder: FileHolder, sanction: Sanction) -> dict[str, str]:
    return {
        "sanction": SANCTIONS[sanction.kind].zh,
        "reason": sanction.reason,
        "citation": str(sanction.citation),
        "department": holder.file.application.department.name,
    }


# ---------------------------------------------------------------- rectification


async def open_rectification(
    holder: FileHolder,
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
    reference = RectificationRef(rectification_id=code, halts=rule.halts, opened_at=now)
    holder.update_file(rectifications=(*holder.file.rectifications, reference))
    await holder.effects.record(
        EntryKind.RECTIFICATION_OPENED,
        code,
        Text(zh=f"责令整改 {code}：{len(findings)} 项", en=f"rectification {code} opened: {len(findings)} findings"),
        citations=(rule.citation,),
        detail={"source": source, "findings": [finding.model_dump(mode="json") for finding in findings]},
    )
    application = holder.file.application
    file = RectificationFile(
        rectification_id=code,
        project=holder.file.code,
        title=application.title,
        unit=application.unit.code,
        department=application.department.code,
        rule=rule,
        plan=holder.plan,
        calendar=holder.calendar,
        clock_shift=holder.file.clock_shift,
        findings=findings,
        opened_at=now,
        filers=holder.file.filers,
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


def inspection_rectification(finding: Finding, report: FindingReport, today: date) -> RectificationRule:
    """The rectification that an inspection demands: verified by the organ that found the fault, beside the project."""
    term = Term(
        unit=TermUnit.CALENDAR_DAYS, amount=(report.limit_on - today).days, rolls_over=False, citation=finding.citation
    )
    return RectificationRule(
        rule=report.rule,
        citation=finding.citation,
        verified_by=(report.organ,),
        term=term,
        verification=INSPECTION_VERIFICATION,
        rungs=INSPECTION_RUNGS,
        halts=False,
    )


SANCTIONS = {
    SanctionKind.NOTIFY_FINANCE: Text(zh="通报财政部门", en="notify finance"),
    SanctionKind.NOTIFY_AUDIT: Text(zh="通报审计部门", en="notify audit"),
    SanctionKind.HALT: Text(zh="叫停", en="halt"),
    SanctionKind.WITHHOLD_OPERATION_FUNDS: Text(zh="不安排下一年度运维经费", en="withhold next year's operation funds"),
    SanctionKind.BLOCK_DEPARTMENT: Text(zh="整改完成前不得新建、改建、扩建", en="block the department's new projects"),
    SanctionKind.STOP_CLOUD: Text(zh="停止云服务", en="stop the cloud service"),
    SanctionKind.CRITICISE: Text(zh="通报批评", en="public criticism"),
    SanctionKind.TERMINATE: Text(zh="终止项目", en="terminate"),
}
