"""Bad input is refused with field, value and rule, changes nothing, and never answers 500."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from models.limits import CATALOG_BODY_BYTES
from services.access.tokens import Open
from services.catalog.app import create_app

RESOURCE: dict[str, Any] = {
    "id": "R-1",
    "name": "人口信息",
    "provider_code": "GAJ",
    "provider_name": "市公安局",
    "fields": ["姓名"],
    "sharing": "有条件共享",
}
CALL = {"call_id": "C-1", "project": "P-1", "capability": "RPA", "count": 1}
QUESTION: dict[str, Any] = {"project": "P-1", "unit": "U-1"}
SPAN = {"resource": "人口", "fields": ["姓名"]}
ITEMS = {"feature": "视频", "category": "video", "items": ["摄像机"], "similarity": 90}

FAULTS: list[tuple[str, Any, str]] = [
    ("/resources", {**RESOURCE, "id": "人口/1"}, "id"),
    ("/resources", {**RESOURCE, "name": " "}, "name"),
    ("/resources", {**RESOURCE, "name": "——"}, "name"),
    ("/resources", {**RESOURCE, "name": "人口\x00信息"}, "name"),
    ("/resources", {**RESOURCE, "name": "人" * 201}, "name"),
    ("/resources", {**RESOURCE, "fields": []}, "fields"),
    ("/resources", {**RESOURCE, "fields": ["姓名", "姓 名"]}, "fields"),
    ("/resources", {**RESOURCE, "fields": ["字段"] * 501}, "fields"),
    ("/resources", {**RESOURCE, "sharing": "随便共享"}, "sharing"),
    ("/resources", {**RESOURCE, "colour": "red"}, "colour"),
    ("/resources", {k: v for k, v in RESOURCE.items() if k != "provider_code"}, "provider_code"),
    ("/resources/R%001/steps", {"to": "submitted"}, "resource_id"),
    ("/resources/R-1/steps", {"to": "gone"}, "to"),
    ("/capabilities", {"name": "RPA", "category": "AI中台", "operator": ""}, "operator"),
    (
        "/capabilities",
        {"name": "RPA", "category": "AI中台", "operator": "甲", "specification": "\x07"},
        "specification",
    ),
    ("/items", {"category": "video", "name": "摄像机"}, "owner"),
    ("/calls", {**CALL, "count": 0}, "count"),
    ("/calls", {**CALL, "count": 10**30}, "count"),
    ("/residents", {"project": "P 1", "capability": "RPA"}, "project"),
    ("/seed", {"capabilities": {}}, "capabilities"),
    ("/facts", {**QUESTION, "project": "P\x001"}, "project"),
    ("/facts", {**QUESTION, "collection_similarity": 101}, "collection_similarity"),
    ("/facts", {**QUESTION, "items": [{**ITEMS, "similarity": -1}]}, "items.0.similarity"),
    ("/facts", {**QUESTION, "capabilities": ["能力"] * 201}, "capabilities"),
    ("/facts", {**QUESTION, "collects": [{**SPAN, "fields": ["姓名"] * 200}] * 11}, "collects, items"),
    ("/facts", [], "body"),
]


@pytest.mark.parametrize(("path", "body", "field"), FAULTS)
async def test_a_fault_is_answered_with_its_field_its_value_and_the_rule(
    catalog: httpx.AsyncClient, path: str, body: Any, field: str
) -> None:
    response = await catalog.post(path, json=body)
    assert response.status_code == 422, response.text
    fault = response.json()["detail"][0]
    assert fault["field"] == field
    assert fault["rule"] and len(fault["value"]) <= 80
    assert (await catalog.get("/readyz")).json() == {"status": "ready", "version": "0"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"project": "\\ud800", "unit": "U"}',
        b'{"project": "P-1", "unit": "U", "collection_similarity": NaN}',
        b'{"project": "P-1", "unit": "U", "collection_similarity": 1e999}',
        b'{"project": "P-1", "unit": "U", "capabilities": ["\\u0000", "%", "_", "\'; DROP TABLE capability; --", 1]}',
    ],
)
async def test_a_body_that_is_no_question_is_refused(catalog: httpx.AsyncClient, content: bytes) -> None:
    response = await catalog.post("/facts", content=content, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422), response.text


async def test_characters_that_mean_something_to_a_database_are_names_like_any_other(
    catalog: httpx.AsyncClient,
) -> None:
    strange = ["'; DROP TABLE capability; --", "%", "_", "\x00姓名", "𠮷野家"]
    body = {
        **QUESTION,
        "capabilities": strange,
        "collects": [{"resource": s, "fields": strange} for s in strange],
        "collection_similarity": 0,
        "items": [{**ITEMS, "category": s, "items": strange} for s in strange],
    }
    response = await catalog.post("/facts", json=body)
    assert response.status_code == 200, response.text
    assert [c["state"] for c in response.json()["capabilities"]] == ["unknown"] * 5


async def test_a_body_over_the_limit_is_refused_however_it_arrives(catalog: httpx.AsyncClient) -> None:
    too_much = b" " * (CATALOG_BODY_BYTES + 1)

    async def in_pieces() -> Any:
        for start in range(0, len(too_much), 65536):
            yield too_much[start : start + 65536]

    for content in (too_much, in_pieces()):
        response = await catalog.post("/seed", content=content)
        assert response.status_code == 413
        assert response.json()["detail"][0]["field"] == "body"


async def test_a_database_that_is_gone_is_told_as_trouble_that_passes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    app = create_app(url, Open())
    async with app.router.lifespan_context(app):
        engine = create_engine(url)
        with engine.connect() as other:
            other.exec_driver_sql("ALTER TABLE revision RENAME TO elsewhere")
        engine.dispose()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            response = await client.post("/facts", json=QUESTION)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


async def test_a_seed_with_one_fault_sows_nothing(catalog: httpx.AsyncClient) -> None:
    rpa = {"name": "RPA", "category": "AI中台", "operator": "甲", "aliases": ["PRA"]}
    other = {"name": "流程机器人", "category": "AI中台", "operator": "乙", "aliases": ["PRA"]}
    refused = await catalog.post("/seed", json={"capabilities": [rpa, other]})
    assert refused.status_code == 409
    assert (await catalog.get("/capabilities")).json() == []
    assert (await catalog.get("/readyz")).json()["version"] == "0"


async def test_the_interface_describes_itself(catalog: httpx.AsyncClient) -> None:
    description = (await catalog.get("/openapi.json")).json()
    assert {"/facts", "/capabilities", "/resources/{resource_id}/steps", "/seed", "/healthz"} <= description[
        "paths"
    ].keys()
