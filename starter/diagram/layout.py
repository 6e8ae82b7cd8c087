"""Where everything of the picture stands: boxes as high as their text, and a lane for every way back. Pure.

All lengths are in pixels of the picture; x runs to the right, y downwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from starter.diagram.course import Course, Detour, Leg, Stop
from starter.diagram.lettering import width, wrapped
from starter.output import say

MARGIN: Final = 20.0
TITLE, STAGE, HEAD, BODY = 20.0, 16.0, 14.0, 12.0
"""Sizes of letters: the picture's title, a stage's, a box's, and what stands below it."""
LINE: Final = 17.0
PAD: Final = 12.0
STAGE_ROOM: Final = 150.0
BOX_X: Final = MARGIN + STAGE_ROOM + 24
BOX_ROOM: Final = 490.0
BOX_END: Final = BOX_X + BOX_ROOM
FLOW_X: Final = BOX_X + 40
DETOUR_X: Final = FLOW_X + 24
"""A change stands beside the flow, not in it."""
BETWEEN_BOXES: Final = 19.0
BETWEEN_STAGES: Final = 17.0
PILL: Final = 30.0
LANE: Final = 13.0
FIRST_LANE: Final = BOX_END + 22


@dataclass(frozen=True)
class Box:
    """A gate, or a change, at its place."""

    top: float
    height: float
    what: Stop | Detour
    head: tuple[str, ...]
    body: tuple[str, ...]
    right: tuple[str, ...]
    """What stands at the right edge, line by line from the top."""

    @property
    def left(self) -> float:
        return BOX_X if isinstance(self.what, Stop) else DETOUR_X

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Panel:
    """A stage at its place."""

    top: float
    height: float
    title: tuple[str, ...]
    conditions: tuple[str, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class WayBack:
    """A line in a lane at the right, from each of `starts` to `end`."""

    x: float
    starts: tuple[float, ...]
    end: float
    is_change: bool


@dataclass(frozen=True)
class Layout:
    """The picture before it is drawn."""

    width: float
    subtitle: tuple[str, ...]
    start: float
    panels: tuple[Panel, ...]
    close: float
    ways_back: tuple[WayBack, ...]

    @property
    def stops(self) -> list[Box]:
        """The gates in the order in which a project passes them."""
        return [box for panel in self.panels for box in panel.boxes if isinstance(box.what, Stop)]


def laid_out(course: Course, language: str) -> Layout:
    """Everything at its place. The same course stands always at the same places."""
    subtitle = tuple(wrapped(say(course.subtitle, language), BODY, BOX_END - MARGIN))
    start = MARGIN + TITLE + 14 + LINE * len(subtitle) + 6
    panels: list[Panel] = []
    top = start + PILL + BETWEEN_STAGES
    for leg in course.legs:
        panels.append(_panel(leg, top, language))
        top += panels[-1].height + BETWEEN_STAGES
    ways = _ways_back([box for panel in panels for box in panel.boxes])
    last = max((way.x for way in ways), default=FIRST_LANE)
    return Layout(last + LANE + MARGIN, subtitle, start, tuple(panels), top, tuple(ways))


# ---------------------------------------------------------------- boxes


def _panel(leg: Leg, top: float, language: str) -> Panel:
    title = tuple(wrapped(say(leg.title, language), STAGE, STAGE_ROOM))
    conditions = tuple(line for text in leg.conditions for line in wrapped(say(text, language), BODY, STAGE_ROOM))
    boxes: list[Box] = []
    place = top + PAD
    for stop in leg.stops:
        boxes.append(_stop(stop, place, language))
        place = boxes[-1].bottom + BETWEEN_BOXES
    for detour in leg.detours:
        boxes.append(_detour(detour, place, language))
        place = boxes[-1].bottom + PAD
    inside = max(boxes[-1].bottom - top, PAD + STAGE + 10 + LINE * (len(title) - 1 + len(conditions)))
    return Panel(top, inside + PAD, title, conditions, tuple(boxes))


def _stop(stop: Stop, top: float, language: str) -> Box:
    term, source = say(stop.term, language), say(stop.source, language)
    room = BOX_ROOM - 2 * PAD
    head = wrapped(say(stop.title, language), HEAD, room - width(term, BODY) - PAD)
    body = wrapped(say(stop.who, language), BODY, room - width(source, BODY) - PAD)
    body += [line for text in stop.conditions for line in wrapped(f"· {say(text, language)}", BODY, room)]
    return _box(stop, top, head, body, (term, *[""] * (len(head) - 1), source))


def _detour(detour: Detour, top: float, language: str) -> Box:
    return _box(detour, top, [], wrapped(say(detour.says, language), BODY, BOX_END - DETOUR_X - 2 * PAD), ())


def _box(what: Stop | Detour, top: float, head: Sequence[str], body: Sequence[str], right: tuple[str, ...]) -> Box:
    height = LINE * (len(head) + len(body)) + PAD + (4 if head else 0)
    return Box(top, height, what, tuple(head), tuple(body), right)


# ---------------------------------------------------------------- ways back


def _ways_back(boxes: Iterable[Box]) -> list[WayBack]:
    """One line for each gate to which something leads back, in the first lane from the left that is free there.

    Short ones are laid first, so that a long one runs round them and not through them.
    """
    placed = list(boxes)
    tops = {box.what.key: box.top for box in placed}
    found: dict[tuple[bool, str], list[float]] = {}
    for box in placed:
        if isinstance(box.what, Detour):
            found.setdefault((True, box.what.to), []).append(box.top + box.height / 2)
        elif box.what.back_to:
            found.setdefault((False, box.what.back_to), []).append(box.bottom - 13)
    spans = [(is_change, tops[to] + (29 if is_change else 15), ys) for (is_change, to), ys in found.items()]
    ways: list[WayBack] = []
    for is_change, end, starts in sorted(spans, key=lambda span: (max(span[2]) - span[1], span[1])):
        lanes = (FIRST_LANE + n * LANE for n in range(len(spans)))
        free = next(x for x in lanes if not any(way.x == x and _meets(way, end, starts) for way in ways))
        ways.append(WayBack(free, tuple(starts), end, is_change))
    return ways


def _meets(way: WayBack, end: float, starts: Sequence[float]) -> bool:
    ys, others = (end, *starts), (way.end, *way.starts)
    return min(ys) <= max(others) and min(others) <= max(ys)
