"""The form in which a regulation is written down (`regulations/*.yaml`): who, how many, by when, on which article.

Closed data: an unknown key is refused, and there is nothing to compute with, no expression, no condition, no jump.
Every entry cites its source, and one that changed over time is written once per period. What the words mean for a
project is said in `models/plan.py`, into which `regulations/plan_builder.py` turns the entries in force.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from models.base import Code, Input, Text
from models.calendar import TermUnit
from models.deadline import Rung
from models.finding import SanctionEnd, SanctionKind, Strength
from models.form import FormField
from models.plan import Act, GateRef, Holding, Overruled, PointsOfForm, StageName
from models.review import Outcome, Point, QuorumRule
from models.scope import Scope
from regulations.provisions import Provision, RuleId, Source, Versions


class Moment(StrEnum):
    """The kinds of gates at which a regulation may lay something over another: what a gate is for, whatever its name."""

    APPLICATION = "application"
    COORDINATION = "coordination"
    ACCEPTANCE = "acceptance"
    OPERATION = "operation"


class ValueSource(Provision):
    """A value that other entries name by `{value: <name>}`: a threshold, or a switch between the `choices`."""

    title: Text
    value: Decimal | str
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_a_choice(self) -> "ValueSource":
        if self.choices and self.value not in self.choices:
            raise ValueError(f"value {self.value!r} is none of the choices {', '.join(self.choices)}")
        return self


class ValueRef(Input):
    """`{value: <name>}` in the place of a value."""

    value: Code


class TitledSource(Provision):
    """A kind of funding, a document, a ground for a pause: a title with its source."""

    title: Text


class ScopedSource(Provision):
    """An entry that may apply to some projects only: those in `applies_to`, but for those in `except_for`."""

    applies_to: Scope | None = None
    except_for: Scope | None = None


class EventSource(TitledSource):
    """An event on which the pipeline rests: reported by `report_event`, with these fields."""

    fields: tuple[FormField, ...] = ()
    tells: tuple[Code, ...] = ()


class RuledSource(Provision):
    """An entry that enforces a rule of the register, and therefore always names it."""

    rule: RuleId


class AfterExpiry(Source):
    """Projects are still admitted under an expired regulation, with this warning on every page."""

    warning: Text


class ValiditySource(Provision):
    """When the instrument was issued, and from when to when it is in force."""

    issued: date
    after_expiry: AfterExpiry | None = None

    @model_validator(mode="after")
    def _has_a_beginning(self) -> "ValiditySource":
        if self.from_ is None:
            raise ValueError("`from` is missing: a regulation is in force from a day")
        return self

    def admits(self, day: date) -> bool:
        """Whether it is applied to what is filed on the day: while it is in force, and longer where `after_expiry` says so."""
        expired = self.until is not None and day > self.until
        return self.covers(day) or (expired and self.after_expiry is not None)


class OrganSource(TitledSource):
    superior: Code | None = None


class OperatorSource(Input):
    """Who runs a capability: an organ, and its section where the list names one."""

    organ: Code
    section: str | None = None


class CapabilitySource(Provision):
    """A line of the capability list. Known by its Chinese name, which is its key; `aliases` lead to it."""

    type: str
    operator: OperatorSource
    aliases: tuple[str, ...] = ()


class TermSource(Provision):
    unit: TermUnit
    amount: int | None = Field(default=None, gt=0)
    month_day: str | None = None
    rolls_over: bool = True

    @model_validator(mode="after")
    def _has_its_measure(self) -> "TermSource":
        measure = self.month_day if self.unit is TermUnit.FIXED_DATE else self.amount
        if measure is None:
            raise ValueError("a fixed date needs `month_day`, every other term needs `amount`")
        return self


class LadderSource(Provision):
    """Reminders, the overdue mark and escalations, in working days from the due day."""

    rungs: tuple[Rung, ...]


class DocumentSource(ScopedSource):
    title: Text


class FormSource(ScopedSource):
    title: Text
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]


class CheckSource(RuledSource, ScopedSource):
    """A check of one of the kinds in `models/check.py`. `arguments` is whatever else is written in the entry."""

    check: str
    title: Text
    remedy: Text
    strength: Strength
    arguments: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gathers_arguments(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        own = {f.alias or name for name, f in cls.model_fields.items()} - {"arguments"}
        entry = {key: value for key, value in written.items() if key in own}
        return entry | {"arguments": {key: value for key, value in written.items() if key not in own}}


class ExemptionSource(Provision):
    """The checks that classified projects are not held to."""

    checks: tuple[str, ...]


class SanctionSource(RuledSource):
    kind: SanctionKind
    strength: Strength
    ends: SanctionEnd | ValueRef
    tells: tuple[Code, ...] = ()


class RectificationSource(RuledSource):
    verified_by: Annotated[tuple[Code, ...], Field(min_length=1)]
    term: Code
    """Of the unit, from the notice."""
    verification: Code
    """Of the organ that verifies, from the response."""
    ladder: Code
    holds: Holding
    escalation: tuple[Code, ...] = ()
    """Sanctions, in the order in which they may follow while it is not mended."""


class ConsequenceSource(Input):
    """What follows from an outcome. Names entries of `sanctions` and `rectifications`, which carry the sources."""

    on: Outcome
    goes_on: bool = False
    sanctions: tuple[Code, ...] = ()
    rectification: Code | None = None


class PowerSource(Provision):
    organs: Annotated[tuple[Code, ...], Field(min_length=1)]


class OpeningSource(TitledSource):
    """What a stage or a gate waits for: a reported event, or a date, whichever is first.

    The date is that of the term `on`, counted from the event `since` (None: from when it begins to wait), or the one that
    was reported in the field `on_field` of `since`.
    """

    event: Code | None = None
    on: Code | None = None
    since: Code | None = None
    on_field: Code | None = None

    @model_validator(mode="after")
    def _opens(self) -> "OpeningSource":
        if self.event is None and self.on is None and self.on_field is None:
            raise ValueError("waits for nothing: give `event`, `on` or `on_field`")
        if self.on_field is not None and self.since is None:
            raise ValueError("`on_field` needs `since`, the event that it was reported with")
        return self


class SamplingSource(Provision):
    """随机抽查. `rate` names a value between 0 and 1; projects of the categories `always_for` are always drawn."""

    rate: ValueRef
    always_for: tuple[Code, ...] = ()


class FixingSource(Input):
    """What the approval of the gate fixes for later gates."""

    planned_reuse: bool = False
    investment: bool = False
    forms: tuple[Code, ...] = ()


class GateSource(ScopedSource):
    title: Text
    organs: Annotated[tuple[Code, ...], Field(min_length=1)]
    quorum: QuorumRule
    documents: tuple[Code, ...] = ()
    forms: tuple[Code, ...] = ()
    checks: tuple[str, ...] = ()
    term: Code
    ladder: Code
    returns_to: GateRef
    may_reject: bool = True
    consequences: tuple[ConsequenceSource, ...] = ()
    rule_source_missing: bool = False
    fixes: FixingSource = FixingSource()
    points: tuple[Point, ...] = ()
    points_of: PointsOfForm | None = None
    sampling: SamplingSource | None = None
    opening: OpeningSource | None = None
    on_demand: bool = False


class LimitSource(TitledSource):
    """By when the unit must have come to a gate, counted from an event."""

    since: Code
    met_by: Code
    met_when: Literal["opened", "approved"] = "approved"
    term: Code
    ladder: Code
    tells: tuple[Code, ...] = ()


class StageSource(Input):
    name: StageName
    gates: Annotated[tuple[Code, ...], Field(min_length=1)]
    opening: OpeningSource | None = None
    limits: tuple[Code, ...] = ()


class RouteSource(TitledSource):
    """The stages of a kind of project. The first route whose funding, categories and investment fit is taken."""

    funding: Annotated[tuple[Code, ...], Field(min_length=1)]
    categories: tuple[Code, ...] = ()
    """One of these must be the project's, where there are any."""
    investment_up_to: Decimal | None = Field(default=None, gt=0)
    """In yuan, inclusive."""
    stages: Annotated[tuple[StageSource, ...], Field(min_length=1)]


