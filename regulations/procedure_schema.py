"""The form in which the procedures beside the pipeline are written down (`regulations/procedures/<regulation>/<topic>.yaml`).

Closed data, like the regulation itself: steps in their order, who acts, by when, on which article, and nothing to compute
with. The files of a folder are one whole; whatever an entry names is looked for there first, then in the regulation's own file.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from models.base import Code, Input, Text
from models.plan import StageName
from models.procedure import NEEDED_STEPS, OnlyIf, ProcedureType, StepEffect, StepKind
from models.rates import RateCount
from models.review import QuorumRule
from regulations.provisions import Provision, RuleId, Versions
from regulations.schema import (
    ConsequenceSource,
    DocumentSource,
    FormSource,
    LadderSource,
    RectificationSource,
    SanctionSource,
    TermSource,
    TitledSource,
)


class StepSource(Provision):
    """A step: `task: <party>`, `review: [<organ> …]` or `wait: <event>`. The parties, roles and organs stand by name.

    `since` is the field of the application's form with the day from which the term counts.
    """

    title: Text
    task: Code | None = None
    review: tuple[Code, ...] = ()
    wait: Code | None = None
    quorum: QuorumRule = QuorumRule.ANY_OF
    form: Code | None = None
    documents: tuple[Code, ...] = ()
    term: Code | None = None
    since: str | None = None
    ladder: Code | None = None
    tells: tuple[Code, ...] = ()
    returns_to: Code | None = None
    may_reject: bool = True
    only_if: OnlyIf | None = None
    then: tuple[StepEffect, ...] = ()
    otherwise: tuple[StepEffect, ...] = ()
    first: tuple[StepEffect, ...] = ()
    returned: tuple[StepEffect, ...] = ()
    undone: tuple[StepEffect, ...] = ()
    concerns: Code | None = None
    consequences: tuple[ConsequenceSource, ...] = ()

    @model_validator(mode="after")
    def _is_one_kind(self) -> "StepSource":
        given = [name for name in ("task", "review", "wait") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"must be exactly one of task, review, wait (got {', '.join(given) or 'none'})")
        if (self.term is None) != (self.ladder is None):
            raise ValueError("`term` and `ladder` go together")
        if self.review and self.term is None:
            raise ValueError("a review needs a `term`; where no document gives one, a default (A12)")
        if self.otherwise and not (self.review and self.may_reject):
            raise ValueError("`otherwise` follows from a rejection, and only a review can reject")
        if self.returned and not self.review:
            raise ValueError("`returned` follows from a return, and only a review can return")
        return self

    @property
    def effects(self) -> tuple[StepEffect, ...]:
        """Everything that the step may bring about."""
        return (*self.first, *self.then, *self.returned, *self.otherwise, *self.undone)

    @property
    def kind(self) -> StepKind:
        if self.task:
            return StepKind.TASK
        return StepKind.REVIEW if self.review else StepKind.WAIT


class MeasuredOf(StrEnum):
    """Whose entries of the catalog an assessment counts."""

    APPLICANT = "applicant"
    EVERYBODY = "everybody"


class MeasureSource(Input):
    """What an assessment computes: entries of `rates`. Its step `measurement` has a form with a field for each."""

    rates: Annotated[tuple[Code, ...], Field(min_length=1)]
    of: MeasuredOf


class ProcedureSource(TitledSource):
    """A procedure. `parties` are whom the application names beside the applicant."""

    runs: ProcedureType = ProcedureType.PROCEDURE
    form: Code | None = None
    documents: tuple[Code, ...] = ()
    parties: dict[Code, Text] = Field(default_factory=dict)
    measures: MeasureSource | None = None
    steps: Annotated[dict[Code, StepSource], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_its_steps(self) -> "ProcedureSource":
        missing = [step for step in NEEDED_STEPS[self.runs] if step not in self.steps]
        if missing:
            raise ValueError(f"a {self.runs} takes the steps {', '.join(missing)}, which are not defined")
        if (self.runs is ProcedureType.ASSESSMENT) != (self.measures is not None):
            raise ValueError("`measures` goes with `runs: Assessment`")
        return self


class RegisterSource(TitledSource):
    """A register that procedures keep: which states an entry may have, in Chinese and English."""

    states: Annotated[dict[Code, Text], Field(min_length=1)]


class RateSource(Provision):
    """A rate that is computed from the catalog's own records: what is counted over what (register A27), and how much of it
    must be reached. The two counts are compared unrounded, and the goal itself is enough (A26)."""

    title: Text
    numerator: RateCount
    denominator: RateCount
    shareable_only: bool = False
    at_least: Annotated[Decimal, Field(ge=0, le=1)] | None = None


class Debtor(StrEnum):
    """Who owes a report: every department or unit of the register, every running project, or one organ."""

    DEPARTMENTS = "departments"
    UNITS = "units"
    PROJECTS = "projects"
    ORGAN = "organ"


class CalendarSource(Input):
    """When a schedule starts, in China's time: each listed month (none: every month), on that day, at that hour."""

    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    day: Annotated[int, Field(ge=1, le=28)] = 1
    hour: Annotated[int, Field(ge=0, le=23)] = 9


