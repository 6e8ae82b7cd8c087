"""时限: what an organ can do to the limits of the unit."""

from datetime import date

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text
from models.calendar import ClockEvent, ClockEventKind, Receipt, WorkCalendar
from models.effects import EntryKind
from models.messages import Answer, LimitExtension
from models.plan import Act, Limit
from regulations.calendar import UncoveredYear, is_working_day, working_days_between
from workflows.ladder import Ladder
from workflows.messages.reading import NOTHING
from workflows.project_holder import ProjectHolder


class LimitMessages(ProjectHolder):
    """Only an organ with the power to extend may do so. One that is overdue may still be extended, and stays on record."""

    @workflow.update(name="extend_limit", description="时限延期: a new last day for one of the unit's limits")
    async def extend_limit(self, payload: RawValue = NOTHING) -> Answer:
        """Grant the unit a later last day for one of its limits (register A08)."""
        return await self.handle(LimitExtension, payload, self._extend_limit)

    @extend_limit.validator
    def _admits_limit_extension(self, payload: RawValue = NOTHING) -> None:
        self.admit(LimitExtension, payload)

    async def _extend_limit(self, extension: LimitExtension) -> Text:
        ladder = self.limits.ladder(extension.limit)
        assert ladder
        before = ladder.deadline.receipt
        event = self._later(ladder, extension)
        ladder.move(event)
        after = ladder.deadline.receipt
        text = Text(zh=f"时限延期：{before.due_on} → {after.due_on}", en=f"extended: {before.due_on} → {after.due_on}")
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            ladder.move_key,
            text,
            organ=extension.organ,
            officer=extension.officer,
            citations=(before.term.citation,),
            detail={"event": event.model_dump(mode="json"), "receipt": after.model_dump(mode="json")},
        )
        await self.tell_moved(ladder, text, before, extension.reason, self._limit(extension.limit))
        return text

    def _later(self, ladder: Ladder, extension: LimitExtension) -> ClockEvent:
        days = working_days_between(ladder.deadline.receipt.due_on, extension.until, self.calendar)
        return ClockEvent(
            kind=ClockEventKind.EXTENDED,
            at=self.effects.now(),
            working_days=days,
            reason=extension.reason,
            by=extension.officer,
        )

    async def on_calendar(self, calendar: WorkCalendar) -> None:
        """Count every limit anew by a newly published calendar, and put on record which moved."""
        for ladder in self.limits.open_ladders():
            before = ladder.deadline.receipt
            ladder.reproject(self.effects.now(), calendar)
            if before.due_on != ladder.deadline.receipt.due_on:
                await self._record_move(ladder, before, f"新公布工作日历 {calendar.version}", None)

    async def move_limits(self, event: ClockEvent, organ: str) -> None:
        """Stop or resume every limit with the suspended project, and put each move on record."""
        before = {ladder.matter: ladder.deadline.receipt for ladder in self.limits.open_ladders()}
        self.limits.move(event)
        for ladder in self.limits.open_ladders():
            if before[ladder.matter] != ladder.deadline.receipt:
                await self._record_move(ladder, before[ladder.matter], event.reason, event, organ)

    async def _record_move(
        self, ladder: Ladder, before: Receipt, reason: str, event: ClockEvent | None, organ: str | None = None
    ) -> None:
        after = ladder.deadline.receipt
        moved = "停止计时" if after.paused else f"{before.due_on} → {after.due_on}"
        text = Text(zh=f"{reason}：{moved}", en=f"{reason}: {'the clock stands' if after.paused else moved}")
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            ladder.move_key,
            text,
            organ=organ,
            officer=event.by if event else None,
            citations=(before.term.citation,),
            detail={"receipt": after.model_dump(mode="json"), "was": before.due_on.isoformat()},
        )
        await self.tell_moved(ladder, text, before, reason, self._limit(ladder.matter.removeprefix("limit/")))

    def _limit(self, limit: str) -> Limit | None:
        limits = (known for stage in self.plan.stages for known in stage.limits)
        return next((known for known in limits if known.id == limit), None)

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, LimitExtension):
            lacks_power = self.objection_to_power(Act.EXTEND, message.organ)
            return super().objection_to(message) or lacks_power or self._objection_to_limit(message)
        return super().objection_to(message)

    def _objection_to_limit(self, extension: LimitExtension) -> Text | None:
        ladder = self.limits.ladder(extension.limit)
        if ladder is None:
            zh, en = f"limit {extension.limit} 没有在计", f"no limit {extension.limit} is running"
            return Text(zh=zh, en=en)
        due_on = ladder.deadline.receipt.due_on
        if not self._is_later(due_on, extension.until):
            return Text(
                zh=f"until {extension.until} 须为 {due_on} 之后的工作日，且在工作日历范围内",
                en=f"until {extension.until} must be a working day after {due_on}, within the known calendar",
            )
        return ladder.objection_to(self._later(ladder, extension))

    def _is_later(self, due_on: date, until: date) -> bool:
        try:
            return until > due_on and is_working_day(until, self.calendar)
        except UncoveredYear:
            return False
