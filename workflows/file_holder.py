"""What the holder of a project's file can be told, in whichever stage the file lies (docs/contract.md)."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.application import Application, Material
from models.base import Text
from models.calendar import ClockEventKind, WorkCalendar
from models.citation import Citation
from models.effects import EntryKind
from models.finding import Finding, SanctionEnd, Strength, Waiver
from models.messages import (
    Answer,
    ChangeKind,
    ChangeReport,
    EventReport,
    FindingReport,
    Resumption,
    Retraction,
    Submission,
    Suspension,
    WaiverRequest,
    Withdrawal,
)
from models.plan import Act, Change, Plan
from models.project import GateRecord, ProjectFile
from regulations import checks
from workflows import consequences
from workflows.effects import organs, unit
from workflows.interruptions import Reopened, SentBack, Withdrawn
from workflows.messages import NOTHING
from workflows.proceeding import Proceeding

RECTIFICATION_CLOSED = "rectification_closed"
SUSPENSION = "suspension"


class FileHolder(Proceeding):
    """Keeps the project's file up to date with what units, organs and other workflows report."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file.code, file.application.title, file.clock_shift)
        self.file = file
        self.handled = dict(file.handled)
        self.counted = dict(file.counted)
        self.refusals = file.refusals
        self.submissions = 0

    # ------------------------------------------------------------ what the file says

    @property
    def plan(self) -> Plan:
        assert self.file.plan, "the plan is resolved at admission"
        return self.file.plan

    @property
    def calendar(self) -> WorkCalendar:
        assert self.file.calendar, "the calendar is fixed at admission"
        return self.file.calendar

    @property
    def filers(self) -> tuple[str, ...]:
        return self.file.filers

    @property
    def is_suspended(self) -> bool:
        return self.file.suspended

    def blocking(self) -> tuple[Finding, ...]:
        review = self.desk.review
        if review is None:
            return ()
        return checks.blocking(review.findings, self.file.waivers, self.effects.now().date())

    def adopt_calendar(self, calendar: WorkCalendar) -> None:
        self.update_file(calendar=calendar)

    def update_file(self, **changes: Any) -> None:
        """Replace the file by one with these changes."""
        self.file = self.file.model_copy(update=changes)

    def speaker(self, message: Any) -> tuple[str, str]:
        unit_code = self.file.application.unit.code
        match message:
            case Submission():
                return message.submitted_by, unit_code
            case Withdrawal():
                return message.withdrawn_by, unit_code
            case ChangeReport():
                return message.reported_by, unit_code
        return super().speaker(message)

    # ------------------------------------------------------------ the unit

    @workflow.update(name="submit", description="提交材料: a corrected application, files, answers to conditions")
    async def submit(self, payload: RawValue = NOTHING) -> Answer:
        """Hand in: while materials are awaited, between gates, or, files only, while the clock is stopped."""
        return await self.handle(Submission, payload, self._submit)

    @submit.validator
    def _admits_submission(self, payload: RawValue = NOTHING) -> None:
        self.admit(Submission, payload)

    @workflow.update(name="withdraw", description="撤回: the unit takes its project back")
    async def withdraw(self, payload: RawValue = NOTHING) -> Answer:
        """End the project at the unit's own wish."""
        return await self.handle(Withdrawal, payload, self._withdraw)

    @withdraw.validator
    def _admits_withdrawal(self, payload: RawValue = NOTHING) -> None:
        self.admit(Withdrawal, payload)

    @workflow.update(name="report_change", description="变更报告: a change of investment or content")
    async def report_change(self, payload: RawValue = NOTHING) -> Answer:
        """Report a change. Where the plan has a rule for it, the file goes back to the gate that the rule names."""
        return await self.handle(ChangeReport, payload, self._report_change)

    @report_change.validator
    def _admits_change(self, payload: RawValue = NOTHING) -> None:
        self.admit(ChangeReport, payload)

    async def _submit(self, submission: Submission) -> Text:
        application = submission.application or self.file.application
        materials = _merged(self.file.materials, submission.materials, self.file.round)
        answers = submission.condition_answers
        conditions = tuple(
            c.model_copy(update={"answer": answers[c.condition_id]}) if c.condition_id in answers else c
            for c in self.file.conditions
        )
        self.submissions += 1
        filers = (*self.file.filers, submission.submitted_by, application.prepared_by)
        self.update_file(
            application=application,
            materials=materials,
            conditions=conditions,
            awaits_correction=False,
            filers=tuple(dict.fromkeys(filers)),
        )
        if self.desk.ladder:
            self.desk.lay_before(materials)
        text = Text(zh=f"收到材料 {len(submission.materials)} 份", en=f"{len(submission.materials)} files received")
        await self.effects.record(
            EntryKind.MATERIALS_SUBMITTED,
            _update_id(),
            text,
            officer=submission.submitted_by,
            detail={
                "application_corrected": submission.application is not None,
                "materials": [material.model_dump(mode="json") for material in submission.materials],
                "note": submission.note,
            },
        )
        return text

    async def _withdraw(self, withdrawal: Withdrawal) -> Text:
        text = Text(zh="项目已撤回", en="the project is withdrawn")
        await self.effects.record(
            EntryKind.PROJECT_WITHDRAWN,
            self.file.code,
            text,
            officer=withdrawal.withdrawn_by,
            detail={"reason": withdrawal.reason},
        )
        self.interrupt(Withdrawn(withdrawal.reason))
        return text

    async def _report_change(self, report: ChangeReport) -> Text:
        was = self.file.application.investment
        text = Text(zh=f"变更已登记：{report.description[:60]}", en="the change is noted")
        await self.effects.record(
            EntryKind.CHANGE_REPORTED,
            _update_id(),
            text,
            officer=report.reported_by,
            detail={**report.model_dump(mode="json"), "investment_was": str(was)},
        )
        if report.investment is not None:
            changed = self.file.application.model_copy(update={"investment": report.investment})
            self.update_file(application=changed)
        await self.effects.tell(
            "change_reported",
            _update_id(),
            organs(self.desk.awaited() or self._supervisors()),
            {"description": report.description, "investment": str(report.investment or was)},
        )
        if rule := _change_rule(self.plan, report, was):
            self.interrupt(SentBack(rule.returns_to, rule.citation))
        return text

    def _supervisors(self) -> tuple[str, ...]:
        power = self.plan.power(Act.SUSPEND)
        return power.organs if power else ()

    # ------------------------------------------------------------ the organs

    @workflow.update(name="waive", description="例外批准: excuse an in-principle finding")
    async def waive(self, payload: RawValue = NOTHING) -> Answer:
        """Excuse the findings of an in-principle rule: who, why, on which document, until when."""
        return await self.handle(WaiverRequest, payload, self._waive)

    @waive.validator
    def _admits_waiver(self, payload: RawValue = NOTHING) -> None:
        self.admit(WaiverRequest, payload)

    @workflow.update(name="suspend", description="中止: the project stands still")
    async def suspend(self, payload: RawValue = NOTHING) -> Answer:
        """Suspend the project; the clock of its open review stands with it."""
        return await self.handle(Suspension, payload, self._suspend)

    @suspend.validator
    def _admits_suspension(self, payload: RawValue = NOTHING) -> None:
        self.admit(Suspension, payload)

    @workflow.update(name="resume", description="恢复: a suspended project goes on")
    async def resume(self, payload: RawValue = NOTHING) -> Answer:
        """Let a suspended project go on, with the working days that were left."""
        return await self.handle(Resumption, payload, self._resume_project)

    @resume.validator
    def _admits_project_resumption(self, payload: RawValue = NOTHING) -> None:
        self.admit(Resumption, payload)

    @workflow.update(name="retract", description="撤销意见: take back one's own mistaken decision")
    async def retract(self, payload: RawValue = NOTHING) -> Answer:
        """Take back one's own decision while the stage still holds the file; a gate that it closed opens again."""
        return await self.handle(Retraction, payload, self._retract)

    @retract.validator
    def _admits_retraction(self, payload: RawValue = NOTHING) -> None:
        self.admit(Retraction, payload)

    @workflow.update(name="record_finding", description="检查问题: record a fault that is to be rectified")
    async def record_finding(self, payload: RawValue = NOTHING) -> Answer:
        """Record a fault found by an inspection, and open its rectification beside the project."""
        return await self.handle(FindingReport, payload, self._record_finding)

    @record_finding.validator
    def _admits_finding(self, payload: RawValue = NOTHING) -> None:
        self.admit(FindingReport, payload)

    async def _waive(self, request: WaiverRequest) -> Text:
        granted = request.model_dump()
        waiver = Waiver(**granted, granted_at=self.effects.now())
        self.update_file(waivers=(*self.file.waivers, waiver))
        text = Text(
            zh=f"例外批准 {request.rule}，至 {request.expires_on}",
            en=f"{request.rule} waived until {request.expires_on}",
        )
        await self.effects.record(
            EntryKind.FINDING_WAIVED,
            _update_id(),
            text,
            organ=request.organ,
            officer=request.officer,
            citations=self._citations_of(request.rule),
            detail=waiver.model_dump(mode="json"),
        )
        await consequences.lift(
            self, lambda s: s.rule == request.rule and s.strength is Strength.IN_PRINCIPLE, request.reason
        )
        return text

    async def _suspend(self, suspension: Suspension) -> Text:
        self.update_file(suspended=True)
        text = Text(zh="项目中止", en="the project is suspended")
        await self.effects.record(
            EntryKind.PROJECT_SUSPENDED,
            _update_id(),
            text,
            organ=suspension.organ,
            officer=suspension.officer,
            detail={"reason": suspension.reason},
        )
        if self.ladder and not self.ladder.deadline.receipt.paused:
            await self.move_clock(ClockEventKind.PAUSED, suspension.reason, suspension.officer, ground=SUSPENSION)
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell("project_suspended", _update_id(), recipients, {"reason": suspension.reason})
        return text

    async def _resume_project(self, resumption: Resumption) -> Text:
        text = Text(zh="项目恢复", en="the project is resumed")
        await self.effects.record(
            EntryKind.PROJECT_RESUMED,
            _update_id(),
            text,
            organ=resumption.organ,
            officer=resumption.officer,
            detail={"reason": resumption.reason},
        )
        if self.ladder and self._stands_by_suspension():
            await self.move_clock(ClockEventKind.RESUMED, resumption.reason, resumption.officer)
        self.update_file(suspended=False)
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell("project_resumed", _update_id(), recipients, {"reason": resumption.reason})
        return text

    def _stands_by_suspension(self) -> bool:
        clock = self.ladder.deadline.clock if self.ladder else ()
        return bool(clock) and clock[-1].kind is ClockEventKind.PAUSED and clock[-1].ground == SUSPENSION

    async def _retract(self, retraction: Retraction) -> Text:
        text = Text(zh=f"意见 {retraction.decision_id} 已撤销", en=f"decision {retraction.decision_id} is retracted")
        closed = self._closed_by(retraction.decision_id)
        if closed:
            kept = tuple(c for c in self.file.conditions if c.review_id != closed.review_id)
            self.update_file(conditions=kept)
        else:
            self.desk.take_back(retraction.decision_id)
        await self.effects.record(
            EntryKind.DECISION_RETRACTED,
            retraction.decision_id,
            text,
            organ=retraction.organ,
            officer=retraction.officer,
            detail={"reason": retraction.reason, "reopens": closed.review_id if closed else None},
        )
        if closed:
            self.interrupt(Reopened(closed.gate))
        variables = {
            "gate": closed.gate if closed else (self.desk.review.title.zh if self.desk.review else ""),
            "officer": retraction.officer,
            "reason": retraction.reason,
        }
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell("decision_retracted", retraction.decision_id, recipients, variables)
        return text

    def _closed_by(self, decision_id: str) -> GateRecord | None:
        """The gate of this stage and round that was closed with the decision."""
        return next(
            (
                record
                for record in self.file.passed
                if (record.stage, record.round) == (self.file.stage, self.file.round)
                and any(d.decision.decision_id == decision_id for d in record.decisions)
            ),
            None,
        )

    async def _record_finding(self, report: FindingReport) -> Text:
        text = Text(zh=f"检查问题：{report.subject}", en=f"finding recorded: {report.subject}")
        finding = consequences.inspection_finding(self.plan, report)
        await self.effects.record(
            EntryKind.FINDING_RECORDED,
            report.finding_id,
            text,
            organ=report.organ,
            officer=report.officer,
            citations=(finding.citation,),
            detail=report.model_dump(mode="json"),
        )
        rule = consequences.inspection_rectification(finding, report, self.effects.now().date())
        await consequences.open_rectification(self, rule, (finding,), report.finding_id)
        return text

    # ------------------------------------------------------------ events

    async def on_event(self, report: EventReport) -> None:
        """Keep the event in the file; a rectification's end also lifts what was to last until then."""
        self.update_file(events=(*self.file.events, report.model_copy(update={"data": {}})))
        if report.event == RECTIFICATION_CLOSED:
            await self._close_rectification(report)
        self.show()

    async def _close_rectification(self, report: EventReport) -> None:
        closed_id = report.data.get("rectification_id")
        self.update_file(
            rectifications=tuple(
                r.model_copy(update={"closed_at": self.effects.now()}) if r.rectification_id == closed_id else r
                for r in self.file.rectifications
            ),
            materials=_merged(self.file.materials, _materials_in(report), self.file.round),
        )
        if not any(r.closed_at is None for r in self.file.rectifications):
            await consequences.lift(self, lambda s: s.ends is SanctionEnd.RECTIFIED, "整改完成")

    # ------------------------------------------------------------ objections

    def objection_to(self, message: BaseModel) -> Text | None:
        """Why the message cannot be accepted now, by what the file says."""
        if self.file.plan is None:
            return Text(zh="项目尚在受理，请稍后", en="the project is being admitted; ask again")
        match message:
            case Submission():
                return self._objection_to_submission(message)
            case WaiverRequest():
                return self.objection_to_power(Act.WAIVE, message.organ) or self._objection_to_waiver(message)
            case Suspension() if self.file.suspended:
                return Text(zh="项目已经中止", en="the project is suspended already")
            case Resumption() if not self.file.suspended:
                return Text(zh="项目没有中止", en="the project is not suspended")
            case Suspension() | Resumption():
                return self.objection_to_power(Act.SUSPEND, message.organ)
            case FindingReport():
                return self.objection_to_power(Act.RECORD_FINDING, message.organ) or self._objection_to_limit(message)
            case Retraction():
                return self._objection_to_retraction(message)
            case ChangeReport(kind=ChangeKind.INVESTMENT, investment=None):
                return Text(
                    zh="investment：投资变更须报新的总投资", en="investment: required for a change of investment"
                )
        return None

    def _objection_to_submission(self, submission: Submission) -> Text | None:
        if self.file.suspended:
            return Text(zh="项目已中止，暂不受理材料", en="the project is suspended; nothing can be handed in")
        ladder = self.desk.ladder
        if ladder and (submission.application is not None or not ladder.deadline.receipt.paused):
            return Text(
                zh=f"审核 {ladder.matter} 正在进行；退回后方可更正申报，停止计时后方可补充材料",
                en=f"review {ladder.matter} is open; correct after a return, add files while its clock is stopped",
            )
        return _objection_to_application(self.file.application, submission.application, self.plan)

    def _objection_to_waiver(self, request: WaiverRequest) -> Text | None:
        strengths = self._strengths_of(request.rule)
        if Strength.IN_PRINCIPLE not in strengths:
            return Text(
                zh=f"rule {request.rule} 不是“原则上”的规定，不得例外批准",
                en=f"rule {request.rule} is not an in-principle rule and cannot be waived",
            )
        if request.expires_on < self.effects.now().date():
            zh, en = f"expires_on {request.expires_on} 已过", f"expires_on {request.expires_on} lies in the past"
            return Text(zh=zh, en=en)
        if request.document not in {material.sha256 for material in self.file.materials}:
            return Text(
                zh=f"document {request.document[:12]}… 不在已交材料中；请先提交批准文件",
                en=f"document {request.document[:12]}… is not among the materials; hand it in first",
            )
        return None

    def _objection_to_limit(self, report: FindingReport) -> Text | None:
        if report.limit_on > self.effects.now().date():
            return None
        return Text(zh=f"limit_on {report.limit_on} 须晚于今日", en=f"limit_on {report.limit_on} must lie ahead")

    def _objection_to_retraction(self, retraction: Retraction) -> Text | None:
        review = self.desk.review
        open_ones = review.decisions if review and self.desk.ladder else ()
        closed = self._closed_by(retraction.decision_id)
        candidates = (*open_ones, *(closed.decisions if closed else ()))
        found = next((d for d in candidates if d.decision.decision_id == retraction.decision_id), None)
        if found is None:
            return Text(
                zh=f"本阶段本轮没有意见 {retraction.decision_id}，不能撤销",
                en=f"this round of this stage has no decision {retraction.decision_id} to retract",
            )
        if (found.decision.officer, found.decision.organ) != (retraction.officer, retraction.organ):
            return Text(zh="只能撤销本人作出的意见", en="only the officer who decided may retract")
        return None

    def _strengths_of(self, rule: str) -> set[Strength]:
        sanctions = [s for stage in self.plan.stages for g in stage.gates for c in g.consequences for s in c.sanctions]
        return {c.strength for c in self.plan.checks if c.rule == rule} | {
            s.strength for s in sanctions if s.rule == rule
        }

    def _citations_of(self, rule: str) -> tuple[Citation, ...]:
        return tuple(dict.fromkeys(c.citation for c in self.plan.checks if c.rule == rule))


