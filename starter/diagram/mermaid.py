"""The picture as a Mermaid flowchart, for pages that render Mermaid. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from models.base import Text
from starter.diagram.course import Course, Detour, Leg, Stop
from starter.output import say

FILED: Final = Text(zh="申报", en="filed")
CLOSED: Final = Text(zh="办结", en="closed")
RETURNED: Final = Text(zh="退回", en="returned")
CHANGED: Final = Text(zh="变更", en="change")
_AGAIN: Final = Text(zh="退回：重办本环节", en="returned: this gate again")
"""In words, because Mermaid draws a line from a box to itself across others."""


def drawn(course: Course, language: str) -> str:
    """The flowchart. The same course gives the same text."""
    return "\n".join(_lines(course, language)) + "\n"


def _lines(course: Course, language: str) -> Iterator[str]:
    yield from ("---", f"title: {json.dumps(say(course.title, language), ensure_ascii=False)}", *_CONFIG, "---")
    yield "flowchart TB"
    yield f"  accTitle: {_plain(say(course.title, language))}"
    yield f"  accDescr: {_plain(say(course.description, language))}"
    yield f"  filed([{_quoted([say(FILED, language)])}])"
    for leg in course.legs:
        yield from _leg(leg, language)
    yield f"  closed([{_quoted([say(CLOSED, language)])}])"
    passed = [node for leg in course.legs for node in (*_waiting(leg), *map(_node, leg.stops))]
    yield f"  {' --> '.join(['filed', *passed, 'closed'])}"
    yield from _ways_back(course, language)
    yield f"  notes[{_quoted(say(note, language) for note in (course.subtitle, *course.notes))}]:::note"
    yield "  closed ~~~ notes"
    yield from _STYLE


def _leg(leg: Leg, language: str) -> Iterator[str]:
    yield f"  subgraph stage_{leg.key}[{_quoted([say(leg.title, language)])}]"
    for node in _waiting(leg):
        yield f"    {node}{{{{{_quoted(say(text, language) for text in leg.conditions)}}}}}"
    for stop in leg.stops:
        yield f"    {_node(stop)}[{_stop(stop, language)}]{'' if stop.is_for_all else ':::some'}"
    for detour in leg.detours:
        yield f"    {_change(detour)}>{_quoted([say(detour.says, language)])}]:::change"
    yield "  end"


def _waiting(leg: Leg) -> list[str]:
    """The node of what holds for the stage as a whole, where anything does: a stage's title has no room for it."""
    return [f"wait_{leg.key}"] if leg.conditions else []


def _stop(stop: Stop, language: str) -> str:
    by = Text(zh=f"{stop.term.zh} · {stop.source.zh}", en=f"{stop.term.en} · {stop.source.en}")
    again = [_AGAIN] if stop.back_to == stop.key else []
    head, *rest = (_escaped(say(text, language)) for text in (stop.title, stop.who, by, *stop.conditions, *again))
    return f'"{"<br/>".join([f"<b>{head}</b>", *rest])}"'


def _ways_back(course: Course, language: str) -> Iterator[str]:
    """Where a return or a change leads to another gate."""
    returned, changed = say(RETURNED, language), say(CHANGED, language)
    for leg in course.legs:
        for stop in leg.stops:
            if stop.back_to not in (None, stop.key):
                yield f"  {_node(stop)} -. {returned} .-> gate_{stop.back_to}"
        for detour in leg.detours:
            yield f"  {_change(detour)} -. {changed} .-> gate_{detour.to}"


def _node(stop: Stop) -> str:
    # `end` and the like are words of Mermaid, and a gate's id is anybody's.
    return f"gate_{stop.key}"


def _change(detour: Detour) -> str:
    return f"change_{detour.key.replace('-', '_')}"


def _quoted(lines: Iterable[str]) -> str:
    return f'"{"<br/>".join(map(_escaped, lines))}"'


def _escaped(text: str) -> str:
    """The text as it may stand in quotes: Mermaid knows entities, and reads a label as HTML."""
    for letter, entity in (("#", "#35;"), ('"', "#quot;"), ("&", "#amp;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(letter, entity)
    return _plain(text)


def _plain(text: str) -> str:
    """On one line: a line ends what Mermaid reads."""
    return " ".join(text.split())


_CONFIG: Final = (
    "config:",
    "  flowchart:",
    "    wrappingWidth: 380",
    "    subGraphTitleMargin: {top: 6, bottom: 22}",
)

_STYLE: Final = (
    "  classDef some stroke-dasharray: 5 3",
    "  classDef change stroke:#8250df,stroke-dasharray: 2 2",
    "  classDef note fill:none,stroke:none,text-align:left",
)