class ChangeSource(RuledSource):
    """What sends a project back from some stages. `explained_by` is the document that a smaller change needs."""

    stages: Annotated[tuple[StageName, ...], Field(min_length=1)]
    over_share: ValueRef | None = None
    major: bool = False
    explained_by: Code | None = None
    returns_to: GateRef


class AdmissionSource(Provision):
    """Sanctions on the department under which no new project is admitted."""

    blocked_by: tuple[SanctionKind, ...]


class CatalogSource(Provision):
    """Which form is the project's catalog 项目信息资源目录, and which of its cells say what."""

    form: Code
    rows: Code
    name: Code
    mode: Code
    """The cell with the mode of sharing."""
    unshared: tuple[str, ...]
    """The modes under which a resource is not mounted."""
    unconditional: str
    """The mode under which it is shared without condition."""


class LentSource(Input):
    """What a regulation lays over those below it, at one kind of gate."""

    checks: tuple[str, ...] = ()
    forms: tuple[Code, ...] = ()
    documents: tuple[Code, ...] = ()


class ColumnSource(RuledSource, FormField):
    """A cell that is added to each row of another regulation's catalog form, with the rule that demands it."""

    rule: RuleId


class OverlaySource(Input):
    """What this regulation lays over others: at their gates of each kind, and in their catalog form."""

    at: dict[Moment, LentSource] = Field(default_factory=dict)
    columns: tuple[ColumnSource, ...] = ()
    """Added where the form's row has no cell of that id."""


