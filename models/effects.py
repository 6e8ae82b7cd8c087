"""What the ports take and give back: the values that travel between a workflow and the world."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from models.application import Application, Collection
from models.authority import SignaturePolicy
from models.base import Text, Value
from models.calendar import WorkCalendar
from models.citation import Citation
from models.finding import Sanction
from models.plan import Plan

# ---------------------------------------------------------------- planning


class Filing(Value):
    """The question at admission: which law binds this application? `clock_shifted` marks a simulated date.

    `admitted` says that it was let in before, and asks for the law of another day only (改用新规): by then whoever prepared
    it may have left.
    """

    application: Application
    filed_on: date
    clock_shifted: bool = False
    admitted: bool = False


class Resolution(Value):
    """The answer: the frozen plan, the calendar in force, and the sanctions that stand against the department."""

    plan: Plan
    calendar: WorkCalendar
    standing: tuple[Sanction, ...] = ()
    signatures: SignaturePolicy = SignaturePolicy.OFF
    """Whether decisions on it have to be signed. An answer of a worker that knew no signatures reads as off."""


# ---------------------------------------------------------------- ledger


class EntryKind(StrEnum):
    """What a ledger entry records: `subject.verb`."""

    PROJECT_FILED = "project.filed"
    PROJECT_REFUSED = "project.refused"
    PROJECT_CLOSED = "project.closed"
    PROJECT_WITHDRAWN = "project.withdrawn"
    PROJECT_SUSPENDED = "project.suspended"
    PROJECT_RESUMED = "project.resumed"
    CHANGE_REPORTED = "change.reported"
    CHANGE_JUDGED = "change.judged"
    EVENT_REPORTED = "event.reported"
    MESSAGE_REFUSED = "message.refused"
    MATERIALS_SUBMITTED = "materials.submitted"
    MATERIALS_INCOMPLETE = "materials.incomplete"
    STAGE_OPENED = "stage.opened"
    INSPECTION_DRAWN = "inspection.drawn"
    REVIEW_OPENED = "review.opened"
    DECISION_COUNTED = "decision.counted"
    DECISION_REFUSED = "decision.refused"
    DECISION_RETRACTED = "decision.retracted"
    GATE_CLOSED = "gate.closed"
    FINDING_WAIVED = "finding.waived"
    FINDING_RECORDED = "finding.recorded"
    DEADLINE_MOVED = "deadline.moved"
    DEADLINE_PASSED = "deadline.passed"
    LIMIT_MET = "limit.met"
    SANCTION_IMPOSED = "sanction.imposed"
    SANCTION_LIFTED = "sanction.lifted"
    RECTIFICATION_OPENED = "rectification.opened"
    RECTIFICATION_ANSWERED = "rectification.answered"
    RECTIFICATION_CLOSED = "rectification.closed"
    PROCEDURE_OPENED = "procedure.opened"
    PROCEDURE_CLOSED = "procedure.closed"
    CATALOG_CHANGED = "catalog.changed"
    REGISTER_CHANGED = "register.changed"
    NOTICE_FAILED = "notice.failed"
    PLAN_ADOPTED = "plan.adopted"
    ADOPTION_ORDERED = "adoption.ordered"
    ADOPTION_REFUSED = "adoption.refused"
    DOSSIER_SEALED = "dossier.sealed"
    OFFICE_VACANT = "office.vacant"
    REGISTER_IMPORTED = "register.imported"
    DELEGATION_GRANTED = "delegation.granted"
    DELEGATION_REVOKED = "delegation.revoked"
    KEY_REGISTERED = "key.registered"
    KEY_REVOKED = "key.revoked"

    @property
    def label(self) -> Text:
        return _ENTRY_LABELS[self]


_ENTRY_LABELS = {
    EntryKind.PROJECT_FILED: Text(zh="项目申报", en="project filed"),
    EntryKind.PROJECT_REFUSED: Text(zh="不予受理", en="project not admitted"),
    EntryKind.PROJECT_CLOSED: Text(zh="项目办结", en="project closed"),
    EntryKind.PROJECT_WITHDRAWN: Text(zh="项目撤回", en="project withdrawn"),
    EntryKind.PROJECT_SUSPENDED: Text(zh="项目中止", en="project suspended"),
    EntryKind.PROJECT_RESUMED: Text(zh="项目恢复", en="project resumed"),
    EntryKind.CHANGE_REPORTED: Text(zh="变更报告", en="change reported"),
    EntryKind.CHANGE_JUDGED: Text(zh="变更认定", en="change judged"),
    EntryKind.EVENT_REPORTED: Text(zh="事项报告", en="event reported"),
    EntryKind.MESSAGE_REFUSED: Text(zh="信息未予受理", en="message refused"),
    EntryKind.MATERIALS_SUBMITTED: Text(zh="提交材料", en="materials submitted"),
    EntryKind.MATERIALS_INCOMPLETE: Text(zh="材料不齐", en="materials incomplete"),
    EntryKind.STAGE_OPENED: Text(zh="阶段开始", en="stage opened"),
    EntryKind.INSPECTION_DRAWN: Text(zh="随机抽查", en="inspection drawn"),
    EntryKind.REVIEW_OPENED: Text(zh="审核开始", en="review opened"),
    EntryKind.DECISION_COUNTED: Text(zh="审核意见", en="decision counted"),
    EntryKind.DECISION_REFUSED: Text(zh="意见未予受理", en="decision refused"),
    EntryKind.DECISION_RETRACTED: Text(zh="意见撤销", en="decision retracted"),
    EntryKind.GATE_CLOSED: Text(zh="环节办结", en="gate closed"),
    EntryKind.FINDING_WAIVED: Text(zh="例外批准", en="finding waived"),
    EntryKind.FINDING_RECORDED: Text(zh="问题记录", en="finding recorded"),
    EntryKind.DEADLINE_MOVED: Text(zh="期限变动", en="deadline moved"),
    EntryKind.DEADLINE_PASSED: Text(zh="已逾期限", en="deadline passed"),
    EntryKind.LIMIT_MET: Text(zh="按时限办结", en="limit met"),
    EntryKind.SANCTION_IMPOSED: Text(zh="作出处置", en="sanction imposed"),
    EntryKind.SANCTION_LIFTED: Text(zh="解除处置", en="sanction lifted"),
    EntryKind.RECTIFICATION_OPENED: Text(zh="责令整改", en="rectification opened"),
    EntryKind.RECTIFICATION_ANSWERED: Text(zh="整改答复", en="rectification answered"),
    EntryKind.RECTIFICATION_CLOSED: Text(zh="整改办结", en="rectification closed"),
    EntryKind.PROCEDURE_OPENED: Text(zh="程序受理", en="procedure opened"),
    EntryKind.PROCEDURE_CLOSED: Text(zh="程序办结", en="procedure closed"),
    EntryKind.CATALOG_CHANGED: Text(zh="目录变更", en="catalog changed"),
    EntryKind.REGISTER_CHANGED: Text(zh="登记变更", en="register changed"),
    EntryKind.NOTICE_FAILED: Text(zh="通知未送达", en="notice failed"),
    EntryKind.PLAN_ADOPTED: Text(zh="改用新版办法", en="plan adopted"),
    EntryKind.ADOPTION_ORDERED: Text(zh="决定改用新规", en="adoption ordered"),
    EntryKind.ADOPTION_REFUSED: Text(zh="未能改用新规", en="adoption refused"),
    EntryKind.DOSSIER_SEALED: Text(zh="卷宗归档", en="dossier sealed"),
    EntryKind.OFFICE_VACANT: Text(zh="无人可办预警", en="office vacant"),
    EntryKind.REGISTER_IMPORTED: Text(zh="登记册导入", en="register imported"),
    EntryKind.DELEGATION_GRANTED: Text(zh="授权代理", en="delegation granted"),
    EntryKind.DELEGATION_REVOKED: Text(zh="撤销代理", en="delegation revoked"),
    EntryKind.KEY_REGISTERED: Text(zh="登记签名密钥", en="key registered"),
    EntryKind.KEY_REVOKED: Text(zh="撤销签名密钥", en="key revoked"),
}


REGISTER_JOURNAL = "@register"
"""The project of entries that are of none: what was done to the register of organs and officers. No code looks like it."""


class LedgerEntry(Value):
    """One line of the 台账. `entry_id` is a business key: the same one twice is one entry.

    `at` is the legal moment, with its zone. `detail` holds codes, digests, receipts and texts that the reader of the
    ledger needs; it is clear JSON and must stay under 64 KiB.
    """

    entry_id: str
    project: str
    at: datetime
    kind: EntryKind
    stage: str | None = None
    gate: str | None = None
    round: int | None = None
    organ: str | None = None
    officer: str | None = None
    on_behalf_of: str | None = None
    citations: tuple[Citation, ...] = ()
    plan_version: str | None = None
    summary: Text
    detail: dict[str, Any] = Field(default_factory=dict)


class LedgerClaim(Value):
    """What somebody says that the ledger holds: an entry with this id, and what that entry says."""

    entry_id: str
    project: str
    kind: EntryKind
    citations: tuple[Citation, ...] = ()
    detail: dict[str, Any] = Field(default_factory=dict)


class AnchorReceipt(Value):
    """How far the ledger's anchors go, and what this anchoring added: `heads` chains, none where nothing was new.

    `number` and `digest` are those of the last line of the anchors, `key` is the public key that signs them. `broken` names the
    projects whose chain no longer has what was anchored of it.
    """

    number: int = 0
    digest: str | None = None
    key: str | None = None
    position: int = 0
    heads: int = 0
    broken: tuple[str, ...] = ()


# ---------------------------------------------------------------- notices


class RecipientKind(StrEnum):
    ORGAN = "organ"
    UNIT = "unit"
    DEPARTMENT = "department"
    ADMIN = "admin"


ADMIN = "admin"
"""The code under which those who keep the installation are told."""


class Recipient(Value):
    kind: RecipientKind
    code: str


class NoticeTemplate(StrEnum):
    """通知 by their kind: the letters that the workflows send. The notification service has one template for each."""

    ADMITTED = "admitted"
    NOT_ADMITTED = "not_admitted"
    MATERIALS_INCOMPLETE = "materials_incomplete"
    REVIEW_OPENED = "review_opened"
    REVIEW_REMINDER = "review_reminder"
    REVIEW_OVERDUE = "review_overdue"
    REVIEW_ESCALATED = "review_escalated"
    GATE_APPROVED = "gate_approved"
    GATE_RETURNED = "gate_returned"
    GATE_REJECTED = "gate_rejected"
    DEADLINE_MOVED = "deadline_moved"
    LIMIT_REMINDER = "limit_reminder"
    LIMIT_OVERDUE = "limit_overdue"
    SANCTION_IMPOSED = "sanction_imposed"
    SANCTION_LIFTED = "sanction_lifted"
    RECTIFICATION_OPENED = "rectification_opened"
    RECTIFICATION_REMINDER = "rectification_reminder"
    RECTIFICATION_OVERDUE = "rectification_overdue"
    RECTIFICATION_ANSWERED = "rectification_answered"
    RECTIFICATION_CLOSED = "rectification_closed"
    PROJECT_SUSPENDED = "project_suspended"
    PROJECT_RESUMED = "project_resumed"
    PROJECT_WITHDRAWN = "project_withdrawn"
    CHANGE_REPORTED = "change_reported"
    EVENT_REPORTED = "event_reported"
    STAGE_OPENED = "stage_opened"
    PROJECT_CLOSED = "project_closed"
    DECISION_RETRACTED = "decision_retracted"
    TASK_OPENED = "task_opened"
    STEP_DONE = "step_done"
    PROCEDURE_CLOSED = "procedure_closed"
    OFFICE_VACANT = "office_vacant"

    @property
    def label(self) -> Text:
        return _NOTICE_LABELS[self]


_NOTICE_LABELS = {
    NoticeTemplate.ADMITTED: Text(zh="受理通知", en="admitted"),
    NoticeTemplate.NOT_ADMITTED: Text(zh="不予受理通知", en="not admitted"),
    NoticeTemplate.MATERIALS_INCOMPLETE: Text(zh="补正通知", en="materials incomplete"),
    NoticeTemplate.REVIEW_OPENED: Text(zh="审核通知", en="review opened"),
    NoticeTemplate.REVIEW_REMINDER: Text(zh="审核提醒", en="review reminder"),
    NoticeTemplate.REVIEW_OVERDUE: Text(zh="审核逾期通知", en="review overdue"),
    NoticeTemplate.REVIEW_ESCALATED: Text(zh="审核督办通知", en="review escalated"),
    NoticeTemplate.GATE_APPROVED: Text(zh="通过通知", en="gate approved"),
    NoticeTemplate.GATE_RETURNED: Text(zh="退回通知", en="gate returned"),
    NoticeTemplate.GATE_REJECTED: Text(zh="不予通过通知", en="gate rejected"),
    NoticeTemplate.DEADLINE_MOVED: Text(zh="期限变动通知", en="deadline moved"),
    NoticeTemplate.LIMIT_REMINDER: Text(zh="时限提醒", en="limit reminder"),
    NoticeTemplate.LIMIT_OVERDUE: Text(zh="逾期告知", en="limit overdue"),
    NoticeTemplate.SANCTION_IMPOSED: Text(zh="处置通知", en="sanction imposed"),
    NoticeTemplate.SANCTION_LIFTED: Text(zh="解除处置通知", en="sanction lifted"),
    NoticeTemplate.RECTIFICATION_OPENED: Text(zh="整改通知", en="rectification opened"),
    NoticeTemplate.RECTIFICATION_REMINDER: Text(zh="整改提醒", en="rectification reminder"),
    NoticeTemplate.RECTIFICATION_OVERDUE: Text(zh="整改逾期通知", en="rectification overdue"),
    NoticeTemplate.RECTIFICATION_ANSWERED: Text(zh="整改核验通知", en="rectification answered"),
    NoticeTemplate.RECTIFICATION_CLOSED: Text(zh="整改办结通知", en="rectification closed"),
    NoticeTemplate.PROJECT_SUSPENDED: Text(zh="中止通知", en="project suspended"),
    NoticeTemplate.PROJECT_RESUMED: Text(zh="恢复通知", en="project resumed"),
    NoticeTemplate.PROJECT_WITHDRAWN: Text(zh="撤回通知", en="project withdrawn"),
    NoticeTemplate.CHANGE_REPORTED: Text(zh="变更通知", en="change reported"),
    NoticeTemplate.EVENT_REPORTED: Text(zh="事项通知", en="event reported"),
    NoticeTemplate.STAGE_OPENED: Text(zh="阶段通知", en="stage opened"),
    NoticeTemplate.PROJECT_CLOSED: Text(zh="办结通知", en="project closed"),
    NoticeTemplate.DECISION_RETRACTED: Text(zh="意见撤销通知", en="decision retracted"),
    NoticeTemplate.TASK_OPENED: Text(zh="交办通知", en="task opened"),
    NoticeTemplate.STEP_DONE: Text(zh="告知", en="step done"),
    NoticeTemplate.PROCEDURE_CLOSED: Text(zh="程序办结通知", en="procedure closed"),
    NoticeTemplate.OFFICE_VACANT: Text(zh="无人可办预警", en="office vacant"),
}


class Notice(Value):
    """通知. `notice_id` is the idempotency key: the same one twice is delivered once.

    `variables` are what the template prints.
    """

    notice_id: str
    project: str
    template: str
    recipient: Recipient
    variables: dict[str, Any] = Field(default_factory=dict)


class Delivery(Value):
    """What became of a notice when it was handed over."""

    notice_id: str
    state: str
    template_version: int


# ---------------------------------------------------------------- catalog


class WantedItems(Value):
    """Items of a feature that are compared with what the catalog has in a category."""

    feature: str
    category: str
    items: tuple[str, ...]
    similarity: float


class CatalogQuestion(Value):
    """All that a gate's checks need to know of the catalog, asked at once."""

    project: str
    unit: str
    capabilities: tuple[str, ...] = ()
    collects: tuple[Collection, ...] = ()
    collection_similarity: float | None = None
    items: tuple[WantedItems, ...] = ()
    usage: bool = False
    """Also report what the project has called, made resident and mounted."""


