"""The life of a capability, told as changes: resident before it is published, on offer until it is delisted."""

from typing import Any

import httpx
import pytest

from tests.services.catalog import telling
from tests.services.catalog.telling import refused, state

SIX = ["完整性", "可用性", "复用性", "兼容性", "稳定性", "安全性"]
OFFER: dict[str, Any] = {"category": "能力中台", "operator": "市城运中心", "attested": SIX, "project": "JY-2024-0001"}


def change(verb: str, entry: str = "统一消息", **more: Any) -> dict[str, Any]:
    return telling.change(verb, entry, subject="capability", **more)


async def tell(catalog: httpx.AsyncClient, verb: str, entry: str = "统一消息", **more: Any) -> dict[str, Any]:
    return await telling.tell(catalog, verb, entry, subject="capability", **more)


async def lead(catalog: httpx.AsyncClient, *verbs: str) -> None:
    for verb in verbs:
        await tell(catalog, verb, data=OFFER if verb == "offer" else {})


async def fact(catalog: httpx.AsyncClient, name: str = "统一消息") -> str:
    return str((await catalog.get("/capabilities/lookup", params={"name": name})).json()["state"])


PUBLISHED = ("offer", "admit", "publish")


async def test_a_capability_is_led_from_its_offer_to_its_delisting(catalog: httpx.AsyncClient) -> None:
    for verb, after in (
        ("offer", "offered"),
        ("offer", "offered"),
        ("admit", "resident"),
        ("publish", "active"),
        ("announce_upgrade", "active"),
        ("start_upgrade", "upgrading"),
        ("upgrade", "active"),
        ("announce_retirement", "active"),
        ("retire", "retired"),
    ):
        answer = await tell(catalog, verb, data=OFFER if verb == "offer" else {})
        assert answer["state"] == after, verb
        assert answer["is_on_offer"] == (after in ("active", "upgrading")), verb
    assert (answer["keeper"], answer["project"]) == ("市城运中心", "JY-2024-0001")


async def test_nobody_can_plan_with_a_capability_before_it_is_published(catalog: httpx.AsyncClient) -> None:
    for verb in PUBLISHED[:2]:
        await lead(catalog, verb)
        assert await fact(catalog) == "unknown", verb
    await lead(catalog, "publish")
    assert await fact(catalog) == "active"


async def test_what_was_attested_is_on_record_for_the_project_once_the_capability_is_resident(
    catalog: httpx.AsyncClient,
) -> None:
    async def resident() -> list[Any]:
        return list((await catalog.get("/projects/JY-2024-0001/usage")).json()["resident"])

    await lead(catalog, "offer")
    assert await resident() == []
    await tell(catalog, "admit", data={"attested": SIX[:5]})
    assert await resident() == [{"capability": "统一消息", "attested": SIX[:5]}]


@pytest.mark.parametrize(
    ("led", "verb", "may"),
    [
        ((), "admit", "offer"),
        (("offer",), "publish", "offer、admit"),
        (PUBLISHED, "offer", "start_upgrade、upgrade、retire"),
        ((*PUBLISHED, "retire"), "announce_upgrade", "不能再变更"),
    ],
)
async def test_a_change_that_the_state_forbids_is_refused_with_what_may_happen(
    catalog: httpx.AsyncClient, led: tuple[str, ...], verb: str, may: str
) -> None:
    await lead(catalog, *led)
    status, field, rule = await refused(catalog, change(verb, data=OFFER if verb in ("offer", "admit") else {}))
    assert (status, field) == (409, "verb")
    assert may in rule


@pytest.mark.parametrize(("done_on", "in_time"), [("2024-03-22", True), ("2024-03-25", False)])
async def test_an_upgrade_is_judged_by_the_last_day_of_its_announcement(
    catalog: httpx.AsyncClient, done_on: str, in_time: bool
) -> None:
    await lead(catalog, *PUBLISHED)
    announced = await tell(catalog, "announce_upgrade", data={"due_on": "2024-03-22"})
    assert (announced["state"], announced["matters"][0]["kind"]) == ("active", "upgrade")
    upgraded = await tell(catalog, "upgrade", on=done_on, data={"specification": "2.0", "aliases": "消息中心、消息"})
    assert (upgraded["state"], upgraded["in_time"], upgraded["matters"]) == ("active", in_time, [])
    assert upgraded["particulars"]["specification"] == "2.0"
    assert await fact(catalog, "消息中心") == "active"


async def test_delisting_ends_an_upgrade_that_was_announced(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *PUBLISHED, "announce_upgrade", "announce_retirement")
    gone = await tell(catalog, "retire")
    assert (gone["state"], gone["matters"]) == ("retired", [])


async def test_the_seventeen_capabilities_of_before_are_led_on_under_any_of_their_names(
    catalog: httpx.AsyncClient,
) -> None:
    seal = {"name": "统一电子印章", "category": "能力中台", "operator": "甲", "aliases": ["电子印章"]}
    await catalog.post("/seed", json={"capabilities": [seal]})
    announced = await tell(catalog, "announce_retirement", "电子印章", data={"due_on": "2024-03-22"})
    assert (announced["id"], announced["state"]) == ("统一电子印章", "active")
    assert (await tell(catalog, "retire", "统一电子印章"))["in_time"] is True
    assert await state(catalog, "电子印章", "capability") == "retired"


async def test_a_name_that_another_project_has_offered_is_taken(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, "offer")
    other = change("offer", data={**OFFER, "project": "JY-2024-0002"})
    assert (await refused(catalog, other))[:2] == (409, "entry")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({k: v for k, v in OFFER.items() if k != "operator"}, "data.operator"),
        ({**OFFER, "aliases": ["甲", "甲 "]}, "data.aliases"),
        ({**OFFER, "fields": ["姓名"]}, "data.fields"),
    ],
)
async def test_an_offer_that_is_not_sound_is_refused_with_its_field(
    catalog: httpx.AsyncClient, data: dict[str, Any], field: str
) -> None:
    assert (await refused(catalog, change("offer", data=data)))[:2] == (422, field)
    assert await state(catalog, "统一消息", "capability") == "unknown"
