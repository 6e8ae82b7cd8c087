"""What every workflow has that officers and units can address: an open review, its clock, a record, and one address.

`Stage` (a project's stage) and the procedures build on it. A message is read, admitted by `objection_to` on what the
workflow knows, and, where an officer speaks for an organ, admitted again once the officer's authority was resolved.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text, faults
from models.calendar import ClockEvent, ClockEventKind, WorkCalendar
from models.effects import EntryKind
from models.finding import Finding
from models.messages import (
    Answer,
    ClockPause,
    ClockResumption,
    DecisionReceipt,
    EventReport,
    Extension,
)
from models.plan import Act, Plan
from models.project import Status
from models.review import Decision
from workflows.effects import Effects
from workflows.ladder import Ladder
from workflows.messages import NOTHING, Message, Refused, read
from workflows.review import ReviewDesk

CALENDAR_PUBLISHED = "calendar_published"


class Proceeding(ABC):
    """The messages that a stage and a procedure share, and how they wait."""

    def __init__(self, project: str, title: str, clock_shift: timedelta) -> None:
        self.effects = Effects(project, title, clock_shift)
        self.desk = ReviewDesk()
        self.leaving = False
        self.handled: dict[str, Answer] = {}
        self.counted: dict[str, DecisionReceipt] = {}
        self.refusals = 0
        self._interruption: BaseException | None = None

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
    def filers(self) -> tuple[str, ...]:
        """The officers who filed or prepared something, and may not decide on it."""

    @property
    def is_suspended(self) -> bool:
        return False

    @property
    def ladder(self) -> Ladder | None:
        """The deadline that runs now."""
        return self.desk.ladder

    @abstractmethod
    def blocking(self) -> tuple[Finding, ...]:
        """The findings of the open review that stand against an approval."""

    @abstractmethod
    async def on_event(self, report: EventReport) -> None:
        """Take note of an event that was put on record."""

    @abstractmethod
    def adopt_calendar(self, calendar: WorkCalendar) -> None:
        """Replace the working days in force."""

    @abstractmethod
    def build_status(self) -> Status: ...

    # ------------------------------------------------------------ deciding

    @workflow.signal(name="decide", description="审核意见 (approval signal): one decision object, docs/contract.md")
    async def decide(self, payload: RawValue = NOTHING) -> None:
        """A reviewer's decision, from whoever cannot wait for an answer. A refusal goes on record with its reason."""
        decision_id = "unreadable"
        try:
            decision = read(Decision, payload)
            decision_id = decision.decision_id
            await self._decide(decision)
        except Refused as refusal:
            await self.record_refusal(EntryKind.DECISION_REFUSED, decision_id, refusal)

    @workflow.update(
        name="submit_decision", description="审核意见，即时答复: the same object as `decide`, answered at once"
    )
    async def submit_decision(self, payload: RawValue = NOTHING) -> DecisionReceipt:
        """A reviewer's decision, answered with its receipt, or refused with the reason. The same decision twice is one."""
        return await self._decide(read(Decision, payload))

    @submit_decision.validator
    def _admits_decision(self, payload: RawValue = NOTHING) -> None:
        decision = read(Decision, payload)
        if not self._earlier_receipt(decision):
            self._object(decision)

    async def _decide(self, decision: Decision) -> DecisionReceipt:
        if earlier := self._earlier_receipt(decision):
            return earlier
        self._object(decision)
        authority = await self.effects.authority(decision.officer, decision.organ, decision.on_behalf_of)
        if earlier := self._earlier_receipt(decision):
            return earlier
        if authority.reason is not None:
            raise Refused(authority.reason, "DecisionRefused")
        self._object(decision)
        receipt = self.desk.count(decision, self.effects.now(), authority.post)
        self.counted[decision.decision_id] = receipt
        await self._record_decision(decision, authority.post)
        self.desk.recorded(decision.decision_id)
        return receipt

    def _earlier_receipt(self, decision: Decision) -> DecisionReceipt | None:
        earlier = self.counted.get(decision.decision_id)
        same = earlier and (earlier.review_id, earlier.officer, earlier.verdict) == (
            decision.review_id,
            decision.officer,
            decision.verdict,
        )
        return earlier if same else None

    def _object(self, decision: Decision) -> None:
        reason = self.desk.objection(
            decision,
            suspended=self.is_suspended,
            filers=self.filers,
            blocking=self.blocking(),
            seen=tuple(self.counted),
        )
        if reason is not None:
            raise Refused(reason, "DecisionRefused")
        if self.leaving:
            raise Refused(STAGE_CLOSING, "StageClosed")

    async def _record_decision(self, decision: Decision, post: str) -> None:
        review = self.desk.review
        await self.effects.record(
            EntryKind.DECISION_COUNTED,
            decision.decision_id,
            Text(
                zh=f"{self.organ_name(decision.organ)}经办人{decision.officer}：{VERDICTS[decision.verdict].zh}",
                en=f"{decision.officer} for {decision.organ}: {decision.verdict}",
            ),
            organ=decision.organ,
            officer=decision.officer,
            on_behalf_of=decision.on_behalf_of,
            citations=review.citations if review else (),
            detail={
                **decision.model_dump(mode="json", exclude={"decision_id"}),
                "post": post,
                "judged": [material.sha256 for material in review.materials] if review else [],
            },
        )

    # ------------------------------------------------------------ the clock

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
        return await self.move_clock(
            ClockEventKind.EXTENDED, extension.reason, extension.officer, working_days=extension.working_days
        )

    async def _pause(self, pause: ClockPause) -> Text:
        return await self.move_clock(ClockEventKind.PAUSED, pause.reason, pause.officer, ground=pause.ground)

    async def _resume(self, resumption: ClockResumption) -> Text:
        return await self.move_clock(ClockEventKind.RESUMED, resumption.reason, resumption.officer)

    async def move_clock(
        self,
        kind: ClockEventKind,
        reason: str,
        by: str,
        *,
        ground: str | None = None,
        working_days: int | None = None,
    ) -> Text:
        """Move the running deadline, put old and new on record, and say what came of it."""
        ladder = self.ladder
        assert ladder
        before = ladder.deadline.receipt
        event = ClockEvent(
            kind=kind, at=self.effects.now(), ground=ground, working_days=working_days, reason=reason, by=by
        )
        ladder.move(event)
        after = ladder.deadline.receipt
        self.show()
        text = _moved(kind, before.due_on.isoformat(), after.due_on.isoformat(), after.remaining_working_days)
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            f"{ladder.matter}/{len(ladder.deadline.clock)}",
            text,
            officer=by,
            citations=(before.term.citation,),
            detail={"event": event.model_dump(mode="json"), "receipt": after.model_dump(mode="json")},
        )
        return text

    def _objection_to_clock(self, message: Extension | ClockPause | ClockResumption) -> Text | None:
        ladder = self.ladder
        if ladder is None or ladder.matter != message.review_id:
            running = ladder.matter if ladder else "—"
            return Text(
                zh=f"{message.review_id} 没有在计的期限（当前：{running}）",
                en=f"no deadline of {message.review_id} is running (now: {running})",
            )
        if isinstance(message, Extension):
            return self.objection_to_power(Act.EXTEND, message.organ)
        if isinstance(message, ClockPause) and message.ground not in {g.id for g in self.plan.pause_grounds}:
            grounds = "、".join(f"{g.id}（{g.title.zh}）" for g in self.plan.pause_grounds)
            return Text(
                zh=f"ground {message.ground} 不是停止计时的法定事由；可用：{grounds}",
                en=f"ground {message.ground} is no lawful ground for a pause; allowed: {grounds}",
            )
        if message.organ not in self.desk.awaited():
            zh, en = f"{message.organ} 不是当前审核机关", f"{message.organ} is not an organ of the open review"
            return self.objection_to_power(Act.EXTEND, message.organ) and Text(zh=zh, en=en)
        kind = ClockEventKind.PAUSED if isinstance(message, ClockPause) else ClockEventKind.RESUMED
        return ladder.objection_to(kind)

    # ------------------------------------------------------------ events

    @workflow.signal(name="report_event", description="事项报告: an event from another workflow or system")
    async def report_event(self, payload: RawValue = NOTHING) -> None:
        """An event that another workflow or system reports. The same `event_id` twice is one; a refusal goes on record."""
        event_id = "unreadable"
        try:
            report = read(EventReport, payload)
            event_id = report.event_id
            await self._take_note(report)
        except Refused as refusal:
            await self.record_refusal(EntryKind.MESSAGE_REFUSED, event_id, refusal)

    async def _take_note(self, report: EventReport) -> None:
        key = f"event:{report.event_id}"
        if key in self.handled:
            return
        calendar = self._published_calendar(report)
        self.handled[key] = Answer(message=Text(zh="已登记", en="noted"), at=self.effects.now())
        await self.effects.record(
            EntryKind.EVENT_REPORTED,
            report.event_id,
            Text(
                zh=f"事项：{report.event}（{report.occurred_on}）", en=f"event {report.event} on {report.occurred_on}"
            ),
            officer=report.reported_by,
            detail=report.model_dump(mode="json", exclude={"data"}) if calendar else report.model_dump(mode="json"),
        )
        if calendar:
            await self._project_anew(report, calendar)
        else:
            await self.on_event(report)

    def _published_calendar(self, report: EventReport) -> WorkCalendar | None:
        if report.event != CALENDAR_PUBLISHED:
            return None
        try:
            return WorkCalendar.model_validate(report.data.get("calendar"))
        except ValidationError as error:
            listed = "; ".join(faults(error))
            raise Refused(Text(zh=f"工作日历有误：{listed}", en=f"bad calendar: {listed}"), "Malformed") from error

    async def _project_anew(self, report: EventReport, calendar: WorkCalendar) -> None:
        self.adopt_calendar(calendar)
        ladder = self.ladder
        if ladder is None:
            return
        before = ladder.deadline.receipt
        ladder.reproject(self.effects.now(), calendar)
        after = ladder.deadline.receipt
        self.show()
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            f"{ladder.matter}/{report.event_id}",
            Text(
                zh=f"新公布工作日历 {calendar.version}：{before.due_on} → {after.due_on}",
                en=f"calendar {calendar.version} published: {before.due_on} → {after.due_on}",
            ),
            citations=(before.term.citation,),
            detail={"receipt": after.model_dump(mode="json"), "was": before.due_on.isoformat()},
        )

    @workflow.signal(dynamic=True)
    async def unknown(self, name: str, payloads: Sequence[RawValue]) -> None:
        """A signal of a name that nobody knows: kept on record, since it would be lost at the next border."""
        reason = Text(zh=f"没有名为 {name} 的信号", en=f"there is no signal named {name}")
        await self.record_refusal(EntryKind.MESSAGE_REFUSED, f"signal:{name}", Refused(reason, "UnknownMessage"))

    # ------------------------------------------------------------ how a message is handled

    @abstractmethod
    def objection_to(self, message: BaseModel) -> Text | None:
        """Why a message (any but a decision) cannot be accepted now; None where it can."""

    def admit(self, model: type[Message], payload: RawValue) -> None:
        """Refuse what cannot be read or accepted. A repeat of a handled update is admitted, to be answered again."""
        message = read(model, payload)
        update = workflow.current_update_info()
        if update and update.id in self.handled:
            return
        self._refuse(message)

    async def handle(
        self, model: type[Message], payload: RawValue, accept: Callable[[Message], Awaitable[Text]]
    ) -> Answer:
        """Handle an update once: authority, objection again, effect, answer. The same update id gets the first answer."""
        message = read(model, payload)
        update = workflow.current_update_info()
        assert update
        if update.id in self.handled:
            return self.handled[update.id]
        await self._authorise(message)
        self._refuse(message)
        answer = Answer(message=await accept(message), at=self.effects.now())
        self.handled[update.id] = answer
        self.show()
        return answer

    def speaker(self, message: Any) -> tuple[str, str]:
        """The officer who speaks in a message, and the organ or unit for which the officer must hold a post."""
        return message.officer, message.organ

    async def _authorise(self, message: BaseModel) -> None:
        officer, party = self.speaker(message)
        authority = await self.effects.authority(officer, party)
        if authority.reason is not None:
            raise Refused(authority.reason, "NotAuthorised")

    def _refuse(self, message: BaseModel) -> None:
        if self.leaving:
            raise Refused(STAGE_CLOSING, "StageClosed")
        is_clock = isinstance(message, Extension | ClockPause | ClockResumption)
        reason = self._objection_to_clock(message) if is_clock else self.objection_to(message)  # type: ignore[arg-type]
        if reason is not None:
            raise Refused(reason, "Refused")

    def objection_to_power(self, act: Act, organ: str) -> Text | None:
        """Why the organ may not do the act under this plan; None where it may."""
        power = self.plan.power(act)
        if power and organ in power.organs:
            return None
        holders = "、".join(power.organs) if power else "—"
        return Text(
            zh=f"organ {organ} 无权 {act}；有权机关：{holders}",
            en=f"organ {organ} has no power to {act}; it belongs to: {holders}",
        )

    async def record_refusal(self, kind: EntryKind, key: str, refusal: Refused) -> None:
        """Put a refused signal on record: nobody waits for its answer."""
        self.refusals += 1
        await self.effects.record(kind, f"{key}#{self.refusals}", refusal.reason, detail={"type": refusal.type})

    def organ_name(self, organ: str) -> str:
        """The organ's Chinese name, or its code where the plan does not know it."""
        known = next((o for o in self.plan.organs if o.id == organ), None)
        return known.name.zh if known else organ

    # ------------------------------------------------------------ waiting and showing

    async def until(self, condition: Callable[[], bool], at: datetime | None = None, summary: str = "") -> bool:
        """Wait for the condition, or for the legal moment. False where the moment came first.

        A suspended proceeding does not go on, whatever the condition. Raises what `interrupt` was given meanwhile.
        """
        try:
            await workflow.wait_condition(
                lambda: self._interruption is not None or (condition() and not self.is_suspended),
                timeout=max(at - self.effects.now(), timedelta(milliseconds=1)) if at else None,
                timeout_summary=summary or None,
            )
        except TimeoutError:
            return False
        if self._interruption is not None:
            interruption, self._interruption = self._interruption, None
            raise interruption
        return True

    def interrupt(self, interruption: BaseException) -> None:
        """Make whoever waits raise this: a withdrawal, or an earlier gate that was opened again."""
        self._interruption = interruption

    @abstractmethod
    def show(self) -> None:
        """Bring search attributes and the current details of the Temporal UI up to date."""

    @workflow.query(name="status", description="办理情况: everything that can be asked of this workflow")
    def status(self) -> Status:
        """Where it stands, what is awaited from whom until when, and what has been decided."""
        return self.build_status()


STAGE_CLOSING = Text(zh="本阶段正在移交，请稍后向下一阶段提出", en="the stage is being handed over; ask the next one")

VERDICTS = {
    "approve": Text(zh="同意", en="approve"),
    "return": Text(zh="退回", en="return"),
    "reject": Text(zh="不同意", en="reject"),
    "abstain": Text(zh="回避", en="abstain"),
}


def _moved(kind: ClockEventKind, before: str, after: str, remaining: int | None) -> Text:
    match kind:
        case ClockEventKind.PAUSED:
            return Text(zh=f"停止计时，余 {remaining} 个工作日", en=f"clock stopped with {remaining} working days left")
        case ClockEventKind.RESUMED:
            return Text(zh=f"恢复计时：{before} → {after}", en=f"clock resumed: {before} → {after}")
        case ClockEventKind.EXTENDED:
            return Text(zh=f"延期：{before} → {after}", en=f"extended: {before} → {after}")
