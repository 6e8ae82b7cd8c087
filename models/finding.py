"""What a check found, what may excuse it, and what follows from it."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from models.base import Sentence, Sha256, Text, Value
from models.citation import Citation


class Strength(StrEnum):
    """How hard a rule is: 应/不得 blocks, 原则上 blocks unless waived, 鼓励 advises."""

    MANDATORY = "mandatory"
    IN_PRINCIPLE = "in_principle"
    ENCOURAGED = "encouraged"

    @property
    def label(self) -> Text:
        return _STRENGTH_LABELS[self]


_STRENGTH_LABELS = {
    Strength.MANDATORY: Text(zh="必须", en="mandatory"),
    Strength.IN_PRINCIPLE: Text(zh="原则上", en="in principle"),
    Strength.ENCOURAGED: Text(zh="鼓励", en="encouraged"),
}


class Finding(Value):
    """问题: one fault, of one rule, in one subject. Two findings with the same `key` are the same fault."""

    check: str
    rule: str
    subject: str
    """What is at fault: a feature, a field, a document, by its Chinese name."""
    message: Text
    remedy: Text
    strength: Strength
    citation: Citation
    evidence: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.check}|{self.subject}"


class Waiver(Value):
    """例外批准 of an in-principle finding: who, why, on which document, until when."""

    rule: str
    subject: str | None = None
    """None waives every finding of the rule."""
    organ: str
    officer: str
    reason: Sentence
    document: Sha256
    expires_on: date
    granted_at: datetime


class SanctionKind(StrEnum):
    """处置: the closed list of consequences that the documents know."""

    NOTIFY_FINANCE = "notify_finance"
    NOTIFY_AUDIT = "notify_audit"
    HALT = "halt"
    WITHHOLD_OPERATION_FUNDS = "withhold_operation_funds"
    BLOCK_DEPARTMENT = "block_department"
    STOP_CLOUD = "stop_cloud"
    CRITICISE = "criticise"
    TERMINATE = "terminate"


class SanctionEnd(StrEnum):
    """What ends a sanction by itself."""

    RECTIFIED = "rectified"
    FISCAL_YEAR = "fiscal_year"
    NEVER = "never"


class Sanction(Value):
    """A consequence that is in force or was. Keyed by `sanction_id`; imposing it twice is one sanction."""

    sanction_id: str
    kind: SanctionKind
    project: str
    department: str
    rule: str
    citation: Citation
    strength: Strength
    reason: str
    imposed_at: datetime
    ends: SanctionEnd
    fiscal_year: int | None = Field(default=None, description="the budget year, for a sanction on operation funds")
    lifted_at: datetime | None = None
