"""服务合同: a purchase of services for a first term of years, then renewed by the year, and settled by what was really used.

A contract outlives the history that a workflow may have, so each year of it is a run of its own: at the year's border the
workflow continues as new, and everything that it knows travels in its file. Leaving is sealed as a stage's is: nothing is
accepted any more, what is being handled finishes, and between that and the hand-over there is no await.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import NoReturn

from pydantic import BaseModel
from temporalio import workflow

from models.base import Text
from models.calendar import CHINA
from models.deadline import Deadline, Rung
from models.effects import FinishedRun, NoticeTemplate
from models.messages import Submission, Withdrawal
from models.procedure import ProcedureFile, Step
from models.project import ProjectOutcome, State
from models.review import Outcome
from regulations import deadlines
from workflows.ladder import FixedDay
from workflows.options import TO_CURRENT_BUILD
from workflows.procedures.contract_terms import ContractYear, Settlement, Terms, listed_twice
from workflows.procedures.steps import ProcedureWork

CONTRACT, YEAR, USAGE, SETTLEMENT, RENEWAL = "contract", "year", "usage", "settlement", "renewal"


@workflow.defn(name="ServiceContract")
class ServiceContract(ProcedureWork):
    """Signed; then year by year: the year passes, its use is settled, and the contract goes on or ends (JDZ-22, 23, 31, 33).

    In the last year of a term its renewal is asked for before the term is over. Silence neither renews nor ends anything:
    an undecided renewal is overdue, and the contract waits. The event that `year` waits for ends the contract early.
    """

    @workflow.init
    def __init__(self, file: ProcedureFile) -> None:
        super().__init__(file)
        self.year: ContractYear | None = None
        if file.kept:
            self.year = ContractYear.model_validate(file.kept)
            self.state = State.AWAITING_EVENT

    @workflow.run
    async def run(self, file: ProcedureFile) -> ProcedureFile:
        """Conduct this year of the contract and hand over to the next; the closed file where the contract ends."""
        return await self.conduct(self._course)

    async def _course(self) -> ProjectOutcome:
        if self.year is None and await self._sign() is Outcome.REJECTED:
            return ProjectOutcome.REJECTED
        await self._export_year_before()
        goes_on = await self._pass_year()
        await self._settle()
        if goes_on and not self._is_ended_early:
            await self._enter_next_year()
        return ProjectOutcome.COMPLETED

    # ------------------------------------------------------------ signing

    async def _sign(self) -> Outcome | None:
        """Let both sides sign. The first term counts from the moment at which the last of them did."""
        outcome = await self._decided(CONTRACT)
        if outcome is not Outcome.REJECTED:
            form = self.file.application.form
            term = int(Decimal(str(form["first_term"])))
            self._keep(ContractYear(signed_at=self.effects.now(), number=1, term_ends_after=term, terms=Terms.of(form)))
        return outcome

    async def _decided(self, step_id: str) -> Outcome | None:
        """How the step was decided in the end: a return leads to a corrected application, and to the same step anew."""
        while True:
            while doubled := listed_twice(self.file.application.form):
                await self.await_correction(doubled)
            outcome = await self.take(step_id)
            if outcome is not Outcome.RETURNED:
                return outcome
            await self.await_correction(())

    # ------------------------------------------------------------ the year

    async def _pass_year(self) -> bool:
        """Wait until the year is over, having asked for the renewal where a term ends with it; whether another follows."""
        step, opened_at = self.procedure.step(YEAR), self.effects.now()
        self.begin_round(step)
        goes_on = True
        if self._kept.number == self._kept.term_ends_after:
            await self._wait_until(step, self._asked_at)
            goes_on = not self._is_ended_early and await self._renew()
        await self._wait_until(step, self._ends.receipt.due_at)
        self.note_step(self._record_of(step, opened_at, None).model_copy(update={"due_on": self._ends.receipt.due_on}))
        return goes_on

    @property
    def _is_ended_early(self) -> bool:
        """Whether the end of the contract was reported: then the year is settled as far as it came, and no other begins."""
        event = self.procedure.step(YEAR).event
        return event is not None and self.has_happened(event)

    async def _wait_until(self, step: Step, moment: datetime) -> None:
        """Wait for the moment, or for the early end of the contract; what is shown is the end of the year."""
        self._enter(step)
        self.task_ladder = FixedDay(self.key(step), self._ends, self.calendar, _tells_nobody)
        self.enter_state(State.AWAITING_EVENT)
        summary = f"{step.title.zh}：第 {self._kept.number} 年（至 {moment:%Y-%m-%d}）"
        try:
            await self.until(lambda: self._is_ended_early, at=moment, summary=summary)
        finally:
            self.task_ladder = None

    async def _renew(self) -> bool:
        """Whether the contract is renewed by a year.

        What the applicant corrects after a return are the terms of the year to come: this year is settled by its own.
        """
        step = self.procedure.step(RENEWAL)
        await self._tell_expiry(step)
        if await self._decided(RENEWAL) is Outcome.REJECTED:
            return False
        self._keep(self._kept.model_copy(update={"term_ends_after": self._kept.term_ends_after + 1}))
        return True

    async def _tell_expiry(self, step: Step) -> None:
        """Remind everybody concerned of the day on which the term ends (A33)."""
        variables = {
            "limit": f"{self.procedure.title.zh}期满",
            "due_on": self._ends.receipt.due_on.isoformat(),
            "citation": str(step.citations[0]),
        }
        recipients = self.recipients(self.unit_code, *self.file.application.parties.values(), *step.by)
        key = f"{self.address}/expiry/y{self._kept.number}"
        await self.effects.tell(NoticeTemplate.LIMIT_REMINDER, key, recipients, variables)

    # ------------------------------------------------------------ settlement

    async def _settle(self) -> None:
        """Have the year's use stated, and what it comes to confirmed; a return asks for the use anew."""
        outcome: Outcome | None = Outcome.RETURNED
        while outcome is Outcome.RETURNED:
            await self.take(USAGE)
            usage = self.procedure.step(USAGE)
            assert usage.form, "the year's use is stated in a form"
            settlement = self._kept.terms.settle(self._kept.number, self.file.answers[usage.form])
            outcome = await self._confirm(settlement)
        self._keep(self._kept.model_copy(update={"settlements": (*self._kept.settlements, settlement)}))

    async def _confirm(self, settlement: Settlement) -> Outcome | None:
        """Lay the computed amount before those who confirm it: it stands in the title of the step, and in its form."""
        step = self.procedure.step(SETTLEMENT)
        assert step.form, "the settlement is kept in a form"
        answers = settlement.answers(self.file.code)
        self.update_file(answers={**self.file.answers, step.form: answers})
        title = Text(
            zh=f"{step.title.zh}（第 {settlement.year} 年，应付 {settlement.payable} 元）",
            en=f"{step.title.en} (year {settlement.year}: {settlement.payable} yuan)",
        )
        shown = step.model_copy(update={"title": title})
        self.begin_round(shown)
        self._enter(shown)
        return await self._review(shown)

    # ------------------------------------------------------------ days

    @property
    def _kept(self) -> ContractYear:
        assert self.year, "the contract is signed"
        return self.year

    def _keep(self, year: ContractYear) -> None:
        self.year = year
        self.update_file(kept=year.model_dump(mode="json"))

    @property
    def _ends(self) -> Deadline:
        """The end of this year, counted from the signing: counted from year to year, a leap day would drift."""
        step = self.procedure.step(YEAR)
        assert step.term and step.term.amount
        term = step.term.model_copy(update={"amount": step.term.amount * self._kept.number})
        return deadlines.started(step.title.zh, self._kept.signed_at, term, (), self.calendar)

    @property
    def _asked_at(self) -> datetime:
        """When the renewal is asked for: as many days before the end of the term as it may take to decide."""
        term = self.procedure.step(RENEWAL).term
        assert term and term.amount
        return datetime.combine(self._ends.receipt.due_on - timedelta(days=term.amount), time(), CHINA)

    def _since(self, step: Step) -> datetime:
        """A renewal that was returned has no longer for it: it is due when the term ends."""
        return self._asked_at if step.id == RENEWAL else super()._since(step)

    # ------------------------------------------------------------ what may be said now

    def objection_to(self, message: BaseModel) -> Text | None:
        if self.year and isinstance(message, Withdrawal):
            return Text(zh="合同已签订，不能撤回", en="the contract is signed and cannot be withdrawn")
        reason = super().objection_to(message)
        states_use = self.awaits_from and self.step and self.step.id == USAGE
        if reason is None and states_use and isinstance(message, Submission) and message.form is not None:
            return self._kept.terms.objection_to(message.form)
        return reason

    # ------------------------------------------------------------ the border

    async def _export_year_before(self) -> None:
        if self._kept.previous_run is None:
            return
        run = FinishedRun(
            workflow_id=self.address,
            run_id=self._kept.previous_run,
            stage=self.file.application.procedure,
            round=self._kept.number - 1,
        )
        await self.effects.keep_history(run, "导出上一年度历史")

    async def _enter_next_year(self) -> None:
        """Continue as the next year, unless what was accepted just before the seal interrupts the contract after all."""
        self.leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self.is_interrupted:
            self.leaving = False
            await self.until(lambda: True)
        self._hand_over()

    def _hand_over(self) -> NoReturn:
        """Not a coroutine: after the seal there must be no await before this."""
        self._keep(self._kept.following(self.file.application.form, workflow.info().run_id))
        yearly = {document.kind for document in self.procedure.step(USAGE).documents}
        self.update_file(
            **self.answered(),
            # Each year has its own: that of the year before proves nothing of the next.
            materials=tuple(material for material in self.file.materials if material.kind not in yearly),
        )
        workflow.continue_as_new(args=[self.file], initial_versioning_behavior=TO_CURRENT_BUILD)


async def _tells_nobody(rung: Rung) -> None:
    """A year passes without a reminder; the renewal and the settlement have their own."""
