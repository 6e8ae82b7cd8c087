"""事项: what other workflows and systems report, and signals that nobody knows."""

from collections.abc import Sequence

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from models.base import Text, faults
from models.calendar import WorkCalendar
from models.effects import EntryKind
from models.messages import Answer, EventReport
from regulations import deadlines
from regulations.calendar import UncoveredYear
from workflows.messages.reading import NOTHING, Refused, clear, read
from workflows.proceeding import Proceeding, covering
from workflows.reports import NOT_ON_RECORD, claim_of, is_rectifications, matter_of, objection_to_reporter

CALENDAR_PUBLISHED = "calendar_published"

BY_RECORD = "rectification-by-record-2026-11"
"""The patch since which what a rectification reports is believed by the ledger alone, whoever sends it."""


class Events(Proceeding):
    """Takes note of events, once each. A newly published calendar projects the running deadline anew."""

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
        by_record = is_rectifications(report) and workflow.patched(BY_RECORD)
        if not by_record and self._is_noted(report.event_id):
            return
        if reason := self.objection_to(report):
            raise Refused(reason, "Malformed")
        note = await self._shown_by_record(report) if by_record else report.event_id
        if self._is_noted(note):
            return
        calendar = self._published_calendar(report)
        self.handled[f"event:{note}"] = Answer(message=Text(zh="已登记", en="noted"), at=self.effects.now())
        titled = self.event_title(report.event) or Text(zh=report.event, en=report.event)
        await self.effects.record(
            EntryKind.EVENT_REPORTED,
            note,
            Text(zh=f"事项：{titled.zh}（{report.occurred_on}）", en=f"event {report.event} on {report.occurred_on}"),
            officer=report.reported_by,
            detail=report.model_dump(mode="json", exclude={"data"}) if calendar else report.model_dump(mode="json"),
        )
        if calendar:
            await self._project_anew(calendar)
        else:
            await self.on_event(report)

    def _is_noted(self, note: str) -> bool:
        return f"event:{note}" in self.handled

    async def _shown_by_record(self, report: EventReport) -> str:
        """What a rectification's report is noted by, once the ledger has shown it. The rectification records before it
        reports, so what is not there will not come: that is refused."""
        self._refuse_reporter(report)
        if not await self.effects.is_shown(claim_of(report, self.effects.project)):
            raise Refused(NOT_ON_RECORD, "NotOnRecord")
        self._refuse_reporter(report)
        return matter_of(report)

    def _refuse_reporter(self, report: EventReport) -> None:
        if reason := objection_to_reporter(report, self.opened_rectifications()):
            raise Refused(reason, "NotOnRecord")

    def _published_calendar(self, report: EventReport) -> WorkCalendar | None:
        if report.event != CALENDAR_PUBLISHED:
            return None
        try:
            published = WorkCalendar.model_validate(report.data.get("calendar"))
            for ladder in self.running():
                deadlines.reprojected(ladder.deadline, self.effects.now(), covering(published, ladder.calendar))
        except (ValidationError, UncoveredYear) as error:
            listed = "; ".join(faults(error)) if isinstance(error, ValidationError) else str(error)
            raise Refused(Text(zh=f"工作日历有误：{listed}", en=f"bad calendar: {listed}"), "Malformed") from error
        return published

    async def _project_anew(self, published: WorkCalendar) -> None:
        calendar = self.adopt_calendar(published)
        await self.on_calendar(calendar)
        ladder = self.ladder
        if ladder is None:
            return
        before = ladder.deadline.receipt
        ladder.reproject(self.effects.now(), calendar)
        after = ladder.deadline.receipt
        self.show()
        text = Text(
            zh=f"新公布工作日历 {calendar.version}：{before.due_on} → {after.due_on}",
            en=f"calendar {calendar.version} published: {before.due_on} → {after.due_on}",
        )
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            ladder.move_key,
            text,
            citations=(before.term.citation,),
            detail={"receipt": after.model_dump(mode="json"), "was": before.due_on.isoformat()},
        )
        if before.due_on != after.due_on:
            await self.tell_moved(ladder, text, before, text.zh)

    @workflow.signal(dynamic=True)
    async def unknown(self, name: str, payloads: Sequence[RawValue]) -> None:
        """A signal of a name that nobody knows: kept on record, since it would be lost at the next border."""
        reason = Text(zh=f"没有名为 {name} 的信号", en=f"there is no signal named {name}")
        await self.record_refusal(EntryKind.MESSAGE_REFUSED, f"signal:{clear(name)}", Refused(reason, "UnknownMessage"))
