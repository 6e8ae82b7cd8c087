"""步骤: how a procedure takes its steps, one after the other, until it ends. What every procedure's workflow builds on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, time

from temporalio import workflow

from models.base import Text
from models.calendar import CHINA
from models.deadline import Deadline
from models.effects import EntryKind, NoticeTemplate
from models.procedure import ProcedureFile, Step, StepKind
from models.project import ProjectOutcome, State, StepRecord
from models.review import Outcome, Review
from regulations import deadlines
from workflows import review_letters
from workflows.interruptions import Terminated, Withdrawn
from workflows.ladder import Ladder, was_overdue
from workflows.procedures import step_effects, step_letters
from workflows.procedures.admission import Admitting
from workflows.review import wordless


class _LeftStanding(Exception):
    """What a step brought about stays, although the procedure was withdrawn."""


class _Unfit(Exception):
    """The catalog refuses what a review approved. The message is its reason."""


async def _unfit(reason: str) -> None:
    raise _Unfit(reason)


class ProcedureWork(Admitting):
    """The base of the procedures' workflows. Each decorates its own `run` and conducts its course with it."""

    @workflow.init
    def __init__(self, file: ProcedureFile) -> None:
        super().__init__(file)

    async def conduct(self, course: Callable[[], Awaitable[ProjectOutcome]]) -> ProcedureFile:
        """Admit the application, run the course to its end, whatever interrupts it, and close."""
        self.show()
        outcome = await self._outcome_of(course)
        while await self._is_sealed_too_late():
            outcome = await self._outcome_of(self._interrupted)
        await self._close(outcome)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.file

    async def _is_sealed_too_late(self) -> bool:
        """Accept nothing any more, and let finish what is being handled. Whether a withdrawal, or the end by a sanction, was
        accepted just before: then the course has not ended after all."""
        self.leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        self.leaving = not self.is_interrupted
        return self.is_interrupted

    async def _interrupted(self) -> ProjectOutcome:
        await self.until(lambda: False)
        raise AssertionError("an interruption waits for somebody to wait")

    async def _outcome_of(self, course: Callable[[], Awaitable[ProjectOutcome]]) -> ProjectOutcome:
        try:
            if self.file.plan is None and not await self.admit_application():
                return ProjectOutcome.NOT_ADMITTED
            return await course()
        except Withdrawn:
            await self._undo()
            return ProjectOutcome.WITHDRAWN
        except Terminated:
            return ProjectOutcome.TERMINATED
        finally:
            self.desk.abandon()
            self.task_ladder = None

    async def _undo(self) -> None:
        """Bring about what follows from the withdrawal for each step that was done, the latest first."""
        done = dict.fromkeys(r.step for r in reversed(self.file.steps) if r.outcome in (None, Outcome.APPROVED))
        for step in map(self.procedure.step, done):
            with suppress(_LeftStanding):
                await step_effects.bring_about(self, step, step.undone, self._leave_standing, "undone/")

    async def _leave_standing(self, reason: str) -> None:
        """The catalog does not take the step back, and nobody is left who could correct anything."""
        # Without the reason: it quotes what the catalog was told.
        workflow.logger.info("step.left_standing")
        raise _LeftStanding(reason)

    # ------------------------------------------------------------ the course

    async def steps_in_order(self, first: str | None = None) -> ProjectOutcome:
        """Take the steps in their order, from `first` on; a return leads back, and a rejection ends the procedure."""
        steps = self.procedure.steps
        position = 0 if first is None else steps.index(self.procedure.step(first))
        while position < len(steps):
            outcome = await self.take(steps[position].id)
            if outcome is Outcome.REJECTED:
                return ProjectOutcome.REJECTED
            position = await self.after(steps[position], outcome, position)
        return ProjectOutcome.COMPLETED

    async def after(self, step: Step, outcome: Outcome | None, position: int) -> int:
        """The position of the step that follows: the next, or after a return the one that it leads back to."""
        if outcome is not Outcome.RETURNED:
            return position + 1
        if step.returns_to is not None:
            return self.procedure.steps.index(self.procedure.step(step.returns_to))
        await self.await_correction(())
        return position

    async def take(self, step_id: str) -> Outcome | None:
        """Take one step; the outcome of a review. None for a step that does not apply, for a task that was done, for an event
        that came, and for an outcome in spite of which the procedure goes on."""
        step = self.procedure.step(step_id)
        if not self.applies(step):
            return None
        self.begin_round(step)
        self._enter(step)
        if self.round_of(step) == 1:
            await step_effects.bring_about(self, step, step.first, self.mend_application, "first/")
        match step.kind:
            case StepKind.TASK:
                await self._task(step)
            case StepKind.WAIT:
                await self._wait(step)
            case StepKind.REVIEW:
                return await self._review(step)
        return None

    def _enter(self, step: Step) -> None:
        self.step = step
        self.effects.gate, self.effects.round = step.id, self.round_of(step)
        ladder = self._ladder(step)
        self.last_day = ladder.deadline.receipt.due_on if ladder else None

    # ------------------------------------------------------------ task and wait

    async def _task(self, step: Step) -> None:
        """Ask for what the step demands, and wait for it. Late is late, and nothing more."""
        seen = self.submissions
        (party,) = step.by
        self.task_ladder = self._ladder(step)
        self.enter_state(State.AWAITING_MATERIALS, awaits_from=party, missing=tuple(d.title.zh for d in step.documents))
        await step_letters.asked(self, step, self.task_ladder)
        await self._awaited(step, lambda: self.submissions > seen)
        mend = self._mend_form if step.form else self.mend_application
        await step_effects.bring_about(self, step, step.then, mend)

    async def _mend_form(self, reason: str) -> None:
        """The catalog refuses what was handed in for the task: the same party hands it in anew."""
        assert self.step
        seen = self.submissions
        (party,) = self.step.by
        self.enter_state(State.AWAITING_MATERIALS, awaits_from=party, missing=(reason,))
        await step_letters.refused(self, self.step, reason)
        await self.until(lambda: self.submissions > seen)
        self.awaits_from = None

    async def _wait(self, step: Step) -> None:
        """Wait for the event of the step; it may have come before."""
        assert step.event
        event = step.event
        self.task_ladder = self._ladder(step)
        self.enter_state(State.AWAITING_EVENT)
        await self._awaited(step, lambda: self.has_happened(event))
        await step_effects.bring_about(self, step, step.then, self.mend_application)

    async def _awaited(self, step: Step, done: Callable[[], bool]) -> None:
        opened_at = self.effects.now()
        if self.task_ladder:
            await self.task_ladder.climb(done, self.until)
        else:
            await self.until(done)
        ladder, self.task_ladder, self.awaits_from = self.task_ladder, None, None
        self.note_step(self._record_of(step, opened_at, ladder.deadline if ladder else None))

    def _ladder(self, step: Step) -> Ladder | None:
        if step.term is None:
            return None
        deadline = deadlines.started(step.title.zh, self._since(step), step.term, step.rungs, self.calendar)
        ladder = Ladder(
            self.key(step), deadline, self.calendar, lambda rung: step_letters.tell_rung(self, step, ladder, rung)
        )
        return ladder

    def _since(self, step: Step) -> datetime:
        """The moment from which the term counts: the day that the application names, or now. What was returned has its term
        once more, from the return on (A12)."""
        named_day = self.answer(step.since) if step.since and self.round_of(step) == 1 else None
        if not named_day:
            return self.effects.now()
        return datetime.combine(date.fromisoformat(str(named_day)), time(), CHINA)

    def _record_of(self, step: Step, opened_at: datetime, deadline: Deadline | None) -> StepRecord:
        now = self.effects.now()
        return StepRecord(
            step=step.id,
            title=step.title,
            round=self.round_of(step),
            opened_at=opened_at,
            closed_at=now,
            due_on=deadline.receipt.due_on if deadline else None,
            overdue=bool(deadline and was_overdue(deadline, now)),
        )

    # ------------------------------------------------------------ review

    async def _review(self, step: Step) -> Outcome | None:
        """Let the organs decide; None where the procedure goes on in spite of the outcome."""
        review = await self.reviewed(step)
        assert review.outcome
        goes_on = await step_effects.follow(self, step, review)
        if self.is_held():
            self.enter_state(State.RECTIFYING)
            await self.until(lambda: not self.is_held())
        following = {
            Outcome.APPROVED: step.then,
            Outcome.RETURNED: step.returned,
            Outcome.REJECTED: step.otherwise,
        }
        try:
            await step_effects.bring_about(self, step, following[review.outcome], _unfit)
        except _Unfit as unfit:
            return await self._review_anew(step, str(unfit))
        return None if goes_on else review.outcome

    async def _review_anew(self, step: Step, reason: str) -> Outcome | None:
        """The catalog refuses what was approved: it is corrected, and nothing counts that the organs have not seen."""
        if step.returns_to is not None:
            await step_letters.refused(self, self.procedure.step(step.returns_to), reason)
            return Outcome.RETURNED
        await self.await_correction((reason,))
        return await self.take(step.id)

    async def reviewed(self, step: Step) -> Review:
        """The closed review of the step."""
        place = {"stage": self.procedure.title.zh, "gate": step.title.zh}
        review = self._new_review(step)
        ladder = Ladder(
            review.review_id,
            review.deadline,
            self.calendar,
            lambda rung: review_letters.tell_rung(self, place, rung, also=self.recipients(*step.tells)),
        )
        self.desk.open(review, ladder)
        self.enter_state(State.UNDER_REVIEW)
        await review_letters.opened(self, review, place)
        await self.desk.decided(self.until)
        closed = self.desk.close(self.effects.now())
        self.note_step(
            self._record_of(step, review.opened_at, closed.deadline).model_copy(
                update={"outcome": closed.outcome, "decisions": tuple(map(wordless, closed.decisions))}
            )
        )
        self.show()
        await review_letters.record_closed(self, closed)
        await review_letters.tell_outcome(self, closed, place, self.recipients(self.unit_code))
        return closed

    def _new_review(self, step: Step) -> Review:
        assert step.term, "the loader demands a term of every review"
        deadline = deadlines.started(step.title.zh, self._since(step), step.term, step.rungs, self.calendar)
        return Review(
            review_id=self.key(step),
            gate=step.id,
            title=step.title,
            round=self.round_of(step),
            organs=step.by,
            quorum=step.quorum,
            may_reject=step.may_reject,
            citations=step.citations,
            opened_at=self.effects.now(),
            deadline=deadline,
            materials=self.file.materials,
        )

    # ------------------------------------------------------------ the end

    async def _close(self, outcome: ProjectOutcome) -> None:
        """Record first, then tell the applicant."""
        self.update_file(outcome=outcome, **self.answered())
        self.step = None
        self.effects.gate = self.effects.round = None
        self.leaving = True
        self.enter_state(State.CLOSED)
        await self.effects.record(
            EntryKind.PROCEDURE_CLOSED,
            self.address,
            Text(zh=f"办结：{outcome.label.zh}", en=f"closed: {outcome.label.en}"),
            detail={"outcome": outcome},
        )
        if outcome is not ProjectOutcome.NOT_ADMITTED:
            variables = {"procedure": self.procedure.title.zh, "outcome": outcome.label.zh}
            recipients = self.recipients(self.unit_code, *self.file.application.parties.values())
            await self.effects.tell(NoticeTemplate.PROCEDURE_CLOSED, self.address, recipients, variables)
