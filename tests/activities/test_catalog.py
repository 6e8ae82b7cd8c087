"""The catalog activity against the real service on a loopback port, and the sorting of outside errors."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
import uvicorn
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.catalog import HttpCatalog
from activities.errors import ACCESS_REFUSED, RECORD_REFUSED, REQUEST_REFUSED, raise_for, sorted_record_errors
from models.application import Collection
from models.base import Text
from models.catalog import (
    CHANGE_REFUSED,
    CatalogChange,
    CatalogEntry,
    CatalogEntryQuestion,
    CatalogSubject,
    CatalogVerb,
)
from models.effects import CatalogFacts, CatalogQuestion
from models.rates import RateCount, RateDefinition, RateQuestion
from services.access.tokens import Open, Tokens
from services.catalog.app import create_app
from services.catalog.tables import TOKENS

QUESTION = CatalogQuestion(
    project="JY-2026-0001",
    unit="U-1",
    capabilities=("PRA",),
    collects=(Collection(resource="人口信息", fields=("姓名",)),),
    collection_similarity=85,
    usage=True,
)


POPULATION: dict[str, Any] = {
    "name": "人口信息",
    "provider_code": "GAJ",
    "provider_name": "市公安局",
    "fields": ["姓名"],
    "sharing": "有条件共享",
}
ENTRY = CatalogEntryQuestion(subject=CatalogSubject.RESOURCE, entry="R-1")
MOUNT_RATE = RateQuestion(
    definitions=(
        RateDefinition(
            id="mount",
            title=Text(zh="目录挂载率", en="mount rate"),
            numerator=RateCount.MOUNTED,
            denominator=RateCount.REGISTERED,
        ),
    ),
    until=date(2024, 12, 31),
)


@dataclass
class Service:
    """The catalog service, running in this process on a port of its own."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=20)


