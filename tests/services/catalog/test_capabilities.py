"""Capabilities: registered once, found under all their names, changed by lawful steps."""

from pathlib import Path

import httpx

from models.effects import CapabilityFact
from services.catalog import seed
from services.catalog.capabilities import fact
from services.catalog.schemas import Seed
from services.catalog.store import Store

SEEDS = Path(seed.__file__).parent / "seeds" / "jiangyin.yaml"
VIDEO = {
    "name": "视频融合平台",
    "category": "能力中台",
    "operator": "市城运中心(网络基建科)",
    "specification": "1.0",
    "aliases": ["城市之眼视频共享平台"],
}


async def looked_up(catalog: httpx.AsyncClient, name: str) -> dict[str, str]:
    response = await catalog.get("/capabilities/lookup", params={"name": name})
    assert response.status_code == 200, response.text
    found: dict[str, str] = response.json()
    return found


async def test_an_alias_leads_to_the_capability_itself(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/capabilities", json=VIDEO)
    found = await looked_up(catalog, "“城市之眼”视频共享平台")
    assert (found["name"], found["state"], found["asked"]) == ("视频融合平台", "active", "“城市之眼”视频共享平台")
    assert (found["operator"], found["specification"]) == ("市城运中心(网络基建科)", "1.0")


async def test_a_name_that_nobody_bears_is_unknown_and_no_error(catalog: httpx.AsyncClient) -> None:
    found = await looked_up(catalog, "温馨周到生活服务体系平台")
    assert (found["state"], found["name"]) == ("unknown", "温馨周到生活服务体系平台")


async def test_a_second_registration_of_the_same_is_a_repeat_and_of_another_a_conflict(
    catalog: httpx.AsyncClient,
) -> None:
    assert (await catalog.post("/capabilities", json=VIDEO)).status_code == 201
    assert (await catalog.post("/capabilities", json=VIDEO)).status_code == 200
    other = await catalog.post("/capabilities", json={**VIDEO, "operator": "别的单位"})
    assert other.status_code == 409
    assert other.json()["detail"][0]["field"] == "name"
    assert len((await catalog.get("/capabilities")).json()) == 1


async def test_a_name_can_lead_to_one_capability_only(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/capabilities", json=VIDEO)
    second = {**VIDEO, "name": "视频汇聚平台"}
    refused = await catalog.post("/capabilities", json=second)
    assert refused.status_code == 409
    assert refused.json()["detail"][0]["value"] == "城市之眼视频共享平台"
    assert (await looked_up(catalog, "视频汇聚平台"))["state"] == "unknown", "a refused registration leaves no trace"


async def test_a_change_is_visible_at_once_and_a_repeat_changes_nothing(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/capabilities", json=VIDEO)
    change = {"state": "upgrading", "specification": "2.0", "aliases": ["城市之眼"]}
    changed = await catalog.patch("/capabilities/视频融合平台", json=change)
    assert changed.json() | change == changed.json()
    version = (await catalog.get("/readyz")).json()["version"]
    await catalog.patch("/capabilities/视频融合平台", json=change)
    assert (await catalog.get("/readyz")).json()["version"] == version
    assert (await looked_up(catalog, "城市之眼视频共享平台"))["state"] == "unknown", "the old alias is gone"


async def test_a_retired_capability_stays_retired_and_the_refusal_names_state_and_rule(
    catalog: httpx.AsyncClient,
) -> None:
    await catalog.post("/capabilities", json=VIDEO)
    await catalog.patch("/capabilities/视频融合平台", json={"state": "retired"})
    refused = await catalog.patch("/capabilities/视频融合平台", json={"state": "active"})
    assert refused.status_code == 409
    fault = refused.json()["detail"][0]
    assert (fault["field"], fault["value"]) == ("state", "active")
    assert "retired" in fault["rule"] and "不能再变更" in fault["rule"]


async def test_a_change_of_an_unknown_capability_is_not_found(catalog: httpx.AsyncClient) -> None:
    assert (await catalog.patch("/capabilities/无此能力", json={"state": "retired"})).status_code == 404


async def test_the_seeded_list_knows_the_names_that_articles_and_forms_use(catalog: httpx.AsyncClient) -> None:
    await catalog.post("/seed", json=seed.read(SEEDS).model_dump(mode="json"))
    names = {
        "“城市之眼”视频共享平台": "视频融合平台",
        "市物联网监测平台": "物联网平台",
        "联勤联动指挥平台": "联勤联动平台",
        "市时空地理平台": "时空地理平台",
        "市统一身份认证平台": "统一身份认证",
        "“一网协同”": "一网协同平台(政务OA)",
        "一网协同平台（政务ＯＡ）": "一网协同平台(政务OA)",
        "市共享交换平台": "共享交换平台",
        "PRA": "RPA",
    }
    assert {asked: (await looked_up(catalog, asked))["name"] for asked in names} == names


async def test_the_seeded_list_has_seventeen_capabilities_and_a_second_seeding_changes_nothing(
    catalog: httpx.AsyncClient,
) -> None:
    body = seed.read(SEEDS).model_dump(mode="json")
    assert (await catalog.post("/seed", json=body)).json() == {"capabilities": 17, "resources": 0, "items": 0}
    held = (await catalog.get("/capabilities")).json()
    assert len(held) == 17
    assert sum(c["operator"] == "市传媒集团(大数据公司)" for c in held) == 8
    version = (await catalog.get("/readyz")).json()["version"]
    assert (await catalog.post("/seed", json=body)).json() == {"capabilities": 0, "resources": 0, "items": 0}
    assert (await catalog.get("/readyz")).json()["version"] == version


async def test_seeding_again_does_not_revive_what_was_retired(catalog: httpx.AsyncClient) -> None:
    body = seed.read(SEEDS).model_dump(mode="json")
    await catalog.post("/seed", json=body)
    await catalog.patch("/capabilities/RPA", json={"state": "retired"})
    await catalog.post("/seed", json=body)
    assert (await looked_up(catalog, "PRA"))["state"] == "retired"


def test_what_a_seed_file_leaves_out_stays_as_an_operator_set_it(store: Store) -> None:
    def sow(**more: object) -> CapabilityFact:
        body = {"name": "RPA", "category": "AI中台", "operator": "甲", **more}
        with store.writing() as session:
            seed.sow(session, Seed.model_validate({"capabilities": [body]}))
            return fact(session, "RPA")

    sow(specification="1.0")
    assert (sow(operator="乙").specification, sow(operator="乙").operator) == ("1.0", "乙")
    assert sow(specification="2.0").specification == "2.0"
