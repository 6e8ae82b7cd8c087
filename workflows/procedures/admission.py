"""受理: how a procedure's application is admitted, and corrected until it is complete and in order."""

from datetime import date

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.ports import Planning
from models.base import Text
from models.effects import EntryKind, NoticeTemplate
from models.procedure import ProcedureFiling, ProcedureResolution
from models.project import State
from workflows.options import LOOKUP, named
from workflows.procedures.conducting import Conducting


class Admitting(Conducting):
    """What comes before the first step: the law is resolved and frozen, and the application returned while it has faults.

    Later steps send it back for correction in the same way.
    """

    async def admit_application(self) -> bool:
        """Resolve the law once and freeze it; False where the application is not admitted."""
        filed_at = self.effects.now()
        try:
            resolution = await self._resolved(filed_at.date())
        except ActivityError as error:
            if is_cancelled_exception(error) or not isinstance(error.cause, ApplicationError):
                raise
            await self._refuse_admission(error.cause.message)
            return False
        self.update_file(
            filed_at=filed_at,
            plan=resolution.plan,
            procedure=resolution.procedure,
            calendar=resolution.calendar,
            signatures=resolution.signatures,
        )
        self.effects.plan_version = resolution.plan.version
        await self._record_admission()
        await self._complete_application()
        return True

    async def _resolved(self, filed_on: date) -> ProcedureResolution:
        application = self.file.application
        filing = ProcedureFiling(
            application=application,
            filed_on=filed_on,
            clock_shifted=bool(self.file.clock_shift),
            owed=self.file.owed,
        )
        resolution: ProcedureResolution = await workflow.execute_activity_method(
            Planning.resolve_procedure, filing, **named(LOOKUP, f"确定办理依据：{application.title}")
        )
        return resolution

    async def _record_admission(self) -> None:
        application = self.file.application
        await self.effects.record(
            EntryKind.PROCEDURE_OPENED,
            self.address,
            Text(
                zh=f"受理{self.procedure.title.zh}：{application.title}",
                en=f"{self.procedure.title.en} admitted: {application.title}",
            ),
            officer=application.prepared_by,
            citations=self.procedure.citations,
            detail={
                "regulation": application.regulation,
                "law_of": self.plan.regulation,
                "form": application.form,
                "parties": application.parties,
                "materials": [material.model_dump(mode="json") for material in self.file.materials],
            },
        )
        variables = {"unit": application.unit.name, "plan_version": self.plan.version}
        await self.effects.tell(
            NoticeTemplate.ADMITTED, self.address, self.recipients(application.unit.code), variables
        )

    async def _complete_application(self) -> None:
        """Return the application as long as its form has faults or documents are missing."""
        while missing := (*self._form_faults(), *self.lacking(self.file.materials)):
            await self.await_correction(missing)

    def _form_faults(self) -> tuple[str, ...]:
        faults = self.faults_of(self.procedure.form, self.file.application.form)
        return tuple(fault.zh for fault in faults)

    async def _refuse_admission(self, reason: str) -> None:
        await self.effects.record(
            EntryKind.PROJECT_REFUSED,
            self.address,
            Text(zh=f"不予受理：{reason}", en=f"not admitted: {reason}"),
            detail={"reasons": [reason]},
        )
        recipients = self.recipients(self.unit_code)
        await self.effects.tell(NoticeTemplate.NOT_ADMITTED, self.address, recipients, {"reasons": [reason]})

    # ------------------------------------------------------------ correction

    async def await_correction(self, missing: tuple[str, ...]) -> None:
        """Wait until the applicant has corrected or completed its application."""
        seen = self.submissions
        self.awaits_correction = True
        self.enter_state(State.AWAITING_MATERIALS, awaits_from=self.unit_code, missing=missing)
        if missing:
            await self._say_missing(missing, f"{self.address}/application#{seen + 1}")
        await self.until(lambda: self.submissions > seen)
        self.awaits_correction = False
        self.awaits_from = None

    async def _say_missing(self, missing: tuple[str, ...], key: str) -> None:
        await self.effects.record(
            EntryKind.MATERIALS_INCOMPLETE,
            key,
            Text(zh=f"申请不齐：{len(missing)} 项", en=f"application incomplete: {len(missing)} items"),
            citations=self.procedure.citations,
            detail={"missing": list(missing)},
        )
        title = self.procedure.title.zh
        variables = {"stage": title, "gate": title, "missing": list(missing), "reply_to": self.address}
        recipients = self.recipients(self.unit_code)
        await self.effects.tell(NoticeTemplate.MATERIALS_INCOMPLETE, key, recipients, variables)

    async def mend_application(self, reason: str) -> None:
        """The catalog refuses what the application says: the applicant corrects it."""
        await self.await_correction((reason,))
