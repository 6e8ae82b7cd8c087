"""The two cheap judges: the findings of a gate, and the dates of a term. Only pure functions decide."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from models.application import Application, Material
from models.calendar import CHINA, ClockEvent, Receipt, Term, WorkCalendar
from models.deadline import Rung
from models.finding import Finding, Strength, Waiver
from models.messages import EventReport
from models.plan import Gate, Plan
from models.project import Condition
from regulations import changes, checks, completeness
from regulations.almanac import calendar_in_force
from regulations.calendar import CLOCK_STOOD, is_overdue, receipt, remaining_working_days, rung_instants
from regulations.checks import OnFile
from regulations.resolve import NotAdmitted
from regulations.scope import applies
from simulation.case import ChecksCase, DeadlineCase, GivenEvent, GivenWaiver
from simulation.case_file import application_of
from simulation.exercise import exercised_checks
from simulation.law import gate_of, plan_of, stage_of
from simulation.stock import facts
from simulation.verdict import Line, Verdict, differing, unmatched
from workflows.reports import objection_to_report

YEARS_BEFORE, YEARS_AFTER = 1, 6
"""What the calendar of a case covers around its filing, as at a real admission."""


# ---------------------------------------------------------------- findings of a gate


async def judge_checks(regulation: str, case: ChecksCase, folder: Path) -> Verdict:
    """Judge the findings of a gate. The folder is empty and the case's own. Raises CaseError for a faulty case."""
    application, materials = application_of(regulation, case)
    try:
        plan = plan_of(regulation, case, application, folder)
    except NotAdmitted as refusal:
        return _refused(case, [reason.zh for reason in refusal.reasons])
    gate, on_file = gate_of(plan, case.gate), _on_file(case)
    passed_over = not applies(gate, application, on_file.happened())
    missing = () if passed_over else _missing(case, plan, gate, application, materials, on_file)
    findings = () if passed_over else await _findings(regulation, case, plan, gate, application, on_file, folder)
    differences = (
        *_about_plan(case, plan),
        *_about_events(case, plan, on_file),
        *differing("不适用 passed over", case.expect.passed_over, passed_over),
        *_about_change(case, plan, gate, application),
        *_about_missing(case, missing),
        *_about_findings(case, findings),
    )
    return Verdict(
        case=case.name,
        differences=differences,
        exercised=frozenset() if passed_over else exercised_checks(plan, gate, application, findings, on_file),
        timeline=tuple(_lines(case, gate, (*missing, *findings))),
    )


def _refused(case: ChecksCase, reasons: list[str]) -> Verdict:
    listed = "；".join(reasons)
    expected = case.expect.refused
    held = expected is not None and expected in listed
    differences = () if held else tuple(differing("受理 admission", expected or "受理", f"不予受理：{listed}"))
    return Verdict(
        case=case.name,
        differences=differences,
        timeline=(Line(at=case.filed_on, sign="✗", text=f"不予受理：{listed}"),),
    )


def _missing(
    case: ChecksCase,
    plan: Plan,
    gate: Gate,
    application: Application,
    materials: tuple[Material, ...],
    on_file: OnFile,
) -> tuple[Finding, ...]:
    explained = changes.explanations(plan, stage_of(plan, gate), case.approved_investment, application.investment)
    return completeness.missing(gate, plan, application, materials, on_file.happened(), explained)


async def _findings(
    regulation: str,
    case: ChecksCase,
    plan: Plan,
    gate: Gate,
    application: Application,
    on_file: OnFile,
    folder: Path,
) -> tuple[Finding, ...]:
    question = checks.question(gate, plan, application)
    known = await facts(regulation, case.catalog, application, question, folder) if question else None
    asked = changes.questions(plan, stage_of(plan, gate), case.approved_investment, application.investment)
    return (*checks.run(gate, plan, application, known, on_file), *asked)


