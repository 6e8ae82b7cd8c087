"""What the growth benchmark asks of its projects, and how it judges what came of it."""

import asyncio
from dataclasses import replace

import pytest

from benchmarks.growth import outcome, run
from benchmarks.growth.__main__ import MOST_SIZES
from benchmarks.growth.course import GATES, Standing, application, approval, vote
from benchmarks.growth.population import Filed
from benchmarks.growth.probes import Measured, Recovery, Worklist
from benchmarks.measuring import Latency
from benchmarks.tables import Report
from models.review import Verdict


def measured(size: int, p50: float = 20.0, memory: int = 1, recovery: Recovery | None = None) -> Measured:
    latency, listed = Latency(p50, 2 * p50, 10), Worklist(1.0, size)
    return Measured(
        size,
        Filed(size, 10.0),
        latency,
        latency,
        latency,
        listed,
        listed,
        memory,
        memory,
        30.0,
        recovery or Recovery(1.0, 2.0, 4.0, size),
    )


def test_votes_leave_the_review_open_until_nobody_is_left_but_the_one_who_decides() -> None:
    standing, given = Standing(), []
    for _ in range(2 * len(GATES[0].officers)):
        decision, standing = vote("JY-2026-00001", standing)
        given.append((decision.officer, decision.verdict, decision.review_id))
    admission, forwarding = (f"JY-2026-00001/{gate.place}/r1" for gate in GATES[:2])
    assert given == [
        ("bureau.two", Verdict.ABSTAIN, admission),
        ("bureau.one", Verdict.APPROVE, admission),
        ("bureau.two", Verdict.ABSTAIN, forwarding),
        ("bureau.one", Verdict.APPROVE, forwarding),
    ]
    assert standing == Standing(gate=2, decisions=4)


def test_an_approval_leads_to_the_next_gate_whoever_abstained_before() -> None:
    _, standing = vote("JY-2026-00001", Standing())
    decision, after = approval("JY-2026-00001", standing)
    assert decision.verdict is Verdict.APPROVE and after == Standing(gate=1, decisions=2)
    assert decision.decision_id == "JY-2026-00001.1", "no id is used twice"


def test_every_project_is_an_application_of_its_own() -> None:
    assert application("JY-2026-00007").code == "JY-2026-00007"


def test_the_tables_hold_each_size_against_the_smallest_and_memory_against_a_full_worker() -> None:
    mib = 1024 * 1024
    sizes = measured(100, 20.0, 200 * mib), measured(1_000, 30.0, 500 * mib), measured(10_000, 20.0, 510 * mib)
    deciding, _, holding, recovering = outcome.of_sizes(sizes, idle=100 * mib)
    assert [(row.what, row.verdict) for row in deciding.rows] == [
        ("100 open, p50", ""),
        ("100 open, p99", ""),
        ("1,000 open, p50", "missed"),
        ("1,000 open, p99", "missed"),
        ("10,000 open, p50", "met"),
        ("10,000 open, p99", "met"),
    ]
    assert [row.verdict for row in holding.rows] == ["", "", "met"], "a worker that fills up is not judged"
    assert holding.rows[0].cells[1] == 1024, "KB a project beyond what an idle worker takes"
    assert [row.reason for row in recovering.rows] == ["", "", ""]


def test_a_size_that_was_cut_off_before_its_recovery_keeps_its_other_figures() -> None:
    *_, recovering = outcome.of_sizes([replace(measured(100), recovery=None)], idle=0)
    assert [row.reason for row in recovering.rows] == ["not measured: the time was up"]


def test_of_the_next_size_as_much_is_filed_as_the_pace_until_then_leaves_time_for() -> None:
    # 10 filed a second, 25 votes a second; 80 s for the questions and until votes come.
    before = replace(measured(1_000, recovery=Recovery(5.0, 10.0, 30.0, 1_000)), filed=Filed(900, 90.0))
    reached, seconds = run.plan(10_000, 80 + 900 + 500, before)
    assert (reached, seconds) == (10_000, 1_000), "what the votes will not need"
    reached, seconds = run.plan(10_000, 80 + 450 + 221, before)
    assert 5_500 <= reached < 5_510 and 450 <= seconds < 452, "both paces are counted"
    assert run.plan(10_000, 60, before)[0] < run.least(10_000, 1_000), "nothing is begun that cannot be measured"
    assert run.plan(10_000, -60, before)[0] == 0
    reached, seconds = run.plan(100, 200.0, None)
    assert reached == 100 and seconds < 200, "nothing is known before the first"


def test_a_number_is_measured_that_is_asked_for_or_tells_more_than_the_one_before() -> None:
    assert [run.least(100, 0), run.least(1_000, 100), run.least(150, 100)] == [1, 200, 150]


async def test_when_the_time_is_up_it_is_told_and_what_was_measured_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "GRACE_SECONDS", 0.0)
    report = Report("try")
    async with run._attempt(report, "sizes", deadline=0.0):
        try:
            await asyncio.Event().wait()
        finally:
            report.add(*outcome.of_sizes([measured(100)], idle=0))
    assert report.failures == ["sizes: cut off, the time was up"] and len(report.tables) == 4


def test_a_project_has_gates_for_a_vote_at_each_size_whatever_was_decided_between() -> None:
    _, standing = approval("JY-2026-00001", Standing())
    for _ in range(MOST_SIZES - 1):
        _, standing = vote("JY-2026-00001", standing)
    assert standing.gate < len(GATES), "the next size waits for the review that is open then"
