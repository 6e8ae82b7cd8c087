"""目录变更: what happens to an entry of the catalog, and where the entry stands then. The rates over all of them: models/rates.py.

The catalog holds information resources 信息资源, capabilities 能力 and demands 供需对接 (register S02, S03, S05, S06, S10 … S12).
Workflows drive them with changes; which change may follow which state is the catalog's own knowledge.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from models.base import Code, Input, Text, Value

# ---------------------------------------------------------------- what may happen


class CatalogSubject(StrEnum):
    """What an entry is: a resource is known by its id, a capability by any of its names, a demand by its key."""

    RESOURCE = "resource"
    CAPABILITY = "capability"
    DEMAND = "demand"


class CatalogVerb(StrEnum):
    """What happens to an entry. An announcement, an objection and what is settled leave the entry on offer (JY-41)."""

    COMPILE = "compile"
    SUBMIT = "submit"
    REVIEW = "review"
    RETURN = "return"
    PUBLISH = "publish"
    LINK_SYSTEM = "link_system"
    MOUNT = "mount"
    VERIFY_MOUNT = "verify_mount"
    ANNOUNCE_CHANGE = "announce_change"
    SUBMIT_UPDATE = "submit_update"
    RETURN_UPDATE = "return_update"
    UPDATE = "update"
    OPEN_OBJECTION = "open_objection"
    SETTLE_OBJECTION = "settle_objection"
    ANNOUNCE_RETIREMENT = "announce_retirement"
    RETIRE = "retire"
    OFFER = "offer"
    ADMIT = "admit"
    ANNOUNCE_UPGRADE = "announce_upgrade"
    START_UPGRADE = "start_upgrade"
    UPGRADE = "upgrade"
    ACCEPT_DEMAND = "accept_demand"
    MEET_DEMAND = "meet_demand"
    WITHDRAW_DEMAND = "withdraw_demand"

    @property
    def label(self) -> Text:
        return _VERB_LABELS[self]


_VERB_LABELS = {
    CatalogVerb.COMPILE: Text(zh="编制登记", en="compiled"),
    CatalogVerb.SUBMIT: Text(zh="报送", en="submitted"),
    CatalogVerb.REVIEW: Text(zh="审核通过", en="reviewed"),
    CatalogVerb.RETURN: Text(zh="退回修改", en="returned for correction"),
    CatalogVerb.PUBLISH: Text(zh="发布", en="published"),
    CatalogVerb.LINK_SYSTEM: Text(zh="关联来源系统", en="linked to its source system"),
    CatalogVerb.MOUNT: Text(zh="挂接", en="mounted"),
    CatalogVerb.VERIFY_MOUNT: Text(zh="挂接核验", en="mounting verified"),
    CatalogVerb.ANNOUNCE_CHANGE: Text(zh="变更事项登记", en="change event put on record"),
    CatalogVerb.SUBMIT_UPDATE: Text(zh="报送更新", en="update submitted"),
    CatalogVerb.RETURN_UPDATE: Text(zh="退回更新", en="update returned"),
    CatalogVerb.UPDATE: Text(zh="更新", en="updated"),
    CatalogVerb.OPEN_OBJECTION: Text(zh="数据异议受理", en="objection opened"),
    CatalogVerb.SETTLE_OBJECTION: Text(zh="数据异议办结", en="objection settled"),
    CatalogVerb.ANNOUNCE_RETIREMENT: Text(zh="停用告知", en="retirement announced"),
    CatalogVerb.RETIRE: Text(zh="下架", en="delisted"),
    CatalogVerb.OFFER: Text(zh="能力入驻申请", en="capability offered"),
    CatalogVerb.ADMIT: Text(zh="能力入驻", en="capability resident"),
    CatalogVerb.ANNOUNCE_UPGRADE: Text(zh="升级告知", en="upgrade announced"),
    CatalogVerb.START_UPGRADE: Text(zh="开始升级", en="upgrade started"),
    CatalogVerb.UPGRADE: Text(zh="升级完成", en="upgraded"),
    CatalogVerb.ACCEPT_DEMAND: Text(zh="需求受理", en="demand accepted"),
    CatalogVerb.MEET_DEMAND: Text(zh="需求办结", en="demand met"),
    CatalogVerb.WITHDRAW_DEMAND: Text(zh="需求撤回", en="demand withdrawn"),
}


# ---------------------------------------------------------------- what a change says


def _listed(given: object) -> object:
    """A form's one cell may hold several names, as people write them: 姓名、性别."""
    if not isinstance(given, str):
        return given
    for mark in "，,;；\n":
        given = given.replace(mark, "、")
    return tuple(part for name in given.split("、") if (part := name.strip()))


Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(max_length=500)]
"""Several names: a list, or one text with 、 between them."""

