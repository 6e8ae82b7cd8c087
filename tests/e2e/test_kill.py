"""Kill any process at any moment: no decision is lost, no record and no letter doubled (ARCHITECTURE.md, invariant 6)."""

import asyncio
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

import httpx
import pytest
import pytest_asyncio
import yaml
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from models.effects import EntryKind, LedgerEntry
from models.plan import StageName
from models.review import Decision, Verdict
from records import database, ledger, register
from runtime.connect import connect
from runtime.settings import Settings
from simulation.environment import Environment
from simulation.histories import every_run, replay
from simulation.office import Office
from starter.ports import Ports
from starter.stack import Stack, embedded
from tests.workflows.installation import ROOT, application, material

BUREAU = "jy-data-bureau"
COMMITTEE = ("zhou.lan", "shen.jing", "ma.chao")
PATIENCE_SECONDS = 60.0

_numbers = count(1)


class Installation:
    """The embedded stack, whose processes can be killed and started again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.database = stack.endpoints.data_dir / "tongchou.db"

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.stack.endpoints.pids[name], how)

    async def start_again(self, name: str) -> None:
        await self.stack.restart(name)

    @asynccontextmanager
    async def standing(self, name: str) -> AsyncIterator[None]:
        """The process takes requests and answers none meanwhile."""
        self.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.kill(name, signal.SIGCONT)

    @contextmanager
    def locked_ledger(self) -> Iterator[None]:
        connection = sqlite3.connect(self.database, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    async def office(self, code: str) -> Office:
        """Whoever acts on the project, over a connection of their own."""
        client = await connect(self.stack.endpoints.temporal, namespace=self.stack.endpoints.namespace)
        return Office(Environment(client, Settings(), WorkflowEnvironment.from_client(client)), code)

    def entries(self, code: str, *kinds: EntryKind) -> list[LedgerEntry]:
        engine = database.connect(f"sqlite:///{self.database}")
        try:
            return [recorded.entry for recorded in ledger.entries(engine, code, kinds or None)]
        finally:
            engine.dispose()

    async def letters(self, code: str) -> Counter[str]:
        """How often each notice of the project lies in an in-box."""
        async with httpx.AsyncClient(base_url=self.stack.endpoints.notification, trust_env=False) as http:
            answer = await http.get(f"/projects/{code}/messages")
        answer.raise_for_status()
        return Counter(notice["notice_id"] for notice in answer.json() for _ in notice["messages"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with embedded(tmp_path_factory.mktemp("stack"), Ports.any_free()) as stack:
        built = Installation(stack)
        engine = database.connect(f"sqlite:///{built.database}")
        register.import_register(engine, ROOT / "examples/jiangyin/register.yaml")
        engine.dispose()
        async with httpx.AsyncClient(base_url=stack.endpoints.catalog, trust_env=False) as catalog:
            for seed in ("services/catalog/seeds/jiangyin.yaml", "examples/jiangyin/catalog.yaml"):
                answer = await catalog.post("/seed", json=yaml.safe_load((ROOT / seed).read_text("utf-8")))
                answer.raise_for_status()
        yield built


@pytest_asyncio.fixture(loop_scope="session")
async def office(installation: Installation) -> AsyncIterator[Office]:
    """A project that was just filed. In the end nothing of it is doubled, and every run of it replays."""
    built = await installation.office(f"JY-2026-{next(_numbers):04}")
    await built.file(application(built.code, "corrected.yaml"), (material("project_plan"),))
    yield built
    entries = Counter(entry.entry_id for entry in installation.entries(built.code))
    assert [entry for entry, times in entries.items() if times > 1] == []
    letters = await installation.letters(built.code)
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


def decision(review_id: str, officer: str = "chen.hao", organ: str = BUREAU) -> Decision:
    return Decision(
        decision_id=f"{officer}-{review_id.rpartition('/')[0].rpartition('/')[2]}",
        review_id=review_id,
        organ=organ,
        officer=officer,
        verdict=Verdict.APPROVE,
    )


async def test_a_decision_that_is_sent_while_no_worker_lives_counts_when_one_comes(
    installation: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    installation.kill("worker")
    await office.project.signal("decide", decision(review))
    await office.project.signal("decide", decision(review))
    await installation.start_again("worker")
    await reviewed(office, "forwarding")
    (counted,) = installation.entries(office.code, EntryKind.DECISION_COUNTED)
    assert (counted.officer, counted.gate) == ("chen.hao", "admission")
    assert len(installation.entries(office.code, EntryKind.GATE_CLOSED)) == 1


async def test_a_decision_that_is_being_recorded_when_the_worker_dies_counts_once(
    installation: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    with installation.locked_ledger():
        deciding = asyncio.create_task(office.decide("admission", BUREAU, "chen.hao", review_id=review))
        await asyncio.sleep(1.5)
        installation.kill("worker")
    await installation.start_again("worker")
    receipt = await asyncio.wait_for(deciding, PATIENCE_SECONDS)
    await reviewed(office, "forwarding")
    counted = installation.entries(office.code, EntryKind.DECISION_COUNTED)
    assert [entry.detail["verdict"] for entry in counted] == [receipt.verdict]


async def test_a_worker_that_dies_while_the_catalog_answers_asks_again_and_opens_one_review(
    installation: Installation, office: Office
) -> None:
    await office.decide("admission", BUREAU, "chen.hao", review_id=await reviewed(office, "admission"))
    async with installation.standing("catalog"):
        await office.decide("forwarding", BUREAU, "lin.yue", review_id=await reviewed(office, "forwarding"))
        await office.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION, "the next stage")
        await asyncio.sleep(1)
        installation.kill("worker")
    await installation.start_again("worker")
    review = await reviewed(office, "committee")
    for member in COMMITTEE:
        await office.decide("committee", "jy-base-committee", member, review_id=review)
    await reviewed(office, "opinion")
    opened = installation.entries(office.code, EntryKind.REVIEW_OPENED)
    assert [entry.gate for entry in opened] == ["admission", "forwarding", "committee", "opinion"]
    assert len(installation.entries(office.code, EntryKind.DECISION_COUNTED)) == 2 + len(COMMITTEE)


async def test_a_temporal_server_that_dies_and_comes_again_has_lost_nothing(
    installation: Installation, office: Office
) -> None:
    review = await reviewed(office, "admission")
    await office.project.signal("decide", decision(review))
    installation.kill("temporal")
    await installation.start_again("temporal")
    await reviewed(office, "forwarding")
    assert len(installation.entries(office.code, EntryKind.DECISION_COUNTED)) == 1


async def test_services_that_die_in_the_middle_of_a_gate_are_waited_for(
    installation: Installation, office: Office
) -> None:
    await office.decide("admission", BUREAU, "chen.hao", review_id=await reviewed(office, "admission"))
    review = await reviewed(office, "forwarding")
    for service in ("catalog", "notification"):
        installation.kill(service)
    await office.project.signal("decide", decision(review, "lin.yue"))
    for service in ("catalog", "notification"):
        await installation.start_again(service)
    await reviewed(office, "committee")
    assert installation.entries(office.code, EntryKind.NOTICE_FAILED) == []
