"""办理方案: the law as it binds one project. Resolved once, at filing, and frozen into the project's history.

A regulation file (`regulations/*.yaml`) is written in the same words; `regulations/resolve.py` turns the values in force
on the filing date into this plan. The plan is closed data: it holds who, how many, by when, which documents, which
checks, and no control flow.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Never

from pydantic import Field

from models.base import Text, Value
from models.calendar import Term
from models.citation import Citation
from models.deadline import Rung
from models.finding import SanctionEnd, SanctionKind, Strength
from models.review import Outcome, Quorum


class StageName(StrEnum):
    """阶段. Each is also the name of the workflow type that runs it."""

    APPLICATION = "Application"
    TECHNICAL_COORDINATION = "TechnicalCoordination"
    TENDER = "Tender"
    DESIGN = "Design"
    ACCEPTANCE = "Acceptance"
    POST_EVALUATION = "PostEvaluation"

    @property
    def label(self) -> Text:
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    StageName.APPLICATION: Text(zh="申报", en="application"),
    StageName.TECHNICAL_COORDINATION: Text(zh="技术统筹", en="technical coordination"),
    StageName.TENDER: Text(zh="招标", en="tender"),
    StageName.DESIGN: Text(zh="设计", en="design"),
    StageName.ACCEPTANCE: Text(zh="验收", en="acceptance"),
    StageName.POST_EVALUATION: Text(zh="后评价", en="post-evaluation"),
}


# ---------------------------------------------------------------- who


class OrganPlan(Value):
    """机关 as the plan knows it. `officers` is how many could decide for it when the plan was resolved."""

    id: str
    name: Text
    superior: str | None = None
    officers: int = Field(default=0, ge=0)


class Act(StrEnum):
    """What an organ may do to a project besides deciding in a review."""

    WAIVE = "waive"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RECORD_FINDING = "record_finding"


class Power(Value):
    """Which organs may do an act, and from where they have the power."""

    act: Act
    organs: tuple[str, ...]
    citation: Citation


class PauseGround(Value):
    """A lawful ground for stopping the clock of a review."""

    id: str
    title: Text
    citation: Citation


# ---------------------------------------------------------------- what is handed in


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    GROUP = "group"
    ROWS = "rows"


class RequiredWhen(Value):
    """The field is required only if another field of the same form has (or contains) a value."""

    field: str
    has: str


class FormField(Value):
    id: str
    title: Text
    kind: FieldKind
    required: bool = True
    required_when: RequiredWhen | None = None
    choices: tuple[str, ...] = ()
    fields: tuple["FormField", ...] = ()
    rule: str | None = None
    """The rule that a fault in this field breaks, where it is not the form's own."""


class Form(Value):
    """A form of the regulation (附件2, 附件3 …) with every field."""

    id: str
    title: Text
    citation: Citation
    fields: tuple[FormField, ...]


class DocumentRequirement(Value):
    """A document that must lie before the gate opens."""

    kind: str
    title: Text
    citation: Citation


class FeatureKind(Value):
    """A kind of part that an application may declare."""

    id: str
    title: Text


# ---------------------------------------------------------------- what is checked


class _Check(Value):
    id: str
    """The rule's id, with a suffix where a rule needs several checks: JY-23, JY-23.duplicates."""
    rule: str
    title: Text
    remedy: Text
    strength: Strength
    citation: Citation
    exempts_classified: bool = False


class ForbidsSelfBuilding(_Check):
    """None of the named features may be built by the project itself."""

    check: Literal["forbids_self_building"] = "forbids_self_building"
    features: tuple[str, ...]


class RequiresCapability(_Check):
    """A feature, where the project has it, is served by one of the named capabilities, which must be active.

    `listed` is False for a platform that the regulation names but its capability list lacks (register A19): it must be
    named in the application, and a reviewer confirms it, since no catalog can.
    """

    check: Literal["requires_capability"] = "requires_capability"
    features: tuple[str, ...]
    capabilities: tuple[str, ...]
    listed: bool = True


class RequiresDeclaration(_Check):
    """A feature, where the project has it, comes with the named commitment of the unit."""

    check: Literal["requires_declaration"] = "requires_declaration"
    features: tuple[str, ...]
    declaration: str


class RequiresSpecification(_Check):
    """Each connection to a capability names the connection specification that it follows."""

    check: Literal["requires_specification"] = "requires_specification"


class ForbidsDuplicateItems(_Check):
    """No item of the feature (device, layer) may be one that the catalog already has in the category."""

    check: Literal["forbids_duplicate_items"] = "forbids_duplicate_items"
    features: tuple[str, ...]
    category: str
    similarity: float = Field(ge=0, le=100)


class ForbidsRepeatedCollection(_Check):
    """No data may be collected again that a published resource already holds."""

    check: Literal["forbids_repeated_collection"] = "forbids_repeated_collection"
    similarity: float = Field(ge=0, le=100)


class RealisesPlannedReuse(_Check):
    """Each capability whose reuse was planned at coordination has really been called (register A47)."""

    check: Literal["realises_planned_reuse"] = "realises_planned_reuse"


