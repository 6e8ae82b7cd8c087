"""The question of a gate, answered in one round trip."""

from typing import Any

import httpx
import pytest

from models.effects import CatalogFacts, CatalogQuestion


def resource(number: int, name: str, *fields: str, project: str | None = None, state: str = "published") -> Any:
    return {
        "id": f"R-{number:03d}",
        "name": name,
        "provider_code": "GAJ",
        "provider_name": "市公安局",
        "fields": fields,
        "sharing": "有条件共享",
        "project": project,
        "state": state,
    }


async def sow(catalog: httpx.AsyncClient, **seed: Any) -> None:
    response = await catalog.post("/seed", json=seed)
    assert response.status_code == 200, response.text


async def ask(catalog: httpx.AsyncClient, **question: Any) -> CatalogFacts:
    asked = CatalogQuestion.model_validate({"project": "JY-2026-0001", "unit": "U-1", **question})
    response = await catalog.post("/facts", json=asked.model_dump(mode="json"))
    assert response.status_code == 200, response.text
    return CatalogFacts.model_validate_json(response.content)


def collects(name: str, *fields: str, similarity: float = 85) -> Any:
    return {"collects": [{"resource": name, "fields": fields}], "collection_similarity": similarity}


async def test_fields_of_two_characters_are_found_in_the_equal_resource(catalog: httpx.AsyncClient) -> None:
    await sow(catalog, resources=[resource(1, "人口基础信息", "姓名", "性别", "公民身份号码")])
    facts = await ask(catalog, **collects("人口基础信息", "姓名", "性别"))
    assert [(m.wanted_field, m.field, m.score) for m in facts.resources] == [
        ("姓名", "姓名", 100),
        ("性别", "性别", 100),
    ]
    first = facts.resources[0]
    assert (first.resource_id, first.resource, first.provider) == ("R-001", "人口基础信息", "市公安局")


async def test_alike_names_are_ranked_by_the_documented_score(catalog: httpx.AsyncClient) -> None:
    await sow(
        catalog,
        resources=[
            resource(1, "人口信息表", "身份证号"),
            resource(2, "人口信息", "身份证号码"),
            resource(3, "河道信息", "流速"),
        ],
    )
    facts = await ask(catalog, **collects("人口信息", "身份证号", similarity=80))
    assert [(m.resource_id, round(m.score, 1)) for m in facts.resources] == [("R-001", 96.7), ("R-002", 92.2)]


async def test_an_equal_field_of_any_resource_matches_up_to_seventy_and_not_above(catalog: httpx.AsyncClient) -> None:
    await sow(catalog, resources=[resource(1, "图书借阅", "姓名")])
    at = await ask(catalog, **collects("困难群众救助", "姓名", similarity=70))
    assert [(m.resource, m.score) for m in at.resources] == [("图书借阅", 70)]
    above = await ask(catalog, **collects("困难群众救助", "姓名", similarity=71))
    assert above.resources == ()


async def test_the_projects_own_resources_are_no_repetition(catalog: httpx.AsyncClient) -> None:
    own = resource(1, "人口基础信息", "姓名", project="JY-2026-0001")
    await sow(catalog, resources=[own])
    assert (await ask(catalog, **collects("人口基础信息", "姓名", similarity=50))).resources == ()
    await sow(catalog, resources=[resource(2, "人口基础信息", "姓名", project="JY-2020-0009")])
    facts = await ask(catalog, **collects("人口基础信息", "姓名", similarity=50))
    assert [m.resource_id for m in facts.resources] == ["R-002"]


@pytest.mark.parametrize(
    ("state", "held"),
    [
        ("registered", 0),
        ("submitted", 0),
        ("reviewed", 0),
        ("published", 1),
        ("mounted", 1),
        ("updated", 1),
        ("retired", 0),
    ],
)
async def test_only_resources_on_offer_are_matched(catalog: httpx.AsyncClient, state: str, held: int) -> None:
    await sow(catalog, resources=[resource(1, "人口基础信息", "姓名", state=state)])
    assert len((await ask(catalog, **collects("人口基础信息", "姓名"))).resources) == held


