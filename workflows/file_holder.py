"""Who holds the project's file: keeps it up to date, and answers from it what the handling of messages asks."""

import re
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from temporalio import workflow

from models.application import Material
from models.authority import SignaturePolicy
from models.base import Text
from models.calendar import ClockEvent, ClockEventKind, WorkCalendar
from models.deadline import Rung
from models.effects import NoticeTemplate
from models.finding import Finding, Sanction
from models.messages import EventReport
from models.plan import Act, Limit, Plan
from models.project import Fixed, ProjectFile, RectificationRef
from regulations import checks
from workflows import display, limit_letters
from workflows.effects import organs
from workflows.interruptions import SentBack, Terminated
from workflows.ladder import Ladder
from workflows.limits import Limits, uncounted
from workflows.proceeding import Proceeding, covering
from workflows.reports import (
    RECTIFICATION_CLOSED,
    RECTIFICATION_ESCALATED,
    RectificationEnd,
    RectificationEscalated,
    objection_to_report,
)

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,80}")


class FileHolder(Proceeding):
    """The base of a stage and of what a stage can be told."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file.code, file.application.title, file.clock_shift)
        self.file = file
        self.handled = dict(file.handled)
        self.counted = dict(file.counted)
        self.refusals = file.refusals
        filers = (*file.filers, file.application.prepared_by)
        self.spoke = {**file.spoke, **dict.fromkeys(filers, file.application.unit.code)}
        self.submissions = 0
        self.withdrawn = False
        self.is_returning = False
        self.fixed_before: dict[str, Fixed] = {}
        self.limits = Limits(file.limits, self.effects.now, self._tell_limit)

    async def _tell_limit(self, limit: Limit, ladder: Ladder, rung: Rung) -> None:
        await limit_letters.tell_rung(self, limit, ladder, rung)

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
    def parties(self) -> dict[str, Text]:
        application = self.file.application
        return display.parties(self.file.plan, application.unit, application.department)

    def event_title(self, event: str) -> Text | None:
        return super().event_title(event) or (self.file.plan.event_title(event) if self.file.plan else None)

    @property
    def chapter(self) -> Text:
        return self.file.stage.label

    @property
    def filers(self) -> tuple[str, ...]:
        return self.file.filers

    @property
    def applicants(self) -> tuple[str, ...]:
        return (self.file.application.unit.code, self.file.application.department.code)

    @property
    def signatures(self) -> SignaturePolicy:
        return self.file.signatures

    @property
    def is_suspended(self) -> bool:
        return self.file.suspended

    def opened_rectifications(self) -> tuple[RectificationRef, ...]:
        return self.file.rectifications

    def blocking(self) -> tuple[Finding, ...]:
        review = self.desk.review
        if review is None:
            return ()
        return checks.blocking(review.findings, self.file.waivers, self.effects.now().date())

    def on_file(self) -> checks.OnFile:
        """What the file says to a check, today."""
        return checks.OnFile(
            on=self.effects.now().date(),
            planned_reuse=self.file.planned_reuse,
            conditions=self.file.conditions,
            events=self.file.events,
            approved_forms=self.file.approved_forms,
        )

    def adopt_calendar(self, published: WorkCalendar) -> WorkCalendar:
        calendar = covering(published, self.file.calendar)
        self.update_file(calendar=calendar)
        return calendar

    def update_file(self, **changes: Any) -> None:
        """Replace the file by one with these changes."""
        self.file = self.file.model_copy(update=changes)

    def objection_to(self, message: BaseModel) -> Text | None:
        if self.file.plan is None:
            return Text(zh="项目尚在受理，请稍后", en="the project is being admitted; ask again")
        if isinstance(message, EventReport):
            return objection_to_report(message, self.plan) or self._objection_to_term(message)
        if self.withdrawn:
            return Text(zh="项目已撤回", en="the project is withdrawn")
        return super().objection_to(message)

    def _objection_to_term(self, report: EventReport) -> Text | None:
        """Why no term can be counted from the day of the event: it would reach beyond the calendar."""
        year = uncounted(self.plan, self.calendar, report)
        if year is None:
            return None
        return Text(
            zh=f"occurred_on {report.occurred_on}：由此起算的期限及于工作日历不含的 {year} 年",
            en=f"occurred_on {report.occurred_on}: a term from it reaches {year}, which the calendar does not cover",
        )

    @property
    def is_sent_back(self) -> bool:
        """Whether a change has sent the project back, and the stage has not yet taken note."""
        return isinstance(self._interruption, SentBack)

    @property
    def background_failure(self) -> Exception | None:
        return self.limits.failure

    def must_renew(self) -> bool:
        return self._is_full() and workflow.all_handlers_finished() and self.limits.is_idle

    def is_crowded(self) -> bool:
        return self.waits_renewably and self._is_full(times=2)

    def _is_full(self, times: int = 1) -> bool:
        limit, run = self.file.renews_after, workflow.info()
        if limit is None:
            return False
        return run.get_current_history_length() >= times * limit or (times == 1 and run.is_continue_as_new_suggested())

    def running(self) -> list[Ladder]:
        """Every deadline that runs: of the review, and of the unit's limits."""
        return [*super().running(), *self.limits.open_ladders()]

    def supervisors(self) -> tuple[str, ...]:
        """The organs that have the project in their hands when no review is open."""
        power = self.plan.power(Act.SUSPEND)
        return power.organs if power else ()

    # ------------------------------------------------------------ events

    async def on_event(self, report: EventReport) -> None:
        """Keep the event in the file; what a rectification reports may let the project go on, or end it."""
        data = report.data if self.file.plan and self.file.plan.event(report.event) else {}
        self.update_file(events=(*self.file.events, report.model_copy(update={"data": data})))
        kind = self.file.plan.event(report.event) if self.file.plan else None
        if self.file.plan:
            self.limits.start(self.plan, self.calendar, report)
            self._stand_by_suspension(report)
        if kind and kind.tells:
            variables = {
                "event": kind.title.zh,
                "occurred_on": report.occurred_on.isoformat(),
                "citation": str(kind.citation),
            }
            await self.effects.tell(NoticeTemplate.EVENT_REPORTED, report.event_id, organs(kind.tells), variables)
        if report.event == RECTIFICATION_ESCALATED:
            self._note_imposed(RectificationEscalated.model_validate(report.data).sanction)
        elif report.event == RECTIFICATION_CLOSED:
            self._close_rectification(RectificationEnd.model_validate(report.data))
        self.show()

    def _stand_by_suspension(self, report: EventReport) -> None:
        """A limit that starts while the project is suspended stands with it."""
        if self.is_suspended:
            now, ground = self.effects.now(), "suspension"
            self.limits.move(
                ClockEvent(
                    kind=ClockEventKind.PAUSED, at=now, ground=ground, reason=report.event, by=report.reported_by
                )
            )

    def _note_imposed(self, sanction: Sanction) -> None:
        """Note a sanction that a rectification brought about; reports may overtake each other."""
        if sanction.sanction_id not in {known.sanction_id for known in self.file.sanctions}:
            self.update_file(sanctions=(*self.file.sanctions, sanction))

    def _close_rectification(self, end: RectificationEnd) -> None:
        self.update_file(
            rectifications=tuple(
                r.model_copy(update={"closed_at": self.effects.now()})
                if r.rectification_id == end.rectification_id
                else r
                for r in self.file.rectifications
            ),
            materials=merged(self.file.materials, end.materials, self.file.round),
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
