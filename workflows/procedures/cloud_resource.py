"""云资源 (register S13 … S15): requested, activated once the data is shared or promised, in use for years, and inspected.

Which organs decide, by when and on which article, is data; how a commitment, a stop and the inspections of a service in use
hang together stands here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from temporalio import workflow

from models.base import Text, Value
from models.calendar import Term, TermUnit
from models.catalog import CatalogEntry, CatalogEntryQuestion, CatalogSubject, Sharing
from models.deadline import Deadline
from models.effects import EntryKind
from models.finding import SanctionKind
from models.messages import EventReport, Submission
from models.procedure import ProcedureFile, Step
from models.project import ProjectOutcome, State
from models.review import Outcome
from regulations import deadlines
from workflows import consequences
from workflows.interruptions import Interruption
from workflows.ladder import FixedDay, Ladder
from workflows.options import TO_CURRENT_BUILD
from workflows.procedures import step_effects, step_letters
from workflows.procedures.steps import ProcedureWork

APPLICATION: Final = "application"
COMMITMENT: Final = "commitment"
ACTIVATION: Final = "activation"
OPERATION: Final = "operation"
HONOURING: Final = "honouring"
STOP: Final = "stop"
INSPECTION: Final = "inspection"
RECLAIM: Final = "reclaim"
"""The steps that this code takes by name."""

RESOURCES: Final = "resources"
"""The rows of the application's form that name the resources; the cell `entry` of each is an id of the catalog."""

PROMISED_ON: Final = "due_on"
"""The cell of the commitment's form with the last day for mounting."""

MOUNTING: Final = frozenset({"data_mounted", "commitment_check"})
"""Events after which the catalog is asked at once: the platform or the unit says that data was mounted."""

CALL: Final = "cloud_inspection"
"""The event with which the cloud authority inspects before the inspection falls due by itself."""

INSPECTIONS_PER_RUN: Final = 4
"""A run holds about a year of a service in use; then it continues as new, so that its history never grows long."""


class Mounted(Interruption):
    """The data lies on the platform: what was waited for because it did not is settled."""

    reach: ClassVar[int] = 0


class Matter(StrEnum):
    """What there is to do for a service in use."""

    PROMISE = auto()
    INSPECTION = auto()


class Use(Value):
    """What is remembered of the service from run to run."""

    inspected_at: datetime | None = None
    """When it was inspected last, or activated; from then the next inspection is counted."""
    promised_at: datetime | None = None
    """When the commitment was signed; None: there is none."""
    is_broken: bool = False
    is_honoured: bool = False
    is_mounted: bool = False
    is_called: bool = False
    """An inspection was called for and has not begun."""


