"""What an inventory consists of: an entry in force, what it says, where it is from, and the section that it stands in."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from models.base import Text, Value
from models.citation import Citation
from regulations.plan_builder import LawInForce
from regulations.provisions import Provision


class Section(StrEnum):
    """What an entry is."""

    VALIDITY = "validity"
    ORGAN = "organ"
    FUNDING = "funding"
    ROUTE = "route"
    STAGE = "stage"
    GATE = "gate"
    CHECK = "check"
    DOCUMENT = "document"
    FORM = "form"
    TERM = "term"
    LADDER = "ladder"
    VALUE = "value"
    SANCTION = "sanction"
    RECTIFICATION = "rectification"
    LIMIT = "limit"
    CHANGE = "change"
    CATEGORY = "category"
    EVENT = "event"
    POWER = "power"
    PAUSE = "pause"
    ADMISSION = "admission"
    CAPABILITY = "capability"
    OVERLAY = "overlay"
    OVERRULED = "overruled"
    PROCEDURE = "procedure"
    STEP = "step"
    REGISTER = "register"
    RATE = "rate"
    SCHEDULE = "schedule"

    @property
    def label(self) -> Text:
        return _SECTIONS[self]


class Trait(Value):
    """One thing that an entry says, under its name."""

    name: Text
    says: Text


class Entry(Value):
    """An entry in force: known by its section and key, with all that it says and where it is from.

    `lent_by` is the wider regulation that it comes from; None for the regulation's own.
    """

    section: Section
    key: str
    title: Text
    traits: tuple[Trait, ...] = ()
    citations: tuple[Citation, ...] = ()
    lent_by: str | None = None


def entry_of(
    law: LawInForce,
    section: Section,
    key: str,
    title: Text,
    source: Provision,
    traits: Iterable[Trait],
    further: Iterable[Provision] = (),
) -> Entry:
    """The entry with its sources and those of the `further` provisions that are a part of it, each source once."""
    sources = [source, *source.also]
    for other in further:
        sources += [other, *other.also]
    citations = tuple(dict.fromkeys(law.citation(cited) for cited in sources))
    wider = lender(citations, law)
    return Entry(section=section, key=key, title=title, traits=tuple(traits), citations=citations, lent_by=wider)


def lender(citations: Iterable[Citation], law: LawInForce) -> str | None:
    """The wider regulation whose instrument is cited; None where all are the regulation's own."""
    wider = {title: name.partition(".")[0] for name, title in law.regulation.instruments.items() if "." in name}
    return next((wider[c.instrument] for c in citations if c.instrument in wider), None)


_SECTIONS: Final = {
    Section.VALIDITY: Text(zh="施行", en="validity"),
    Section.ORGAN: Text(zh="机关", en="organs"),
    Section.FUNDING: Text(zh="资金来源", en="kinds of funding"),
    Section.ROUTE: Text(zh="办理路径", en="routes"),
    Section.STAGE: Text(zh="阶段", en="stages"),
    Section.GATE: Text(zh="环节", en="gates"),
    Section.CHECK: Text(zh="检查规则", en="checks"),
    Section.DOCUMENT: Text(zh="材料", en="documents"),
    Section.FORM: Text(zh="表格", en="forms"),
    Section.TERM: Text(zh="期限", en="terms"),
    Section.LADDER: Text(zh="提醒与督办", en="ladders"),
    Section.VALUE: Text(zh="数值与选择", en="values"),
    Section.SANCTION: Text(zh="处置", en="sanctions"),
    Section.RECTIFICATION: Text(zh="整改", en="rectifications"),
    Section.LIMIT: Text(zh="单位时限", en="limits"),
    Section.CHANGE: Text(zh="变更", en="changes"),
    Section.CATEGORY: Text(zh="项目类别", en="categories"),
    Section.EVENT: Text(zh="事件", en="events"),
    Section.POWER: Text(zh="职权", en="powers"),
    Section.PAUSE: Text(zh="停止计时的情形", en="grounds for a pause"),
    Section.ADMISSION: Text(zh="受理条件", en="admission"),
    Section.CAPABILITY: Text(zh="能力清单", en="capabilities"),
    Section.OVERLAY: Text(zh="叠加适用的办法", en="overlays"),
    Section.OVERRULED: Text(zh="不再适用的规定", en="overruled rules"),
    Section.PROCEDURE: Text(zh="办理程序", en="procedures"),
    Section.STEP: Text(zh="程序步骤", en="steps of the procedures"),
    Section.REGISTER: Text(zh="登记簿", en="registers"),
    Section.RATE: Text(zh="指标", en="rates"),
    Section.SCHEDULE: Text(zh="定期程序", en="schedules"),
}
