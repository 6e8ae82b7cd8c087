"""The picture as an SVG file that needs no browser to be made and no font of its own; readable on light and on dark. Pure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

from models.base import Text
from starter.diagram.course import Course, Stop
from starter.diagram.layout import (
    BODY,
    BOX_END,
    FLOW_X,
    HEAD,
    LINE,
    MARGIN,
    PAD,
    PILL,
    STAGE,
    TITLE,
    Box,
    Layout,
    Panel,
    WayBack,
    laid_out,
)
from starter.diagram.lettering import width, wrapped
from starter.diagram.mermaid import CHANGED, CLOSED, FILED, RETURNED
from starter.output import say

_APPROVED: Final = Text(zh="通过", en="approved")
_SOME: Final = Text(zh="部分项目办理", en="some projects only")
_SAMPLE: Final = 30.0
"""How long a line of the legend is."""


def drawn(course: Course, language: str) -> str:
    """The file. The same course gives the same bytes."""
    layout = laid_out(course, language)
    body = [
        *_heading(course, layout, language),
        *_pill(layout.start, say(FILED, language)),
        *(part for n, panel in enumerate(layout.panels, 1) for part in _panel(n, panel, layout)),
        *_pill(layout.close, say(CLOSED, language)),
        *_flow(layout),
        *(part for way in layout.ways_back for part in _way_back(way)),
    ]
    top = layout.close + PILL + 24
    legend, height = _legend(course, layout, top, language)
    head = _head(course, layout, height, language)
    return "\n".join([*head, *body, *legend, "</svg>"]) + "\n"


# ---------------------------------------------------------------- parts


def _head(course: Course, layout: Layout, height: float, language: str) -> Iterator[str]:
    size = f"{layout.width:g} {height:g}"
    tongue = "zh-CN" if language == "zh" else "en"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{layout.width:g}" height="{height:g}" '
        f'role="img" aria-labelledby="title desc" xml:lang="{tongue}">'
    )
    yield f'<title id="title">{escape(say(course.title, language))}</title>'
    yield f'<desc id="desc">{escape(say(course.description, language))}</desc>'
    yield f"<style>{_STYLE}</style>"
    yield f"<defs>{_arrow('on', 'flow')}{_arrow('back', 'back')}{_arrow('change', 'change')}</defs>"
    yield f'<rect class="paper" width="{layout.width:g}" height="{height:g}" rx="10"/>'


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path class="tip {colour}" d="M0 0 8 4 0 8z"/></marker>'
    )


def _heading(course: Course, layout: Layout, language: str) -> Iterator[str]:
    yield _words(MARGIN, MARGIN + TITLE, TITLE, say(course.title, language), "strong")
    for n, line in enumerate(layout.subtitle):
        yield _words(MARGIN, MARGIN + TITLE + 8 + LINE * (n + 1), BODY, line, "faint")


def _pill(top: float, words: str) -> Iterator[str]:
    room = max(72, width(words, HEAD) + 28)
    yield (
        f'<rect class="pill" x="{FLOW_X - room / 2:g}" y="{top:g}" width="{room:g}" height="{PILL:g}" rx="{PILL / 2:g}"/>'
    )
    yield _words(FLOW_X, top + 20, HEAD, words, "strong on-pill", "middle")


def _panel(number: int, panel: Panel, layout: Layout) -> Iterator[str]:
    room = layout.width - MARGIN
    yield (
        f'<rect class="panel" x="{MARGIN / 2:g}" y="{panel.top:g}" width="{room:g}" height="{panel.height:g}" rx="8"/>'
    )
    y = panel.top + PAD + STAGE
    for n, line in enumerate(panel.title):
        yield _words(MARGIN, y + LINE * n, STAGE, f"{number} {line}" if n == 0 else line, "strong")
    y += LINE * (len(panel.title) - 1) + 6
    for n, line in enumerate(panel.conditions):
        yield _words(MARGIN, y + LINE * (n + 1), BODY, line, "faint")
    for box in panel.boxes:
        yield from _box(box)


def _box(box: Box) -> Iterator[str]:
    kind = ("all" if box.what.is_for_all else "some") if isinstance(box.what, Stop) else "detour"
    yield (
        f'<rect class="box {kind}" x="{box.left:g}" y="{box.top:g}" width="{BOX_END - box.left:g}" height="{box.height:g}" rx="6"/>'
    )
    y = box.top + PAD / 2
    for n, line in enumerate(box.head):
        yield _words(box.left + PAD, y + 13 + LINE * n, HEAD, line, "strong")
    below = y + LINE * len(box.head) + (4 if box.head else 0)
    for n, line in enumerate(box.body):
        yield _words(box.left + PAD, below + 12 + LINE * n, BODY, line, "plain")
    for n, line in enumerate(box.right):
        is_last = n == len(box.right) - 1
        place = below + 12 if is_last else y + 13 + LINE * n
        yield from [_words(BOX_END - PAD, place, BODY, line, "faint" if is_last else "term", "end")] if line else []


def _flow(layout: Layout) -> Iterator[str]:
    """Down the picture, from box to box."""
    boxes = [(box.top, box.bottom) for box in layout.stops]
    places = [(layout.start, layout.start + PILL), *boxes, (layout.close, layout.close + PILL)]
    for (_, bottom), (top, _) in pairwise(places):
        yield f'<path class="line flow" marker-end="url(#on)" d="M{FLOW_X:g} {bottom:g}V{top - 1:g}"/>'


def _way_back(way: WayBack) -> Iterator[str]:
    kind, tip = ("change", "change") if way.is_change else ("back", "back")
    last = max(way.starts)
    for start in way.starts:
        joins = (
            f"H{way.x:g}" if start != last else f"H{way.x - 5:g}q5 0 5 -5V{way.end + 5:g}q0 -5 -5 -5H{BOX_END + 1:g}"
        )
        marker = f' marker-end="url(#{tip})"' if start == last else ""
        yield f'<path class="line {kind}"{marker} d="M{BOX_END:g} {start:g}{joins}"/>'


def _legend(course: Course, layout: Layout, top: float, language: str) -> tuple[list[str], float]:
    """What the lines mean, and the notes; with where the picture ends."""
    kinds = [("flow", _APPROVED), ("back", RETURNED)]
    if any(way.is_change for way in layout.ways_back):
        kinds.append(("change", CHANGED))
    if any(isinstance(box.what, Stop) and not box.what.is_for_all for box in layout.stops):
        kinds.append(("box some", _SOME))
    parts, x = [], MARGIN
    for kind, text in kinds:
        words = say(text, language)
        if kind == "box some":
            parts.append(f'<rect class="{kind}" x="{x:g}" y="{top - 11:g}" width="{_SAMPLE:g}" height="14" rx="3"/>')
        else:
            parts.append(f'<path class="line {kind}" d="M{x:g} {top - 4:g}h{_SAMPLE:g}"/>')
        parts.append(_words(x + _SAMPLE + 6, top, BODY, words, "faint"))
        x += _SAMPLE + width(words, BODY) + 28
    lines = [line for note in course.notes for line in wrapped(say(note, language), BODY, layout.width - 2 * MARGIN)]
    parts += [_words(MARGIN, top + 4 + LINE * (n + 1), BODY, line, "faint") for n, line in enumerate(lines)]
    return parts, top + 4 + LINE * len(lines) + MARGIN


def _words(x: float, y: float, size: float, words: str, kind: str, anchor: str = "start") -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size:g}"{at}>{escape(words)}</text>'


_LIGHT: Final = {
    "paper": "#ffffff",
    "panel": "#f3f5f8",
    "box": "#ffffff",
    "rim": "#c4ccd6",
    "ink": "#1f2328",
    "faint": "#57606a",
    "flow": "#0b63ce",
    "back": "#b54708",
    "change": "#7a3fd1",
}
_DARK: Final = {
    "paper": "#0d1117",
    "panel": "#161b22",
    "box": "#1f262f",
    "rim": "#47515e",
    "ink": "#f0f3f6",
    "faint": "#a3adb8",
    "flow": "#6cb0ff",
    "back": "#f0974a",
    "change": "#bd93ff",
}


def _colours(of: dict[str, str]) -> str:
    return (
        f".paper{{fill:{of['paper']}}}.panel{{fill:{of['panel']}}}"
        f".box{{fill:{of['box']};stroke:{of['rim']}}}.pill{{fill:{of['flow']}}}.on-pill{{fill:{of['paper']}}}"
        f".strong,.plain{{fill:{of['ink']}}}.on-pill{{fill:{of['paper']}}}.faint{{fill:{of['faint']}}}"
        f".term{{fill:{of['flow']}}}"
        + "".join(
            f".line.{kind}{{stroke:{of[kind]}}}.tip.{kind}{{fill:{of[kind]}}}" for kind in ("flow", "back", "change")
        )
        + f".detour{{stroke:{of['change']}}}"
    )


_STYLE: Final = (
    'text{font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif}'
    ".strong{font-weight:600}.line{fill:none;stroke-width:1.5}.line.back{stroke-dasharray:5 3}"
    ".line.change{stroke-dasharray:2 3}.some{stroke-dasharray:5 3}.detour{stroke-dasharray:2 3}"
    f"{_colours(_LIGHT)}@media(prefers-color-scheme:dark){{{_colours(_DARK)}}}"
)
