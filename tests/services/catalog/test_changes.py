"""A change is applied once, however often it is told, and stays on record."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from services.catalog import changes
from services.catalog.schemas import ChangeBody
from services.catalog.store import Store, version
from tests.services.catalog.telling import MOUNTED, POPULATION, PUBLISHED, change, lead, refused, send, state, tell


async def health(catalog: httpx.AsyncClient) -> Any:
    return (await catalog.get("/readyz")).json()


async def test_a_change_told_again_has_its_first_answer_and_changes_nothing(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *PUBLISHED)
    mounting = change("mount")
    first = (await send(catalog, mounting)).json()
    await tell(catalog, "update", data={"fields": ["民族"]})
    before = await health(catalog)
    again = await send(catalog, mounting)
    assert (again.status_code, again.json()) == (200, first)
    assert first["state"] == "mounted"
    assert await health(catalog) == before
    assert await state(catalog) == "updated"


@pytest.mark.parametrize(
    "other", [{"verb": "retire"}, {"entry": "R-2"}, {"on": "2024-03-02"}, {"data": {"remark": "另"}}]
)
async def test_a_key_that_is_taken_by_another_change_is_refused(catalog: httpx.AsyncClient, other: Any) -> None:
    await lead(catalog, *PUBLISHED)
    mounting = change("mount")
    await send(catalog, mounting)
    assert (await refused(catalog, {**mounting, **other}))[:2] == (409, "key")


async def test_a_change_that_was_refused_leaves_its_key_free(catalog: httpx.AsyncClient) -> None:
    mounting = change("mount")
    await refused(catalog, mounting)
    await lead(catalog, *PUBLISHED)
    assert (await send(catalog, mounting)).json()["state"] == "mounted"


async def test_every_change_is_on_record_with_the_states_around_it(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    await refused(catalog, change("publish"))
    told = change("announce_change", data={"due_on": "2024-03-15", "reason": "职能调整"})
    await send(catalog, told)
    recorded = (await catalog.get("/resources/R-1/changes")).json()
    assert [(c["verb"], c["before"], c["after"]) for c in recorded] == [
        ("compile", None, "registered"),
        ("submit", "registered", "submitted"),
        ("review", "submitted", "reviewed"),
        ("publish", "reviewed", "published"),
        ("mount", "published", "mounted"),
        ("announce_change", "mounted", "mounted"),
    ]
    assert (recorded[-1]["key"], recorded[-1]["at"], recorded[-1]["data"]) == (told["key"], told["at"], told["data"])
    page = (await catalog.get("/resources/R-1/changes", params={"after": recorded[1]["number"], "limit": 2})).json()
    assert [c["verb"] for c in page] == ["review", "publish"]


async def test_the_record_of_a_capability_and_of_a_demand_are_listed_likewise(catalog: httpx.AsyncClient) -> None:
    offer = {"category": "能力中台", "operator": "甲", "aliases": ["消息"]}
    await tell(catalog, "offer", "统一消息", subject="capability", data=offer)
    await tell(catalog, "admit", "消息", subject="capability")
    by_alias = (await catalog.get("/capabilities/消息/changes")).json()
    assert [(c["verb"], c["entry"]) for c in by_alias] == [("offer", "统一消息"), ("admit", "统一消息")]
    await tell(catalog, "accept_demand", "XQ-1", subject="demand", data={"title": "社保数据"})
    met = await tell(catalog, "meet_demand", "XQ-1", subject="demand", data={"resource": "R-1"})
    assert (met["name"], met["state"], met["particulars"]) == ("社保数据", "met", {"resource": "R-1"})
    assert len((await catalog.get("/demands/XQ-1/changes")).json()) == 2
    withdrawal = change("withdraw_demand", "XQ-1", subject="demand")
    assert (await refused(catalog, withdrawal))[:2] == (409, "verb")
    for path in ("/resources/R-9/changes", "/capabilities/无/changes", "/demands/XQ-9/changes"):
        assert (await catalog.get(path)).status_code == 404, path


async def test_an_entry_that_the_catalog_does_not_have_is_an_answer(catalog: httpx.AsyncClient) -> None:
    for subject in ("resource", "capability", "demand"):
        response = await catalog.get("/entry", params={"subject": subject, "entry": "无"})
        answer = response.json()
        assert (response.status_code, answer["state"], answer["id"]) == (200, "unknown", "无")


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"at": "2024-03-01T09:00:00"}, "at"),
        ({"key": ""}, "key"),
        ({"key": "a\x00b"}, "key"),
        ({"subject": "item"}, "subject"),
        ({"verb": "vanish"}, "verb"),
        ({"entry": "（）"}, "entry"),
        ({"subject": "demand", "verb": "accept_demand", "entry": "需求", "data": {}}, "entry"),
        ({"subject": "capability"}, "verb"),
        ({"data": {"due_on": "2024-02-30"}, "verb": "announce_change"}, "data.due_on"),
        ({"data": {"\ud800": 1}}, "data"),
        ({"data": {"remark": "\ud800"}}, "data"),
        ({"data": []}, "data"),
    ],
)
async def test_a_change_that_is_none_is_refused_with_its_field(
    catalog: httpx.AsyncClient, fault: dict[str, Any], field: str
) -> None:
    status, told, _ = await refused(catalog, {**change("compile", data=POPULATION), **fault})
    assert status == 422
    assert told.startswith(field)


def test_a_change_told_by_many_at_once_is_applied_once(store: Store) -> None:
    body = ChangeBody.model_validate(change("compile", data=POPULATION))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: changes.change(body, store), range(16)))
    assert {answer.state for answer in answers} == {"registered"}
    with store.reading() as session:
        assert version(session) == "1"
    assert len(changes.of_resource("R-1", store)) == 1