class ContributesCapabilities(_Check):
    """Each capability that the project promised to contribute is resident, with the quality attributes attested."""

    check: Literal["contributes_capabilities"] = "contributes_capabilities"
    attributes: tuple[str, ...]


class SharesResources(_Check):
    """Each resource of the catalog form that is to be shared is mounted on the exchange platform."""

    check: Literal["shares_resources"] = "shares_resources"
    form: str
    rows: str
    name: str
    mode: str
    unshared: tuple[str, ...]
    """Sharing modes under which a resource need not be mounted."""


class MeetsConditions(_Check):
    """Each condition of an earlier approval has been answered for by the unit."""

    check: Literal["meets_conditions"] = "meets_conditions"


Check = Annotated[
    ForbidsSelfBuilding
    | RequiresCapability
    | RequiresDeclaration
    | RequiresSpecification
    | ForbidsDuplicateItems
    | ForbidsRepeatedCollection
    | RealisesPlannedReuse
    | ContributesCapabilities
    | SharesResources
    | MeetsConditions,
    Field(discriminator="check"),
]
"""The closed set of checks. A rule that fits none of them needs a new kind here and a function in regulations/checks.py."""


# ---------------------------------------------------------------- what follows


class SanctionRule(Value):
    """A sanction that an outcome brings about, and the organs that are told."""

    kind: SanctionKind
    rule: str
    citation: Citation
    strength: Strength
    ends: SanctionEnd
    tells: tuple[str, ...] = ()


class RectificationRule(Value):
    """整改 as a consequence: who verifies, how long it may take, whether the project stands still meanwhile."""

    rule: str
    citation: Citation
    verified_by: tuple[str, ...]
    term: Term
    """How long the unit may take, from the notice."""
    verification: Term
    """How long the organ may take to verify a response."""
    rungs: tuple[Rung, ...]
    halts: bool


class Consequence(Value):
    """What follows from an outcome of a gate besides the outcome itself."""

    on: Outcome
    sanctions: tuple[SanctionRule, ...] = ()
    rectification: RectificationRule | None = None


# ---------------------------------------------------------------- when


class GateRef(Value):
    """Where a return leads: a stage, and a gate in it (None: its first)."""

    stage: StageName
    gate: str | None = None


class Gate(Value):
    """环节: materials → completeness → facts → checks → review → outcome."""

    id: str
    title: Text
    organs: tuple[str, ...]
    quorum: Quorum
    citations: tuple[Citation, ...]
    documents: tuple[DocumentRequirement, ...] = ()
    forms: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    term: Term
    rungs: tuple[Rung, ...] = ()
    returns_to: GateRef | None = None
    consequences: tuple[Consequence, ...] = ()
    rule_source_missing: Citation | None = None
    """Set where the documents give no rule: the gate is neutral, and says so."""
    fixes_planned_reuse: bool = False
    """Approval of this gate fixes the planned reuse against which acceptance is judged (register A47)."""


class Opening(Value):
    """What a stage waits for before its first gate: an event that is reported, or a date, whichever is first."""

    event: str
    title: Text
    on: Term | None = None
    citation: Citation


class StagePlan(Value):
    name: StageName
    gates: tuple[Gate, ...]
    opening: Opening | None = None


class Change(Value):
    """A rule for changes of a running project: over which share of the investment it goes back, and where."""

    over_share: Decimal
    returns_to: GateRef
    rule: str
    citation: Citation


class Plan(Value):
    """The whole plan. `version` is the SHA-256 of the regulation's text; `stages` stand in their order of this regime."""

    regulation: str
    title: Text
    version: str
    filed_on: date
    route: str
    warnings: tuple[Text, ...] = ()
    organs: tuple[OrganPlan, ...]
    powers: tuple[Power, ...]
    pause_grounds: tuple[PauseGround, ...] = ()
    features: tuple[FeatureKind, ...] = ()
    forms: tuple[Form, ...] = ()
    checks: tuple[Check, ...] = ()
    stages: tuple[StagePlan, ...]
    changes: tuple[Change, ...] = ()
    admission_sanctions: tuple[SanctionKind, ...] = ()
    """Sanctions on the department under which no new project is admitted (JY-36)."""

    def organ(self, organ_id: str) -> OrganPlan:
        """The organ with this id. Raises KeyError for one that the plan does not know."""
        return next((o for o in self.organs if o.id == organ_id), None) or _missing("organ", organ_id)

    def stage(self, name: StageName) -> StagePlan:
        """The stage of this name. Raises KeyError where the regime has no such stage."""
        return next((s for s in self.stages if s.name == name), None) or _missing("stage", name)

    def form(self, form_id: str) -> Form:
        return next((f for f in self.forms if f.id == form_id), None) or _missing("form", form_id)

    def check(self, check_id: str) -> Check:
        return next((c for c in self.checks if c.id == check_id), None) or _missing("check", check_id)

    def power(self, act: Act) -> Power | None:
        return next((p for p in self.powers if p.act == act), None)

    def after(self, name: StageName) -> StageName | None:
        """The stage that follows, or None after the last."""
        names = [s.name for s in self.stages]
        following = names.index(name) + 1
        return names[following] if following < len(names) else None


def _missing(what: str, key: str) -> Never:
    raise KeyError(f"the plan knows no {what} {key!r}")