class _Announcing(uvicorn.Server):
    """Says when it listens, so that nobody has to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(f"sqlite:///{tmp_path}/catalog.db", Open())
    server = _Announcing(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert server.listens.wait(20)
    running = Service(f"http://127.0.0.1:{listener.getsockname()[1]}", server, thread)
    yield running
    running.stop()
    listener.close()


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=10) as client:
        yield client


async def facts(client: httpx.AsyncClient, question: CatalogQuestion = QUESTION) -> CatalogFacts:
    return await ActivityEnvironment().run(HttpCatalog(client).facts, question)


async def test_the_activity_brings_back_what_the_catalog_holds(client: httpx.AsyncClient) -> None:
    resource = {
        "id": "R-1",
        "name": "人口信息",
        "provider_code": "GAJ",
        "provider_name": "市公安局",
        "fields": ["姓名"],
        "sharing": "有条件共享",
        "state": "published",
    }
    capability = {"name": "RPA", "category": "AI中台", "operator": "大数据公司", "aliases": ["PRA"]}
    seeded = await client.post("/seed", json={"resources": [resource], "capabilities": [capability]})
    assert seeded.status_code == 200
    found = await facts(client)
    assert [(c.asked, c.name, c.state) for c in found.capabilities] == [("PRA", "RPA", "active")]
    assert [(m.resource_id, m.field, m.score) for m in found.resources] == [("R-1", "姓名", 100)]


async def test_a_question_that_the_service_refuses_is_not_asked_again(client: httpx.AsyncClient) -> None:
    refused = QUESTION.model_copy(update={"collection_similarity": 101.0})
    with pytest.raises(ApplicationError, match="collection_similarity") as raised:
        await facts(client, refused)
    assert raised.value.non_retryable
    assert raised.value.type == REQUEST_REFUSED


async def test_a_service_that_is_down_is_asked_again(service: Service, client: httpx.AsyncClient) -> None:
    service.stop()
    with pytest.raises(httpx.TransportError):
        await facts(client)


async def test_a_service_whose_database_is_down_is_asked_again(
    service: Service, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/catalog.db")
    with engine.connect() as other:
        other.exec_driver_sql("ALTER TABLE revision RENAME TO elsewhere")
    engine.dispose()
    with pytest.raises(httpx.HTTPStatusError, match="503"):
        await facts(client)


def told(verb: CatalogVerb, key: str = "", **data: Any) -> CatalogChange:
    at = datetime(2024, 3, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    return CatalogChange(key=key or verb, subject=CatalogSubject.RESOURCE, entry="R-1", verb=verb, at=at, data=data)


async def change(client: httpx.AsyncClient, *changes: CatalogChange) -> CatalogEntry:
    catalog = HttpCatalog(client)
    return [await ActivityEnvironment().run(catalog.change, one) for one in changes][-1]


async def test_a_change_is_told_and_the_entry_and_the_rates_follow_it(client: httpx.AsyncClient) -> None:
    catalog = HttpCatalog(client)
    assert not (await ActivityEnvironment().run(catalog.entry, ENTRY)).is_known
    verbs = (CatalogVerb.SUBMIT, CatalogVerb.REVIEW, CatalogVerb.PUBLISH, CatalogVerb.MOUNT)
    mounted = await change(client, told(CatalogVerb.COMPILE, **POPULATION), *map(told, verbs))
    assert (mounted.state, mounted.is_mounted, mounted.keeper) == ("mounted", True, "市公安局")
    assert await ActivityEnvironment().run(catalog.entry, ENTRY) == mounted
    rates = (await ActivityEnvironment().run(catalog.rates, MOUNT_RATE)).rates
    assert [(r.id, r.numerator, r.denominator, r.value, r.reached.ids) for r in rates] == [
        ("mount", 1, 1, Decimal(1), ("R-1",))
    ]


async def test_a_change_whose_answer_was_lost_is_told_again_and_is_one_change(client: httpx.AsyncClient) -> None:
    compiling = told(CatalogVerb.COMPILE, **POPULATION)
    first = await change(client, compiling)
    assert await change(client, told(CatalogVerb.SUBMIT), compiling) == first
    assert len((await client.get("/resources/R-1/changes")).json()) == 2


async def test_a_change_that_the_state_forbids_is_final_and_says_what_may_happen(client: httpx.AsyncClient) -> None:
    await change(client, told(CatalogVerb.COMPILE, **POPULATION))
    with pytest.raises(ApplicationError, match="当前状态为 registered，只能：compile、submit") as raised:
        await change(client, told(CatalogVerb.PUBLISH))
    assert (raised.value.non_retryable, raised.value.type) == (True, CHANGE_REFUSED)


async def test_a_key_that_is_taken_is_final(client: httpx.AsyncClient) -> None:
    with pytest.raises(ApplicationError, match="key（K）：该标识已登记") as raised:
        await change(client, told(CatalogVerb.COMPILE, "K", **POPULATION), told(CatalogVerb.SUBMIT, "K"))
    assert (raised.value.non_retryable, raised.value.type) == (True, CHANGE_REFUSED)


async def test_each_fault_of_a_change_is_told_with_its_field(client: httpx.AsyncClient) -> None:
    with pytest.raises(ApplicationError, match=r"data\.sharing（随便）：.*；data\.colour（red）：") as raised:
        await change(client, told(CatalogVerb.COMPILE, **{**POPULATION, "sharing": "随便", "colour": "red"}))
    assert raised.value.type == CHANGE_REFUSED


@pytest.mark.parametrize("body", ["taken", "[]", '{"detail": "taken"}', '{"detail": [{"reason": "taken"}]}'])
async def test_a_refusal_of_another_catalog_is_told_in_its_own_words(body: str) -> None:
    elsewhere = httpx.MockTransport(lambda _: httpx.Response(409, text=body))
    async with httpx.AsyncClient(base_url="http://catalog", transport=elsewhere) as client:
        with pytest.raises(ApplicationError) as raised:
            await change(client, told(CatalogVerb.SUBMIT))
    assert (raised.value.message, raised.value.type) == (body, CHANGE_REFUSED)


async def test_changes_entries_and_rates_wait_for_a_service_that_is_down(
    service: Service, client: httpx.AsyncClient
) -> None:
    service.stop()
    catalog = HttpCatalog(client)
    asked: tuple[tuple[Any, Any], ...] = (
        (catalog.change, told(CatalogVerb.SUBMIT)),
        (catalog.entry, ENTRY),
        (catalog.rates, MOUNT_RATE),
    )
    for activity, argument in asked:
        with pytest.raises(httpx.TransportError):
            await ActivityEnvironment().run(activity, argument)


@pytest.mark.parametrize(
    ("scopes", "status", "says"), [((), 401, "wants a token"), (("facts:read",), 403, "changes:write")]
)
async def test_a_worker_whose_token_is_missing_or_for_less_says_what_to_configure_and_asks_again(
    tmp_path: Path, scopes: tuple[str, ...], status: int, says: str
) -> None:
    app = create_app(f"sqlite:///{tmp_path}/catalog.db")
    async with app.router.lifespan_context(app):
        engine = create_engine(f"sqlite:///{tmp_path}/catalog.db")
        headers = {"Authorization": f"Bearer {Tokens(engine, TOKENS).create('w', scopes, 1)}"} if scopes else {}
        engine.dispose()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog", headers=headers) as client:
            with pytest.raises(ApplicationError, match=rf"{status}, .*{says}") as raised:
                await change(client, told(CatalogVerb.SUBMIT))
    assert "TONGCHOU_CATALOG_TOKEN_FILE" in str(raised.value)
    assert (raised.value.non_retryable, raised.value.type) == (False, ACCESS_REFUSED)


def answer(status: int, body: str = "") -> httpx.Response:
    return httpx.Response(status, text=body, request=httpx.Request("POST", "http://service/things"))


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_no_error(status: int) -> None:
    raise_for(answer(status), token="TONGCHOU_X", unknown={status: "Named"})


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 502, 503, 504])
def test_what_time_mends_is_retried_even_if_the_caller_has_a_name_for_it(status: int) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        raise_for(answer(status), token="TONGCHOU_X", unknown={status: "Named"})


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_is_mended_by_an_operator_and_so_is_never_final(status: int) -> None:
    with pytest.raises(ApplicationError, match="let TONGCHOU_X name a file with a valid one, and restart") as raised:
        raise_for(answer(status), token="TONGCHOU_X", unknown={status: "Named"})
    assert (raised.value.non_retryable, raised.value.type) == (False, ACCESS_REFUSED)


@pytest.mark.parametrize("status", [400, 404, 405, 409, 413, 415, 422])
def test_a_refusal_is_final_and_says_who_refused_what(status: int) -> None:
    with pytest.raises(ApplicationError, match=f"POST /things: {status} the reason") as raised:
        raise_for(answer(status, "the reason"), token="TONGCHOU_X")
    assert (raised.value.non_retryable, raised.value.type) == (True, REQUEST_REFUSED)


def test_a_refusal_has_the_type_that_the_caller_knows_it_by() -> None:
    with pytest.raises(ApplicationError) as raised:
        raise_for(answer(404), token="TONGCHOU_X", unknown={404: "UnknownRecipient"})
    assert (raised.value.non_retryable, raised.value.type) == (True, "UnknownRecipient")


def test_a_record_that_the_database_refuses_is_final_and_shows_no_values() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE officer (name TEXT UNIQUE)")
        connection.exec_driver_sql("INSERT INTO officer VALUES ('张三')")
        with pytest.raises(ApplicationError, match=r"UNIQUE .*: officer\.name") as raised, sorted_record_errors():
            connection.exec_driver_sql("INSERT INTO officer VALUES ('张三')")
    engine.dispose()
    assert (raised.value.non_retryable, raised.value.type) == (True, RECORD_REFUSED)
    assert raised.value.__cause__ is None
    assert "张三" not in str(raised.value)


def test_a_database_in_trouble_stays_what_it_is() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(OperationalError), sorted_record_errors():
        connection.exec_driver_sql("SELECT * FROM absent")
    engine.dispose()
    with pytest.raises(ProgrammingError), sorted_record_errors():
        raise ProgrammingError("SELECT", {}, Exception("relation does not exist"))
