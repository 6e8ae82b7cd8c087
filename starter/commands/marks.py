"""How a value that no document gives is marked wherever it is shown: 缺省, with the gap of the register that it fills."""

from collections.abc import Iterable

from models.base import Text
from models.calendar import Receipt
from models.citation import Citation
from starter.commands import views


def articles(citations: Iterable[Citation]) -> Text:
    """The articles of one regulation, each once, defaults marked. The instrument's name is left to the caller."""
    marked = {citation.article: _marked(citation) for citation in citations}.values()
    return Text(zh="；".join(text.zh for text in marked), en="; ".join(text.en for text in marked))


def due(receipt: Receipt) -> Text:
    """The last day of a term, marked where its calendar is provisional and where its length is a default."""
    day, mark = views.due(receipt), default(receipt.term.citation)
    return Text(zh=day.zh + mark.zh, en=day.en + mark.en)


def default(citation: Citation) -> Text:
    """The mark of a default; empty where the regulation itself gives the value."""
    if not citation.default:
        return Text(zh="", en="")
    gap = f" {citation.gap}" if citation.gap else ""
    return Text(zh=f"（缺省{gap}）", en=f" (default{gap})")


def _marked(citation: Citation) -> Text:
    mark = default(citation)
    return Text(zh=citation.article + mark.zh, en=citation.article + mark.en)
