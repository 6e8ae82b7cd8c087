"""The form in which a regulation is written down (`regulations/*.yaml`): who, how many, by when, on which article.

Closed data: an unknown key is refused, and there is nothing to compute with, no expression, no condition, no jump.
Every entry cites its source, and one that changed over time is written once per period. What the words mean for a
project is said in `models/plan.py`, into which `regulations/plan_builder.py` turns the entries in force.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from models.base import Code, Input, Text
from models.calendar import TermUnit
from models.deadline import Rung
from models.finding import SanctionEnd, SanctionKind, Strength
from models.plan import Act, FormField, GateRef, StageName
from models.review import Outcome, QuorumRule
from regulations.provisions import Provision, RuleId, Source, Versions


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


class FormSource(TitledSource):
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]


class CheckSource(RuledSource):
    """A check of one of the kinds in `models/plan.py`. `arguments` is whatever else is written in the entry."""

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
    halts: bool


class ConsequenceSource(Input):
    """What follows from an outcome. Names entries of `sanctions` and `rectifications`, which carry the sources."""

    on: Outcome
    sanctions: tuple[Code, ...] = ()
    rectification: Code | None = None


class PowerSource(Provision):
    organs: Annotated[tuple[Code, ...], Field(min_length=1)]


class GateSource(TitledSource):
    organs: Annotated[tuple[Code, ...], Field(min_length=1)]
    quorum: QuorumRule
    documents: tuple[Code, ...] = ()
    forms: tuple[Code, ...] = ()
    checks: tuple[str, ...] = ()
    term: Code
    ladder: Code
    returns_to: GateRef
    consequences: tuple[ConsequenceSource, ...] = ()
    rule_source_missing: bool = False
    fixes_planned_reuse: bool = False


class OpeningSource(TitledSource):
    """What a stage waits for: a reported event, or the date of a term, whichever is first."""

    event: Code
    on: Code | None = None


class StageSource(Input):
    name: StageName
    gates: Annotated[tuple[Code, ...], Field(min_length=1)]
    opening: OpeningSource | None = None


class RouteSource(TitledSource):
    """The stages of a kind of project. The first route whose funding and investment fit is taken."""

    funding: Annotated[tuple[Code, ...], Field(min_length=1)]
    investment_up_to: Decimal | None = Field(default=None, gt=0)
    """In yuan, inclusive."""
    stages: Annotated[tuple[StageSource, ...], Field(min_length=1)]


class ChangeSource(RuledSource):
    over_share: Decimal
    returns_to: GateRef


class AdmissionSource(Provision):
    """Sanctions on the department under which no new project is admitted."""

    blocked_by: tuple[SanctionKind, ...]


class Regulation(Input):
    """One regime's law, as one file says it. `version` is set by the loader: the SHA-256 of the file's text."""

    id: Code
    rules: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}$")]
    """The code with which the ids of its rules begin in the register of rules."""
    title: Text
    instruments: Annotated[dict[Code, str], Field(min_length=1)]
    instrument: Code
    validity: ValiditySource
    organs: dict[Code, Versions[OrganSource]]
    funding: dict[Code, Versions[TitledSource]]
    features: dict[Code, Text]
    capabilities: dict[str, Versions[CapabilitySource]] = Field(default_factory=dict)
    values: dict[Code, Versions[ValueSource]] = Field(default_factory=dict)
    terms: dict[Code, Versions[TermSource]]
    ladders: dict[Code, Versions[LadderSource]]
    documents: dict[Code, Versions[TitledSource]] = Field(default_factory=dict)
    forms: dict[Code, Versions[FormSource]] = Field(default_factory=dict)
    checks: dict[str, Versions[CheckSource]] = Field(default_factory=dict)
    classified: Versions[ExemptionSource] | None = None
    sanctions: dict[Code, Versions[SanctionSource]] = Field(default_factory=dict)
    rectifications: dict[Code, Versions[RectificationSource]] = Field(default_factory=dict)
    powers: dict[Act, Versions[PowerSource]] = Field(default_factory=dict)
    pause_grounds: dict[Code, Versions[TitledSource]] = Field(default_factory=dict)
    admission: Versions[AdmissionSource] | None = None
    changes: dict[Code, Versions[ChangeSource]] = Field(default_factory=dict)
    gates: dict[Code, Versions[GateSource]]
    routes: dict[Code, Versions[RouteSource]]
    version: str = ""
