"""The life of a stage: it begins, passes its gates, and hands the project's file to the next (or back, or closes it).

Leaving is sealed: nothing is accepted any more, what is being handled finishes, and between that and the hand-over there is
no await. A handler that ran on would be lost, answered or not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from temporalio import workflow

from models.base import Text
from models.dossier import DossierOrder
from models.effects import EntryKind, FinishedRun, NoticeTemplate
from models.plan import Gate, GateRef, Holding
from models.project import RENEWS_AFTER, ProjectFile, ProjectOutcome, State
from models.review import Outcome, Review
from regulations.scope import applies
from workflows import adopting, changes, display, inspections, renewal
from workflows.effects import organs, unit
from workflows.gate import leads_back, pass_gate
from workflows.interruptions import Renewed, Reopened, SentBack, Terminated, Withdrawn
from workflows.openings import opened
from workflows.options import TO_CURRENT_BUILD
from workflows.project import Project

FILING_ONLY = "filing_only"

DOSSIER_AT_CLOSE = "dossier-2026-11"
"""The patch since which a project that closes has its dossier made."""


@dataclass(frozen=True)
class HandOver:
    """The stage ends, and the file goes on or back to this place."""

    to: GateRef
    awaits_correction: bool = False


@dataclass(frozen=True)
class Closing:
    """The project's life ends here."""

    outcome: ProjectOutcome
    reason: Text


Ending = HandOver | Closing