@workflow.defn(name="CloudResource")
class CloudResource(ProcedureWork):
    """Checks the catalog, activates on shared or promised data, and then stays with the service as long as it is used."""

    @workflow.init
    def __init__(self, file: ProcedureFile) -> None:
        super().__init__(file)
        self.use = Use.model_validate(file.kept.get("use", {}))
        self.inspections = 0
        self._ends_with_mounting = False

    @workflow.run
    async def run(self, file: ProcedureFile) -> ProcedureFile:
        """Conduct the procedure to its end; its closed file."""
        return await self.conduct(self._course)

    async def _course(self) -> ProjectOutcome:
        if self.file.position is None and not await self._is_activated():
            return ProjectOutcome.REJECTED
        return await self._in_use()

    # ------------------------------------------------------------ up to the activation

    async def _is_activated(self) -> bool:
        """Application and activation, each corrected as often as it is returned. False where one is rejected."""
        if await self._decided(APPLICATION, self._published) is Outcome.REJECTED:
            return False
        if await self._decided(ACTIVATION, self._shared_or_promised) is Outcome.REJECTED:
            return False
        self._remember(inspected_at=self.effects.now())
        self.update_file(position=OPERATION)
        return True

    async def _decided(self, step_id: str, ready: Callable[[], Awaitable[None]] | None = None) -> Outcome | None:
        """Approved or rejected in the end. `ready` comes before each round, also after a correction."""
        while True:
            if ready:
                await ready()
            outcome = await self.take(step_id)
            if outcome is not Outcome.RETURNED:
                return outcome
            await self.await_correction(())

    async def _published(self) -> None:
        """The application comes with resources that the catalog offers; until then nobody decides on it (JJ-17)."""
        while missing := [name for name, entry in await self._entries() if not self._is_own(entry)]:
            await self.await_correction(tuple(f"目录中未发布：{name}" for name in missing))

    def _is_own(self, entry: CatalogEntry) -> bool:
        """On offer, and not of another project than the one that the request belongs to."""
        project = self.file.application.project
        return entry.is_on_offer and (project is None or entry.project in (None, project))

    async def _shared_or_promised(self) -> None:
        """The data is mounted, or the applicant has committed to it by a day (JJ-24, JJ-25)."""
        if self.use.promised_at is not None or await self._is_mounted():
            return
        step = self.procedure.step(COMMITMENT)
        await self._unless_mounted(lambda: self.take(COMMITMENT))
        if step.form in self.file.answers:
            self._remember(promised_at=self.effects.now())

    async def _unless_mounted(self, course: Callable[[], Awaitable[object]]) -> None:
        """Take this course, or leave it where it stands as soon as the data is mounted."""
        self._ends_with_mounting = True
        try:
            await course()
        except Mounted:
            self.desk.abandon()
            self.task_ladder = self.awaits_from = None
            self.awaits_correction = False
        finally:
            self._ends_with_mounting = False
            self.forgo(Mounted.reach + 1)

    # ------------------------------------------------------------ in use

    async def _in_use(self) -> ProjectOutcome:
        """What falls due while the service is in use, one after the other, until it is reclaimed or given back."""
        while True:
            await self._continue_if_long()
            match await self._next_matter():
                case Matter.PROMISE:
                    await self._settle_promise()
                case Matter.INSPECTION:
                    if await self._is_reclaimed():
                        return ProjectOutcome.TERMINATED

    async def _next_matter(self) -> Matter:
        step = self.procedure.step(OPERATION)
        self._enter(step)
        inspection, promise = self._ladder(step), self._running_promise()
        assert inspection, "the loader demands a term of the operation"
        running = promise or inspection.deadline
        self.task_ladder = self._shown_ladder(step, running)
        self.enter_state(State.AWAITING_EVENT)
        while (matter := self._matter()) is None:
            at = min(d.receipt.due_at for d in (inspection.deadline, promise) if d)
            await self.until(lambda: self._matter() is not None, at=at, summary=f"{step.title.zh}：{running.event}")
        self.task_ladder = None
        return matter

    def _matter(self) -> Matter | None:
        now, promise = self.effects.now(), self._running_promise()
        if promise and now >= promise.receipt.due_at:
            return Matter.PROMISE
        if self._is_promise_open and self.use.is_mounted:
            return Matter.PROMISE
        operation = self._ladder(self.procedure.step(OPERATION))
        if self.use.is_called or (operation and now >= operation.deadline.receipt.due_at):
            return Matter.INSPECTION
        return None

    def _shown_ladder(self, step: Step, deadline: Deadline) -> Ladder:
        ladder = FixedDay(
            self.key(step), deadline, self.calendar, lambda rung: step_letters.tell_rung(self, step, ladder, rung)
        )
        return ladder

    def _since(self, step: Step) -> datetime:
        """Inspections count from the last one, or from the activation."""
        if step.id in (OPERATION, INSPECTION) and self.use.inspected_at:
            return self.use.inspected_at
        return super()._since(step)

    # ------------------------------------------------------------ the commitment

    @property
    def _is_promise_open(self) -> bool:
        return self.use.promised_at is not None and not self.use.is_honoured

    def _running_promise(self) -> Deadline | None:
        """The commitment's day while it lies ahead or has just passed; None where nothing is promised, or it is settled."""
        return self._promise() if self._is_promise_open and not self.use.is_broken else None

    def _promise(self) -> Deadline:
        """The commitment's day as a deadline. The whole of that day belongs to the applicant."""
        step, promised_at = self.procedure.step(COMMITMENT), self.use.promised_at
        assert promised_at, "there is a commitment"
        day = date.fromisoformat(str(self.answer(f"{step.form}.{PROMISED_ON}")))
        term = Term(
            unit=TermUnit.CALENDAR_DAYS,
            amount=(day - promised_at.date()).days,
            rolls_over=False,
            citation=step.citations[0],
        )
        return deadlines.started(step.title.zh, promised_at, term, (), self.calendar)

    async def _settle_promise(self) -> None:
        """Kept, or broken: then the cloud authority decides whether it stops the service (JJ-26)."""
        if await self._is_mounted():
            await self._honour()
            return
        if self.use.is_broken:
            return
        self._remember(is_broken=True)
        await self._record_broken()
        await self._unless_mounted(lambda: self._decided(STOP))

    async def _record_broken(self) -> None:
        step = self.procedure.step(COMMITMENT)
        missing = [name for name, entry in await self._entries() if not _lies_open(entry)]
        await self.effects.record(
            EntryKind.FINDING_RECORDED,
            self.key(step),
            Text(zh=f"承诺到期，{len(missing)} 项资源未挂接", en=f"commitment not kept: {len(missing)} not mounted"),
            citations=step.citations,
            detail={"promised": str(self.answer(f"{step.form}.{PROMISED_ON}")), "unmounted": missing},
        )

    async def _honour(self) -> None:
        """The commitment is kept, in time or late: a service that was stopped goes on."""
        step, promise = self.procedure.step(HONOURING), self._promise()
        self._remember(is_honoured=True)
        self.begin_round(step)
        self._enter(step)
        record = self._record_of(step, promise.started_at, promise)
        self.note_step(record.model_copy(update={"overdue": self.use.is_broken}))
        await self._lift_stop(self.key(step), step.title)
        await step_effects.bring_about(self, step, step.then, self.mend_application)

    async def _lift_stop(self, by: str, reason: Text) -> None:
        standing = [s for s in self.file.sanctions if s.kind is SanctionKind.STOP_CLOUD and s.lifted_at is None]
        for sanction in standing:
            lifted = sanction.model_copy(update={"lifted_at": self.effects.now()})
            self.update_file(sanctions=tuple(lifted if s is sanction else s for s in self.file.sanctions))
            await consequences.lift(self.effects, sanction, self.unit_code, by=by, reason=reason.zh)

    # ------------------------------------------------------------ inspections

    async def _is_reclaimed(self) -> bool:
        """Inspect the use. A finding is criticised, and what lies idle may be reclaimed, which ends the use (JJ-38)."""
        self._remember(is_called=False)
        self.inspections += 1
        found_in_order = await self.take(INSPECTION) is Outcome.APPROVED
        self._remember(inspected_at=self.effects.now())
        if found_in_order or await self._decided(RECLAIM) is not Outcome.APPROVED:
            return False
        reclaimed = self.procedure.step(RECLAIM)
        await self._lift_stop(self.key(reclaimed), reclaimed.title)
        return True

    async def _undo(self) -> None:
        """The applicant gives the resources back: nothing is left that could stand still."""
        await self._lift_stop("withdrawal", Text(zh="已退还云资源", en="given back"))
        await super()._undo()

    # ------------------------------------------------------------ what the catalog says

    async def _entries(self) -> list[tuple[str, CatalogEntry]]:
        """Each resource of the application, by its name, as the catalog has it."""
        rows: list[dict[str, Any]] = self.answer(RESOURCES) or []
        questions = [CatalogEntryQuestion(subject=CatalogSubject.RESOURCE, entry=str(row["entry"])) for row in rows]
        entries = await asyncio.gather(*(self.effects.catalog_entry(question) for question in questions))
        return [(str(row.get("name") or row["entry"]), entry) for row, entry in zip(rows, entries, strict=True)]

    async def _is_mounted(self) -> bool:
        mounted = all(_lies_open(entry) for _, entry in await self._entries())
        self._remember(is_mounted=mounted)
        return mounted

    async def on_event(self, report: EventReport) -> None:
        """Ask the catalog where somebody says that data was mounted: what is reported is not believed, but looked up."""
        await super().on_event(report)
        if report.event == CALL:
            self._remember(is_called=True)
        elif report.event in MOUNTING and await self._is_mounted() and self._ends_with_mounting:
            self.interrupt(Mounted())

    def objection_to(self, message: BaseModel) -> Text | None:
        """What was approved is no longer changed, and a commitment to a day that has begun is none."""
        objection = super().objection_to(message)
        if objection or not isinstance(message, Submission) or message.form is None:
            return objection
        return self._objection_to_change() if self.awaits_correction else self._objection_to_day(message.form)

    def _objection_to_change(self) -> Text | None:
        """Who could drop a resource from the application would be rid of it."""
        if not any(r.step == APPLICATION and r.outcome is Outcome.APPROVED for r in self.file.steps):
            return None
        return Text(
            zh="form：上云申请已通过，内容不得变更；请提交说明或材料",
            en="form: the application was approved and no longer changes; hand in a note or files",
        )

    def _objection_to_day(self, form: dict[str, Any]) -> Text | None:
        if self.step is None or self.step.id != COMMITMENT:
            return None
        day = str(form[PROMISED_ON])
        if date.fromisoformat(day) > self.effects.now().date():
            return None
        return Text(zh=f"{PROMISED_ON}（{day}）：须晚于今天", en=f"{PROMISED_ON}: must be after today (got {day})")

    # ------------------------------------------------------------ from run to run

    def _remember(self, **changes: Any) -> None:
        self.use = self.use.model_copy(update=changes)
        self.update_file(kept={**self.file.kept, "use": self.use.model_dump(mode="json")})

    async def _continue_if_long(self) -> None:
        """Go on in a new run where this one has grown long. What was accepted before the seal stands in the file; between
        the seal and the new run there is no await, or an answer that was given would be lost."""
        is_long = workflow.info().is_continue_as_new_suggested() or self.inspections >= INSPECTIONS_PER_RUN
        if not is_long:
            return
        self.leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self.is_interrupted:
            self.leaving = False
            return
        workflow.continue_as_new(args=[self._file_to_go_on()], initial_versioning_behavior=TO_CURRENT_BUILD)

    def _file_to_go_on(self) -> ProcedureFile:
        """The file with the answers that were given. What was reported stands in the ledger, and need not travel on."""
        return self.file.model_copy(update={**self.answered(), "events": ()})


def _lies_open(entry: CatalogEntry) -> bool:
    """Mounted, or not to be shared at all: of such a resource nothing is mounted."""
    return entry.is_mounted or entry.particulars.get("sharing") == Sharing.REFUSED
