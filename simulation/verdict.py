"""What judging a case yields: the differences in words, the timeline, and which parts of the law were exercised."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from models.base import Value
from simulation.counts import Counts


class Part(StrEnum):
    """A part of a regulation that every case file must touch."""

    STEP = "step"
    GATE = "gate"
    CHECK = "check"
    SANCTION = "sanction"
    RUNG = "rung"
    LIMIT = "limit"
    SAMPLING = "sampling"


class Exercise(Value):
    """A part that a case exercised. `passed` is the good end: a gate approved, a check without a finding, a sanction
    not imposed, a rung that was never reached, a limit met in time, an inspection that was not drawn."""

    part: Part
    id: str
    passed: bool


class Line(Value):
    """A line of the timeline: the legal moment, what kind of thing happened, and to whom."""

    at: datetime
    sign: str
    text: str


class Verdict(Value):
    """A judged case. No differences: the case holds."""

    case: str
    differences: tuple[str, ...] = ()
    exercised: frozenset[Exercise] = frozenset()
    timeline: tuple[Line, ...] = ()
    counts: Counts | None = None
    """What the life took of Temporal; None where the case is none that is lived."""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.differences


def differing(what: str, expected: object, actual: object) -> Iterator[str]:
    """One difference in words; none where nothing is expected (None) or both are equal."""
    if expected is not None and expected != actual:
        yield f"{what}：应为 {shown(expected)}，实为 {shown(actual)} / expected {shown(expected)}, got {shown(actual)}"


def unmatched(what: str, expected: Iterable[str], actual: Iterable[str]) -> Iterator[str]:
    """Differences between two complete lists; an expected entry fits an actual one that is equal or begins with it and
    a space (a check id alone fits each of its findings)."""
    wanted, found = list(expected), list(actual)
    for entry in wanted:
        if not any(fits(entry, one) for one in found):
            yield f"{what}：缺少 {entry} / {entry} is missing (got {shown(found)})"
    for one in found:
        if not any(fits(entry, one) for entry in wanted):
            yield f"{what}：多出 {one} / {one} was not expected"


def fits(expected: str, actual: str) -> bool:
    """Whether an expected entry names the actual one."""
    return actual == expected or actual.startswith(f"{expected} ")


def shown(value: object) -> str:
    """A value as a reader of the case file knows it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return str(value) or "（空）"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return "无" if value is None else str(value)
