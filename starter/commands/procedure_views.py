"""What procedures look like to a clerk: the list of what can be started, and the steps of one. Pure."""

from collections.abc import Iterable, Sequence

from models.base import Text
from models.citation import Citation
from models.plan import Plan
from models.procedure import OnlyIf, Step
from starter.commands.views import ARTICLE, CODE, DUE, QUORUMS, TITLE, term
from starter.output import Cell, Part, Table, field, listed
from starter.procedure_offers import Actor, Offer, OfferedStep

STEP, WHO, FORM = Text(zh="步骤", en="step"), Text(zh="由谁办理", en="who acts"), Text(zh="表单", en="form")
FROM = Text(zh="来自", en="from")


def offers(title: Text, found: Sequence[Offer]) -> Table:
    """The procedures that can be started under a regulation: a line for each, and below it one for each of its steps."""
    columns = (CODE, TITLE, FROM, STEP, WHO, DUE, FORM, ARTICLE)
    rows = [row for offer in found for row in (_offer(offer), *map(_step, offer.steps))]
    return Table(columns, rows, title)


def _offer(offer: Offer) -> tuple[Cell, ...]:
    parties = listed(Text(zh=f"{t.zh}（{name}）", en=f"{t.en} ({name})") for name, t in offer.parties.items())
    named = Text(zh=f"须指明：{parties.zh}", en=f"names: {parties.en}") if offer.parties else None
    form = offer.form.title if offer.form else None
    source = offer.lent_by or offer.regulation
    return (offer.procedure, offer.title, source, None, named, None, form, _sources(offer.citations))


def _step(step: OfferedStep) -> tuple[Cell, ...]:
    waited = Text(zh=f"等待 {step.event}", en=f"waits for {step.event}")
    who = listed(map(_actor, step.by)) if step.by else waited
    due = term(step.term) if step.term else None
    return (None, None, None, _taken(step), who, due, step.form, _sources(step.citations))


def _actor(actor: Actor) -> Text:
    if actor.organ is None or actor.title.zh == actor.organ:
        return actor.title
    return Text(zh=f"{actor.title.zh} {actor.organ}", en=f"{actor.title.en} {actor.organ}")


def _taken(step: OfferedStep) -> Text:
    """Which step it is, and where it is not always taken, when."""
    when = _condition(step.only_if)
    return Text(zh=f"{step.title.zh}（{step.id}）{when.zh}", en=f"{step.title.en} ({step.id}){when.en}")


def _condition(only_if: OnlyIf | None) -> Text:
    if only_if is None:
        return Text(zh="", en="")
    values = "/".join(only_if.has)
    return Text(zh=f"\n仅当 {only_if.field} 为 {values}", en=f"\nonly if {only_if.field} is {values}")


def steps(found: Iterable[Step], plan: Plan) -> Table:
    """The steps of an application as the law binds it, with everybody by code."""
    columns = (CODE, STEP, WHO, Text(zh="表决", en="quorum"), DUE, FORM, ARTICLE)
    rows = [
        (
            step.id,
            step.title,
            "、".join(step.by) or step.event,
            QUORUMS[step.quorum.rule] if len(step.by) > 1 else None,
            term(step.term) if step.term else None,
            plan.form(step.form).title if step.form else None,
            _sources(step.citations),
        )
        for step in found
    ]
    return Table(columns, rows, Text(zh="办理步骤", en="steps"))


def missing(titles: Sequence[Text]) -> Part | None:
    """What still has to be handed in."""
    return field("待交", "to hand in", listed(titles))


def _sources(citations: Iterable[Citation]) -> str:
    """Each article once; where no document says anything, the gap of the register that the default fills."""
    articles = (f"{c.article}（{c.gap}）" if c.gap else c.article for c in citations)
    return "；".join(dict.fromkeys(articles))
