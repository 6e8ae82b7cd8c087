"""指标考核: the rates of the catalog are measured, judged by the regulation's goals, and what follows is decided (S33)."""

from datetime import date
from typing import Any

from temporalio import workflow

from models.base import Text
from models.effects import EntryKind
from models.procedure import ProcedureFile, RateGoal, Step
from models.rates import Rate, RateQuestion
from models.review import Outcome
from workflows.procedures import step_effects
from workflows.procedures.steps import ProcedureWork

MEASUREMENT = "measurement"
"""The step that nobody takes: the catalog answers it. Its form gets each rate under its id, and the `result`."""

REACHED, MISSED = "达标", "未达标"


@workflow.defn(name="Assessment")
class Assessment(ProcedureWork):
    """Takes the steps in their order; the measurement is taken from the catalog's records, with the counts behind it."""

    @workflow.run
    async def run(self, file: ProcedureFile) -> ProcedureFile:
        """Conduct the assessment to its end; its closed file."""
        return await self.conduct(self.steps_in_order)

    async def take(self, step_id: str) -> Outcome | None:
        """Take one step; a measurement has no outcome."""
        if step_id != MEASUREMENT:
            return await super().take(step_id)
        await self._measure(self.procedure.step(step_id))
        return None

    async def _measure(self, step: Step) -> None:
        """Ask the catalog for the rates of the period, and put them on file and on record."""
        self.begin_round(step)
        self._enter(step)
        opened_at = self.effects.now()
        answer = await self.effects.rates(self._question())
        rates = list(zip(self.procedure.rates, answer.rates, strict=True))
        assert step.form, "a measurement has a form"
        measured = _answers(rates)
        self.update_file(answers={**self.file.answers, step.form: measured})
        result = measured["result"]
        await self.effects.record(
            EntryKind.EVENT_REPORTED,
            self.key(step),
            Text(
                zh=f"{step.title.zh}：{result}", en=f"{step.title.en}: {'reached' if result == REACHED else 'missed'}"
            ),
            citations=(*step.citations, *(citation for goal, _ in rates for citation in goal.citations)),
            detail={"catalog": answer.version, "rates": [_detail(goal, rate) for goal, rate in rates]},
        )
        self.note_step(self._record_of(step, opened_at, None))
        await step_effects.bring_about(self, step, step.then, self.mend_application)

    def _question(self) -> RateQuestion:
        return RateQuestion(
            definitions=tuple(goal.definition for goal in self.procedure.rates),
            since=date.fromisoformat(self.answer("period_from")),
            until=date.fromisoformat(self.answer("period_until")),
            provider_code=self.unit_code if self.procedure.rates_of_applicant else None,
        )


def _answers(rates: list[tuple[RateGoal, Rate]]) -> dict[str, Any]:
    """What stands in the form: shares as text, unrounded, and whether all goals are reached."""
    shares = {rate.id: str(rate.value) if rate.value is not None else None for _, rate in rates}
    return {**shares, "result": REACHED if all(is_reached(goal, rate) for goal, rate in rates) else MISSED}


def is_reached(goal: RateGoal, rate: Rate) -> bool:
    """Whether the rate reaches its goal, the goal itself included (A26). Where nothing was due nothing was missed."""
    return goal.at_least is None or rate.value is None or rate.value >= goal.at_least


def _detail(goal: RateGoal, rate: Rate) -> dict[str, Any]:
    return {
        "id": rate.id,
        "counts": [rate.numerator, rate.denominator],
        "at_least": goal.at_least,
        "missing": list(rate.missing.ids),
        "left_out": rate.missing.left_out,
    }
