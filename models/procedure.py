"""办理程序: what is handled beside the pipeline, as the law binds it, as it is applied for, and as its file travels.

A procedure is a list of steps: somebody hands something in (task), organs decide (review), something is awaited (wait). Which
steps there are, for whom, by when and on which article, is data (`regulations/procedures/*.yaml`); what is unusual about one of
them is code of its own (`workflows/procedures/`).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from models.application import DocumentFile, Material, Party, Title
from models.authority import SignaturePolicy
from models.base import Code, Input, Text, Value
from models.calendar import Term, WorkCalendar
from models.catalog import CatalogSubject, CatalogVerb
from models.citation import Citation
from models.deadline import Rung
from models.finding import Sanction
from models.form import DocumentRequirement
from models.messages import Answer, DecisionReceipt, EventReport
from models.plan import Consequence, Plan
from models.project import ProjectOutcome, RectificationRef, StepRecord
from models.rates import RateDefinition
from models.review import Quorum

APPLICANT = "applicant"
"""The party that every procedure has: whoever applied for it, or owes it."""

CODE_FIELD = "@code"
APPLICANT_FIELD = "@applicant"
"""Stand in the place of a field for the application's own code, and for the applicant's."""

APPLICANT_NAME_FIELD = "@applicant_name"
PROJECT_FIELD = "@project"
DUE_FIELD = "@due_on"
"""The same for the applicant's name, for the project that the procedure belongs to, and for the last day of the step's term."""

PARTY_FIELD = "@"
"""Before the name of a further party: its code, as in `@provider`."""

FIELDS_OF_THE_FILE = frozenset({CODE_FIELD, APPLICANT_FIELD, APPLICANT_NAME_FIELD, PROJECT_FIELD, DUE_FIELD})

DEPARTMENT = "department"
"""The party that the applicant's department is, where the application names one."""


class ProcedureType(StrEnum):
    """Which code runs a procedure. Each is also the name of the workflow type."""

    PROCEDURE = "Procedure"
    SHARING_REQUEST = "SharingRequest"
    CLOUD_RESOURCE = "CloudResource"
    SERVICE_CONTRACT = "ServiceContract"
    ASSESSMENT = "Assessment"


NEEDED_STEPS: dict[ProcedureType, tuple[str, ...]] = {
    ProcedureType.PROCEDURE: (),
    ProcedureType.SHARING_REQUEST: ("answer", "response", "negotiation", "settlement", "provision"),
    ProcedureType.CLOUD_RESOURCE: (
        *("application", "commitment", "activation", "operation"),
        *("honouring", "stop", "inspection", "reclaim"),
    ),
    ProcedureType.ASSESSMENT: ("measurement",),
    ProcedureType.SERVICE_CONTRACT: ("contract", "year", "usage", "settlement", "renewal"),
}
"""The steps that the code of each type takes by name; a regulation has to define them."""


# ---------------------------------------------------------------- the law


class StepKind(StrEnum):
    """Task: one party hands something in. Review: organs decide. Wait: an event, or a day, is awaited."""

    TASK = "task"
    REVIEW = "review"
    WAIT = "wait"


class OnlyIf(Input):
    """A step is taken only where an answer is (or contains) one of these. `field` is `<field>` of the application's form,
    or `<form>.<field>` of another form that was handed in. A boolean is `true` or `false`."""

    field: str
    has: Annotated[tuple[str, ...], Field(min_length=1)]


