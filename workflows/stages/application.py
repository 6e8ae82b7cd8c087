"""申报: the application is admitted under the law of its filing date, and passed on by the business authority."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.ports import Planning
from models.base import Text
from models.effects import EntryKind, Filing, NoticeTemplate, Resolution
from models.finding import Sanction
from models.project import ProjectFile, ProjectOutcome, State
from workflows.effects import unit
from workflows.options import LOOKUP, named
from workflows.stage import Closing, Ending, Stage


@workflow.defn(name="Application")
class ApplicationStage(Stage):
    """Resolves the plan once and freezes it, refuses what may not be admitted (JY-36), then passes the gates (JY-17)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file where its life ends here."""
        return await self.conduct(self._application)

    async def _application(self) -> Ending:
        if self.file.plan is None:
            refusal = await self._admit()
            if refusal:
                return refusal
        return await self.course(State.AWAITING_EVENT)

    async def _admit(self) -> Closing | None:
        """Resolve the plan; why the project is not admitted, where it is not."""
        filed_at = self.effects.now()
        application = self.file.application
        filing = Filing(application=application, filed_on=filed_at.date(), clock_shifted=bool(self.file.clock_shift))
        try:
            resolution: Resolution = await workflow.execute_activity_method(
                Planning.resolve, filing, **named(LOOKUP, f"确定办理方案：{application.title}")
            )
        except ActivityError as error:
            if is_cancelled_exception(error) or not isinstance(error.cause, ApplicationError):
                raise
            return await self._refuse_admission([error.cause.message])
        plan = resolution.plan
        self.update_file(
            filed_at=filed_at,
            plan=plan,
            calendar=resolution.calendar,
            filers=(application.prepared_by,),
            signatures=resolution.signatures,
        )
        self.effects.plan_version = plan.version
        barred = [s for s in resolution.standing if s.kind in plan.admission_sanctions]
        if barred:
            return await self._refuse_admission([_barred(sanction) for sanction in barred])
        await self._record_admission()
        return None

    async def _record_admission(self) -> None:
        application, plan = self.file.application, self.plan
        await self.effects.record(
            EntryKind.PROJECT_FILED,
            self.file.code,
            Text(zh=f"受理申报：{application.title}", en=f"application admitted: {application.title}"),
            officer=application.prepared_by,
            detail={
                "regulation": plan.regulation,
                "title": application.title,
                "unit": application.unit.code,
                "department": application.department.code,
                "route": plan.route,
                "calendar": self.calendar.version,
                "warnings": [warning.zh for warning in plan.warnings],
                "materials": [material.model_dump(mode="json") for material in self.file.materials],
            },
        )
        variables = {"unit": application.unit.name, "plan_version": plan.version}
        await self.effects.tell(NoticeTemplate.ADMITTED, self.file.code, unit(application.unit.code), variables)

    async def _refuse_admission(self, reasons: list[str]) -> Closing:
        listed = "；".join(reasons)
        await self.effects.record(
            EntryKind.PROJECT_REFUSED,
            self.file.code,
            Text(zh=f"不予受理：{listed}", en=f"not admitted: {listed}"),
            detail={"reasons": reasons},
        )
        recipients = unit(self.file.application.unit.code)
        await self.effects.tell(NoticeTemplate.NOT_ADMITTED, self.file.code, recipients, {"reasons": reasons})
        return Closing(ProjectOutcome.NOT_ADMITTED, Text(zh=listed, en=listed))


def _barred(sanction: Sanction) -> str:
    return (
        f"department {sanction.department}：{sanction.citation}，项目 {sanction.project} 整改完成前不得新建、改建、扩建"
        f"（{sanction.rule}，自 {sanction.imposed_at:%Y-%m-%d}）"
    )
