"""Who holds a file: what a project's stage and a procedure have in common. It keeps the file up to date, and answers from it."""

import re
from abc import ABC
from hashlib import sha256
from typing import Any, Generic, TypeVar

from temporalio import workflow

from models.application import Material
from models.authority import SignaturePolicy
from models.calendar import WorkCalendar
from models.finding import Sanction
from models.messages import EventReport
from models.plan import Plan
from models.procedure import ProcedureFile
from models.project import ProjectFile, RectificationRef
from workflows import display
from workflows.interruptions import Terminated
from workflows.proceeding import Proceeding, covering
from workflows.reports import (
    RECTIFICATION_CLOSED,
    RECTIFICATION_ESCALATED,
    RectificationEnd,
    RectificationEscalated,
)

File = TypeVar("File", ProjectFile, ProcedureFile)

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")


class FileHolder(Proceeding, ABC, Generic[File]):
    """The base of the two holders. The file travels from run to run, and what was answered travels in it."""

    def __init__(self, file: File, project: str, procedure: str = "") -> None:
        """`project` is the code in whose ledger it is recorded, `procedure` the procedure's own, where it is one."""
        super().__init__(project, file.application.title, file.clock_shift, procedure)
        self.file: File = file
        self.handled = dict(file.handled)
        self.counted = dict(file.counted)
        self.refusals = file.refusals
        filers = (*file.filers, file.application.prepared_by)
        self.spoke = {**file.spoke, **dict.fromkeys(filers, file.application.unit.code)}
        self.submissions = 0
        self.withdrawn = False
        self._shown: dict[str, Any] = {}
        self.effects.plan_version = file.plan.version if file.plan else None

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
    def signatures(self) -> SignaturePolicy:
        return self.file.signatures

    def opened_rectifications(self) -> tuple[RectificationRef, ...]:
        return self.file.rectifications

    # ------------------------------------------------------------ keeping it

    def update_file(self, **changes: Any) -> None:
        """Replace the file by one with these changes."""
        self.file = self.file.model_copy(update=changes)

    def answered(self) -> dict[str, Any]:
        """What was answered and who spoke, for the file that goes on: a repeat in the next run gets the first answer."""
        return {"handled": self.handled, "counted": self.counted, "spoke": self.spoke, "refusals": self.refusals}

    def adopt_calendar(self, published: WorkCalendar) -> WorkCalendar:
        calendar = covering(published, self.file.calendar)
        self.update_file(calendar=calendar)
        return calendar

    def note_rectification(self, report: EventReport, round_: int) -> None:
        """Note what a rectification reports, its materials as of this round; it may let the holder go on, or end it.

        A report of anything else is passed over.
        """
        if report.event == RECTIFICATION_ESCALATED:
            self._note_imposed(RectificationEscalated.model_validate(report.data).sanction)
        elif report.event == RECTIFICATION_CLOSED:
            self._close_rectification(RectificationEnd.model_validate(report.data), round_)

    def _note_imposed(self, sanction: Sanction) -> None:
        """Note a sanction that a rectification brought about. The one that ends the project is reported twice: when it is
        imposed, and with the rectification's end."""
        if sanction.sanction_id not in {known.sanction_id for known in self.file.sanctions}:
            self.update_file(sanctions=(*self.file.sanctions, sanction))

    def _close_rectification(self, end: RectificationEnd, round_: int) -> None:
        self.update_file(
            rectifications=tuple(
                r.model_copy(update={"closed_at": self.effects.now()})
                if r.rectification_id == end.rectification_id
                else r
                for r in self.file.rectifications
            ),
            materials=merged(self.file.materials, end.materials, round_),
        )
        self.spoke = {**end.spoke, **self.spoke}
        self.note_lifted(end.lifted)
        if end.terminated:
            self._note_imposed(end.terminated)
            self.interrupt(Terminated(end.terminated.sanction_id))

    def note_lifted(self, sanction_ids: tuple[str, ...]) -> None:
        """Note in the file that these sanctions were lifted."""
        now = self.effects.now()
        self.update_file(
            sanctions=tuple(
                s.model_copy(update={"lifted_at": now}) if s.sanction_id in sanction_ids else s
                for s in self.file.sanctions
            )
        )

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
