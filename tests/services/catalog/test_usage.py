"""What a project has really called, made resident and mounted."""

from typing import Any

import httpx
import pytest_asyncio

CALL = {"call_id": "C-1", "project": "JY-2026-0001", "capability": "RPA", "count": 3}


@pytest_asyncio.fixture(autouse=True)
async def _listed(catalog: httpx.AsyncClient) -> None:
    capability = {"name": "RPA", "category": "AI中台", "operator": "大数据公司", "aliases": ["PRA"]}
    await catalog.post("/capabilities", json=capability)


async def used(catalog: httpx.AsyncClient, project: str = "JY-2026-0001") -> Any:
    question = {"project": project, "unit": "U-1", "usage": True}
    facts = (await catalog.post("/facts", json=question)).json()
    usage = (await catalog.get(f"/projects/{project}/usage")).json()
    assert usage == {part: facts[part] for part in usage}, "both ways of asking give the same answer"
    return usage


async def test_calls_add_up_under_the_capabilitys_own_name_and_a_repeat_counts_once(
    catalog: httpx.AsyncClient,
) -> None:
    assert (await catalog.post("/calls", json=CALL)).status_code == 201
    assert (await catalog.post("/calls", json=CALL)).status_code == 200
    await catalog.post("/calls", json={**CALL, "call_id": "C-2", "capability": "PRA", "count": 4})
    assert (await used(catalog))["called"] == {"RPA": 7}
    assert (await used(catalog, "JY-2026-0002"))["called"] == {}


async def test_a_call_id_with_another_content_is_refused_and_counts_nothing(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/calls", json=CALL)
    refused = await catalog.post("/calls", json={**CALL, "count": 9})
    assert (refused.status_code, refused.json()["detail"][0]["field"]) == (409, "call_id")
    assert (await used(catalog))["called"] == {"RPA": 3}


async def test_calls_to_an_unknown_capability_are_refused(catalog: httpx.AsyncClient) -> None:
    refused = await catalog.post("/calls", json={**CALL, "capability": "没有的能力"})
    fault = refused.json()["detail"][0]
    assert (refused.status_code, fault["field"], fault["value"]) == (422, "capability", "没有的能力")
    assert (await used(catalog))["called"] == {}


async def test_the_last_attestation_of_a_resident_capability_holds(catalog: httpx.AsyncClient) -> None:
    body = {"project": "JY-2026-0001", "capability": "防汛预警", "attested": ["完整性"]}
    assert (await catalog.post("/residents", json=body)).status_code == 201
    later = {**body, "attested": ["完整性", "可用性"]}
    assert (await catalog.post("/residents", json=later)).status_code == 200
    await catalog.post("/residents", json={**body, "capability": "PRA", "attested": []})
    assert (await used(catalog))["resident"] == [
        {"capability": "RPA", "attested": []},
        {"capability": "防汛预警", "attested": ["完整性", "可用性"]},
    ]


async def test_what_a_project_has_mounted_is_reported_while_it_is_on_the_platform(catalog: httpx.AsyncClient) -> None:
    resource = {
        "provider_code": "GAJ",
        "provider_name": "市公安局",
        "fields": ["姓名"],
        "sharing": "有条件共享",
        "project": "JY-2026-0001",
    }
    states = ["registered", "reviewed", "published", "mounted", "updated", "retired"]
    resources = [{**resource, "id": f"R-{n}", "name": f"信息{s}", "state": s} for n, s in enumerate(states)]
    other = {**resource, "id": "R-9", "name": "别的", "state": "mounted", "project": "JY-2026-0002"}
    await catalog.post("/seed", json={"resources": [*resources, other]})
    assert (await used(catalog))["mounted"] == ["信息mounted", "信息updated"]


async def test_a_question_that_does_not_ask_for_use_gets_none(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/calls", json=CALL)
    facts = (await catalog.post("/facts", json={"project": "JY-2026-0001", "unit": "U-1"})).json()
    assert (facts["called"], facts["resident"], facts["mounted"]) == ({}, [], [])
