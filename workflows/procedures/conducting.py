"""A procedure as its workflow conducts it: all that it can be told, where it stands, and how it shows itself."""

from pydantic import BaseModel
from temporalio import workflow

from models.base import Text
from models.messages import EventReport
from models.project import State, Status
from workflows.messages.clock import ClockMessages
from workflows.messages.decisions import Decisions
from workflows.messages.events import Events
from workflows.procedures.submissions import Submissions
from workflows.reports import objection_to_report


class Conducting(Decisions, Events, ClockMessages, Submissions):
    """Everything that a procedure can be told, and where it stands. The workflow adds its course."""

    # ------------------------------------------------------------ what may be said now

    def objection_to(self, message: BaseModel) -> Text | None:
        if self.file.plan is None:
            return Text(zh="尚在受理，请稍后", en="it is being admitted; ask again")
        if isinstance(message, EventReport):
            return objection_to_report(message, self.plan)
        if self.withdrawn:
            return Text(zh="已撤回", en="it was withdrawn")
        return super().objection_to(message)

    # ------------------------------------------------------------ events

    async def on_event(self, report: EventReport) -> None:
        """Keep that it happened; what a rectification reports may let the procedure go on, or end it. The data stands in the
        ledger: a file that kept it would outgrow what Temporal carries."""
        self.update_file(events=(*self.file.events, report.model_copy(update={"data": {}})))
        self.note_rectification(report, round_=1)
        self.show()

    def has_happened(self, event: str) -> bool:
        return any(report.event == event for report in self.file.events)

    # ------------------------------------------------------------ showing

    def build_status(self) -> Status:
        application, plan, ladder = self.file.application, self.file.plan, self.ladder
        return Status(
            workflow_id=self.address,
            workflow_type=workflow.info().workflow_type,
            project=self.file.matter,
            title=application.title,
            regulation=application.regulation,
            warnings=plan.warnings if plan else (),
            department=application.department.code if application.department else application.unit.code,
            unit=application.unit.code,
            stage=None,
            procedure=application.procedure,
            procedure_title=self.file.procedure.title if self.file.procedure else None,
            gate=self.step.id if self.step else None,
            gate_title=self.step.title if self.step else None,
            round=self.round_of(self.step) if self.step else 1,
            state=self.state,
            awaiting=self.desk.awaited() or ((self.awaits_from,) if self.awaits_from else ()),
            names=self.parties,
            due_on=ladder.deadline.receipt.due_on if ladder else None,
            overdue=bool(ladder and ladder.is_overdue(self.effects.now())),
            review=self.desk.snapshot(),
            materials=self.file.materials,
            findings=(),
            conditions=(),
            waivers=(),
            sanctions=self.file.sanctions,
            rectifications=self.file.rectifications,
            passed=(),
            steps=self.file.steps,
            missing=self.missing,
            awaited_event=self.step.event if self.step and self.state is State.AWAITING_EVENT else None,
            awaited_event_title=self.step.title if self.step and self.state is State.AWAITING_EVENT else None,
            plan_version=plan.version if plan else None,
            signatures=self.signatures,
            life=self.life,
            outcome=self.file.outcome,
        )