async def test_a_question_without_a_threshold_looks_for_no_resources(catalog: httpx.AsyncClient) -> None:
    await sow(catalog, resources=[resource(1, "人口基础信息", "姓名")])
    asked = collects("人口基础信息", "姓名") | {"collection_similarity": None}
    assert (await ask(catalog, **asked)).resources == ()


async def test_one_resource_stands_for_all_of_the_same_name_and_at_most_five_are_reported(
    catalog: httpx.AsyncClient,
) -> None:
    same = [resource(n, "行政许可信息", "许可编号") for n in range(1, 40)]
    alike = [resource(n, f"行政许可信息{n}", "许可编号") for n in range(40, 60)]
    await sow(catalog, resources=same + alike)
    facts = await ask(catalog, **collects("行政许可信息", "许可编号"))
    assert facts.resources[0].resource_id == "R-001"
    assert len(facts.resources) == 5
    assert [m.score for m in facts.resources] == sorted((m.score for m in facts.resources), reverse=True)


async def test_items_are_compared_within_their_category(catalog: httpx.AsyncClient) -> None:
    items = [
        {"category": "iot", "name": "人民路澄江路口摄像机", "owner": "市城管局"},
        {"category": "video", "name": "人民路澄江路口摄像机", "owner": "市公安局"},
        {"category": "video", "name": "水位传感器", "owner": "市水利局"},
    ]
    await sow(catalog, items=items)
    wanted = {"feature": "视频监控", "category": "video", "items": ["人民路澄江路口摄像机", "无人机"], "similarity": 90}
    facts = await ask(catalog, items=[wanted])
    assert [(m.feature, m.wanted, m.existing, m.owner, m.score) for m in facts.items] == [
        ("视频监控", "人民路澄江路口摄像机", "人民路澄江路口摄像机", "市公安局", 100)
    ]


async def test_an_item_registered_twice_is_one_item(catalog: httpx.AsyncClient) -> None:
    item = {"category": "iot", "name": "水位传感器", "owner": "市水利局"}
    assert (await catalog.post("/items", json=item)).status_code == 201
    assert (await catalog.post("/items", json=item)).status_code == 200
    listed = (await catalog.get("/items", params={"category": "IoT"})).json()
    assert [i["name"] for i in listed] == ["水位传感器"]


async def test_capabilities_come_under_the_asked_name_with_the_state_they_are_in(catalog: httpx.AsyncClient) -> None:
    rpa = {"name": "RPA", "category": "AI中台", "operator": "大数据公司", "aliases": ["PRA"], "state": "upgrading"}
    await sow(catalog, capabilities=[rpa])
    facts = await ask(catalog, capabilities=["PRA", "没有的能力"])
    assert [(c.asked, c.name, c.state) for c in facts.capabilities] == [
        ("PRA", "RPA", "upgrading"),
        ("没有的能力", "没有的能力", "unknown"),
    ]


async def test_the_version_changes_with_the_catalog_and_not_with_its_use(catalog: httpx.AsyncClient) -> None:
    capability = {"name": "RPA", "category": "AI中台", "operator": "大数据公司"}
    versions = [(await ask(catalog)).version]
    await catalog.post("/capabilities", json=capability)
    versions.append((await ask(catalog)).version)
    await catalog.post("/resources", json={k: v for k, v in resource(1, "人口", "姓名").items() if k != "state"})
    versions.append((await ask(catalog)).version)
    await catalog.post("/resources/R-001/steps", json={"to": "submitted"})
    versions.append((await ask(catalog)).version)
    assert len(set(versions)) == 4
    await catalog.post("/calls", json={"call_id": "C-1", "project": "P-1", "capability": "RPA"})
    await catalog.post("/capabilities", json=capability)
    assert (await ask(catalog)).version == versions[-1]