Particular = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Sharing(StrEnum):
    """共享类型: the closed list of the filing form and of the sharing rules (JY-52, NA-73, JX-18)."""

    UNCONDITIONAL = "无条件共享"
    CONDITIONAL = "有条件共享"
    REFUSED = "不予共享"


class Particulars(Input):
    """著录项: what the regimes ask of an entry beyond its name, provider, fields and sharing type (NA-70, JX-58, JJ-16, XC-22).

    `basis_required_for` are the sharing types that need a legal basis under the regime (NA-74: one, JX-19: two); the
    catalog then refuses a content of that type without `basis`.
    """

    summary: Particular | None = None
    category: Particular | None = None
    format: Particular | None = None
    attributes: Particular | None = None
    update_cycle: Particular | None = None
    sharing_mode: Particular | None = None
    sharing_scope: Particular | None = None
    sharing_condition: Particular | None = None
    usage_requirements: Particular | None = None
    basis: Particular | None = None
    basis_required_for: Annotated[tuple[Sharing, ...], BeforeValidator(_listed)] | None = None
    source_system: Particular | None = None


class ResourceContent(Particulars):
    """What a resource is. What is left out stays; a resource that is new needs the first five."""

    name: Particular | None = None
    provider_code: Code | None = None
    provider_name: Particular | None = None
    fields: Names | None = None
    sharing: Sharing | None = None
    project: Code | None = None


class Update(ResourceContent):
    """The content that changes, and the change event that it answers: all that are open where `number` is left out."""

    number: Particular | None = None


class Remark(Input):
    """What the record should say beside what happened."""

    remark: Particular | None = None


class SystemLink(Remark):
    """目录—数据—系统: the system that the data comes from (JJ-22)."""

    source_system: Particular


class Announcement(Remark):
    """A change event, an upgrade or a retirement that is to come. `due_on` is the last day to finish it, where one is set;
    `number` the event's own, else the change's key is."""

    number: Particular | None = None
    due_on: date | None = None
    reason: Particular | None = None


class Objection(Remark):
    """数据异议 or 快速校核. `number` is the objection's own, else the change's key is; `kind` the regime's word for it."""

    number: Particular | None = None
    kind: Particular | None = None
    statement: Particular | None = None
    due_on: date | None = None


class Conclusion(Remark):
    """What a matter came to: all that are open where `number` is left out."""

    number: Particular | None = None
    result: Particular | None = None


class CapabilityContent(Remark):
    """What a capability is. What is left out stays; one that is new needs `category` and `operator`.

    `attested` are the quality attributes that the operator of the base attests (JY-10); `project` brings the capability.
    """

    category: Particular | None = None
    operator: Particular | None = None
    specification: Particular | None = None
    aliases: Names | None = None
    attested: Names | None = None
    project: Code | None = None


class Upgrade(CapabilityContent):
    """What changes with the upgrade, and the announcement that it answers: all that are open without `number`."""

    number: Particular | None = None


class Demand(Remark):
    """供需对接: who is to provide what to whom (JJ-29). `resource` is the id of the resource that meets it."""

    title: Particular | None = None
    provider_code: Code | None = None
    requester_code: Code | None = None
    resource: Code | None = None


