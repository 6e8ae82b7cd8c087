"""How wide a text is, and where its lines break: measured by a table, because a picture is drawn without its fonts. Pure."""

import re
from typing import Final
from unicodedata import east_asian_width

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]· ")
_BROAD: Final = frozenset("mwMW@%")

_PARTS: Final = re.compile(r"[!-~]+ ?|.[，。；：、）》】]*", re.DOTALL)
"""What stays together on a line: a word, or a character with the marks that may not begin a line."""


def width(text: str, size: float) -> float:
    """How wide the text is in letters of that size, in the same unit. Rather too wide than too narrow, also for bold letters."""
    return sum(map(_width, text)) * size


def _width(letter: str) -> float:
    if east_asian_width(letter) in "WFA":
        return 1.0
    if letter in _NARROW:
        return 0.41
    return 0.9 if letter in _BROAD else 0.7 if letter.isupper() else 0.62


def wrapped(text: str, size: float, room: float) -> list[str]:
    """The text in lines that fit into the room. A single word that does not fit stands alone and is not cut."""
    lines = [""]
    for part in _PARTS.findall(text):
        if lines[-1] and width((lines[-1] + part).rstrip(), size) > room:
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines]