def _on_file(case: ChecksCase) -> OnFile:
    """The project's file as the case gives it."""
    return OnFile(
        on=case.on or case.filed_on.date(),
        planned_reuse=case.planned_reuse,
        conditions=_conditions(case),
        events=tuple(_event(number, given, case) for number, given in enumerate(case.events, start=1)),
        approved_forms=case.approved_forms,
    )


def _event(number: int, given: GivenEvent, case: ChecksCase) -> EventReport:
    report = EventReport(
        event_id=f"e{number}",
        event=given.event,
        occurred_on=given.occurred_on or case.filed_on.date(),
        reported_by="案例",
        data=given.data,
    )
    # As it would come by a message: a day is a text there.
    return EventReport.model_validate_json(report.model_dump_json())


def _conditions(case: ChecksCase) -> tuple[Condition, ...]:
    return tuple(
        Condition(condition_id=f"c{number}", text=given.text, organ="—", review_id="—", answer=given.answer)
        for number, given in enumerate(case.conditions, start=1)
    )


def _about_plan(case: ChecksCase, plan: Plan) -> Iterator[str]:
    yield from differing("受理 admission", case.expect.refused, None)
    yield from differing("办理路径 route", case.expect.route, plan.route)


def _about_events(case: ChecksCase, plan: Plan, on_file: OnFile) -> Iterator[str]:
    """Events that the project would refuse."""
    for report in on_file.events:
        if reason := objection_to_report(report, plan):
            yield f"事项 event {report.event}：{reason.zh} / {reason.en}"


def _about_change(case: ChecksCase, plan: Plan, gate: Gate, application: Application) -> Iterator[str]:
    rule = changes.returning(plan, stage_of(plan, gate), case.approved_investment, application.investment)
    expected, actual = case.expect.sent_back or "—", rule.id if rule else "—"
    yield from differing("变更退回 sent back", expected, actual)


def _about_missing(case: ChecksCase, missing: tuple[Finding, ...]) -> Iterator[str]:
    found = [f"{fault.rule} {fault.message.zh}" for fault in missing]
    for words in case.expect.missing:
        fitting = next((text for text in found if words in text), None)
        if fitting is None:
            yield f"材料 materials：应缺 {words}，实缺 {found} / {words} should be missing"
        else:
            found.remove(fitting)
    yield from (f"材料 materials：多缺 {text} / not expected to be missing" for text in found)


def _about_findings(case: ChecksCase, findings: tuple[Finding, ...]) -> Iterator[str]:
    on = case.on or case.filed_on.date()
    against = checks.blocking(findings, tuple(_waiver(w, case.filed_on) for w in case.waivers), on)
    advice = [f for f in findings if f.strength is Strength.ENCOURAGED]
    waived = [f for f in findings if f not in against and f not in advice]
    yield from unmatched("阻止通过的问题 blocking", case.expect.blocking, map(label, against))
    yield from unmatched("已例外批准 waived", case.expect.waived, map(label, waived))
    yield from unmatched("建议 advice", case.expect.advice, map(label, advice))


def label(finding: Finding) -> str:
    """A finding as a case names it: its check, and what is at fault."""
    return f"{finding.check} {finding.subject}"


def _waiver(given: GivenWaiver, at: datetime) -> Waiver:
    return Waiver(
        rule=given.rule,
        subject=given.subject,
        organ="—",
        officer="—",
        reason="案例",
        document="0" * 64,
        expires_on=given.expires_on,
        granted_at=at,
    )


def _lines(case: ChecksCase, gate: Gate, findings: tuple[Finding, ...]) -> Iterator[Line]:
    yield Line(at=case.filed_on, sign="▷", text=f"{gate.title.zh}：问题 {len(findings)} 项")
    for finding in findings:
        yield Line(at=case.filed_on, sign="·", text=f"{finding.rule} {finding.message.zh}（{finding.citation}）")


# ---------------------------------------------------------------- dates


