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
from models.check import Check
from models.citation import Citation
from models.deadline import Rung
from models.finding import SanctionEnd, SanctionKind, Strength
from models.form import DocumentRequirement, Form, FormField
from models.review import Outcome, Point, Quorum
from models.scope import Scoped, Titled
from models.shared import Shared


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
    ADOPT = "adopt"


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


# ---------------------------------------------------------------- what is reported


class EventKind(Titled):
    """An event that the plan rests on. What is reported of it is kept, where `fields` says what that is."""

    citation: Citation
    fields: tuple[FormField, ...] = ()
    tells: tuple[str, ...] = ()
    """The organs that are told when it is reported."""


# ---------------------------------------------------------------- what follows


class SanctionRule(Value):
    """A sanction that an outcome brings about, and the organs that are told."""

    kind: SanctionKind
    rule: str
    citation: Citation
    strength: Strength
    ends: SanctionEnd
    tells: tuple[str, ...] = ()


class Holding(StrEnum):
    """What waits for a rectification: nothing, the end of the stage, or the whole project."""

    NOTHING = "nothing"
    STAGE = "stage"
    PROJECT = "project"


class RectificationRule(Value):
    """整改 as a consequence: who verifies, how long it may take, what waits for it meanwhile."""

    rule: str
    citation: Citation
    verified_by: tuple[str, ...]
    term: Term
    """How long the unit may take, from the notice."""
    verification: Term
    """How long the organ may take to verify a response."""
    rungs: tuple[Rung, ...]
    holds: Holding
    escalation: tuple[SanctionRule, ...] = ()
    """What may follow, one after the other, each time that the organ finds it not mended."""


class Consequence(Value):
    """What follows from an outcome of a gate besides the outcome itself.

    With `goes_on` a return does not open the gate anew: the project passes on, and the rectification stands in for it.
    """

    on: Outcome
    goes_on: bool = False
    sanctions: tuple[SanctionRule, ...] = ()
    rectification: RectificationRule | None = None


# ---------------------------------------------------------------- when


class GateRef(Value):
    """Where a return leads: a stage, and a gate in it (None: its first)."""

    stage: StageName
    gate: str | None = None


class Opening(Value):
    """What a stage or a gate waits for: an event that is reported, or a date, whichever is first.

    `on` counts from the event `since` (None: from when it begins to wait); `on_field` is the date that was reported with
    `since`. At least one of `event`, `on` and `on_field` is given.
    """

    event: str | None = None
    title: Text
    on: Term | None = None
    since: str | None = None
    on_field: str | None = None
    citation: Citation


class PointsOfForm(Value):
    """The points are the rows of a form: the items of a task book. `form` was fixed by an earlier gate."""

    form: str
    rows: str
    name: str


class Sampling(Value):
    """随机抽查: the gate is passed by projects that are drawn, and always by those of some categories."""

    rate: Decimal = Field(ge=0, le=1)
    always_for: tuple[str, ...] = ()
    citation: Citation


class Fixing(Value):
    """What the approval of a gate fixes, so that later gates can hold the project to it."""

    planned_reuse: bool = False
    """The capabilities whose reuse was planned, against which acceptance is judged (register A47)."""
    investment: bool = False
    """The approved total investment, from which a change is measured."""
    forms: tuple[str, ...] = ()


class Gate(Scoped):
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
    may_reject: bool = True
    """Whether an officer may reject here; where not, what is wrong is returned."""
    consequences: tuple[Consequence, ...] = ()
    rule_source_missing: Citation | None = None
    """Set where the documents give no rule: the gate is neutral, and says so."""
    fixes: Fixing = Fixing()
    points: tuple[Point, ...] = ()
    points_of: PointsOfForm | None = None
    sampling: Sampling | None = None
    opening: Opening | None = None
    on_demand: bool = False
    """Passed only where a change sends the project to it."""


class Limit(Value):
    """时限 of the unit: by when a gate must have been passed, counted from an event. Late is late, and nothing more."""

    id: str
    title: Text
    since: str
    met_by: str
    """The gate that must have opened its review (the unit has then handed in), or been approved, by `met_when`."""
    met_when: Literal["opened", "approved"] = "approved"
    term: Term
    rungs: tuple[Rung, ...] = ()
    tells: tuple[str, ...] = ()
    """The organs that are told when it is late."""
    citation: Citation


class StagePlan(Value):
    name: StageName
    gates: tuple[Annotated[Gate, Shared()], ...]
    opening: Opening | None = None
    limits: tuple[Limit, ...] = ()


