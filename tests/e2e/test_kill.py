"""Kill any process at any moment: no decision is lost, no record and no letter doubled (ARCHITECTURE.md, invariant 6)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count

import pytest_asyncio
from temporalio.service import RPCError

from models.effects import EntryKind, LedgerEntry
from models.plan import StageName
from models.review import Decision, Verdict
from simulation.histories import every_run, replay
from simulation.office import Office
from tests.faults.installation import Installation
from tests.workflows.installation import application, material

BUREAU = "jy-data-bureau"
COMMITTEE = ("zhou.lan", "shen.jing", "ma.chao")
PATIENCE_SECONDS = 60.0

_numbers = count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def office(house: Installation) -> AsyncIterator[Office]:
    """A project that was just filed. In the end nothing of it is doubled, and every run of it replays."""
    built = house.office(f"JY-2026-{next(_numbers):04}")
    await built.file(application(built.code, "corrected.yaml"), (material("project_plan"),))
    yield built
    entries = Counter(entry.entry_id for entry in house.entries(built.code))
    assert [entry for entry, times in entries.items() if times > 1] == []
    letters = house.letters(built.code)
    assert letters and [letter for letter, times in letters.items() if times > 1] == []
    assert await replay(await every_run(built.environment.client, built.project.id)) == []


async def reviewed(office: Office, gate: str) -> str:
    """The id of the gate's review, however long it takes after a kill."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return (await office.open_review(gate)).review_id
            except RPCError:
                await asyncio.sleep(0.2)


async def recorded(house: Installation, office: Office, kind: EntryKind, count: int) -> list[LedgerEntry]:
    """The entries of that kind, once there are so many: a review lies open a moment before that is on record."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found := house.entries(office.code, kind)) < count:
            await asyncio.sleep(0.1)
    return found


def decision(review_id: str, officer: str = "chen.hao", organ: str = BUREAU) -> Decision:
    return Decision(
        decision_id=f"{officer}-{review_id.rpartition('/')[0].rpartition('/')[2]}",
        review_id=review_id,
        organ=organ,
        officer=officer,
        verdict=Verdict.APPROVE,
    )


async def test_a_decision_that_is_sent_while_no_worker_lives_counts_when_one_comes(
    house: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    house.kill("worker")
    await office.project.signal("decide", decision(review))
    await office.project.signal("decide", decision(review))
    await house.start_again("worker")
    await reviewed(office, "forwarding")
    (counted,) = house.entries(office.code, EntryKind.DECISION_COUNTED)
    assert (counted.officer, counted.gate) == ("chen.hao", "admission")
    assert len(house.entries(office.code, EntryKind.GATE_CLOSED)) == 1


async def test_a_decision_that_is_being_recorded_when_the_worker_dies_counts_once(
    house: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    with house.locked_ledger():
        deciding = asyncio.create_task(office.decide("admission", BUREAU, "chen.hao", review_id=review))
        await asyncio.sleep(1.5)
        house.kill("worker")
    await house.start_again("worker")
    receipt = await asyncio.wait_for(deciding, PATIENCE_SECONDS)
    await reviewed(office, "forwarding")
    counted = house.entries(office.code, EntryKind.DECISION_COUNTED)
    assert [entry.detail["verdict"] for entry in counted] == [receipt.verdict]


async def test_a_worker_that_dies_while_the_catalog_answers_asks_again_and_opens_one_review(
    house: Installation, office: Office
) -> None:
    await office.decide("admission", BUREAU, "chen.hao", review_id=await reviewed(office, "admission"))
    async with house.standing("catalog"):
        await office.decide("forwarding", BUREAU, "lin.yue", review_id=await reviewed(office, "forwarding"))
        await office.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION, "the next stage")
        await asyncio.sleep(1)
        house.kill("worker")
    await house.start_again("worker")
    review = await reviewed(office, "committee")
    for member in COMMITTEE:
        await office.decide("committee", "jy-base-committee", member, review_id=review)
    await reviewed(office, "opinion")
    opened = await recorded(house, office, EntryKind.REVIEW_OPENED, 4)
    assert [entry.gate for entry in opened] == ["admission", "forwarding", "committee", "opinion"]
    assert len(house.entries(office.code, EntryKind.DECISION_COUNTED)) == 2 + len(COMMITTEE)


async def test_a_temporal_server_that_dies_and_comes_again_has_lost_nothing(
    house: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    await office.project.signal("decide", decision(review))
    house.kill("temporal")
    await house.start_again("temporal")
    await reviewed(office, "forwarding")
    assert len(house.entries(office.code, EntryKind.DECISION_COUNTED)) == 1


async def test_services_that_die_in_the_middle_of_a_gate_are_waited_for(house: Installation, office: Office) -> None:
    await office.decide("admission", BUREAU, "chen.hao", review_id=await reviewed(office, "admission"))
    review = await reviewed(office, "forwarding")
    for service in ("catalog", "notification"):
        house.kill(service)
    await office.project.signal("decide", decision(review, "lin.yue"))
    for service in ("catalog", "notification"):
        await house.start_again(service)
    await reviewed(office, "committee")
    assert house.entries(office.code, EntryKind.NOTICE_FAILED) == []
