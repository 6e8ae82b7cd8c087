"""What follows: from a decision, from a limit that is passed, from a change. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from models.base import Text
from models.finding import SanctionEnd
from models.plan import Holding
from models.review import Outcome
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.terms import rungs_said, term_said
from regulations.inventory.words import joined, optional, ref_said, same, title_of, titles, trait_of
from regulations.plan_builder import LawInForce
from regulations.schema import ConsequenceSource, RectificationSource, SanctionSource

Who = Callable[[Iterable[str]], Text]
"""How whoever is named in an entry is called."""


def follows(law: LawInForce, source: ConsequenceSource) -> Iterator[Trait]:
    """What follows from the outcome, where anything does."""
    parts = [entry.kind.label for _, entry in law.named("sanctions", source.sanctions)]
    if source.rectification:
        parts.append(Text(zh="责令整改", en="rectification"))
    if source.goes_on:
        parts.append(Text(zh="项目继续", en="the project goes on"))
    on = _OUTCOMES[source.on]
    name = Text(zh=f"{on.zh}的后果", en=f"when {on.en}")
    yield from (Trait(name=name, says=said) for said in [joined(parts)] if parts)


def sanctions(law: LawInForce, found: Iterable[tuple[str, SanctionSource]], who: Who) -> Iterator[Entry]:
    """The sanctions found: how strict, until when, and who is told."""
    for key, sanction in found:
        named = sanction.ends
        ends = named if isinstance(named, SanctionEnd) else law.needed("values", named.value).value
        traits = [
            Trait(name=Text(zh="强度", en="strength"), says=sanction.strength.label),
            Trait(name=Text(zh="解除", en="ends"), says=_ENDS.get(str(ends), same(str(ends)))),
            *optional("告知", "tells", who(sanction.tells)),
        ]
        yield entry_of(law, Section.SANCTION, key, sanction.kind.label, sanction, traits)


def rectifications(law: LawInForce, found: Iterable[tuple[str, RectificationSource]], who: Who) -> Iterator[Entry]:
    """The orders to rectify found: by when, verified by whom, and what may follow."""
    for key, order in found:
        steps = joined((s.kind.label for _, s in law.named("sanctions", order.escalation)), " → ", " → ")
        traits = [
            Trait(name=Text(zh="核验机关", en="verified by"), says=who(order.verified_by)),
            Trait(name=Text(zh="期限", en="term"), says=term_said(law.needed("terms", order.term))),
            Trait(name=Text(zh="核验期限", en="verification"), says=term_said(law.needed("terms", order.verification))),
            Trait(name=Text(zh="提醒", en="ladder"), says=rungs_said(law, order.ladder)),
            Trait(name=Text(zh="期间停办", en="holds"), says=_HOLDINGS[order.holds]),
            *optional("逐级处置", "escalation", steps),
        ]
        yield entry_of(law, Section.RECTIFICATION, key, Text(zh="整改", en="rectification"), order, traits)


def limits(law: LawInForce) -> Iterator[Entry]:
    """The limits of a unit: since when, for how long, and what meets them."""
    for key, limit in law.entries(law.regulation.limits):
        met = Text(zh="受理审核", en="opened") if limit.met_when == "opened" else Text(zh="通过", en="approved")
        gate = title_of(law, "gates", limit.met_by)
        traits = [
            Trait(name=Text(zh="自", en="since"), says=title_of(law, "events", limit.since)),
            Trait(name=Text(zh="期限", en="term"), says=term_said(law.needed("terms", limit.term))),
            Trait(name=Text(zh="以何为准", en="met by"), says=Text(zh=f"{gate.zh}{met.zh}", en=f"{gate.en} {met.en}")),
            Trait(name=Text(zh="提醒", en="ladder"), says=rungs_said(law, limit.ladder)),
            *optional("告知", "tells", titles(law, "organs", limit.tells)),
        ]
        yield entry_of(law, Section.LIMIT, key, limit.title, limit, traits)


def changes(law: LawInForce) -> Iterator[Entry]:
    """The changes that lead a project back."""
    for key, change in law.entries(law.regulation.changes):
        share = str(law.needed("values", change.over_share.value).value) if change.over_share else ""
        traits = [
            Trait(name=Text(zh="阶段", en="stages"), says=joined(stage.label for stage in change.stages)),
            *optional("增加超过", "increase over", same(share)),
            *([trait_of("重大变更", "major changes", "✓")] if change.major else []),
            *optional("其余须附", "otherwise with", titles(law, "documents", [change.explained_by or ""])),
            Trait(name=Text(zh="退回至", en="returns to"), says=ref_said(law, change.returns_to)),
        ]
        yield entry_of(law, Section.CHANGE, key, Text(zh="变更", en="change"), change, traits)


_OUTCOMES: Final = {
    Outcome.APPROVED: Text(zh="通过", en="approved"),
    Outcome.RETURNED: Text(zh="退回", en="returned"),
    Outcome.REJECTED: Text(zh="不予通过", en="rejected"),
}
_ENDS: Final = {
    "rectified": Text(zh="整改完成", en="when rectified"),
    "fiscal_year": Text(zh="该预算年度结束", en="with the fiscal year"),
    "never": Text(zh="不自动解除", en="never by itself"),
}
_HOLDINGS: Final = {
    Holding.NOTHING: Text(zh="不停", en="nothing"),
    Holding.STAGE: Text(zh="本阶段不得办结", en="the end of the stage"),
    Holding.PROJECT: Text(zh="整个项目", en="the project"),
}
