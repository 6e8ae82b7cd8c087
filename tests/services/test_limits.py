"""What one request may hand in: the same rule for both services, each in its own words."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from models.base import MAX_FAULTS
from models.limits import CATALOG_BODY_BYTES, DEPTH, NOTICE_BODY_BYTES
from services.access.tokens import Open
from services.catalog.app import create_app as catalog_app
from services.notification.app import create_app as notification_app
from tests.services.notification.running import settings_in

JSON = {"content-type": "application/json"}
LIMITS = {"catalog": ("/facts", CATALOG_BODY_BYTES), "notification": ("/messages", NOTICE_BODY_BYTES)}


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    apps = {
        "catalog": catalog_app(f"sqlite:///{tmp_path}/catalog.db", Open()),
        "notification": notification_app(settings_in(tmp_path), Open()),
    }
    async with AsyncExitStack() as stack:
        found = {}
        for name, app in apps.items():
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{name}")
            found[name] = await stack.enter_async_context(client)
        yield found


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]


@pytest.mark.parametrize("service", LIMITS)
async def test_a_body_over_the_limit_is_refused_with_and_without_its_length(
    clients: dict[str, httpx.AsyncClient], service: str
) -> None:
    path, limit = LIMITS[service]
    too_much = b" " * (limit + 1)
    for content in (too_much, _in_pieces(too_much)):
        answer = await clients[service].post(path, content=content, headers=JSON)
        assert answer.status_code == 413
        assert str(limit) in answer.text and "body" in answer.text and len(answer.text) < 500


@pytest.mark.parametrize("service", LIMITS)
@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), f"more than {DEPTH} levels"),
        (b'{"\\"[":' * (DEPTH + 1) + b"1" + b"}" * (DEPTH + 1), f"more than {DEPTH} levels"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, f"more than {DEPTH} levels"),
        (b'"[[[[' + b"[" * 100_000, "JSON decode error"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b'{"a": "\xff"}', "UTF-8"),
    ],
)
async def test_a_body_that_nobody_reads_is_refused_with_its_rule(
    clients: dict[str, httpx.AsyncClient], service: str, body: bytes, rule: str
) -> None:
    answer = await clients[service].post(LIMITS[service][0], content=body, headers=JSON)
    assert answer.status_code == 422
    assert rule in answer.text and answer.json()["detail"]


@pytest.mark.parametrize("service", LIMITS)
async def test_brackets_in_a_text_are_no_levels(clients: dict[str, httpx.AsyncClient], service: str) -> None:
    body = json.dumps({"text": '\\"[{' * 5000}).encode()
    answer = await clients[service].post(LIMITS[service][0], content=body, headers=JSON)
    assert answer.status_code == 422 and "levels" not in answer.text


@pytest.mark.parametrize("service", LIMITS)
async def test_a_text_that_nobody_closes_is_read_once(clients: dict[str, httpx.AsyncClient], service: str) -> None:
    body, began = b"[]" * DEPTH + b'["' + b'\\"' * 10_000, time.monotonic()
    answer = await clients[service].post(LIMITS[service][0], content=body, headers=JSON)
    assert answer.status_code == 422 and time.monotonic() - began < 2


@pytest.mark.parametrize("service", LIMITS)
async def test_a_refusal_is_short_however_many_faults_there_are(
    clients: dict[str, httpx.AsyncClient], service: str
) -> None:
    body = {f"k{n}" + "x" * 500: "v" * 500 for n in range(500)}
    answer = await clients[service].post("/calls" if service == "catalog" else "/receipts", json=body)
    assert answer.status_code == 422 and len(answer.text) < MAX_FAULTS * 800
    assert "further faults" in answer.text


@pytest.mark.parametrize("service", LIMITS)
async def test_a_path_that_leads_nowhere_is_refused_like_anything_else(
    clients: dict[str, httpx.AsyncClient], service: str
) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", LIMITS[service][0], 405)):
        answer = await clients[service].request(method, path)
        assert answer.status_code == status
        detail = answer.json()["detail"]
        assert (detail[0].keys() == {"field", "value", "rule"}) if service == "catalog" else answer.json()["type"]


async def test_a_category_with_a_control_character_is_refused(clients: dict[str, httpx.AsyncClient]) -> None:
    answer = await clients["catalog"].get("/items", params={"category": "视频\x1b"})
    assert answer.status_code == 422 and answer.json()["detail"][0]["field"] == "category"
