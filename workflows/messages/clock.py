"""期限: what moves a running deadline. Every move goes on record with the receipt that it leads to."""

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text
from models.calendar import ClockEvent, ClockEventKind
from models.effects import EntryKind
from models.messages import Answer, ClockPause, ClockResumption, Extension
from models.plan import Act
from workflows.ladder import Ladder
from workflows.messages.reading import NOTHING
from workflows.proceeding import Proceeding


class ClockMessages(Proceeding):
    """Extension, lawful pause and its end."""

    @workflow.update(name="extend", description="延期: extend the running deadline by working days")
    async def extend(self, payload: RawValue = NOTHING) -> Answer:
        """Extend the running deadline. Only an organ with the power to, with a reason."""
        return await self.handle(Extension, payload, self._extend)

    @extend.validator
    def _admits_extension(self, payload: RawValue = NOTHING) -> None:
        self.admit(Extension, payload)

    @workflow.update(name="pause_clock", description="停止计时: stop the running deadline on a ground of the plan")
    async def pause_clock(self, payload: RawValue = NOTHING) -> Answer:
        """Stop the running deadline; its remaining working days are kept."""
        return await self.handle(ClockPause, payload, self._pause)

    @pause_clock.validator
    def _admits_pause(self, payload: RawValue = NOTHING) -> None:
        self.admit(ClockPause, payload)

    @workflow.update(name="resume_clock", description="恢复计时: let a stopped deadline run again")
    async def resume_clock(self, payload: RawValue = NOTHING) -> Answer:
        """Let a stopped deadline run again, with the working days that were left."""
        return await self.handle(ClockResumption, payload, self._resume)

    @resume_clock.validator
    def _admits_resumption(self, payload: RawValue = NOTHING) -> None:
        self.admit(ClockResumption, payload)

    async def _extend(self, extension: Extension) -> Text:
        return await self.move_clock(self._event_of(extension), extension.organ)

    async def _pause(self, pause: ClockPause) -> Text:
        return await self.move_clock(self._event_of(pause), pause.organ)

    async def _resume(self, resumption: ClockResumption) -> Text:
        return await self.move_clock(self._event_of(resumption), resumption.organ)

    async def move_clock(self, event: ClockEvent, organ: str) -> Text:
        """Move the running deadline for the organ, put old and new on record, and say what came of it."""
        ladder = self.ladder
        assert ladder
        before = ladder.deadline.receipt
        ladder.move(event)
        after = ladder.deadline.receipt
        self.show()
        text = _moved(event.kind, before.due_on.isoformat(), after.due_on.isoformat(), after.remaining_working_days)
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            ladder.move_key,
            text,
            organ=organ,
            officer=event.by,
            citations=(before.term.citation,),
            detail={"event": event.model_dump(mode="json"), "receipt": after.model_dump(mode="json")},
        )
        await self.tell_moved(ladder, text, before, event.reason)
        return text

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, Extension | ClockPause | ClockResumption):
            return self._objection_to_clock(message)
        return super().objection_to(message)

    def _objection_to_clock(self, message: Extension | ClockPause | ClockResumption) -> Text | None:
        ladder = self.ladder
        if ladder is None or ladder.matter != message.review_id:
            running = ladder.matter if ladder else "—"
            return Text(
                zh=f"{message.review_id} 没有在计的期限（当前：{running}）",
                en=f"no deadline of {message.review_id} is running (now: {running})",
            )
        return self._objection_to_mover(message) or self._objection_to_move(ladder, message)

    def _objection_to_mover(self, message: Extension | ClockPause | ClockResumption) -> Text | None:
        lacks_power = self.objection_to_power(Act.EXTEND, message.organ)
        if isinstance(message, Extension):
            return lacks_power
        if message.organ in self.desk.awaited() or not lacks_power:
            return None
        return Text(zh=f"{message.organ} 不是当前审核机关", en=f"{message.organ} is not an organ of the open review")

    def _objection_to_move(self, ladder: Ladder, message: Extension | ClockPause | ClockResumption) -> Text | None:
        if isinstance(message, ClockPause) and message.ground not in {g.id for g in self.plan.pause_grounds}:
            grounds = "、".join(f"{g.id}（{g.title.zh}）" for g in self.plan.pause_grounds)
            return Text(
                zh=f"ground {message.ground} 不是停止计时的法定事由；可用：{grounds}",
                en=f"ground {message.ground} is no lawful ground for a pause; allowed: {grounds}",
            )
        if self.is_suspended and not isinstance(message, Extension):
            return Text(
                zh="项目已中止，恢复后方可计时", en="the project is suspended; its clock stands until it resumes"
            )
        return ladder.objection_to(self._event_of(message))

    def _event_of(self, message: Extension | ClockPause | ClockResumption) -> ClockEvent:
        kind, ground, working_days = ClockEventKind.RESUMED, None, None
        if isinstance(message, ClockPause):
            kind, ground = ClockEventKind.PAUSED, message.ground
        elif isinstance(message, Extension):
            kind, working_days = ClockEventKind.EXTENDED, message.working_days
        return ClockEvent(
            kind=kind,
            at=self.effects.now(),
            ground=ground,
            working_days=working_days,
            reason=message.reason,
            by=message.officer,
        )


def _moved(kind: ClockEventKind, before: str, after: str, remaining: int | None) -> Text:
    match kind:
        case ClockEventKind.PAUSED:
            return Text(zh=f"停止计时，余 {remaining} 个工作日", en=f"clock stopped with {remaining} working days left")
        case ClockEventKind.RESUMED:
            return Text(zh=f"恢复计时：{before} → {after}", en=f"clock resumed: {before} → {after}")
        case ClockEventKind.EXTENDED:
            return Text(zh=f"延期：{before} → {after}", en=f"extended: {before} → {after}")