CHANGE_DATA: Mapping[CatalogSubject, Mapping[CatalogVerb, type[Input]]] = {
    CatalogSubject.RESOURCE: {
        CatalogVerb.COMPILE: ResourceContent,
        CatalogVerb.SUBMIT: Remark,
        CatalogVerb.REVIEW: Remark,
        CatalogVerb.RETURN: Remark,
        CatalogVerb.PUBLISH: Remark,
        CatalogVerb.LINK_SYSTEM: SystemLink,
        CatalogVerb.MOUNT: Remark,
        CatalogVerb.VERIFY_MOUNT: Remark,
        CatalogVerb.ANNOUNCE_CHANGE: Announcement,
        CatalogVerb.SUBMIT_UPDATE: Update,
        CatalogVerb.RETURN_UPDATE: Conclusion,
        CatalogVerb.UPDATE: Update,
        CatalogVerb.OPEN_OBJECTION: Objection,
        CatalogVerb.SETTLE_OBJECTION: Conclusion,
        CatalogVerb.ANNOUNCE_RETIREMENT: Announcement,
        CatalogVerb.RETIRE: Conclusion,
    },
    CatalogSubject.CAPABILITY: {
        CatalogVerb.OFFER: CapabilityContent,
        CatalogVerb.ADMIT: CapabilityContent,
        CatalogVerb.PUBLISH: Remark,
        CatalogVerb.ANNOUNCE_UPGRADE: Announcement,
        CatalogVerb.START_UPGRADE: Remark,
        CatalogVerb.UPGRADE: Upgrade,
        CatalogVerb.ANNOUNCE_RETIREMENT: Announcement,
        CatalogVerb.RETIRE: Conclusion,
    },
    CatalogSubject.DEMAND: {
        CatalogVerb.ACCEPT_DEMAND: Demand,
        CatalogVerb.MEET_DEMAND: Demand,
        CatalogVerb.WITHDRAW_DEMAND: Remark,
    },
}
"""Which changes there are for which subject, and what their data may hold. A key that is None or empty counts as left out."""


class CatalogChange(Value):
    """One change of one entry. `key` is a business key: the same one twice is one change.

    `entry` is the id of the resource, a name of the capability, or the demand's key. `at` is the legal moment; `on` the day
    that counts for what is due, else it is the day of `at` in its zone. `data` is what `CHANGE_DATA` says for the verb.
    """

    key: str
    subject: CatalogSubject
    entry: str
    verb: CatalogVerb
    at: AwareDatetime
    on: date | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day that the change counts for."""
        return self.on or self.at.date()


CHANGE_REFUSED = "CatalogChangeRefused"
"""The type of the error by which the catalog refuses a change: its state forbids it, or its data is not sound."""


class RecordedChange(CatalogChange):
    """A change as the catalog has it on record: its place in the order of records, and the entry's state around it.

    `before` is None where the change brought the entry into the catalog.
    """

    number: int
    before: str | None
    after: str


# ---------------------------------------------------------------- where an entry stands


class MatterKind(StrEnum):
    """What can be open about an entry while it stays on offer."""

    CHANGE = "change"
    UPGRADE = "upgrade"
    RETIREMENT = "retirement"
    OBJECTION = "objection"


class OpenMatter(Value):
    """Something announced or objected, and not finished. `submitted_on`: an update was handed in and is under review."""

    kind: MatterKind
    number: str
    opened_on: date
    due_on: date | None = None
    submitted_on: date | None = None


class CatalogEntry(Value):
    """An entry as the catalog has it. State `unknown`, and nothing else, where it has none.

    States of a resource: registered, submitted, reviewed, published, mounted, updated, retired; of a capability: offered,
    resident, active, upgrading, retired; of a demand: accepted, met, withdrawn. `provider_code` is the department that
    provides the resource or has to meet the demand; `keeper` the name of the provider, or of the capability's operator.
    `in_time` answers a change that finishes what had a last day: whether it came by then. None for everything else.
    """

    subject: CatalogSubject
    id: str
    name: str = ""
    state: str = "unknown"
    is_on_offer: bool = False
    is_mounted: bool = False
    provider_code: str = ""
    keeper: str = ""
    project: str | None = None
    particulars: dict[str, Any] = Field(default_factory=dict)
    matters: tuple[OpenMatter, ...] = ()
    in_time: bool | None = None

    @property
    def is_known(self) -> bool:
        return self.state != "unknown"

    @property
    def announced_on(self) -> date | None:
        """The day of the oldest announcement that is not finished: a change event, an upgrade or a retirement."""
        return next((matter.opened_on for matter in self._announced()), None)

    @property
    def due_on(self) -> date | None:
        """The earliest last day of what is announced."""
        return min((matter.due_on for matter in self._announced() if matter.due_on), default=None)

    def _announced(self) -> tuple[OpenMatter, ...]:
        return tuple(matter for matter in self.matters if matter.kind is not MatterKind.OBJECTION)


class CatalogEntryQuestion(Value):
    """Where does this entry stand?"""

    subject: CatalogSubject
    entry: str
