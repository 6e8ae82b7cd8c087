"""What the growth benchmark asks of its projects, and how it judges what came of it."""

from benchmarks.growth import outcome
from benchmarks.growth.course import GATES, Standing, application, approval, vote
from benchmarks.growth.population import Filed
from benchmarks.growth.probes import Measured, Recovery, Worklist
from benchmarks.measuring import Latency
from models.review import Verdict


def measured(size: int, p50: float, memory: int) -> Measured:
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
        Recovery(1.0, 2.0, 4.0, size),
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
