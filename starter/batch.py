"""成批: many things done at once, each as if it came alone, and each with a result of its own, in the order of the list.

Nothing is kept on the side: whoever calls again with the same list goes on where the first call stopped, since what was
done already is known by its own id.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from models.base import Text
from starter.failures import Failure, Unreachable, explained

Listed = TypeVar("Listed", bound="Item")

AT_ONCE = 8
"""How many are under way at the same time, unless told otherwise: enough to keep one server and one worker busy."""

AT_ONCE_MOST = 64


class Outcome(StrEnum):
    """How one item of a batch ended."""

    FILED = "filed"
    RUNNING = "running"
    COUNTED = "counted"
    REPEATED = "repeated"
    REFUSED = "refused"
    BAD_INPUT = "bad_input"
    UNREACHABLE = "unreachable"
    NOT_TRIED = "not_tried"

    @property
    def label(self) -> Text:
        return _LABELS[self]

    @property
    def is_well(self) -> bool:
        """Whether what was wanted is so now, by this call or an earlier one."""
        return self in (Outcome.FILED, Outcome.RUNNING, Outcome.COUNTED, Outcome.REPEATED)

    @property
    def may_go_on(self) -> bool:
        """Whether the same item may well succeed when the batch is called again as it is."""
        return self in (Outcome.UNREACHABLE, Outcome.NOT_TRIED)


_LABELS = {
    Outcome.FILED: Text(zh="已提交", en="filed"),
    Outcome.RUNNING: Text(zh="已在办理", en="runs already"),
    Outcome.COUNTED: Text(zh="已计入", en="counted"),
    Outcome.REPEATED: Text(zh="此前已计入", en="counted before"),
    Outcome.REFUSED: Text(zh="未予接受", en="refused"),
    Outcome.BAD_INPUT: Text(zh="输入有误", en="bad input"),
    Outcome.UNREACHABLE: Text(zh="无应答", en="no answer"),
    Outcome.NOT_TRIED: Text(zh="未尝试", en="not tried"),
}

_STOPPED = Text(zh="接连无应答，余下未尝试", en="nothing answered several times in a row, so the rest was not tried")


@dataclass(frozen=True)
class Result:
    """What became of one item. `names` say which it was, for programs; `title` does for people. `reason` is set where it did
    not go well, `note` where something is to be told of it."""

    names: Mapping[str, Any]
    title: str
    outcome: Outcome
    reason: Text | None = None
    note: Text | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        return {**self.names, "outcome": self.outcome, "reason": self.reason, "note": self.note, **self.more}

    @property
    def line(self) -> Text:
        """The result in one line."""
        label, told = self.outcome.label, [part for part in (self.reason, self.note) if part]
        return Text(
            zh="；".join([f"{self._sign} {self.title} {label.zh}", *(_one_line(part.zh) for part in told)]),
            en="; ".join([f"{self._sign} {self.title} {label.en}", *(_one_line(part.en) for part in told)]),
        )

    @property
    def _sign(self) -> str:
        return "✓" if self.outcome.is_well else "✗"


class Item(Protocol):
    """What a batch has to know of one item: how to name it, for programs and for people, and in which lane it stands."""

    @property
    def names(self) -> Mapping[str, Any]: ...

    @property
    def title(self) -> str: ...

    @property
    def note(self) -> Text | None:
        """What is to be told of it, however it ends."""

    @property
    def lane(self) -> Hashable:
        """Items of one lane are done one after the other, in their order."""


@dataclass(frozen=True)
class Summary:
    """How many items of a batch ended how."""

    counts: Counter[Outcome]

    @property
    def exit_code(self) -> int:
        """0: all is well. 3: some got no answer, call again. 1: something was refused."""
        if any(outcome.may_go_on for outcome in self.counts):
            return Unreachable.code
        return 0 if all(outcome.is_well for outcome in self.counts) else 1

    @property
    def text(self) -> Text:
        counted = [(outcome.label, self.counts[outcome]) for outcome in Outcome if self.counts[outcome]]
        total = self.counts.total()
        return Text(
            zh=f"共 {total} 项：{'，'.join(f'{label.zh} {count}' for label, count in counted) or '无'}",
            en=f"{total} in all: {', '.join(f'{label.en} {count}' for label, count in counted) or 'none'}",
        )


def failed(item: Item, failure: Failure) -> Result:
    """The result of an item that came to nothing, with every fault."""
    details = [detail if isinstance(detail, Text) else Text(zh=detail, en=detail) for detail in failure.details]
    reason = Text(
        zh="；".join([failure.text.zh, *(detail.zh for detail in details)]),
        en="; ".join([failure.text.en, *(detail.en for detail in details)]),
    )
    return Result(item.names, item.title, Outcome(failure.kind), reason, item.note)


class Batch(Generic[Listed]):
    """The work for every item, `at_once` at a time.

    A Failure is the result of its item and stops no other, unless as many in a row as may be under way got no answer: then
    the rest is not tried.
    """

    def __init__(
        self, items: Sequence[Listed], work: Callable[[Listed], Awaitable[Result]], *, at_once: int = AT_ONCE
    ) -> None:
        self._items, self._work = items, work
        self._limit = asyncio.Semaphore(at_once)
        self._at_once, self._unanswered = at_once, 0
        self._results: list[asyncio.Future[Result]] = []

    async def work_off(self, tell: Callable[[Result], None]) -> Summary:
        """Do it all, and tell each result as soon as those before it are told."""
        loop = asyncio.get_running_loop()
        self._results = [loop.create_future() for _ in self._items]
        counts: Counter[Outcome] = Counter()
        async with asyncio.TaskGroup() as group:
            for places in self._lanes():
                group.create_task(self._in_turn(places))
            for result in self._results:
                done = await result
                counts[done.outcome] += 1
                tell(done)
        return Summary(counts)

    def _lanes(self) -> Collection[Sequence[int]]:
        lanes: dict[Hashable, list[int]] = {}
        for place, item in enumerate(self._items):
            lanes.setdefault(item.lane, []).append(place)
        return lanes.values()

    async def _in_turn(self, places: Sequence[int]) -> None:
        for place in places:
            async with self._limit:
                result = await self._one(self._items[place])
            self._note(result.outcome)
            self._results[place].set_result(result)

    def _note(self, outcome: Outcome) -> None:
        if outcome is not Outcome.NOT_TRIED:
            self._unanswered = self._unanswered + 1 if outcome is Outcome.UNREACHABLE else 0

    async def _one(self, item: Listed) -> Result:
        if self._unanswered >= self._at_once:
            return Result(item.names, item.title, Outcome.NOT_TRIED, _STOPPED)
        try:
            with explained():
                return await self._work(item)
        except Failure as failure:
            return failed(item, failure)


def _one_line(text: str) -> str:
    return " ".join(text.split())