class StepEffect(Input):
    """What follows once a step is done: exactly one of four things.

    `catalog`: the catalog changes; `entry` is the field with the id (or the capability's name), `subject` says which of the
    two it is, and `content` has, for each key of the change's data, the field that it is taken from (or `=text` for a fixed
    text). What the catalog refuses goes back to whoever wrote the answers. `register`: the entry of this register for the
    subject in the field `entry` gets the `state`. `tell`: these parties and organs are told what was done. `report`: the
    event is reported to the project that the procedure belongs to, with the data in `content`.
    """

    catalog: CatalogVerb | None = None
    subject: CatalogSubject = CatalogSubject.RESOURCE
    entry: str | None = None
    content: dict[str, str] = Field(default_factory=dict)
    register_: Code | None = Field(default=None, alias="register")
    state: Code | None = None
    state_title: Text | None = None
    """Set when the plan is resolved: how the register calls the state."""
    tell: tuple[Code, ...] = ()
    report: Code | None = None
    only_if: OnlyIf | None = None
    """Nothing follows where the answer is another one."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> "StepEffect":
        given = [name for name in ("catalog", "register_", "tell", "report") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                f"must be exactly one of catalog, register, tell, report (got {', '.join(given) or 'none'})"
            )
        if (self.catalog or self.register_) and self.entry is None:
            raise ValueError("`catalog` and `register` need `entry`, the field that says of what")
        if self.register_ and self.state is None:
            raise ValueError("`register` needs `state`")
        return self


class Step(Value):
    """步骤. `by` are the codes of whoever has to act, resolved from roles and parties.

    `term` counts from when the step opens, or from the day in the field `since`; None: no document sets a term and none is
    assumed. `tells` are told when it is late. A review that returns leads to the step `returns_to`; None: the applicant
    corrects its application, and the same review opens anew.
    """

    id: str
    title: Text
    kind: StepKind
    by: tuple[str, ...] = ()
    quorum: Quorum
    citations: tuple[Citation, ...]
    form: str | None = None
    documents: tuple[DocumentRequirement, ...] = ()
    event: str | None = None
    term: Term | None = None
    since: str | None = None
    rungs: tuple[Rung, ...] = ()
    tells: tuple[str, ...] = ()
    returns_to: str | None = None
    may_reject: bool = True
    only_if: OnlyIf | None = None
    then: tuple[StepEffect, ...] = ()
    otherwise: tuple[StepEffect, ...] = ()
    """What follows from a rejection."""
    first: tuple[StepEffect, ...] = ()
    """What happens when the step opens for the first time."""
    returned: tuple[StepEffect, ...] = ()
    """What follows from a return."""
    undone: tuple[StepEffect, ...] = ()
    """What follows where the applicant withdraws after the step was done."""
    concerns: str | None = None
    """On whom the consequences fall, and who has to rectify (None: the applicant)."""
    consequences: tuple[Consequence, ...] = ()


class RateGoal(Value):
    """A rate that an assessment computes, and what it must reach; without a goal it is only told."""

    definition: RateDefinition
    at_least: Decimal | None = None
    citations: tuple[Citation, ...]


class ProcedurePlan(Value):
    """The procedure as the law binds it, frozen when it is admitted. `names` are its further parties, by
    code, as the register knows them.

    An assessment computes the `rates`, over the catalog entries of the applicant alone where `rates_of_applicant` says so.
    """

    id: str
    title: Text
    runs: ProcedureType
    citations: tuple[Citation, ...]
    form: str | None = None
    documents: tuple[DocumentRequirement, ...] = ()
    steps: tuple[Step, ...]
    rates: tuple[RateGoal, ...] = ()
    rates_of_applicant: bool = False
    names: dict[str, Text] = Field(default_factory=dict)

    def step(self, step_id: str) -> Step:
        """The step of this id. Raises KeyError where the procedure has none."""
        found = next((step for step in self.steps if step.id == step_id), None)
        if found is None:
            raise KeyError(f"procedure {self.id} knows no step {step_id!r}")
        return found

    def has(self, step_id: str) -> bool:
        return any(step.id == step_id for step in self.steps)


# ---------------------------------------------------------------- the application


class ProcedureApplication(Input):
    """What starts a procedure. `code` is the business key: the same one again is the same procedure.

    `unit` is the applicant: a unit, a department or an organ of the register; `prepared_by` its officer, who never decides
    on it. `parties` are the codes of the further parties that the procedure names; `project` the project that it belongs
    to, if any; `form` the answers to the procedure's form.
    """

    regulation: Code
    procedure: Code
    code: Code
    title: Title
    unit: Party
    department: Party | None = None
    prepared_by: Code
    parties: dict[Code, Code] = Field(default_factory=dict)
    project: Code | None = None
    form: dict[str, Any] = Field(default_factory=dict)


class ProcedureApplicationFile(ProcedureApplication):
    """What an operator writes (`tongchou procedure start FILE`): the application and the files that go with it."""

    documents: Annotated[tuple[DocumentFile, ...], Field(max_length=100)] = ()

    def application(self) -> ProcedureApplication:
        """The application alone, without the paths of one operator's machine."""
        return ProcedureApplication.model_validate(self.model_dump(exclude={"documents"}))


