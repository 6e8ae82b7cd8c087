"""有条件共享申请: data of another department is asked for, answered, disputed where need be, and provided (S07, S08).

The provider's silence never counts as consent: once the answer is late, the user may open the dispute at once (A46).
"""

from typing import Any

from temporalio import workflow

from models.base import Text
from models.messages import Submission
from models.procedure import ProcedureFile
from models.project import ProjectOutcome
from models.review import Outcome
from regulations.completeness import form_faults
from workflows.procedures.steps import ProcedureWork

AGREED = ("同意", "部分同意")
DISPUTED = "要求协商"
"""What the course asks of the forms of `answer` and `response`, each in the field that is named as its step."""

_TOO_EARLY = Text(
    zh="提供部门答复的期限尚未届满，不能提出争议",
    en="the provider still has time to answer; a dispute may be opened once its answer is late",
)
_NO_DISPUTE = Text(
    zh=f"提供部门尚未答复，意见只能是：{DISPUTED}",
    en=f"the provider has not answered, so that the response can only be {DISPUTED}",
)


@workflow.defn(name="SharingRequest")
class SharingRequest(ProcedureWork):
    """Takes the answer; what the user does not accept is negotiated, and settled by the authority where that fails.

    Whether the authority's word binds the provider is the regulation's: with a step `reply` the provider answers anew
    (NA-80), without one the data is provided as decided (JX-44).
    """

    @workflow.run
    async def run(self, file: ProcedureFile) -> ProcedureFile:
        """Conduct the request to its end; its closed file."""
        return await self.conduct(self._course)

    async def _course(self) -> ProjectOutcome:
        await self.take("answer")
        await self.take("response")
        granted = await self._settled() if self._is_disputed() else self._is_agreed()
        if not granted:
            return ProjectOutcome.REJECTED
        await self.take("provision")
        return ProjectOutcome.COMPLETED

    async def _settled(self) -> bool:
        """Whether the data is to be provided after all. The authority may send the parties back to negotiate."""
        outcome: Outcome | None = Outcome.RETURNED
        while outcome is Outcome.RETURNED:
            await self.take("negotiation")
            outcome = await self.take("settlement")
        if outcome is None:
            return True
        if outcome is Outcome.APPROVED and self.procedure.has("reply"):
            await self.take("reply")
            return self._is_agreed()
        return outcome is Outcome.APPROVED

    def _is_disputed(self) -> bool:
        """Data that is not shared at all is negotiated from the start."""
        return self._said("response") == DISPUTED or not self.applies(self.procedure.step("answer"))

    def _is_agreed(self) -> bool:
        return self._said("answer") in AGREED

    def _said(self, step_id: str) -> Any:
        return self.answer(f"{self.procedure.step(step_id).form}.{step_id}")

    # ------------------------------------------------------------ the provider is silent

    def _is_complaint(self, submission: Submission) -> bool:
        """Whether the user speaks while the provider's answer is awaited."""
        awaits_answer = self.awaits_from is not None and self.step is not None and self.step.id == "answer"
        return awaits_answer and submission.party == self.unit_code != self.awaits_from

    def _objection_to_submission(self, submission: Submission) -> Text | None:
        if not self._is_complaint(submission):
            return super()._objection_to_submission(submission)
        if not (self.task_ladder and self.task_ladder.is_overdue(self.effects.now())):
            return _TOO_EARLY
        form = submission.form or {}
        if form.get("response") != DISPUTED:
            return _NO_DISPUTE
        faults = form_faults(self.plan, self.procedure.step("response").form, form)
        return Text(zh="；".join(f.zh for f in faults), en="; ".join(f.en for f in faults)) if faults else None

    async def _submit(self, submission: Submission) -> Text:
        if self._is_complaint(submission):
            # From here on the user is awaited, not the provider: an answer that comes now is too late.
            self.step = self.procedure.step("response")
            self.awaits_from = self.unit_code
        return await super()._submit(submission)