def judge_deadline(regulation: str, case: DeadlineCase, folder: Path) -> Verdict:
    """Judge when a term ends and reminds. Raises CaseError for a faulty case, KeyError for an unknown gate."""
    application, _ = application_of(regulation, case)
    plan = plan_of(regulation, case, application, folder)
    term, rungs = _term(case, plan)
    calendar = _calendar(case)
    clock = tuple(
        ClockEvent(kind=change.kind, at=change.at, working_days=change.working_days, reason="案例", by="—")
        for change in case.clock
    )
    computed = receipt("案例", case.started, term, calendar, clock)
    ladder = {f"{rung.at} {rung.kind}": at for rung, at in rung_instants(computed, rungs, calendar)}
    return Verdict(
        case=case.name,
        differences=tuple(_about_deadline(case, computed, ladder, calendar)),
        timeline=tuple(_dates(case, computed, ladder)),
    )


def _term(case: DeadlineCase, plan: Plan) -> tuple[Term, tuple[Rung, ...]]:
    if case.of == "opening":
        opening = next(stage.opening for stage in plan.stages if stage.name == case.stage)
        assert opening and opening.on, "a stage that opens by itself"
        return opening.on, ()
    if case.of == "limit":
        limits = {limit.id: limit for stage in plan.stages for limit in stage.limits}
        return limits[case.limit or ""].term, limits[case.limit or ""].rungs
    if case.of == "verification" and case.gate is None:
        assert plan.inspection, "a plan with a rectification after inspections"
        return plan.inspection.verification, plan.inspection.rungs
    gate = gate_of(plan, case.gate or "")
    if case.of == "gate_opening":
        assert gate.opening and gate.opening.on, "a gate that opens by itself"
        return gate.opening.on, ()
    if case.of == "review":
        return gate.term, gate.rungs
    rule = next(c.rectification for c in gate.consequences if c.rectification)
    return (rule.term if case.of == "rectification" else rule.verification), rule.rungs


def _calendar(case: DeadlineCase) -> WorkCalendar:
    notices = (case.published.calendar_year(),) if case.published else ()
    year = case.filed_on.astimezone(CHINA).year
    return calendar_in_force(year - YEARS_BEFORE, year + YEARS_AFTER, notices)


def _about_deadline(
    case: DeadlineCase, computed: Receipt, ladder: dict[str, datetime], calendar: WorkCalendar
) -> Iterator[str]:
    expect = case.expect
    yield from differing("截止 due", expect.due_on, computed.due_on)
    yield from differing("暂定 provisional", expect.provisional, computed.provisional)
    yield from differing("调休上班 make-up days", expect.make_up_days, computed.make_up_days)
    weekend = ("周六", "周日", CLOCK_STOOD)
    holidays = tuple(s.day for s in computed.skipped if s.reason not in weekend)
    yield from differing("节假日 holidays", expect.skipped_holidays, holidays)
    if expect.rungs is not None:
        yield from differing(
            "提醒 rungs", expect.rungs, {key: at.astimezone(CHINA).date() for key, at in ladder.items()}
        )
    if case.at is not None:
        yield from differing("逾期 overdue", expect.overdue, is_overdue(computed, case.at))
        left = remaining_working_days(computed, case.at, calendar)
        yield from differing("剩余工作日 remaining", expect.remaining_working_days, left)


def _dates(case: DeadlineCase, computed: Receipt, ladder: dict[str, datetime]) -> Iterator[Line]:
    yield Line(at=case.started, sign="▷", text=f"起算，{computed.term.citation}")
    for change in case.clock:
        yield Line(at=change.at, sign="‖", text=f"{change.kind} {change.working_days or ''}".strip())
    for name, at in ladder.items():
        yield Line(at=at, sign="⏰", text=name)
    note = "（暂定）" if computed.provisional else ""
    yield Line(at=computed.due_at, sign="■", text=f"截止 {computed.due_on} 24时{note}")
