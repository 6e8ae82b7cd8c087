"""A project's file: what the stage and the handling of messages ask of it, and how it takes note of what is reported."""

from pydantic import BaseModel
from temporalio import workflow

from models.base import Text
from models.calendar import ClockEvent, ClockEventKind
from models.deadline import Rung
from models.effects import NoticeTemplate
from models.finding import Finding
from models.messages import EventReport
from models.plan import Act, Limit
from models.project import Fixed, ProjectFile
from regulations import checks
from workflows import display, limit_letters
from workflows.effects import organs
from workflows.file_holder import FileHolder
from workflows.interruptions import SentBack
from workflows.ladder import Ladder
from workflows.limits import Limits, uncounted
from workflows.reports import objection_to_report


class ProjectHolder(FileHolder[ProjectFile]):
    """The base of a stage and of what a stage can be told."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file, file.code)
        self.is_returning = False
        self.fixed_before: dict[str, Fixed] = {}
        self.limits = Limits(file.limits, self.effects.now, self._tell_limit)

    async def _tell_limit(self, limit: Limit, ladder: Ladder, rung: Rung) -> None:
        await limit_letters.tell_rung(self, limit, ladder, rung)

    # ------------------------------------------------------------ what the file says

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
    def is_suspended(self) -> bool:
        return self.file.suspended

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
        self.note_rectification(report, self.file.round)
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
