"""卷宗: the project's file, which travels from stage to stage, and what is told about it on the way."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from models.application import Application, Material
from models.authority import SignaturePolicy
from models.base import Text, Value
from models.calendar import WorkCalendar
from models.deadline import Deadline
from models.effects import CatalogFacts, FinishedRun
from models.finding import Finding, Sanction, Waiver
from models.messages import Adoption, Answer, DecisionReceipt, EventReport
from models.plan import Holding, Plan, RectificationRule, StageName
from models.review import CountedDecision, Outcome, Review


class State(StrEnum):
    """What a project or a procedure is waiting for."""

    ADMISSION = "admission"
    AWAITING_MATERIALS = "awaiting_materials"
    UNDER_REVIEW = "under_review"
    AWAITING_EVENT = "awaiting_event"
    UNDER_CONSTRUCTION = "under_construction"
    RECTIFYING = "rectifying"
    SUSPENDED = "suspended"
    CLOSED = "closed"

    @property
    def label(self) -> Text:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.ADMISSION: Text(zh="受理中", en="admission"),
    State.AWAITING_MATERIALS: Text(zh="待补正", en="awaiting materials"),
    State.UNDER_REVIEW: Text(zh="审核中", en="under review"),
    State.AWAITING_EVENT: Text(zh="待启动", en="awaiting an event"),
    State.UNDER_CONSTRUCTION: Text(zh="建设中", en="under construction"),
    State.RECTIFYING: Text(zh="整改中", en="rectifying"),
    State.SUSPENDED: Text(zh="已中止", en="suspended"),
    State.CLOSED: Text(zh="已办结", en="closed"),
}


class ProjectOutcome(StrEnum):
    """How a project's life ended."""

    COMPLETED = "completed"
    FILED_ONLY = "filed_only"
    NOT_ADMITTED = "not_admitted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"

    @property
    def label(self) -> Text:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    ProjectOutcome.COMPLETED: Text(zh="办结", en="completed"),
    ProjectOutcome.FILED_ONLY: Text(zh="已备案", en="filed only"),
    ProjectOutcome.NOT_ADMITTED: Text(zh="不予受理", en="not admitted"),
    ProjectOutcome.REJECTED: Text(zh="不予通过", en="rejected"),
    ProjectOutcome.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
    ProjectOutcome.TERMINATED: Text(zh="已终止", en="terminated"),
}


class Condition(Value):
    """A condition under which an organ approved. Open until the unit has answered for it."""

    condition_id: str
    text: str
    organ: str
    review_id: str
    answer: str | None = None


class GateRecord(Value):
    """How a gate of some round ended. The whole review stands in the ledger under `gate.closed`."""

    stage: StageName
    gate: str
    title: Text
    round: int
    review_id: str
    outcome: Outcome
    opened_at: datetime
    closed_at: datetime
    due_on: date
    overdue: bool
    decisions: tuple[CountedDecision, ...] = ()


class StepRecord(Value):
    """How a step of a procedure ended. `outcome` is a review's; a task that was done or an event that came has none."""

    step: str
    title: Text
    round: int
    outcome: Outcome | None = None
    opened_at: datetime
    closed_at: datetime
    due_on: date | None = None
    overdue: bool = False
    decisions: tuple[CountedDecision, ...] = ()


class FindingRecord(Value):
    """The life of a fault: where it was found, and where it was gone."""

    finding: Finding
    found_in: str
    """The review id in which it was first seen."""
    mended_in: str | None = None
    waived: bool = False


class RectificationRef(Value):
    """A rectification that the project opened. Its end is reported by the event `rectification_closed`."""

    rectification_id: str
    holds: Holding
    opened_at: datetime
    closed_at: datetime | None = None


class RunningLimit(Value):
    """A limit of the unit that runs: since its event, through whatever stages, until its gate is met."""

    limit: str
    deadline: Deadline
    moves: int = 0
    """How often it was moved: the keys of its entries count on at a border."""
    met_at: datetime | None = None


class AdoptionOrder(Value):
    """A recorded order to go on under a later version of the law; in force at the next border. `key` names its entry."""

    key: str
    ordered_at: datetime
    order: Adoption


class Fixed(Value):
    """What approvals fixed, as it stood before one of them fixed it anew: its retraction brings this back."""

    planned_reuse: tuple[str, ...] = ()
    catalog_version: str | None = None
    approved_investment: Decimal | None = None
    approved_forms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    grown: bool = False


class OpenStage(Value):
    """A stage as it stood when its history had grown, for its next run: in the same stage and round, and told nobody.

    Whatever is here was put on record and told by the run before. `review` is the open review with its deadline as it
    stood, `facts` what its approval will fix, `moves` how often the deadline was moved. `gates_passed` says that only the
    end of a rectification is awaited. `opened` names the openings that have come, `opening` the one that is waited for,
    until `opens_at`. `asked` is the key under which missing materials were asked for.
    """

    state: State
    gate: str | None = None
    gates_passed: bool = False
    review: Review | None = None
    facts: CatalogFacts | None = None
    moves: int = 0
    submissions: int = 0
    missing: tuple[str, ...] = ()
    asked: str | None = None
    opened: tuple[str, ...] = ()
    opening: str | None = None
    opens_at: datetime | None = None
    reopened: dict[str, int] = Field(default_factory=dict)
    fixed_before: dict[str, Fixed] = Field(default_factory=dict)


RENEWS_AFTER = 2_000
"""Events of a run's history after which a stage goes on in a new run: half of where Temporal itself would suggest it."""