class Change(Value):
    """A rule for changes of a running project: what sends it back from some stages, and where.

    `over_share` is the increase over the approved investment from which on it does (exclusive; None: a change of the
    investment alone does not). `major` says whether a major change of the content does, which a person declares
    (register A11). What stays below needs the document `explained_by` before the stage's gate opens.
    """

    id: str
    stages: tuple[StageName, ...]
    over_share: Decimal | None = None
    major: bool = False
    explained_by: DocumentRequirement | None = None
    returns_to: GateRef
    rule: str
    citation: Citation


class Overruled(Value):
    """A rule of a wider regulation that another one prevails over: shown, and not applied."""

    rule: str
    by: str
    citation: Citation


class Plan(Value):
    """The whole plan. `version` is the SHA-256 of the regulation's text; `stages` stand in their order of this regime."""

    regulation: str
    title: Text
    version: str
    filed_on: date
    route: str
    investment_up_to: Decimal | None = None
    """In yuan, inclusive: what a project of this route may cost until an investment is approved; then `changes` hold."""
    warnings: tuple[Text, ...] = ()
    organs: tuple[Annotated[OrganPlan, Shared()], ...]
    powers: tuple[Annotated[Power, Shared()], ...]
    pause_grounds: tuple[PauseGround, ...] = ()
    features: tuple[Titled, ...] = ()
    categories: tuple[Titled, ...] = ()
    fixed_categories: tuple[str, ...] = ()
    """The categories by which the route was chosen or an inspection is certain: no correction may change them."""
    events: tuple[EventKind, ...] = ()
    forms: tuple[Annotated[Form, Shared()], ...] = ()
    checks: tuple[Annotated[Check, Shared()], ...] = ()
    stages: tuple[StagePlan, ...]
    changes: tuple[Change, ...] = ()
    inspection: RectificationRule | None = None
    """The rectification that follows from an inspection; the report's own day takes the place of its term."""
    admission_sanctions: tuple[SanctionKind, ...] = ()
    """Sanctions on the department under which no new project is admitted (JY-36)."""
    overruled: tuple[Overruled, ...] = ()

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

    def event(self, event_id: str) -> EventKind | None:
        """The event of this id that the plan rests on; None for any other."""
        return next((e for e in self.events if e.id == event_id), None)

    def event_title(self, event_id: str) -> Text | None:
        """What the law calls the event, be it one that a stage or a gate waits for; None where it does not know it."""
        if known := self.event(event_id):
            return known.title
        openings = [opening for stage in self.stages for opening in (stage.opening, *(g.opening for g in stage.gates))]
        return next((opening.title for opening in openings if opening and opening.event == event_id), None)

    def gate(self, gate_id: str) -> Gate:
        """The gate of this id, in whatever stage. Raises KeyError where the plan has none."""
        gates = (gate for stage in self.stages for gate in stage.gates)
        return next((g for g in gates if g.id == gate_id), None) or _missing("gate", gate_id)

    def rectification_rules(self) -> tuple[RectificationRule, ...]:
        """Every rectification that may follow: from a gate, or from an inspection."""
        gates = (gate for stage in self.stages for gate in stage.gates)
        ordered = tuple(c.rectification for gate in gates for c in gate.consequences if c.rectification)
        return (*ordered, self.inspection) if self.inspection else ordered

    def sanction_rules(self) -> tuple[SanctionRule, ...]:
        """Every sanction that may follow: from the outcome of a gate, or from a rectification that fails."""
        gates = (gate for stage in self.stages for gate in stage.gates)
        at_once = tuple(rule for gate in gates for c in gate.consequences for rule in c.sanctions)
        return (*at_once, *(rule for order in self.rectification_rules() for rule in order.escalation))

    def power(self, act: Act) -> Power | None:
        return next((p for p in self.powers if p.act == act), None)

    def power_to_adopt(self) -> Power | None:
        """Who may move the project to another version of its law: where none is named, whoever may let it stand still."""
        return self.power(Act.ADOPT) or self.power(Act.SUSPEND)

    def after(self, name: StageName) -> StageName | None:
        """The stage that follows, or None after the last."""
        names = [s.name for s in self.stages]
        following = names.index(name) + 1
        return names[following] if following < len(names) else None


def _missing(what: str, key: str) -> Never:
    raise KeyError(f"the plan knows no {what} {key!r}")
