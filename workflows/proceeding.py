"""What every workflow has that officers and units can address: a plan, a desk, a record, and a way to be told.

`Stage` (a project's stage) and the procedures build on it, with the messages that they understand (workflows/messages/). A
message is read, admitted by `objection_to` on what the workflow knows, and admitted again once the officer's authority was
resolved.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text
from models.calendar import Receipt, WorkCalendar
from models.effects import EntryKind, NoticeTemplate
from models.finding import Finding
from models.messages import Answer, DecisionReceipt, EventReport
from models.plan import Limit, Plan
from models.project import RectificationRef, Status
from workflows import display
from workflows.effects import Effects, organs, unit
from workflows.interruptions import Interruption, Renewed
from workflows.ladder import Ladder
from workflows.messages.reading import Message, Refused, read
from workflows.review import ReviewDesk
from workflows.speaking import SEPARATED, Speaking

Result = TypeVar("Result")

LATE = "late-submission-2026-11"
"""The patch since which nothing is handed in between a return and the round that it leads to. It marks a history where it
refuses somebody."""

RESERVED = ("event:", "finding:", "retracted:")
"""How the keys in `handled` begin that are no update ids. Whoever could choose such an id would have an event pass for
noted that has yet to come, such as the end of a rectification."""

EVENT_TITLES = {
    "rectification_closed": Text(zh="整改办结", en="rectification closed"),
    "rectification_escalated": Text(zh="整改不合格的后续处置", en="rectification escalated"),
    "calendar_published": Text(zh="工作日历公布", en="calendar published"),
}
"""The events that no law names."""

RESERVED_ID = Text(
    zh="更新编号不得以 event:、finding:、retracted: 开头",
    en="the update's id must not begin with event:, finding: or retracted:",
)

STAGE_CLOSING = Text(zh="本阶段正在移交，请稍后向下一阶段提出", en="the stage is being handed over; ask the next one")


class Proceeding(Speaking, ABC):
    """How a workflow handles what it is told, and how it waits."""

    def __init__(self, project: str, title: str, clock_shift: timedelta, procedure: str = "") -> None:
        super().__init__(Effects(project, title, clock_shift, procedure))
        self.effects.parties = lambda: self.parties
        self.desk = ReviewDesk()
        self.leaving = False
        self.handled: dict[str, Answer] = {}
        self.counted: dict[str, DecisionReceipt] = {}
        self.refusals = 0
        self.waits_renewably = False
        self._interruption: Interruption | None = None

    # ------------------------------------------------------------ what the subclass knows

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """The plan that binds the project."""

    @property
    @abstractmethod
    def calendar(self) -> WorkCalendar:
        """The working days in force."""

    @property
    @abstractmethod
    def unit_code(self) -> str:
        """The unit that files, corrects and rectifies."""

    @property
    @abstractmethod
    def parties(self) -> dict[str, Text]:
        """Every party whose name is known here, by code. Before the admission those of the application only."""

    @property
    @abstractmethod
    def chapter(self) -> Text:
        """What this workflow conducts: the stage, or the procedure."""

    @property
    def is_suspended(self) -> bool:
        return False

    @property
    def ladder(self) -> Ladder | None:
        """The deadline that runs now."""
        return self.desk.ladder

    @abstractmethod
    def opened_rectifications(self) -> tuple[RectificationRef, ...]:
        """The rectifications that this proceeding opened, closed ones among them."""

    @abstractmethod
    def blocking(self) -> tuple[Finding, ...]:
        """The findings of the open review that stand against an approval."""

    @abstractmethod
    async def on_event(self, report: EventReport) -> None:
        """Take note of an event that was put on record."""

    @abstractmethod
    def adopt_calendar(self, published: WorkCalendar) -> WorkCalendar:
        """Replace the working days in force by newly published ones, and return what is now in force."""

    @property
    def background_failure(self) -> Exception | None:
        """What went wrong beside the course of this proceeding."""
        return None

    def running(self) -> list[Ladder]:
        """Every deadline that runs."""
        return [self.ladder] if self.ladder else []

    async def on_calendar(self, calendar: WorkCalendar) -> None:
        """Project anew whatever else runs than `ladder`; here nothing does."""
        return

    @abstractmethod
    def build_status(self) -> Status: ...

    # ------------------------------------------------------------ how a message is handled

    def objection_to(self, message: BaseModel) -> Text | None:
        """Why a message (any but a decision) cannot be accepted now; None where it can.

        Each mixin answers for its own messages and passes the others on.
        """
        return None

    def is_late(self, message: BaseModel) -> bool:
        """Whether the message would count for a round that has ended, and has to be sent to the next one."""
        return False

    def admit(self, model: type[Message], payload: RawValue) -> None:
        """Refuse what cannot be read or accepted. A repeat of a handled update is admitted, to be answered again."""
        message = read(model, payload)
        update = workflow.current_update_info()
        if update and update.id.startswith(RESERVED):
            raise Refused(RESERVED_ID, "Refused")
        if update and update.id in self.handled:
            return
        if self.is_crowded() or self.is_late(message):
            raise Refused(STAGE_CLOSING, "StageClosed")
        self._refuse(message)
        if reason := self.objection_to_speaker(message) or self.objection_to_unsigned(message):
            raise Refused(reason, "NotAuthorised")

    async def handle(
        self, model: type[Message], payload: RawValue, accept: Callable[[Message], Awaitable[Text]]
    ) -> Answer:
        """Handle an update once: authority, objection again, effect, answer. The same update id gets the first answer."""
        message = read(model, payload)
        update = workflow.current_update_info()
        assert update
        if update.id in self.handled:
            return self.handled[update.id]
        await self.authorise(message)
        self._refuse(message)
        if self.is_late(message) and workflow.patched(LATE):
            raise Refused(STAGE_CLOSING, "StageClosed")
        if (reason := self.objection_to_speaker(message)) and workflow.patched(SEPARATED):
            raise Refused(reason, "NotAuthorised")
        self.note_spoken(self.speaker(message)[1], self.voices(message))
        answer = Answer(message=await accept(message), at=self.effects.now())
        self.handled[update.id] = answer
        self.show()
        return answer

    def _refuse(self, message: BaseModel) -> None:
        if self.leaving:
            raise Refused(STAGE_CLOSING, "StageClosed")
        reason = self.objection_to(message)
        if reason is not None:
            raise Refused(reason, "Refused")

    def event_title(self, event: str) -> Text | None:
        """What the law calls the event; None where it does not know it, or no law binds yet."""
        return EVENT_TITLES.get(event)

    def note_retracted(self, decision_id: str, answer: Text) -> None:
        """Note that the decision counts no more. Its id stays used."""
        self.handled[f"retracted:{decision_id}"] = Answer(message=answer, at=self.effects.now())

    def is_retracted(self, decision_id: str) -> bool:
        return f"retracted:{decision_id}" in self.handled

    async def record_refusal(
        self, kind: EntryKind, key: str, refusal: Refused, claimed: dict[str, Any] | None = None
    ) -> None:
        """Put a refused signal on record: nobody waits for its answer. `claimed` is what it says of its sender."""
        self.refusals += 1
        detail = {"type": refusal.type, **(claimed or {})}
        await self.effects.record(kind, f"{key}#{self.refusals}", refusal.reason, detail=detail)

    async def tell_moved(
        self, ladder: Ladder, what: Text, before: Receipt, reason: str, limit: Limit | None = None
    ) -> None:
        """Tell how a deadline moved, be it that its review has closed since: the unit and the organs that are awaited, or,
        of a limit of the unit, those that the limit names."""
        after = ladder.deadline.receipt
        place = {"stage": self.chapter.zh, "gate": limit.title.zh} if limit else self.place_of_deadline()
        variables = {
            **place,
            "old_due": before.due_on.isoformat(),
            "new_due": what.zh if after.paused else after.due_on.isoformat(),
            "reason": reason,
        }
        recipients = (*unit(self.unit_code), *organs(limit.tells if limit else self.desk.awaited()))
        await self.effects.tell(NoticeTemplate.DEADLINE_MOVED, ladder.move_key, recipients, variables)

    def place_of_deadline(self) -> dict[str, str]:
        """Stage and gate of the running deadline, as a notice names them."""
        review = self.desk.review
        return {"stage": self.chapter.zh, "gate": review.title.zh if review and self.desk.ladder else self.chapter.zh}

    @property
    def address(self) -> str:
        """The workflow id to which answers go, in whatever stage or round it is."""
        return workflow.info().workflow_id

    def superiors(self, organ_ids: tuple[str, ...]) -> tuple[str, ...]:
        """The superiors of the organs; one without a superior is told itself."""
        above = {organ.id: organ.superior for organ in self.plan.organs}
        return tuple(dict.fromkeys(above.get(organ) or organ for organ in organ_ids))

    def organ_name(self, organ: str) -> str:
        """The organ's Chinese name, or its code where the plan does not know it."""
        known = self.parties.get(organ)
        return known.zh if known else organ

    # ------------------------------------------------------------ waiting and showing

    def is_crowded(self) -> bool:
        """Whether updates have to wait outside, because those under way never leave a moment in which to renew the run."""
        return False

    def must_renew(self) -> bool:
        """Whether the run has to end here and go on in a new one: its history has grown, and nothing is under way."""
        return False

    async def until(
        self,
        condition: Callable[[], bool],
        at: datetime | None = None,
        summary: str = "",
        *,
        renewable: bool = True,
    ) -> bool:
        """Wait for the condition, or for the legal moment. False where the moment came first.

        A suspended proceeding does not go on, whatever the condition. Raises what `interrupt` was given meanwhile, and
        Renewed where the run has to end while it waits; `renewable` says whether the next run could take the wait up.
        """

        def goes_on() -> bool:
            interrupted = self._interruption is not None or self.background_failure is not None
            return interrupted or (condition() and not self.is_suspended)

        self.waits_renewably = renewable
        try:
            await workflow.wait_condition(
                lambda: goes_on() or (renewable and self.must_renew()),
                timeout=max(at - self.effects.now(), timedelta(milliseconds=1)) if at else None,
                timeout_summary=summary or None,
            )
        except TimeoutError:
            return False
        finally:
            self.waits_renewably = False
        if not goes_on():
            raise Renewed
        if self.background_failure is not None:
            raise self.background_failure
        if self._interruption is not None:
            interruption, self._interruption = self._interruption, None
            raise interruption
        return True

    async def unless_interrupted(self, effect: Coroutine[Any, Any, Result]) -> Result:
        """The effect's result, as soon as the proceeding goes on. Gives the effect up where an interruption comes first."""
        task = asyncio.create_task(effect)
        try:
            await self.until(task.done, renewable=False)
        except Interruption:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        return await task

    @property
    def is_interrupted(self) -> bool:
        """Whether an interruption waits for somebody to wait."""
        return self._interruption is not None

    def forgo(self, weaker_than: int) -> bool:
        """Give up an interruption of less reach, which comes too late. False where one stands that reaches so far."""
        if self._interruption is not None and self._interruption.reach >= weaker_than:
            return False
        self._interruption = None
        return True

    def interrupt(self, interruption: Interruption) -> None:
        """Make whoever waits raise this. One that waits already is kept where it goes further."""
        if self._interruption is None or interruption.reach > self._interruption.reach:
            self._interruption = interruption

    @abstractmethod
    def show(self) -> None:
        """Bring search attributes and the current details of the Temporal UI up to date."""

    def describe(self) -> None:
        """Bring the current details alone up to date: that leaves no mark in the history."""
        workflow.set_current_details(display.details(self.build_status()))

    @workflow.query(name="status", description="办理情况: everything that can be asked of this workflow")
    def status(self) -> Status:
        """Where it stands, what is awaited from whom until when, and what has been decided."""
        return self.build_status()


def covering(published: WorkCalendar, held: WorkCalendar | None) -> WorkCalendar:
    """The published calendar with the years that only the held one knows: no deadline may lose the days that it reads."""
    new = {year.year for year in published.years}
    kept = tuple(year for year in held.years if year.year not in new) if held else ()
    return published.model_copy(update={"years": tuple(sorted((*kept, *published.years), key=lambda y: y.year))})
