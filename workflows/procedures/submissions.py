"""提交: what the parties of a procedure hand in, and the applicant's withdrawal."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from models.application import Material
from models.base import Text
from models.effects import EntryKind, NoticeTemplate, RecipientKind
from models.messages import Answer, Submission, Withdrawal
from regulations.completeness import form_faults, uncounted_days
from workflows.file_holder import merged, update_id
from workflows.interruptions import Withdrawn
from workflows.messages.reading import NOTHING
from workflows.procedures.procedure_holder import ProcedureHolder


class Submissions(ProcedureHolder):
    """Whoever is awaited hands in by an officer who holds a post there; the applicant may take its application back."""

    @workflow.update(name="submit", description="提交: what the awaited step asks for, or a corrected application")
    async def submit(self, payload: RawValue = NOTHING) -> Answer:
        """Hand in for the party that is awaited. Refused where nothing is awaited from it, or the form is not in order."""
        return await self.handle(Submission, payload, self._submit)

    @submit.validator
    def _admits_submission(self, payload: RawValue = NOTHING) -> None:
        self.admit(Submission, payload)

    @workflow.update(name="withdraw", description="撤回: the applicant takes its application back")
    async def withdraw(self, payload: RawValue = NOTHING) -> Answer:
        """End the procedure at the applicant's own wish."""
        return await self.handle(Withdrawal, payload, self._withdraw)

    @withdraw.validator
    def _admits_withdrawal(self, payload: RawValue = NOTHING) -> None:
        self.admit(Withdrawal, payload)

    async def _submit(self, submission: Submission) -> Text:
        self._take_in(submission)
        party = submission.party or self.awaits_from
        # While this one goes on record, a second one would count for the step that follows.
        self.awaits_from = None
        text = Text(zh=f"收到{self._what()}", en=f"received: {self._what_en()}")
        await self.effects.record(
            EntryKind.MATERIALS_SUBMITTED,
            update_id(),
            text,
            organ=party,
            officer=submission.submitted_by,
            detail={
                "step": self.step.id if self.step else None,
                "form": submission.form,
                "materials": [material.model_dump(mode="json") for material in submission.materials],
                "note": submission.note,
            },
        )
        self.submissions += 1
        return text

    def _take_in(self, submission: Submission) -> None:
        changes: dict[str, Any] = {
            "materials": merged(
                self.file.materials, submission.materials, self.round_of(self.step) if self.step else 1
            ),
        }
        # Whoever does what an organ owes files nothing, and may decide later on.
        if self.kind_of(submission.party or self.awaits_from or self.unit_code) is RecipientKind.UNIT:
            changes["filers"] = tuple(dict.fromkeys((*self.file.filers, submission.submitted_by)))
        form = self._awaited_form()
        if submission.form is not None and form == self.procedure.form:
            application = self.file.application
            changes["application"] = application.model_copy(update={"form": submission.form})
        elif submission.form is not None and form is not None:
            changes["answers"] = {**self.file.answers, form: submission.form}
        self.update_file(**changes)

    def _awaited_form(self) -> str | None:
        """The form that is handed in now: the task's, or the application's where a correction is awaited."""
        return self.procedure.form if self.awaits_correction or self.step is None else self.step.form

    def _what(self) -> str:
        return self.step.title.zh if self.step else "补正材料"

    def _what_en(self) -> str:
        return self.step.title.en if self.step else "correction"

    async def _withdraw(self, withdrawal: Withdrawal) -> Text:
        text = Text(zh="已撤回", en="withdrawn")
        self.withdrawn = True
        await self.effects.record(
            EntryKind.PROJECT_WITHDRAWN,
            self.address,
            text,
            officer=withdrawal.withdrawn_by,
            detail={"reason": withdrawal.reason},
        )
        self.interrupt(Withdrawn(withdrawal.reason))
        await self.effects.tell(
            NoticeTemplate.PROJECT_WITHDRAWN,
            self.address,
            self.recipients(*self.desk.awaited()),
            {"reason": withdrawal.reason},
        )
        return text

    def speaker(self, message: Any) -> tuple[str, str]:
        if isinstance(message, Submission):
            return message.submitted_by, message.party or self.awaits_from or self.unit_code
        if isinstance(message, Withdrawal):
            return message.withdrawn_by, self.unit_code
        return super().speaker(message)

    def objection_to(self, message: BaseModel) -> Text | None:
        if isinstance(message, Submission):
            return self._objection_to_submission(message)
        if isinstance(message, Withdrawal) and self.file.owed:
            return Text(
                zh="此项为定期应报事项，不得撤回", en="this is owed, and nobody applied for it: it cannot be withdrawn"
            )
        return super().objection_to(message)

    def _objection_to_submission(self, submission: Submission) -> Text | None:
        if self.awaits_from is None:
            return Text(zh="目前不等待提交", en="nothing is awaited from anybody now")
        if submission.party not in (None, self.awaits_from):
            return Text(
                zh=f"party（{submission.party}）：目前等待 {self.awaits_from} 提交",
                en=f"party: {self.awaits_from} is awaited now (got {submission.party!r})",
            )
        if submission.application is not None:
            return Text(zh="application：程序没有项目申报", en="application: a procedure has none; give `form`")
        return self._objection_to_form(submission) or self._objection_to_documents(submission)

    def _objection_to_form(self, submission: Submission) -> Text | None:
        form = self._awaited_form()
        if submission.form is None:
            needed = form is not None and not self.awaits_correction
            return Text(zh=f"form：须填写 {form}", en=f"form: {form} must be filled in") if needed else None
        faults = self.faults_of(form, submission.form)
        if not faults:
            return None
        return Text(zh="；".join(f.zh for f in faults[:10]), en="; ".join(f.en for f in faults[:10]))

    def faults_of(self, form: str | None, answers: Mapping[str, Any]) -> list[Text]:
        """What is wrong with a filled form: its fields first, then days from which no term can be counted."""
        faults = form_faults(self.plan, form, answers)
        return faults or uncounted_days(self.procedure, form, answers, self.calendar)

    def _objection_to_documents(self, submission: Submission) -> Text | None:
        lacking = self.lacking((*self.file.materials, *submission.materials))
        if not lacking:
            return None
        listed = "、".join(lacking)
        return Text(zh=f"materials：缺少 {listed}", en=f"materials: lacks {listed}")

    def lacking(self, materials: tuple[Material, ...]) -> tuple[str, ...]:
        """The titles of the documents that are still missing: of the task, or of the application."""
        own = self.awaits_correction or self.step is None
        demanded = self.procedure.documents if own or self.step is None else self.step.documents
        kinds = {material.kind for material in materials if material.size > 0}
        return tuple(document.title.zh for document in demanded if document.kind not in kinds)