class CapabilityFact(Value):
    """A capability as the catalog knows it under the asked name (an alias leads to the capability itself)."""

    asked: str
    name: str
    state: Literal["active", "upgrading", "retired", "unknown"]
    operator: str = ""
    specification: str = ""


class ResourceMatch(Value):
    """A published resource that already holds a wanted field. `score` is 0 … 100."""

    wanted_resource: str
    wanted_field: str
    resource_id: str
    resource: str
    field: str
    provider: str
    score: float


class ItemMatch(Value):
    feature: str
    wanted: str
    existing: str
    owner: str
    score: float


class ResidentFact(Value):
    capability: str
    attested: tuple[str, ...]
    """The quality attributes that the operator of the base has attested."""


class CatalogFacts(Value):
    """The catalog's answer, as of `version` of the catalog."""

    version: str
    capabilities: tuple[CapabilityFact, ...] = ()
    resources: tuple[ResourceMatch, ...] = ()
    items: tuple[ItemMatch, ...] = ()
    called: dict[str, int] = Field(default_factory=dict)
    """Calls that the project has made, by capability name."""
    resident: tuple[ResidentFact, ...] = ()
    mounted: tuple[str, ...] = ()
    """Names of the project's resources that are mounted and active."""
    registered: tuple[str, ...] = ()
    """Names of the project's resources that are published in the catalog, mounted or not."""


# ---------------------------------------------------------------- histories


class FinishedRun(Value):
    """A stage's run that is over and whose history is to be kept beyond the namespace's retention."""

    workflow_id: str
    run_id: str
    stage: str
    round: int
