"""How figures come to be and are shown: what a reader of the tables relies on."""

import asyncio
import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.measuring import Latency, Spread, at_once, in_turn, percentile, shown, used
from benchmarks.tables import Report, Row, Table, Target


def test_a_percentile_lies_between_its_neighbours() -> None:
    values = [4.0, 1.0, 3.0, 2.0]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == pytest.approx([1.0, 2.5, 3.97, 4.0])


def test_of_nothing_there_is_no_figure() -> None:
    for of in (Spread.of, Latency.of):
        with pytest.raises(ValueError, match="nothing was measured"):
            of([])


def test_waits_are_given_in_seconds_and_told_in_milliseconds() -> None:
    assert Latency.of([0.01] * 99 + [1.0]).p50 == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (0.01234, "0.0123"), (1.2345, "1.23"), (12.345, "12.3"), (1234.5, "1,234")]
)
def test_three_digits_are_shown(value: float, written: str) -> None:
    assert shown(value) == written


async def test_contestants_take_turns_and_every_second_time_in_the_other_order() -> None:
    order: list[str] = []

    async def runs(name: str) -> int:
        order.append(name)
        return len(order)

    found = await in_turn(2, {"ours": lambda: runs("ours"), "floor": lambda: runs("floor")})
    assert order == ["ours", "floor", "floor", "ours"]
    assert found == {"ours": [1, 4], "floor": [2, 3]}


async def test_never_more_than_so_many_are_in_flight() -> None:
    flying, most = 0, 0

    async def call() -> None:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1

    await at_once(2, [call] * 5)
    assert most == 2


def test_what_a_process_has_used_grows() -> None:
    before = used(os.getpid())
    sum(range(200_000))
    assert (used(os.getpid()) - before).cpu_seconds >= 0.0
    assert before.memory_bytes > 1_000_000


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table("latency", ("ours", "floor"), (Row("p50", (1.0,)),))


def test_a_missed_target_is_told_with_its_reason_and_is_no_failure(tmp_path: Path) -> None:
    told = io.StringIO()
    report = Report("try", Console(file=told, width=120))
    missed = Row("p50 ms", (Spread.of([1.0, 2.0]), 1.0), 1.5, Target(1.3), "it carries the plan")
    met = Row("a second", (3.0, 2.0), 1.5, Target(0.8, at_least=True))
    report.add(Table("latency", ("ours", "floor"), (missed, met), figure="ours ÷ floor"))
    assert [row.verdict for row in report.tables[0].rows] == ["missed", "met"]
    assert report.failures == []
    written = json.loads(report.write(tmp_path).read_text("utf-8"))
    assert written["tables"][0]["rows"][0]["verdict"] == "missed"
    assert written["machine"]["cores"]
    assert "it carries the plan" in told.getvalue()
