"""What a unit hands in: forms with every field, and documents."""

from decimal import Decimal
from enum import StrEnum

from models.base import Text, Value
from models.citation import Citation
from models.scope import Scoped


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
    """The field is required only if another field of the same form has (or contains) one of these values."""

    field: str
    has: str | tuple[str, ...]


class FormField(Value):
    id: str
    title: Text
    kind: FieldKind
    required: bool = True
    required_when: RequiredWhen | None = None
    choices: tuple[str, ...] = ()
    every: bool = False
    """Of `choices` none may be left out: the chapters of a report, the parts of a scheme."""
    fields: tuple["FormField", ...] = ()
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    """Of a number: the bounds within which it lies, both included."""
    within: str | None = None
    """Of a number: another number of the same form, which it does not exceed (a payment within a total)."""
    rule: str | None = None
    """The rule that a fault in this field breaks, where it is not the form's own."""


class Form(Scoped):
    """A form of the regulation (附件2, 附件3 …) with every field. Demanded of the projects to which it applies."""

    id: str
    title: Text
    citation: Citation
    also: tuple[Citation, ...] = ()
    """Further sources, such as those of single fields."""
    fields: tuple[FormField, ...]


class DocumentRequirement(Scoped):
    """A document that must lie before the gate opens."""

    kind: str
    title: Text
    citation: Citation
