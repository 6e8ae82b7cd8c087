"""项目单位: what the unit can do with its project: hand in, report a change, withdraw."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.application import Application
from models.base import Text
from models.effects import EntryKind, NoticeTemplate
from models.messages import Answer, ChangeKind, ChangeReport, Submission, Withdrawal
from models.plan import Change, Plan
from models.scope import Titled
from regulations import changes
from workflows.effects import organs
from workflows.file_holder import merged, update_id
from workflows.interruptions import Reopened, SentBack, Withdrawn
from workflows.messages.reading import NOTHING
from workflows.project_holder import ProjectHolder


class UnitMessages(ProjectHolder):
    """The unit speaks by an officer who holds a post in it."""

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
        materials = merged(self.file.materials, submission.materials, self.file.round)
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
            update_id(),
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
        self.withdrawn = True
        await self.effects.record(
            EntryKind.PROJECT_WITHDRAWN,
            self.file.code,
            text,
            officer=withdrawal.withdrawn_by,
            detail={"reason": withdrawal.reason},
        )
        self.interrupt(Withdrawn(withdrawal.reason))
        recipients = organs(self.desk.awaited() or self.supervisors())
        await self.effects.tell(
            NoticeTemplate.PROJECT_WITHDRAWN, self.file.code, recipients, {"reason": withdrawal.reason}
        )
        return text

    async def _report_change(self, report: ChangeReport) -> Text:
        was = self.file.application.investment
        text = Text(zh=f"变更已登记：{report.description[:60]}", en="the change is noted")
        await self.effects.record(
            EntryKind.CHANGE_REPORTED,
            update_id(),
            text,
            officer=report.reported_by,
            detail={**report.model_dump(mode="json"), "investment_was": str(was)},
        )
        if report.investment is not None:
            changed = self.file.application.model_copy(update={"investment": report.investment})
            self.update_file(application=changed)
        self._interrupt_for(report, was)
        await self.effects.tell(
            NoticeTemplate.CHANGE_REPORTED,
            update_id(),
            organs(self.desk.awaited() or self.supervisors()),
            {"description": report.description, "investment": str(report.investment or was)},
        )
        return text

    def _interrupt_for(self, report: ChangeReport, was: Decimal) -> None:
        """At once: nobody may decide any more on what has changed."""
        if rule := self._grown(report):
            self.interrupt(SentBack(rule.returns_to, rule.citation, grown=True))
        elif rule := changes.major(self.plan, self.file.stage) if report.major else None:
            self.interrupt(SentBack(rule.returns_to, rule.citation, grown=False))
        elif report.investment not in (None, was) and self._judges_investment():
            assert self.desk.review
            self.interrupt(Reopened(self.desk.review.gate))

    def _grown(self, report: ChangeReport) -> Change | None:
        """The rule by which the new investment sends the project back from its present stage."""
        if report.investment is None:
            return None
        return changes.returning(self.plan, self.file.stage, self.file.approved_investment, report.investment)

    def _judges_investment(self) -> bool:
        """Whether officers are just judging the investment: their approval would fix it, or a rule looks at it."""
        if self.desk.ladder is None or self.desk.review is None:
            return False
        gate = self.plan.gate(self.desk.review.gate)
        return gate.fixes.investment or changes.binds(self.plan, self.file.stage)

    def voices(self, message: Any) -> tuple[str, ...]:
        if isinstance(message, Submission) and message.application:
            return (message.submitted_by, message.application.prepared_by)
        return super().voices(message)

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

    def is_late(self, message: BaseModel) -> bool:
        """A correction of what was returned belongs to the round that the return leads to: handed in before, it would be
        awaited there once more."""
        return isinstance(message, Submission) and (self.is_returning or self.is_sent_back)

    def objection_to(self, message: BaseModel) -> Text | None:
        match message:
            case Submission():
                return super().objection_to(message) or self._objection_to_submission(message)
            case ChangeReport(kind=ChangeKind.INVESTMENT, investment=None):
                return Text(
                    zh="investment：投资变更须报新的总投资", en="investment: required for a change of investment"
                )
            case ChangeReport(investment=Decimal() as investment):
                return super().objection_to(message) or self._beyond_route(investment)
        return super().objection_to(message)

    def _objection_to_submission(self, submission: Submission) -> Text | None:
        if self.file.suspended:
            return Text(zh="项目已中止，暂不受理材料", en="the project is suspended; nothing can be handed in")
        ladder = self.desk.ladder
        if ladder and (submission.application is not None or not ladder.deadline.receipt.paused):
            return Text(
                zh=f"审核 {ladder.matter} 正在进行；退回后方可更正申报，停止计时后方可补充材料",
                en=f"review {ladder.matter} is open; correct after a return, add files while its clock is stopped",
            )
        if submission.application and (beyond := self._beyond_route(submission.application.investment)):
            return beyond
        return _objection_to_application(self.file.application, submission.application, self.plan)

    def _beyond_route(self, investment: Decimal) -> Text | None:
        """Before an investment was approved the route's own limit holds; afterwards the rules for changes do."""
        limit = self.plan.investment_up_to
        if limit is None or investment <= limit or self.file.approved_investment is not None:
            return None
        return Text(
            zh=f"investment {investment} 超过本办理路径的限额 {limit}，须撤回后重新申报",
            en=f"investment {investment} is over the limit of the route, {limit}: withdraw and file anew",
        )


def _objection_to_application(held: Application, new: Application | None, plan: Plan) -> Text | None:
    """A correction may change the content, never what the project is and which law binds it."""
    if new is None:
        return None
    for name in ("regulation", "code", "department", "unit", "funding", "kind", "classified"):
        old_value, new_value = getattr(held, name), getattr(new, name)
        if old_value != new_value:
            return Text(
                zh=f"{name}：更正不得改变（原 {old_value}，现 {new_value}）",
                en=f"{name}: a correction may not change it (was {old_value}, now {new_value})",
            )
    kept = set(plan.fixed_categories)
    if kept & set(held.categories) != kept & set(new.categories):
        return Text(
            zh=f"categories：办理路径由此确定，更正不得改变（{'、'.join(sorted(kept))}）",
            en=f"categories: the route was chosen by them; a correction may not change {', '.join(sorted(kept))}",
        )
    return _unknown("features", [f.kind for f in new.features], plan.features) or _unknown(
        "categories", list(new.categories), plan.categories
    )


def _unknown(field: str, names: list[str], known: tuple[Titled, ...]) -> Text | None:
    ids = {titled.id for titled in known}
    strange = next((name for name in names if name not in ids), None)
    if strange is None:
        return None
    return Text(zh=f"{field}：办法没有 {strange}", en=f"{field}: the regulation knows no {strange}")
