"""What a regulation is beside its stages: its days, its organs and their powers, its facts, and what lies over it. Pure."""

from collections.abc import Iterator
from typing import Final

from models.base import Text
from models.plan import Act
from regulations.inventory.checks_and_forms import fields_said
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.words import joined, listed, optional, period, same, title_of, titles, trait_of
from regulations.plan_builder import LawInForce, in_force
from regulations.schema import Moment


def validity(law: LawInForce) -> Iterator[Entry]:
    """When the regulation was issued and is in force, on which instruments it rests, and what it warns of."""
    validity = law.regulation.validity
    traits = [
        trait_of("印发", "issued", str(validity.issued)),
        trait_of("施行", "in force", period(validity.from_, validity.until)),
        trait_of("所据文件", "instruments", "；".join(law.regulation.instruments.values())),
        *(Trait(name=Text(zh="警示", en="warning"), says=warning) for warning in law.warnings()),
    ]
    yield entry_of(law, Section.VALIDITY, law.regulation.id, law.regulation.title, validity, traits)


def parties(law: LawInForce) -> Iterator[Entry]:
    """The organs with their superiors, and the kinds of funding."""
    for key, organ in law.entries(law.regulation.organs):
        superior = optional("上级", "superior", title_of(law, "organs", organ.superior) if organ.superior else same(""))
        yield entry_of(law, Section.ORGAN, key, organ.title, organ, superior)
    for key, funding in law.entries(law.regulation.funding):
        yield entry_of(law, Section.FUNDING, key, funding.title, funding, ())


def facts(law: LawInForce) -> Iterator[Entry]:
    """The categories of projects, and the events that are reported of them."""
    for key, category in law.entries(law.regulation.categories):
        yield entry_of(law, Section.CATEGORY, key, category.title, category, ())
    for key, event in law.entries(law.regulation.events):
        told = optional("告知", "tells", titles(law, "organs", event.tells))
        yield entry_of(law, Section.EVENT, key, event.title, event, (*fields_said(event.fields), *told))


def powers(law: LawInForce) -> Iterator[Entry]:
    """Who may do what out of turn, when a clock may pause, and who is not admitted."""
    for act, power in law.entries(law.regulation.powers):
        organs = Trait(name=Text(zh="机关", en="organs"), says=titles(law, "organs", power.organs))
        yield entry_of(law, Section.POWER, str(act), _ACTS[Act(act)], power, [organs])
    for key, ground in law.entries(law.regulation.pause_grounds):
        yield entry_of(law, Section.PAUSE, key, ground.title, ground, ())
    admission = in_force(law.regulation.admission or (), law.day)
    if admission:
        barred = Trait(
            name=Text(zh="有此处置不予受理", en="none under"), says=joined(k.label for k in admission.blocked_by)
        )
        yield entry_of(law, Section.ADMISSION, "admission", Text(zh="受理条件", en="admission"), admission, [barred])


def capabilities(law: LawInForce) -> Iterator[Entry]:
    """The list of capabilities, with who runs each."""
    for key, capability in law.entries(law.regulation.capabilities):
        operator = title_of(law, "organs", capability.operator.organ)
        traits = [
            trait_of("类别", "type", capability.type),
            Trait(name=Text(zh="管理单位", en="operator"), says=operator),
            *optional("又称", "aliases", listed(capability.aliases)),
        ]
        yield entry_of(law, Section.CAPABILITY, key, same(key), capability, traits)


def overlays(law: LawInForce) -> Iterator[Entry]:
    """The regulations that lie over this one, and the rules that therefore do not bind."""
    for overlay in law.regulation.overlays:
        switch = in_force(law.regulation.values.get(overlay.switch, ()), law.day)
        traits = [
            trait_of("开关", "switch", f"{overlay.switch} = {switch.value if switch else '—'}"),
            *(
                Trait(name=_MOMENTS[moment], says=titles(law, "gates", names))
                for moment, names in overlay.gates.items()
            ),
        ]
        if overlay.covers(law.day):
            yield entry_of(law, Section.OVERLAY, overlay.regulation, same(overlay.regulation), overlay, traits)
    for overruled in law.regulation.overruled:
        by = trait_of("优先适用", "prevailing", overruled.by)
        yield Entry(
            section=Section.OVERRULED,
            key=overruled.rule,
            title=same(overruled.rule),
            traits=(by,),
            citations=(overruled.citation,),
        )


_ACTS: Final = {
    Act.WAIVE: Text(zh="例外批准", en="waive"),
    Act.EXTEND: Text(zh="延期", en="extend"),
    Act.SUSPEND: Text(zh="中止", en="suspend"),
    Act.RECORD_FINDING: Text(zh="登记检查问题", en="record a finding"),
    Act.ADOPT: Text(zh="改用新规", en="adopt a newer version"),
}
_MOMENTS: Final = {
    Moment.APPLICATION: Text(zh="申报", en="application"),
    Moment.COORDINATION: Text(zh="统筹审核", en="coordination"),
    Moment.ACCEPTANCE: Text(zh="验收", en="acceptance"),
    Moment.OPERATION: Text(zh="运维", en="operation"),
}
