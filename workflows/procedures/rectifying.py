"""A rectification as its workflow holds it: what it is told, where it stands, and how it shows itself."""

from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.application import Material, Party
from models.authority import SignaturePolicy
from models.base import Text
from models.calendar import WorkCalendar
from models.effects import EntryKind
from models.finding import Finding, Sanction, SanctionKind
from models.messages import Answer, EventReport, RectificationResponse
from models.plan import Plan
from models.project import FindingRecord, RectificationFile, RectificationRef, State, Status
from workflows import display
from workflows.ladder import Ladder
from workflows.messages.clock import ClockMessages
from workflows.messages.decisions import Decisions
from workflows.messages.events import Events
from workflows.messages.reading import NOTHING
from workflows.proceeding import covering

TITLE = Text(zh="整改核验", en="verification of the rectification")


class Rectifying(Decisions, Events, ClockMessages):
    """Everything that a rectification can be told, and where it stands. The workflow adds its course."""

    def __init__(self, file: RectificationFile) -> None:
        super().__init__(file.project, file.title, file.clock_shift, file.rectification_id)
        self.file = file
        self.state = State.RECTIFYING
        self.round = 1
        self.responses = 0
        self.verified = 0
        self.statement = ""
        self.imposed: tuple[Sanction, ...] = ()
        self.materials: tuple[Material, ...] = ()
        self.filer_ids = file.filers
        self.spoke = {**file.spoke, **dict.fromkeys(file.filers, file.unit)}
        self._calendar = file.calendar
        self.response_ladder: Ladder | None = None
        self._shown: dict[str, Any] = {}
        self.effects.plan_version = file.plan.version
        self.effects.stage = "Rectification"

    # ------------------------------------------------------------ the unit

    @workflow.update(name="respond", description="整改答复: what was done, with the materials that show it")
    async def respond(self, payload: RawValue = NOTHING) -> Answer:
        """The unit's response. It opens the verification."""
        return await self.handle(RectificationResponse, payload, self._respond)

    @respond.validator
    def _admits_response(self, payload: RawValue = NOTHING) -> None:
        self.admit(RectificationResponse, payload)

    async def _respond(self, response: RectificationResponse) -> Text:
        replaced = {(m.kind, m.name) for m in response.materials}
        self.materials = (*(m for m in self.materials if (m.kind, m.name) not in replaced), *response.materials)
        self.filer_ids = tuple(dict.fromkeys((*self.filer_ids, response.submitted_by)))
        self.statement = response.statement
        self.responses += 1
        text = Text(zh=f"整改答复第 {self.responses} 次", en=f"response {self.responses} to the rectification")
        await self.effects.record(
            EntryKind.RECTIFICATION_ANSWERED,
            f"{self.file.rectification_id}/{self.responses}",
            text,
            officer=response.submitted_by,
            detail=response.model_dump(mode="json"),
        )
        return text

    # ------------------------------------------------------------ what it knows

    @property
    def plan(self) -> Plan:
        return self.file.plan

    @property
    def calendar(self) -> WorkCalendar:
        return self._calendar

    @property
    def unit_code(self) -> str:
        return self.file.unit

    @property
    def parties(self) -> dict[str, Text]:
        named = {self.file.unit: self.file.unit_name, self.file.department: self.file.department_name}
        return display.parties(self.plan, *(Party(code=code, name=name) for code, name in named.items() if name))

    @property
    def chapter(self) -> Text:
        return Text(zh="整改", en="rectification")

    @property
    def filers(self) -> tuple[str, ...]:
        return self.filer_ids

    @property
    def applicants(self) -> tuple[str, ...]:
        return (self.file.unit, self.file.department)

    @property
    def signatures(self) -> SignaturePolicy:
        return self.file.signatures

    @property
    def ladder(self) -> Ladder | None:
        return self.desk.ladder or self.response_ladder

    @property
    def is_terminated(self) -> bool:
        """Whether the sanction that was imposed last ends the project, and the rectification with it."""
        return bool(self.imposed) and self.imposed[-1].kind is SanctionKind.TERMINATE

    def opened_rectifications(self) -> tuple[RectificationRef, ...]:
        return ()

    def blocking(self) -> tuple[Finding, ...]:
        return ()

    def adopt_calendar(self, published: WorkCalendar) -> WorkCalendar:
        self._calendar = covering(published, self._calendar)
        return self._calendar

    async def on_event(self, report: EventReport) -> None:
        """A rectification has no events of its own; the record that was made is all."""

    def speaker(self, message: Any) -> tuple[str, str]:
        if isinstance(message, RectificationResponse):
            return message.submitted_by, self.file.unit
        return super().speaker(message)

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, RectificationResponse) and self.state is not State.RECTIFYING:
            return Text(
                zh="整改答复正在核验，暂不受理新的答复", en="a response is being verified; wait for its outcome"
            )
        return super().objection_to(message)

    def show(self) -> None:
        status = self.build_status()
        ladder = self.ladder
        wanted = display.attributes(status, ladder.deadline.receipt.due_at if ladder else None)
        if changes := display.updates(self._shown, wanted):
            workflow.upsert_search_attributes(changes)
        self._shown = wanted
        workflow.set_current_details(display.details(status))

    def build_status(self) -> Status:
        ladder = self.ladder
        return Status(
            workflow_id=workflow.info().workflow_id,
            workflow_type=workflow.info().workflow_type,
            project=self.file.project,
            title=self.file.title,
            regulation=self.plan.regulation,
            warnings=self.plan.warnings,
            department=self.file.department,
            unit=self.file.unit,
            stage=None,
            gate="verification" if self.desk.awaited() else None,
            gate_title=TITLE if self.desk.awaited() else None,
            round=self.round,
            state=self.state,
            awaiting=self.desk.awaited() or ((self.file.unit,) if self.state is State.RECTIFYING else ()),
            names=self.parties,
            due_on=ladder.deadline.receipt.due_on if ladder else None,
            overdue=bool(ladder and ladder.is_overdue(self.effects.now())),
            review=self.desk.snapshot(),
            materials=self.materials,
            findings=tuple(FindingRecord(finding=f, found_in=self.file.review_id) for f in self.file.findings),
            conditions=(),
            waivers=(),
            sanctions=self.imposed,
            rectifications=(),
            passed=(),
            missing=(),
            awaited_event=None,
            plan_version=self.plan.version,
            signatures=self.signatures,
            life=self.life,
            outcome=None,
        )
