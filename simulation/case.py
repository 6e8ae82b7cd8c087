"""案例: a worked case of a regulation, as a lawyer writes it: given an application and events, this is what follows.

Three judges. `checks`: the findings of a gate. `deadline`: when a term ends and when it reminds. `life`: a project is
filed with the real workflows and services, and lives through its events. The first two are pure functions and cheap.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from models.base import Code, Input, Sentence
from models.calendar import ClockEventKind
from models.effects import EntryKind
from models.finding import SanctionKind
from models.plan import StageName
from models.review import Outcome
from regulations.almanac import NoticeFile
from regulations.provisions import RuleId
from simulation.edits import Edit
from simulation.events import Event, StatusExpected
from simulation.holdings import CatalogChange
from simulation.moments import FilingMoment, Moment

GateRound = Annotated[str, StringConstraints(pattern=r"^(limit/[a-z0-9_]+|[a-z0-9_]+/r[1-9][0-9]*(\.[0-9]+)?)$")]
"""A gate in a round: `committee/r2`; `decision/r1.2` where it was opened again; `limit/<id>` for a limit's rungs."""


class StandingSanction(Input):
    """A sanction that stands against the department when the project is filed, from another project."""

    kind: SanctionKind
    since: date
    fiscal_year: int | None = None


class _Case(Edit):
    """What every case has. The edits apply to the base application (`base/<regulation>-<base>.yaml`)."""

    name: Sentence
    """What the case shows, as a sentence in Chinese."""
    en: Sentence | None = None
    """The same sentence in English."""
    rules: tuple[RuleId, ...] = ()
    """The rules of the register that the case shows."""
    filed_on: FilingMoment
    base: Code = "project"
    materials: tuple[Code, ...] | None = None
    """The kinds of documents handed in with the application (None: those of the base)."""
    catalog: CatalogChange = CatalogChange()
    values: dict[Code, str | Decimal] = Field(default_factory=dict)
    """Values and switches of the regulation that this case reads otherwise (register A17)."""


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


class ChecksCase(_Case):
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


class DeadlineCase(_Case):
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


class LifeExpected(StatusExpected):
    """Where the project stands in the end, and what is on record. What is left out is not compared."""

    gates: tuple[GateExpected, ...] | None = None
    """Every gate that closed, in order."""
    found: dict[GateRound, tuple[str, ...]] = Field(default_factory=dict)
    """The checks that found something when the review opened; complete for each gate that is named."""
    rungs: dict[GateRound, tuple[str, ...]] = Field(default_factory=dict)
    """Which rungs of the ladder were told, as `half reminder`; `rectification/r1` is the first rectification's."""
    notices: dict[Code, dict[Code, int]] = Field(default_factory=dict)
    """How many notices of a template went to each recipient; complete for each template that is named."""
    ledger: dict[EntryKind, int] = Field(default_factory=dict)
    sanctions: tuple[SanctionExpected, ...] | None = None
    standing: dict[date, tuple[SanctionKind, ...]] = Field(default_factory=dict)
    """What stands against the department on a day, by the register of sanctions."""


class LifeCase(_Case):
    """A project's life on real workflows, activities and services, with time skipped."""

    judge: Literal["life"]
    sanctions: tuple[StandingSanction, ...] = ()
    events: tuple[Event, ...] = ()
    expect: LifeExpected


Case = ChecksCase | DeadlineCase | LifeCase


class CaseFile(Input):
    """A file of cases of one regulation. The JSON Schema of this class is the format that a lawyer writes in."""

    regulation: Code
    about: Sentence
    cases: Annotated[
        tuple[Annotated[Case, Field(discriminator="judge")], ...],
        Field(min_length=1),
    ]
