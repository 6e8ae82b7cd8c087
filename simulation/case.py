"""案例: a worked case of a regulation, as a lawyer writes it: given an application and events, this is what follows.

Four judges. `checks`: the findings of a gate. `deadline`: when a term ends and when it reminds. Both are pure functions and
cheap. `life`: a project is filed with the real workflows and services, and lives through its events. `procedure`: so is a
procedure beside the pipeline.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from models.application import Party, Title
from models.base import Code, Input, Sentence
from models.calendar import ClockEventKind
from models.catalog import CatalogSubject
from models.effects import EntryKind
from models.finding import SanctionKind
from models.plan import StageName
from models.review import Outcome
from regulations.almanac import NoticeFile
from regulations.provisions import RuleId
from simulation.edits import Edit
from simulation.events import PROCEDURE_ACTS, Event, StatusExpected, Submit
from simulation.holdings import CatalogChange
from simulation.moments import FilingMoment, Moment

GateRound = Annotated[str, StringConstraints(pattern=r"^(limit/[a-z0-9_]+|[a-z0-9_]+/r[1-9][0-9]*(\.[0-9]+)?)$")]
"""A gate in a round: `committee/r2`; `decision/r1.2` where it was opened again; `limit/<id>` for a limit's rungs."""


class StandingSanction(Input):
    """A sanction that stands against the department when the project is filed, from another project."""

    kind: SanctionKind
    since: date
    fiscal_year: int | None = None


class _Case(Input):
    """What every case has. `base` names the base application that it stands on (`base/<regulation>-<base>.yaml`)."""

    name: Sentence
    """What the case shows, as a sentence in Chinese."""
    en: Sentence | None = None
    """The same sentence in English."""
    rules: tuple[RuleId, ...] = ()
    """The rules of the register that the case shows."""
    filed_on: FilingMoment
    base: Code = "project"
    materials: tuple[Code, ...] | None = None
    """The kinds of documents handed in with the application (None: those of the base; for a procedure none)."""
    catalog: CatalogChange = CatalogChange()
    values: dict[Code, str | Decimal] = Field(default_factory=dict)
    """Values and switches of the regulation that this case reads otherwise (register A17)."""


class _OfProject(_Case, Edit):
    """A case of a project. The edits apply to the base application."""


# ---------------------------------------------------------------- findings of a gate


class GivenWaiver(Input):
    """A waiver on record."""

    rule: str
    subject: str | None = None
    expires_on: date


class GivenCondition(Input):
    """A condition of an earlier approval, and the unit's answer to it."""

    text: Sentence
    answer: str | None = None


class GivenEvent(Input):
    """An event that was reported before (`occurred_on` None: on the day of filing), with its data."""

    event: Code
    occurred_on: date | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class ChecksExpected(Input):
    """Every finding, by check id, or `check subject` to name what is at fault. All lists are complete."""

    refused: str | None = None
    """The application is not admitted at all; what the reasons contain."""
    route: Code | None = None
    passed_over: bool = False
    """The gate does not apply to this project; nothing is then found."""
    sent_back: Code | None = None
    """The rule of `changes` by which the investment sends the project back when it comes to the gate."""
    missing: tuple[str, ...] = ()
    """What keeps the gate closed: for each fault its rule, or words of its message."""
    blocking: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class ChecksCase(_OfProject):
    """What a gate finds in the application: materials and forms first, then the checks."""

    judge: Literal["checks"]
    gate: Code
    on: date | None = None
    """The day on which waivers are looked at (None: the day of filing)."""
    waivers: tuple[GivenWaiver, ...] = ()
    planned_reuse: tuple[str, ...] = ()
    conditions: tuple[GivenCondition, ...] = ()
    events: tuple[GivenEvent, ...] = ()
    """What was reported by then, in the order in which it came in."""
    approved_forms: dict[Code, dict[str, Any]] = Field(default_factory=dict)
    """Forms as an earlier gate fixed them."""
    approved_investment: Annotated[Decimal, Field(gt=0)] | None = None
    """In yuan, as an earlier gate fixed it."""
    expect: ChecksExpected


# ---------------------------------------------------------------- dates


class ClockChange(Input):
    """Something that moves a running deadline."""

    at: Moment
    kind: ClockEventKind
    working_days: int | None = None


class DeadlineExpected(Input):
    """What is left out is not compared. `rungs` has `half reminder`, `due overdue` … and the day of each."""

    due_on: date
    provisional: bool | None = None
    overdue: bool | None = None
    remaining_working_days: int | None = None
    make_up_days: tuple[date, ...] | None = None
    skipped_holidays: tuple[date, ...] | None = None
    rungs: dict[str, date] | None = None


class DeadlineCase(_OfProject):
    """When a term ends that begins at `started`: of a gate's review, of the rectification that follows from the gate,
    of that rectification's verification, of a limit of the unit, or of the date on which a stage (`opening`) or a gate
    (`gate_opening`) opens by itself. Without `gate` a verification is that of the rectification after an inspection."""

    judge: Literal["deadline"]
    gate: Code | None = None
    of: Literal["review", "rectification", "verification", "opening", "gate_opening", "limit"] = "review"
    stage: StageName | None = None
    limit: Code | None = None
    started: Moment
    clock: tuple[ClockChange, ...] = ()
    published: NoticeFile | None = None
    """A notice of working days that is out by then."""
    at: Moment | None = None
    """The moment at which `overdue` and `remaining_working_days` are looked at."""
    expect: DeadlineExpected

    @model_validator(mode="after")
    def _names_its_term(self) -> Self:
        named = {"opening": self.stage, "limit": self.limit, "verification": self.gate or "inspection"}
        if named.get(self.of, self.gate) is None:
            raise ValueError("`opening` needs `stage`, `limit` needs `limit`, every other deadline needs `gate`")
        if self.at is None and (self.expect.overdue, self.expect.remaining_working_days) != (None, None):
            raise ValueError("`overdue` and `remaining_working_days` need `at`, the moment at which they are looked at")
        return self


