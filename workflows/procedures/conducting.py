"""A procedure as its workflow conducts it: all that it can be told, where it stands, and how it shows itself."""

from pydantic import BaseModel
from temporalio import workflow

from models.base import Text
from models.messages import EventReport
from models.project import State, Status
from workflows import display
from workflows.file_holder import merged
from workflows.interruptions import Terminated
from workflows.messages.clock import ClockMessages
from workflows.messages.decisions import Decisions
from workflows.messages.events import Events
from workflows.procedures.submissions import Submissions
from workflows.reports import (
    RECTIFICATION_CLOSED,
    RECTIFICATION_ESCALATED,
    RectificationEnd,
    RectificationEscalated,
    objection_to_report,
)


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
        if report.event == RECTIFICATION_ESCALATED:
            sanction = RectificationEscalated.model_validate(report.data).sanction
            self.update_file(sanctions=(*self.file.sanctions, sanction))
        elif report.event == RECTIFICATION_CLOSED:
            self._close_rectification(RectificationEnd.model_validate(report.data))
        self.show()

    def _close_rectification(self, end: RectificationEnd) -> None:
        now = self.effects.now()
        self.spoke = {**end.spoke, **self.spoke}
        self.update_file(
            rectifications=tuple(
                r.model_copy(update={"closed_at": now}) if r.rectification_id == end.rectification_id else r
                for r in self.file.rectifications
            ),
            sanctions=tuple(
                s.model_copy(update={"lifted_at": now}) if s.sanction_id in end.lifted else s
                for s in self.file.sanctions
            ),
            materials=merged(self.file.materials, end.materials, 1),
        )
        if end.terminated:
            self.update_file(sanctions=(*self.file.sanctions, end.terminated))
            self.interrupt(Terminated(end.terminated.sanction_id))

    def has_happened(self, event: str) -> bool:
        return any(report.event == event for report in self.file.events)

    # ------------------------------------------------------------ showing

    def show(self) -> None:
        status = self.build_status()
        ladder = self.ladder
        running = ladder and not ladder.deadline.receipt.paused
        wanted = display.attributes(status, ladder.deadline.receipt.due_at if ladder and running else None)
        if changes := display.updates(self._shown, wanted):
            workflow.upsert_search_attributes(changes)
        self._shown = wanted
        workflow.set_current_details(display.details(status))

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
            outcome=self.file.outcome,
        )