class ProcedureFiling(Value):
    """The question at admission: which law binds this procedure? `clock_shifted` marks a simulated date.

    `owed` says that nobody applied for it: a schedule stands where an officer would (定期程序).
    """

    application: ProcedureApplication
    filed_on: date
    clock_shifted: bool = False
    owed: bool = False


class ProcedureResolution(Value):
    """The answer: who may do what (`plan`, without stages), the steps, and the working days in force."""

    plan: Plan
    procedure: ProcedurePlan
    calendar: WorkCalendar
    signatures: SignaturePolicy = SignaturePolicy.OFF
    """Whether decisions on it have to be signed. An answer of a worker that knew no signatures reads as off."""


# ---------------------------------------------------------------- the file


class ProcedureFile(Value):
    """The one argument of every procedure's workflow, and its result. New fields are additive and have defaults.

    `answers` holds the forms that were filled in on the way, by form id; the application's own stands in `application`.
    `position` is the step at which a run that continues as new goes on. `kept` is what the code of one procedure carries
    over such a border: plain JSON.
    """

    application: ProcedureApplication
    materials: tuple[Material, ...] = ()
    filed_at: datetime | None = None
    plan: Plan | None = None
    procedure: ProcedurePlan | None = None
    calendar: WorkCalendar | None = None
    clock_shift: timedelta = timedelta()
    owed: bool = False
    """Nobody applied for it, it is owed: it cannot be withdrawn."""
    position: str | None = None
    rounds: dict[str, int] = Field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    steps: tuple[StepRecord, ...] = ()
    events: tuple[EventReport, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    rectifications: tuple[RectificationRef, ...] = ()
    filers: tuple[str, ...] = ()
    spoke: dict[str, str] = Field(default_factory=dict)
    """For which side each officer has spoken in it: nobody speaks for two (register A53)."""
    signatures: SignaturePolicy = SignaturePolicy.OFF
    """Whether decisions have to be signed, as it was at admission; a file from before signatures reads as off."""
    handled: dict[str, Answer] = Field(default_factory=dict)
    counted: dict[str, DecisionReceipt] = Field(default_factory=dict)
    refusals: int = 0
    kept: dict[str, Any] = Field(default_factory=dict)
    outcome: ProjectOutcome | None = None

    @property
    def code(self) -> str:
        return self.application.code

    @property
    def matter(self) -> str:
        """The project in whose ledger the procedure is recorded; its own code where it belongs to none."""
        return self.application.project or self.application.code


# ---------------------------------------------------------------- registers


class RegisterChange(Value):
    """登记: the entry of a register for a subject gets a state. `key` makes a repeat harmless."""

    key: str
    register_id: str
    subject: str
    state: str
    state_title: Text | None = None
    """How the register calls the state (None: by its code)."""
    at: datetime
    procedure: str
    """The workflow id of the procedure that brought it about."""
    party: str
    """The code of whoever the entry belongs to."""
    detail: dict[str, Any] = Field(default_factory=dict)
