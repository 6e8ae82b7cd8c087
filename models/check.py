"""The closed set of checks: one class for each kind of rule that a machine can judge."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from models.base import Text, Value
from models.citation import Citation
from models.finding import Strength
from models.scope import Scoped


class _Check(Scoped):
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
    excused_by: str | None = None
    """An event that stands in for the mounting: a signed commitment to do so later."""


class CompilesCatalog(_Check):
    """The catalog form is filled in: the project's resources are listed before anything is decided."""

    check: Literal["compiles_catalog"] = "compiles_catalog"
    form: str
    rows: str


class RegistersCatalog(_Check):
    """Each resource of the catalog form is registered and published in the catalog."""

    check: Literal["registers_catalog"] = "registers_catalog"
    form: str
    rows: str
    name: str


class SharesBaseItems(_Check):
    """A resource of the catalog form that holds a base item (population, legal persons …) is shared without condition."""

    check: Literal["shares_base_items"] = "shares_base_items"
    form: str
    rows: str
    name: str
    mode: str
    base_item: str
    base_items: tuple[str, ...]
    unconditional: str


class Where(Value):
    """Only where another cell of the row, or another field of the form, has one of these values."""

    field: str
    has: tuple[str, ...]


class RequiresAnswer(_Check):
    """What the unit wrote into a field of a form is one of the answers that the rule admits.

    With `rows` every row is judged, by its cell `field`, and named by its cell `name`. A boolean is `true` or `false`.
    """

    check: Literal["requires_answer"] = "requires_answer"
    form: str
    rows: str | None = None
    name: str | None = None
    field: str
    where: Where | None = None
    any_of: tuple[str, ...]


class MatchesApproved(_Check):
    """What is laid before the gate is what an earlier gate approved: equal in `fields`, no more in `at_most` (numbers).

    The earlier gate fixed `approved_form` (`fixes`); both forms name the compared fields alike.
    """

    check: Literal["matches_approved"] = "matches_approved"
    form: str
    approved_form: str
    fields: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()


class RequiresEvent(_Check):
    """An event must have been reported: a fact that a procedure beside the project, or another system, produces."""

    check: Literal["requires_event"] = "requires_event"
    event: str


class ForbidsEvent(_Check):
    """An event that was reported stands in the way, until another one was reported later."""

    check: Literal["forbids_event"] = "forbids_event"
    event: str
    cleared_by: str | None = None


class ThresholdStep(Value):
    """From a day on the threshold has this value, inclusive."""

    since: date
    value: Decimal


class MeetsThreshold(_Check):
    """Each of the figures that were last reported with the event reaches the threshold of the day of judgement.

    Before the first step nothing is demanded. Figures are compared exactly as they were reported, never rounded.
    """

    check: Literal["meets_threshold"] = "meets_threshold"
    event: str
    fields: tuple[str, ...]
    at_least: tuple[ThresholdStep, ...]


class FilesBeforeStart(_Check):
    """The application is filed before the day on which the project is planned to start."""

    check: Literal["files_before_start"] = "files_before_start"


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
    | CompilesCatalog
    | RegistersCatalog
    | SharesBaseItems
    | RequiresAnswer
    | MatchesApproved
    | RequiresEvent
    | ForbidsEvent
    | MeetsThreshold
    | FilesBeforeStart
    | MeetsConditions,
    Field(discriminator="check"),
]
"""The closed set of checks. A rule that fits none of them needs a new kind here and a function in regulations/checks/."""