class PeriodKind(StrEnum):
    """What a round is about, seen from the day on which it begins."""

    HALF_BEFORE = "half_before"
    YEAR_BEFORE = "year_before"
    MONTH_BEFORE = "month_before"
    THIS_MONTH = "this_month"
    THIS_YEAR = "this_year"
    YEAR_AHEAD = "year_ahead"


class ScheduleSource(TitledSource):
    """A procedure that is owed again and again: when it begins, what it is, about which period, and who owes it."""

    procedure: Code
    calendar: CalendarSource
    period: PeriodKind
    owed_by: Debtor
    organ: Code | None = None
    """The organ or role, where one organ owes it."""
    stages: tuple[StageName, ...] = ()
    """Where projects owe it: those that stand in one of these stages when the round begins."""
    starts_paused: bool = False
    """Nobody begins it unless an operator says so, such as one whose time is over (register A40)."""

    @model_validator(mode="after")
    def _names_its_debtor(self) -> "ScheduleSource":
        if (self.owed_by is Debtor.ORGAN) != (self.organ is not None):
            raise ValueError("`organ` goes with `owed_by: organ`")
        if (self.owed_by is Debtor.PROJECTS) != bool(self.stages):
            raise ValueError("`stages` goes with `owed_by: projects`")
        return self


class Procedures(Input):
    """Everything beside the pipeline of one regulation: the files of its folder, put together.

    `roles` says which of the regulation's organs has a role that procedures of wider regulations name: the sharing
    authority, finance. `rules` of entries belong to the same register as the regulation's.
    """

    roles: dict[Code, Code] = Field(default_factory=dict)
    terms: dict[Code, Versions[TermSource]] = Field(default_factory=dict)
    ladders: dict[Code, Versions[LadderSource]] = Field(default_factory=dict)
    documents: dict[Code, Versions[DocumentSource]] = Field(default_factory=dict)
    forms: dict[Code, Versions[FormSource]] = Field(default_factory=dict)
    sanctions: dict[Code, Versions[SanctionSource]] = Field(default_factory=dict)
    rectifications: dict[Code, Versions[RectificationSource]] = Field(default_factory=dict)
    registers: dict[Code, Versions[RegisterSource]] = Field(default_factory=dict)
    rates: dict[Code, Versions[RateSource]] = Field(default_factory=dict)
    procedures: dict[Code, Versions[ProcedureSource]] = Field(default_factory=dict)
    schedules: dict[Code, Versions[ScheduleSource]] = Field(default_factory=dict)
    not_lent: dict[Code, RuleId] = Field(default_factory=dict)
    """Procedures that are not to be had here, be it that wider regulations have them, and the rule that says so (A36)."""
    version: str = ""
    """Set by the loader: the SHA-256 of the files' texts."""
