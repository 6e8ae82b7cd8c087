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
    SUSPEND_FUNDS = "suspend_funds"
    SUSPEND_CONSTRUCTION = "suspend_construction"
    REPORT_UPWARDS = "report_upwards"
    TERMINATE = "terminate"

    @property
    def label(self) -> Text:
        return _SANCTION_LABELS[self]


_SANCTION_LABELS = {
    SanctionKind.NOTIFY_FINANCE: Text(zh="通报财政部门", en="notify finance"),
    SanctionKind.NOTIFY_AUDIT: Text(zh="通报审计部门", en="notify audit"),
    SanctionKind.HALT: Text(zh="叫停", en="halt"),
    SanctionKind.WITHHOLD_OPERATION_FUNDS: Text(zh="不安排下一年度运维经费", en="withhold next year's operation funds"),
    SanctionKind.BLOCK_DEPARTMENT: Text(zh="整改完成前不得新建、改建、扩建", en="block the department's new projects"),
    SanctionKind.STOP_CLOUD: Text(zh="停止云服务", en="stop the cloud service"),
    SanctionKind.CRITICISE: Text(zh="通报批评", en="public criticism"),
    SanctionKind.SUSPEND_FUNDS: Text(zh="暂停拨付资金", en="suspend the funds"),
    SanctionKind.SUSPEND_CONSTRUCTION: Text(zh="暂停建设", en="suspend the construction"),
    SanctionKind.REPORT_UPWARDS: Text(zh="上报", en="report upwards"),
    SanctionKind.TERMINATE: Text(zh="终止项目", en="terminate"),
}


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