def _update_id() -> str:
    update = workflow.current_update_info()
    assert update
    return update.id


def _merged(held: tuple[Material, ...], new: tuple[Material, ...], round_: int) -> tuple[Material, ...]:
    """The materials after a submission: a new file replaces the one of the same kind and name."""
    replaced = {(material.kind, material.name) for material in new}
    kept = tuple(m for m in held if (m.kind, m.name) not in replaced)
    return (*kept, *(m.model_copy(update={"round": round_}) for m in new))


def _materials_in(report: EventReport) -> tuple[Material, ...]:
    return tuple(Material.model_validate(item) for item in report.data.get("materials", ()))


def _change_rule(plan: Plan, report: ChangeReport, was: Decimal) -> Change | None:
    if report.investment is None:
        return None
    share = (report.investment - was) / was
    return next((rule for rule in plan.changes if share > rule.over_share), None)


def _objection_to_application(held: Application, new: Application | None, plan: Plan) -> Text | None:
    """A correction may change the content, never what the project is and which law binds it."""
    if new is None:
        return None
    for name in ("regulation", "code", "department", "unit", "funding"):
        old_value, new_value = getattr(held, name), getattr(new, name)
        if old_value != new_value:
            return Text(
                zh=f"{name}：更正不得改变（原 {old_value}，现 {new_value}）",
                en=f"{name}: a correction may not change it (was {old_value}, now {new_value})",
            )
    known = {feature.id for feature in plan.features}
    strange = [feature.kind for feature in new.features if feature.kind not in known]
    if strange:
        zh, en = f"features：办法没有建设内容 {strange[0]}", f"features: the regulation knows no {strange[0]}"
        return Text(zh=zh, en=en)
    return None
