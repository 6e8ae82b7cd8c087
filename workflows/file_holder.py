"""Who holds the project's file: keeps it up to date, and answers from it what the handling of messages asks."""

import re
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError
from temporalio import workflow

from models.application import Material
from models.base import Text, Value, faults
from models.calendar import WorkCalendar
from models.finding import Finding
from models.messages import EventReport
from models.plan import Act, Plan
from models.project import ProjectFile
from models.review import Outcome
from regulations import checks
from workflows.proceeding import Proceeding, covering

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")

RECTIFICATION_CLOSED = "rectification_closed"


class RectificationEnd(Value):
    """The data of the event `rectification_closed`."""

    rectification_id: str
    outcome: Outcome
    materials: tuple[Material, ...] = ()
    lifted: tuple[str, ...] = ()
    """The sanctions that ended with it, by their ids."""


class FileHolder(Proceeding):
    """The base of a stage and of what a stage can be told."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file.code, file.application.title, file.clock_shift)
        self.file = file
        self.handled = dict(file.handled)
        self.counted = dict(file.counted)
        self.refusals = file.refusals
        self.submissions = 0
        self.withdrawn = False

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
    def unit_code(self) -> str:
        return self.file.application.unit.code

    @property
    def chapter(self) -> Text:
        return self.file.stage.label

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

    def adopt_calendar(self, published: WorkCalendar) -> WorkCalendar:
        calendar = covering(published, self.file.calendar)
        self.update_file(calendar=calendar)
        return calendar

    def update_file(self, **changes: Any) -> None:
        """Replace the file by one with these changes."""
        self.file = self.file.model_copy(update=changes)

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, EventReport):
            return _objection_to_event(message)
        if self.file.plan is None:
            return Text(zh="项目尚在受理，请稍后", en="the project is being admitted; ask again")
        if self.withdrawn:
            return Text(zh="项目已撤回", en="the project is withdrawn")
        return super().objection_to(message)

    def supervisors(self) -> tuple[str, ...]:
        """The organs that have the project in their hands when no review is open."""
        power = self.plan.power(Act.SUSPEND)
        return power.organs if power else ()

    # ------------------------------------------------------------ events

    async def on_event(self, report: EventReport) -> None:
        """Keep the event in the file; a rectification's end may let the project go on."""
        self.update_file(events=(*self.file.events, report.model_copy(update={"data": {}})))
        if report.event == RECTIFICATION_CLOSED:
            self._close_rectification(report)
        self.show()

    def _close_rectification(self, report: EventReport) -> None:
        end = RectificationEnd.model_validate(report.data)
        self.update_file(
            rectifications=tuple(
                r.model_copy(update={"closed_at": self.effects.now()})
                if r.rectification_id == end.rectification_id
                else r
                for r in self.file.rectifications
            ),
            materials=merged(self.file.materials, end.materials, self.file.round),
        )
        self.note_lifted(end.lifted)

    def note_lifted(self, sanction_ids: tuple[str, ...]) -> None:
        """Note in the file that these sanctions were lifted."""
        now = self.effects.now()
        self.update_file(
            sanctions=tuple(
                s.model_copy(update={"lifted_at": now}) if s.sanction_id in sanction_ids else s
                for s in self.file.sanctions
            )
        )


def update_id() -> str:
    """The business key of the update that is being handled: its id, or a digest of one that no key may hold."""
    update = workflow.current_update_info()
    assert update
    return update.id if _KEY.fullmatch(update.id) else sha256(update.id.encode()).hexdigest()


def merged(held: tuple[Material, ...], new: tuple[Material, ...], round_: int) -> tuple[Material, ...]:
    """The materials after a submission: a new file replaces the one of the same kind and name."""
    replaced = {(material.kind, material.name) for material in new}
    kept = tuple(m for m in held if (m.kind, m.name) not in replaced)
    return (*kept, *(m.model_copy(update={"round": round_}) for m in new))


def _objection_to_event(report: EventReport) -> Text | None:
    """Why an event's data cannot be used. The project rests on those of a rectification's end."""
    if report.event != RECTIFICATION_CLOSED:
        return None
    try:
        RectificationEnd.model_validate(report.data)
    except ValidationError as error:
        listed = "; ".join(faults(error))
        return Text(zh=f"data 有误：{listed}", en=f"bad data: {listed}")
    return None
