"""Information resources: compiled once, led through their states in lawful order, found only while on offer."""

from typing import Any

import httpx
import pytest

POPULATION: dict[str, Any] = {
    "id": "R-001",
    "name": "人口基础信息",
    "provider_code": "GAJ",
    "provider_name": "市公安局",
    "fields": ["姓名", "性别", "公民身份号码"],
    "sharing": "有条件共享",
    "project": "JY-2020-0001",
}
ASKED = {
    "project": "JY-2026-0001",
    "unit": "U-1",
    "collects": [{"resource": "人口基础信息", "fields": ["姓名"]}],
    "collection_similarity": 85,
}
TO_PUBLISHED = ("submitted", "reviewed", "published")


async def step(catalog: httpx.AsyncClient, to: str, **content: object) -> httpx.Response:
    return await catalog.post("/resources/R-001/steps", json={"to": to, **content})


async def lead(catalog: httpx.AsyncClient, *states: str) -> None:
    for state in states:
        response = await step(catalog, state)
        assert (response.status_code, response.json().get("state")) == (200, state), response.text


async def found(catalog: httpx.AsyncClient, **question: object) -> list[str]:
    response = await catalog.post("/facts", json={**ASKED, **question})
    assert response.status_code == 200, response.text
    return [match["field"] for match in response.json()["resources"]]


async def version(catalog: httpx.AsyncClient) -> str:
    return str((await catalog.get("/readyz")).json()["version"])


async def test_a_resource_goes_from_registration_to_retirement(catalog: httpx.AsyncClient) -> None:
    registered = await catalog.post("/resources", json=POPULATION)
    assert (registered.status_code, registered.json()) == (201, {**POPULATION, "state": "registered"})
    await lead(catalog, *TO_PUBLISHED, "mounted", "updated", "retired")
    assert (await catalog.get("/resources/R-001")).json()["state"] == "retired"


async def test_a_resource_is_found_only_while_it_is_on_offer(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, "submitted", "reviewed")
    assert await found(catalog) == []
    for state in ("published", "mounted", "updated"):
        await lead(catalog, state)
        assert await found(catalog) == ["姓名"], state
    await lead(catalog, "retired")
    assert await found(catalog) == []


async def test_the_same_registration_again_is_a_repeat_and_another_under_its_id_a_conflict(
    catalog: httpx.AsyncClient,
) -> None:
    await catalog.post("/resources", json=POPULATION)
    before = await version(catalog)
    assert (await catalog.post("/resources", json=POPULATION)).status_code == 200
    other = await catalog.post("/resources", json={**POPULATION, "name": "别的信息"})
    assert (other.status_code, other.json()["detail"][0]["field"]) == (409, "id")
    assert await version(catalog) == before
    assert (await catalog.get("/resources/R-001")).json()["name"] == "人口基础信息"


@pytest.mark.parametrize(
    ("led", "to", "may"),
    [
        ((), "published", "submitted"),
        (("submitted",), "mounted", "reviewed、registered"),
        (TO_PUBLISHED, "updated", "mounted、retired"),
        ((*TO_PUBLISHED, "mounted"), "published", "updated、retired"),
    ],
)
async def test_a_forbidden_step_is_refused_with_state_and_rule_and_changes_nothing(
    catalog: httpx.AsyncClient, led: tuple[str, ...], to: str, may: str
) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, *led)
    before, now = await version(catalog), (await catalog.get("/resources/R-001")).json()["state"]
    refused = await step(catalog, to)
    assert refused.status_code == 409
    fault = refused.json()["detail"][0]
    assert (fault["field"], fault["value"]) == ("to", to)
    assert f"当前状态为 {now}" in fault["rule"] and may in fault["rule"]
    assert (await catalog.get("/resources/R-001")).json()["state"] == now
    assert await version(catalog) == before


async def test_retirement_is_final(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, *TO_PUBLISHED, "retired")
    refused = await step(catalog, "published")
    assert refused.status_code == 409
    assert "不能再变更" in refused.json()["detail"][0]["rule"]


async def test_a_step_taken_twice_is_one_step(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, "submitted")
    before = await version(catalog)
    await lead(catalog, "submitted")
    assert await version(catalog) == before


async def test_an_update_changes_what_is_found(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, *TO_PUBLISHED, "mounted")
    updated = await step(catalog, "updated", fields=["民族", "性别"])
    assert updated.json()["fields"] == ["民族", "性别"]
    assert await found(catalog) == []
    assert await found(catalog, collects=[{"resource": "人口基础信息", "fields": ["民族"]}]) == ["民族"]


async def test_a_review_returns_a_resource_for_correction(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    await lead(catalog, "submitted")
    returned = await step(catalog, "registered", sharing="无条件共享")
    assert (returned.json()["state"], returned.json()["sharing"]) == ("registered", "无条件共享")


async def test_content_does_not_change_on_the_way(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/resources", json=POPULATION)
    refused = await step(catalog, "submitted", name="别的信息")
    assert (refused.status_code, refused.json()["detail"][0]["field"]) == (409, "name")
    assert (await catalog.get("/resources/R-001")).json() == {**POPULATION, "state": "registered"}


async def test_an_unknown_resource_is_not_found(catalog: httpx.AsyncClient) -> None:
    assert (await catalog.get("/resources/R-404")).status_code == 404
    assert (await step(catalog, "submitted")).status_code == 404


async def test_resources_are_listed_by_project_state_and_page(catalog: httpx.AsyncClient) -> None:
    for number in range(3):
        await catalog.post("/resources", json={**POPULATION, "id": f"R-{number}", "project": f"P-{number % 2}"})
    await catalog.post("/resources/R-2/steps", json={"to": "submitted"})

    async def ids(**asked: str | int) -> list[str]:
        return [r["id"] for r in (await catalog.get("/resources", params=asked)).json()]

    assert await ids(project="P-0") == ["R-0", "R-2"]
    assert await ids(state="submitted") == ["R-2"]
    assert await ids(limit=1, after="R-0") == ["R-1"]
