"""机关: what an organ can do to a project besides deciding: waive, suspend, retract, record a fault."""

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text
from models.calendar import ClockEvent, ClockEventKind
from models.citation import Citation
from models.effects import EntryKind, NoticeTemplate
from models.finding import Strength, Waiver
from models.messages import Answer, FindingReport, Resumption, Retraction, Suspension, WaiverRequest
from models.plan import Act
from models.project import Fixed, GateRecord
from models.review import Outcome
from workflows import consequences
from workflows.effects import organs, unit
from workflows.file_holder import update_id
from workflows.interruptions import Reopened
from workflows.messages.clock import ClockMessages
from workflows.messages.limits import LimitMessages
from workflows.messages.reading import NOTHING
from workflows.project_holder import ProjectHolder

SUSPENSION = "suspension"


class OrganMessages(ClockMessages, LimitMessages, ProjectHolder):
    """An organ speaks by an officer whose authority is resolved, and within the powers that the plan gives it."""

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
            update_id(),
            text,
            organ=request.organ,
            officer=request.officer,
            citations=self._citations_of(request.rule),
            detail={**waiver.model_dump(mode="json"), **self.signature_on_record(request)},
        )
        await consequences.lift_waived(self, request.rule, request.reason)
        return text

    async def _suspend(self, suspension: Suspension) -> Text:
        self.update_file(suspended=True)
        text = Text(zh="项目中止", en="the project is suspended")
        await self.effects.record(
            EntryKind.PROJECT_SUSPENDED,
            update_id(),
            text,
            organ=suspension.organ,
            officer=suspension.officer,
            detail={"reason": suspension.reason},
        )
        await self.move_limits(self._standing(ClockEventKind.PAUSED, suspension), suspension.organ)
        if self.ladder and not self.ladder.deadline.receipt.paused:
            await self.move_clock(self._standing(ClockEventKind.PAUSED, suspension), suspension.organ)
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell(
            NoticeTemplate.PROJECT_SUSPENDED, update_id(), recipients, {"reason": suspension.reason}
        )
        return text

    async def _resume_project(self, resumption: Resumption) -> Text:
        text = Text(zh="项目恢复", en="the project is resumed")
        await self.effects.record(
            EntryKind.PROJECT_RESUMED,
            update_id(),
            text,
            organ=resumption.organ,
            officer=resumption.officer,
            detail={"reason": resumption.reason},
        )
        await self.move_limits(self._standing(ClockEventKind.RESUMED, resumption), resumption.organ)
        if self.ladder and self._stands_by_suspension():
            await self.move_clock(self._standing(ClockEventKind.RESUMED, resumption), resumption.organ)
        self.update_file(suspended=False)
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell(NoticeTemplate.PROJECT_RESUMED, update_id(), recipients, {"reason": resumption.reason})
        return text

    def _standing(self, kind: ClockEventKind, message: Suspension | Resumption) -> ClockEvent:
        ground = SUSPENSION if kind is ClockEventKind.PAUSED else None
        return ClockEvent(kind=kind, at=self.effects.now(), ground=ground, reason=message.reason, by=message.officer)

    def _stands_by_suspension(self) -> bool:
        clock = self.ladder.deadline.clock if self.ladder else ()
        return bool(clock) and clock[-1].kind is ClockEventKind.PAUSED and clock[-1].ground == SUSPENSION

    async def _retract(self, retraction: Retraction) -> Text:
        text = Text(zh=f"意见 {retraction.decision_id} 已撤销", en=f"decision {retraction.decision_id} is retracted")
        closed = self._closed_by(retraction.decision_id)
        self.note_retracted(retraction.decision_id, text)
        if closed:
            self._undo(closed)
        else:
            self.desk.take_back(retraction.decision_id)
        await self.effects.record(
            EntryKind.DECISION_RETRACTED,
            retraction.decision_id,
            text,
            organ=retraction.organ,
            officer=retraction.officer,
            detail={
                **retraction.model_dump(mode="json"),
                **self.signature_on_record(retraction),
                "reopens": closed.review_id if closed else None,
            },
        )
        if closed:
            self.interrupt(Reopened(closed.gate))
        variables = {
            "gate": closed.gate if closed else (self.desk.review.title.zh if self.desk.review else ""),
            "officer": retraction.officer,
            "reason": retraction.reason,
        }
        recipients = (*unit(self.file.application.unit.code), *organs(self.desk.awaited()))
        await self.effects.tell(NoticeTemplate.DECISION_RETRACTED, retraction.decision_id, recipients, variables)
        return text

    def _undo(self, closed: GateRecord) -> None:
        """Take the gate, and those of this round that were passed after it, out of the file, with what their approval
        fixed and met; the ledger keeps them."""
        first = self.file.passed.index(closed)
        undone = [record.review_id for record in self.file.passed[first:]]
        fixed_before = next((self.fixed_before[review] for review in undone if review in self.fixed_before), None)
        self.limits.unmeet(self.plan, self.calendar, {record.gate for record in self.file.passed[first:]})
        self.update_file(
            **({name: getattr(fixed_before, name) for name in Fixed.model_fields} if fixed_before else {}),
            passed=self.file.passed[:first],
            conditions=tuple(c for c in self.file.conditions if c.review_id not in undone),
        )

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
        self.handled[_finding(report)] = Answer(message=text, at=self.effects.now())
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
        rule = consequences.inspection_rectification(self.plan, finding, report, self.effects.now().date())
        await consequences.open_rectification(self, rule, (finding,), report.finding_id)
        return text

    # ------------------------------------------------------------ objections

    def objection_to(self, message: BaseModel) -> Text | None:
        return super().objection_to(message) or self._objection_of_organs(message)

    def _objection_of_organs(self, message: BaseModel) -> Text | None:
        match message:
            case WaiverRequest():
                return self.objection_to_power(Act.WAIVE, message.organ) or self._objection_to_waiver(message)
            case Suspension() if self.file.suspended:
                return Text(zh="项目已经中止", en="the project is suspended already")
            case Resumption() if not self.file.suspended:
                return Text(zh="项目没有中止", en="the project is not suspended")
            case Suspension() | Resumption():
                return self.objection_to_power(Act.SUSPEND, message.organ)
            case FindingReport():
                return self.objection_to_power(Act.RECORD_FINDING, message.organ) or self._objection_to_finding(message)
            case Retraction():
                return self._objection_to_retraction(message)
        return None

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

    def _objection_to_finding(self, report: FindingReport) -> Text | None:
        if _finding(report) in self.handled:
            zh, en = f"finding_id {report.finding_id} 已登记", f"finding_id {report.finding_id} is on record already"
            return Text(zh=zh, en=en)
        today, last = self.effects.now().date(), self.calendar.years[-1].year
        if today < report.limit_on and report.limit_on.year < last:
            return None
        return Text(
            zh=f"limit_on {report.limit_on} 须晚于今日，且在 {last} 年之前",
            en=f"limit_on {report.limit_on} must lie ahead, and before {last}",
        )

    def _objection_to_retraction(self, retraction: Retraction) -> Text | None:
        review = self.desk.review
        if self.is_retracted(retraction.decision_id):
            zh, en = (
                f"意见 {retraction.decision_id} 已经撤销",
                f"decision {retraction.decision_id} is retracted already",
            )
            return Text(zh=zh, en=en)
        open_ones = review.decisions if review and self.desk.ladder else ()
        closed = self._closed_by(retraction.decision_id)
        candidates = (*open_ones, *(closed.decisions if closed else ()))
        found = next((d for d in candidates if d.decision.decision_id == retraction.decision_id), None)
        if found is None:
            return Text(
                zh=f"本阶段本轮没有意见 {retraction.decision_id}，不能撤销",
                en=f"this round of this stage has no decision {retraction.decision_id} to retract",
            )
        if closed and closed.outcome is not Outcome.APPROVED:
            return Text(
                zh=f"{closed.title.zh}已{closed.outcome.label.zh}，案卷正在移交，不能撤销",
                en=f"{closed.title.en} is {closed.outcome.label.en} and the file is leaving: too late to retract",
            )
        if (found.decision.officer, found.decision.organ) != (retraction.officer, retraction.organ):
            return Text(zh="只能撤销本人作出的意见", en="only the officer who decided may retract")
        return None

    def _strengths_of(self, rule: str) -> set[Strength]:
        return {c.strength for c in self.plan.checks if c.rule == rule} | {
            s.strength for s in self.plan.sanction_rules() if s.rule == rule
        }

    def _citations_of(self, rule: str) -> tuple[Citation, ...]:
        return tuple(dict.fromkeys(c.citation for c in self.plan.checks if c.rule == rule))


def _finding(report: FindingReport) -> str:
    return f"finding:{report.finding_id}"