# ---------------------------------------------------------------- a life


class GateExpected(Input):
    """How a gate ended."""

    gate: Code
    round: int = 1
    outcome: Outcome
    due_on: date | None = None
    overdue: bool | None = None


class SanctionExpected(Input):
    """A sanction that the project brought about, in force or lifted in the end."""

    kind: SanctionKind
    lifted: bool = False
    fiscal_year: int | None = None


class LivedExpected(StatusExpected):
    """Where the project or the procedure stands in the end, and what is on record. What is left out is not compared."""

    rungs: dict[GateRound, tuple[str, ...]] = Field(default_factory=dict)
    """Which rungs of the ladder were told, as `half reminder`; `rectification/r1` is the first rectification's."""
    notices: dict[Code, dict[Code, int]] = Field(default_factory=dict)
    """How many notices of a template went to each recipient; complete for each template that is named."""
    ledger: dict[EntryKind, int] = Field(default_factory=dict)
    sanctions: tuple[SanctionExpected, ...] | None = None
    standing: dict[date, tuple[SanctionKind, ...]] = Field(default_factory=dict)
    """What stands against the department on a day, by the register of sanctions."""


class LifeExpected(LivedExpected):
    """The same of a project, with its gates."""

    gates: tuple[GateExpected, ...] | None = None
    """Every gate that closed, in order."""
    found: dict[GateRound, tuple[str, ...]] = Field(default_factory=dict)
    """The checks that found something when the review opened; complete for each gate that is named."""


class LifeCase(_OfProject):
    """A project's life on real workflows, activities and services, with time skipped."""

    judge: Literal["life"]
    sanctions: tuple[StandingSanction, ...] = ()
    events: tuple[Event, ...] = ()
    expect: LifeExpected

    @model_validator(mode="after")
    def _hands_in_for_a_project(self) -> Self:
        if any(said.party or said.form is not None for said in _submissions(self.events)):
            raise ValueError("`party` and `form` are for a procedure; a project hands in `changes`, `add` and `remove`")
        return self


def _submissions(events: tuple[Event, ...]) -> list[Submit]:
    return [event.submit for event in events if event.submit]


# ---------------------------------------------------------------- a procedure


class AppliedFor(Input):
    """办理申请: what is applied for. What is left out is taken from the case and from the base application.

    `unit` and `department` may be given by their codes alone; the register has their names. A unit that the base does not
    have is applied for by the first officer who serves in it, unless `prepared_by` says otherwise.
    """

    code: Code | None = None
    """None: the regulation's id and `-P-0001`."""
    title: Title | None = None
    """None: the case's name."""
    unit: Party | Code | None = None
    department: Party | Code | None = None
    prepared_by: Code | None = None
    parties: dict[Code, Code] = Field(default_factory=dict)
    project: Code | None = None
    form: dict[str, Any] = Field(default_factory=dict)


class StepExpected(Input):
    """How a step ended. A review has its outcome, a task or something awaited has none."""

    step: Code
    round: int = 1
    outcome: Outcome | None = None
    due_on: date | None = None
    overdue: bool | None = None


class RegisterEntryExpected(Input):
    """Which state the entry of a register has in the end; None: there is no such entry."""

    register_: Code = Field(alias="register")
    subject: Sentence
    state: Code | None


class CatalogEntryExpected(Input):
    """Where an entry of the catalog stands in the end: a resource by its id, a capability by its name, a demand by its key.

    `state` None: the catalog has no such entry. `particulars` are compared where they are named, such as `specification`.
    """

    subject: CatalogSubject = CatalogSubject.RESOURCE
    id: Sentence
    state: Code | None
    particulars: dict[Code, str] = Field(default_factory=dict)


class ProcedureExpected(LivedExpected):
    """The same of a procedure, with its steps. `gate` is the id of a step."""

    refused: str | None = None
    """It is not admitted; what the reasons contain."""
    steps: tuple[StepExpected, ...] | None = None
    """Every step that ended, in order."""
    registers: tuple[RegisterEntryExpected, ...] = ()
    catalog_entries: tuple[CatalogEntryExpected, ...] = ()


class ProcedureCase(_Case):
    """A procedure beside the pipeline on real workflows, activities and services, with time skipped."""

    judge: Literal["procedure"]
    procedure: Code
    application: AppliedFor = AppliedFor()
    events: tuple[Event, ...] = ()
    expect: ProcedureExpected

    @model_validator(mode="after")
    def _is_acted_on_as_a_procedure(self) -> Self:
        strange = [event.act[0] for event in self.events if event.act and event.act[0] not in PROCEDURE_ACTS]
        if strange:
            raise ValueError(f"no act of a procedure: {', '.join(strange)}; known: {', '.join(PROCEDURE_ACTS)}")
        if any(said.changes or said.add or said.remove for said in _submissions(self.events)):
            raise ValueError("`changes`, `add` and `remove` are for a project; a procedure hands in `form`")
        return self


ProjectCase = ChecksCase | DeadlineCase | LifeCase
"""The cases that stand on an application for a project."""

Case = ProjectCase | ProcedureCase


class CaseFile(Input):
    """A file of cases of one regulation. The JSON Schema of this class is the format that a lawyer writes in."""

    regulation: Code
    about: Sentence
    cases: Annotated[
        tuple[Annotated[Case, Field(discriminator="judge")], ...],
        Field(min_length=1),
    ]