def _as_names(written: Any) -> Any:
    return (written,) if isinstance(written, str) else written


Names = Annotated[tuple[Code, ...], BeforeValidator(_as_names), Field(min_length=1)]
"""One name, or several."""


class OverlaidBy(Provision):
    """A regulation that lies over this one, and which of this one's gates are of which kind.

    `switch` names a value `on` or `off` of this regulation.
    """

    regulation: Code
    gates: dict[Moment, Names]
    switch: Code


class PrevailsSource(Source):
    """A rule of this regulation that prevails over one of a wider regulation (register A36)."""

    by: RuleId


class Regulation(Input):
    """One regime's law, as one file says it. One without routes only lies over others, and nothing is filed under it.

    `version` is set by the loader: the SHA-256 of the file's text, and of those that lie over it.
    """

    id: Code
    rules: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}$")]
    """The code with which the ids of its rules begin in the register of rules."""
    title: Text
    instruments: Annotated[dict[Code, str], Field(min_length=1)]
    instrument: Code
    validity: ValiditySource
    organs: dict[Code, Versions[OrganSource]] = Field(default_factory=dict)
    funding: dict[Code, Versions[TitledSource]] = Field(default_factory=dict)
    features: dict[Code, Text] = Field(default_factory=dict)
    categories: dict[Code, Versions[TitledSource]] = Field(default_factory=dict)
    events: dict[Code, Versions[EventSource]] = Field(default_factory=dict)
    capabilities: dict[str, Versions[CapabilitySource]] = Field(default_factory=dict)
    values: dict[Code, Versions[ValueSource]] = Field(default_factory=dict)
    terms: dict[Code, Versions[TermSource]] = Field(default_factory=dict)
    ladders: dict[Code, Versions[LadderSource]] = Field(default_factory=dict)
    documents: dict[Code, Versions[DocumentSource]] = Field(default_factory=dict)
    forms: dict[Code, Versions[FormSource]] = Field(default_factory=dict)
    checks: dict[str, Versions[CheckSource]] = Field(default_factory=dict)
    classified: Versions[ExemptionSource] | None = None
    sanctions: dict[Code, Versions[SanctionSource]] = Field(default_factory=dict)
    rectifications: dict[Code, Versions[RectificationSource]] = Field(default_factory=dict)
    powers: dict[Act, Versions[PowerSource]] = Field(default_factory=dict)
    pause_grounds: dict[Code, Versions[TitledSource]] = Field(default_factory=dict)
    admission: Versions[AdmissionSource] | None = None
    changes: dict[Code, Versions[ChangeSource]] = Field(default_factory=dict)
    limits: dict[Code, Versions[LimitSource]] = Field(default_factory=dict)
    catalog: CatalogSource | None = None
    overlay: OverlaySource | None = None
    overlays: tuple[OverlaidBy, ...] = ()
    prevails: dict[RuleId, PrevailsSource] = Field(default_factory=dict)
    """Which rules of wider regulations do not bind here, by their ids, and what prevails over them."""
    gates: dict[Code, Versions[GateSource]] = Field(default_factory=dict)
    routes: dict[Code, Versions[RouteSource]] = Field(default_factory=dict)
    version: str = ""
    overruled: tuple[Overruled, ...] = ()
    """Set by the loader: the rules of overlays that do not bind because `prevails` names them."""

    @property
    def is_for_filing(self) -> bool:
        """Whether projects are filed under it: whether it has a route."""
        return bool(self.routes)