class Stage(Project):
    """The base of the six stage workflows. A stage decorates its own `run` and conducts its chapter with it."""

    @workflow.init
    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file)
        self._opening_state = State.AWAITING_EVENT
        self._position: str | None = None
        self._gates_passed = False
        if file.plan and file.calendar and file.renews_after:
            self.limits.hold(file.plan, file.calendar)
        if file.carried:
            self._gates_passed = file.carried.gates_passed
            renewal.take_up(self, file.carried)
            self.update_file(carried=None)

    async def conduct(self, chapter: Callable[[], Awaitable[Ending]]) -> ProjectFile:
        """Run the stage's chapter to its end, whatever interrupts it; the closed file where the life ends here."""
        await self._begin()
        if self.file.plan:
            self.limits.watch(self.plan, self.calendar)
        ending = await self._ending_of(chapter)
        await self._seal()
        while self.is_interrupted and not self._stands(ending):
            # Accepted just before the seal, and answered: the stage has not ended after all.
            self.leaving = False
            self.limits.resume(self.plan, self.calendar)
            ending = await self._ending_of(self._course)
            await self._seal()
        if isinstance(ending, Closing):
            return await self._close(ending)
        self._hand_over(ending)

    def _stands(self, ending: Ending) -> bool:
        """A rejection stands against a change or a reopening that was accepted while it was being put on record."""
        rejected = isinstance(ending, Closing) and ending.outcome is ProjectOutcome.REJECTED
        return rejected and self.forgo(Withdrawn.reach)

    async def _ending_of(self, chapter: Callable[[], Awaitable[Ending]]) -> Ending:
        try:
            return await chapter()
        except Renewed:
            self._renew()
        except Withdrawn:
            return Closing(ProjectOutcome.WITHDRAWN, Text(zh="项目单位撤回", en="withdrawn by the unit"))
        except Terminated:
            return Closing(ProjectOutcome.TERMINATED, Text(zh="整改不合格，终止项目", en="its rectification failed"))
        except SentBack as back:
            self.is_returning = True
            await changes.record_sent_back(self, back)
            self.update_file(grown=back.grown)
            return HandOver(back.to, awaits_correction=True)
        finally:
            self.desk.abandon()

    # ------------------------------------------------------------ beginning

    async def _begin(self) -> None:
        self.show()
        if self.file.previous_run:
            await self.effects.keep_history(self.file.previous_run, "导出上一阶段历史")
        if self.carried:
            return
        await adopting.adopt_ordered(self)
        await self.effects.record(
            EntryKind.STAGE_OPENED,
            f"{self.file.stage}/r{self.file.round}",
            Text(
                zh=f"{self.file.stage.label.zh}阶段，第 {self.file.round} 轮",
                en=f"stage {self.file.stage.label.en}, round {self.file.round}",
            ),
        )

    # ------------------------------------------------------------ gates

    async def course(self, state: State) -> Ending:
        """The stage's course: what a change demands first, then what it waits for (in this state), then its gates.

        A decision that is retracted opens its gate anew, wherever the course has come to.
        """
        self._opening_state = state
        return await self._course()

    async def _course(self) -> Ending:
        while True:
            self._position, self.is_returning = self.file.gate, False
            try:
                if self._is_demanded() and (ending := await self._pass_demanded()):
                    return ending
                opening = self.plan.stage(self.file.stage).opening
                if opening:
                    await opened(self, opening, self._opening_state, f"{self.file.stage}/r{self.file.round}")
                return await self._pass_gates()
            except Reopened as back:
                self.desk.abandon()
                self._gates_passed = False
                gates = self.plan.stage(self.file.stage).gates
                self.open_again(gates[_position(gates, back.gate) :])
                self.update_file(gate=back.gate)

    def _is_demanded(self) -> bool:
        return self.file.gate is not None and self.plan.gate(self.file.gate).on_demand

    async def _pass_demanded(self) -> Ending | None:
        """Pass the gate to which a change sent the file; None where the stage then takes its course anew."""
        assert self.file.gate
        gate = self.plan.gate(self.file.gate)
        try:
            review = await pass_gate(self, gate)
        except changes.GivenUp:
            await changes.record_given_up(self, gate)
            self.update_file(gate=None, grown=False)
            self._position = None
            return None
        if review.outcome is Outcome.RETURNED:
            return self._return_from(gate, review)
        if review.outcome is Outcome.REJECTED:
            return Closing(ProjectOutcome.REJECTED, gate.title)
        self.update_file(gate=None)
        self._position = None
        return None

    async def _pass_gates(self) -> Ending:
        """Pass the stage's gates in their order, from the one that the file names; what the last outcome leads to."""
        gates = self.plan.stage(self.file.stage).gates
        first = len(gates) if self._gates_passed else _position(gates, self.file.gate)
        for gate in gates[first:]:
            self._position = gate.id
            if self.desk.ladder is None and not await self._is_passed(gate):
                continue
            review = await pass_gate(self, gate)
            if review.outcome is Outcome.REJECTED:
                return Closing(ProjectOutcome.REJECTED, gate.title)
            if leads_back(self, gate, review):
                return self._return_from(gate, review)
        self._gates_passed = True
        await self._rectified()
        return self._onward()

    async def _is_passed(self, gate: Gate) -> bool:
        """Whether the project passes this gate at all; waits until it opens."""
        if gate.on_demand or not applies(gate, self.file.application, self.on_file().happened()):
            return False
        if gate.sampling and not await inspections.is_drawn(self, gate, gate.sampling):
            return False
        if gate.opening:
            self.enter(gate)
            await opened(self, gate.opening, State.AWAITING_EVENT, self.review_id(gate))
        return True

    async def _rectified(self) -> None:
        """A rectification that holds the stage or the project has to end before the stage is left, and so has a suspension."""
        holding = (Holding.STAGE, Holding.PROJECT)
        if self.is_held(*holding):
            self.enter_state(State.RECTIFYING)
        await self.until(lambda: not self.is_held(*holding), summary="整改")

    def _return_from(self, gate: Gate, review: Review) -> HandOver:
        """Where a return leads. A rectification that holds the project stands in for the unit's new submission."""
        changed = changes.major_change(self, review)
        if changed:
            return HandOver(changed.returns_to, awaits_correction=True)
        to = gate.returns_to or GateRef(stage=self.file.stage, gate=None)
        return HandOver(to, awaits_correction=not self.is_held(Holding.PROJECT))

    def _onward(self) -> Ending:
        following = self.plan.after(self.file.stage)
        if following:
            return HandOver(GateRef(stage=following))
        if self.plan.route == FILING_ONLY:
            return Closing(ProjectOutcome.FILED_ONLY, Text(zh="备案完成", en="filed"))
        return Closing(ProjectOutcome.COMPLETED, Text(zh="各阶段均已办结", en="all stages are done"))

    # ------------------------------------------------------------ ending

    async def _close(self, closing: Closing) -> ProjectFile:
        """Put the end on record, tell everyone concerned, and end."""
        self.update_file(outcome=closing.outcome)
        self.enter_state(State.CLOSED)
        label = closing.outcome.label
        await self.effects.record(
            EntryKind.PROJECT_CLOSED,
            self.file.code,
            Text(zh=f"项目{label.zh}：{closing.reason.zh}", en=f"project {label.en}: {closing.reason.en}"),
            detail={"outcome": closing.outcome},
        )
        await self.effects.tell(
            NoticeTemplate.PROJECT_CLOSED,
            self.file.code,
            (*unit(self.file.application.unit.code), *organs(self._last_organs())),
            {"outcome": label.zh},
        )
        if workflow.patched(DOSSIER_AT_CLOSE):
            await self.effects.open_dossier(DossierOrder(project=self.file.code, last_run=self._this_run()))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._final_file()

    def _this_run(self) -> FinishedRun:
        info = workflow.info()
        return FinishedRun(
            workflow_id=info.workflow_id, run_id=info.run_id, stage=self.file.stage, round=self.file.round
        )

    def _last_organs(self) -> tuple[str, ...]:
        return self.gate.organs if self.gate else ()

    def _hand_over(self, ending: HandOver) -> NoReturn:
        """Continue as the next stage. A return to this stage, or to an earlier one, counts its round up.

        Not a coroutine: after the seal there must be no await before this.
        """
        to = ending.to.stage
        visited = to in self.file.rounds or to is self.file.stage
        rounds = {**self.file.rounds, self.file.stage: self.file.round}
        rounds[to] = rounds.get(to, 1) + 1 if visited else 1
        file = self._final_file().model_copy(
            update={
                "stage": to,
                "gate": ending.to.gate,
                "rounds": rounds,
                "awaits_correction": ending.awaits_correction,
                "previous_run": self._this_run(),
                "renews_after": self.file.renews_after or RENEWS_AFTER,
            }
        )
        workflow.set_current_details(display.handed_over(self.build_status(), to))
        # A stage stays with the build that began it; here, at its border, the project moves to the current one.
        workflow.continue_as_new(
            workflow=to.value,
            args=[file],
            initial_versioning_behavior=TO_CURRENT_BUILD,
        )

    def _renew(self) -> NoReturn:
        """Continue as the same stage in the same round. Nothing is under way: `until` has seen to that.

        Not a coroutine, and called where `until` raised: between the two there must be no await, or what came meanwhile
        would be lost. So nothing has to be refused, as it is at a border.
        """
        carried = renewal.open_stage(self, gates_passed=self._gates_passed)
        file = self._final_file().model_copy(
            update={"gate": self._position, "carried": carried, "previous_run": self._this_run()}
        )
        workflow.continue_as_new(args=[file])

    async def _seal(self) -> None:
        self.leaving = True
        await self.limits.stop()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _final_file(self) -> ProjectFile:
        """The file with the answers that were given, so that a repeat in the next stage gets the same one."""
        return self.file.model_copy(update={**self.answered(), "limits": self.limits.file()})


def _position(gates: tuple[Gate, ...], gate: str | None) -> int:
    return [g.id for g in gates].index(gate) if gate else 0