class ProjectFile(Value):
    """The one argument of every stage workflow. Must stay under 200 KB; new fields are additive and have defaults.

    `gate` is where this run begins (None: the stage's first gate). `awaits_correction` is set by a return: the round
    begins only when the unit has handed in anew. `clock_shift` moves the legal clock for simulated dates and is refused
    by a worker that was not started for simulation. `handled` holds the answers that were given, by update id, and `counted` the
    decisions that counted, by decision id: a repeat gets the first answer, in whatever stage it arrives.
    """

    code: str
    application: Application
    materials: tuple[Material, ...] = ()
    filed_at: datetime | None = None
    plan: Plan | None = None
    calendar: WorkCalendar | None = None
    clock_shift: timedelta = timedelta()
    stage: StageName = StageName.APPLICATION
    gate: str | None = None
    rounds: dict[StageName, int] = Field(default_factory=dict)
    awaits_correction: bool = False
    passed: tuple[GateRecord, ...] = ()
    findings: tuple[FindingRecord, ...] = ()
    conditions: tuple[Condition, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    rectifications: tuple[RectificationRef, ...] = ()
    planned_reuse: tuple[str, ...] = ()
    catalog_version: str | None = None
    events: tuple[EventReport, ...] = ()
    approved_investment: Decimal | None = None
    """In yuan, as an approval fixed it."""
    approved_forms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Forms as an approval fixed them."""
    grown: bool = False
    """The file was sent back because the investment had grown too much; no longer so once it is approved anew or given up."""
    drawn: dict[str, bool] = Field(default_factory=dict)
    """The draws of random inspections, by gate: drawn once, for all rounds."""
    limits: tuple[RunningLimit, ...] = ()
    filers: tuple[str, ...] = ()
    spoke: dict[str, str] = Field(default_factory=dict)
    """For which side each officer has spoken on the project: nobody speaks for two (register A53)."""
    signatures: SignaturePolicy = SignaturePolicy.OFF
    """Whether decisions have to be signed, as it was at filing; a file from before signatures reads as off."""
    handled: dict[str, Answer] = Field(default_factory=dict)
    counted: dict[str, DecisionReceipt] = Field(default_factory=dict)
    refusals: int = 0
    suspended: bool = False
    previous_run: FinishedRun | None = None
    renews_after: int | None = Field(default=None, ge=50)
    """Events of its history after which a run goes on in a new one, within its stage. None in the file of a worker that
    did not do so: its run must replay as it was. Fixed here and not in code, so that a change of it moves no open run."""
    adopting: AdoptionOrder | None = None
    """What is to be adopted at the next border."""
    carried: OpenStage | None = None
    """Where the run before stopped within this stage; None where the stage begins."""
    outcome: ProjectOutcome | None = None

    @property
    def round(self) -> int:
        """The current round of the current stage; the first is 1."""
        return self.rounds.get(self.stage, 1)

    def has_happened(self, event: str) -> bool:
        return any(e.event == event for e in self.events)

    def last_report(self, event: str) -> EventReport | None:
        """The report of the event that came last; None where it was never reported."""
        return next((e for e in reversed(self.events) if e.event == event), None)


class RectificationFile(Value):
    """The one argument of the `Rectification` workflow: what is to be mended, by when, and who verifies it."""

    rectification_id: str
    project: str
    title: str
    unit: str
    department: str
    department_name: str = ""
    unit_name: str = ""
    rule: RectificationRule
    plan: Plan
    calendar: WorkCalendar
    clock_shift: timedelta = timedelta()
    reports_to: str | None = None
    """The workflow id to which the end is reported (None: the project's)."""
    findings: tuple[Finding, ...]
    opened_at: datetime
    filers: tuple[str, ...] = ()
    spoke: dict[str, str] = Field(default_factory=dict)
    """For which side each officer has spoken on the project so far."""
    signatures: SignaturePolicy = SignaturePolicy.OFF
    review_id: str
    """The review of the project whose outcome demanded the rectification, or the finding's id."""
    lifts: tuple[Sanction, ...] = ()
    """The sanctions that last until the rectification is accepted."""


class Status(Value):
    """What the `status` query answers: everything an operator or a reviewer may ask of a running workflow."""

    workflow_id: str
    workflow_type: str
    project: str
    title: str
    regulation: str
    warnings: tuple[Text, ...] = ()
    """What every page about the project has to say first: that its regulation has expired."""
    department: str
    unit: str
    stage: StageName | None
    gate: str | None
    gate_title: Text | None
    round: int
    state: State
    awaiting: tuple[str, ...]
    names: dict[str, Text] = Field(default_factory=dict)
    """The names of the organs that the plan knows, by their codes."""
    due_on: date | None
    overdue: bool
    review: Review | None
    materials: tuple[Material, ...]
    findings: tuple[FindingRecord, ...]
    conditions: tuple[Condition, ...]
    waivers: tuple[Waiver, ...]
    sanctions: tuple[Sanction, ...]
    rectifications: tuple[RectificationRef, ...]
    passed: tuple[GateRecord, ...]
    missing: tuple[str, ...]
    """Titles of what still has to be handed in."""
    awaited_event: str | None
    awaited_event_title: Text | None = None
    limits: tuple[RunningLimit, ...] = ()
    procedure: str | None = None
    """Which procedure it is; None for a project and for its rectifications."""
    procedure_title: Text | None = None
    steps: tuple[StepRecord, ...] = ()
    """The steps of a procedure that have ended."""
    plan_version: str | None
    adopting: AdoptionOrder | None = None
    """The later version of the law under which it goes on from its next stage or round."""
    signatures: SignaturePolicy = SignaturePolicy.OFF
    """Whether decisions have to be signed."""
    life: str | None = None
    """The id of the workflow's first run, the same for its whole life: what officers sign names it (models/statement.py).
    None: told by a build whose statements name none."""
    outcome: ProjectOutcome | None
