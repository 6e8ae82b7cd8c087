"""The life of a resource, told as changes: in lawful order, on offer until it is delisted, its last days judged."""

from typing import Any

import httpx
import pytest

from tests.services.catalog.telling import DAY, MOUNTED, POPULATION, PUBLISHED, change, lead, refused, send, state, tell

UPDATED = {"fields": ["民族"]}


async def found(catalog: httpx.AsyncClient, field: str) -> list[str]:
    question = {
        "project": "JY-2026-0001",
        "unit": "U-1",
        "collects": [{"resource": "人口基础信息", "fields": [field]}],
        "collection_similarity": 85,
    }
    return [match["field"] for match in (await catalog.post("/facts", json=question)).json()["resources"]]


def matters(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(matter["kind"], matter["number"]) for matter in entry["matters"]]


async def test_a_resource_is_led_from_its_compilation_to_its_delisting(catalog: httpx.AsyncClient) -> None:
    for verb, after in (
        ("compile", "registered"),
        ("submit", "submitted"),
        ("return", "registered"),
        ("compile", "registered"),
        ("submit", "submitted"),
        ("review", "reviewed"),
        ("publish", "published"),
        ("link_system", "published"),
        ("mount", "mounted"),
        ("verify_mount", "mounted"),
        ("update", "updated"),
        ("retire", "retired"),
    ):
        data = {"compile": POPULATION, "link_system": {"source_system": "人口信息系统"}}.get(verb, {})
        answer = await tell(catalog, verb, data=data)
        assert answer["state"] == after, verb
        assert answer["is_on_offer"] == (after in ("published", "mounted", "updated")), verb
        assert answer["is_mounted"] == (after in ("mounted", "updated")), verb
    assert answer["particulars"]["source_system"] == "人口信息系统"


@pytest.mark.parametrize(
    ("led", "verb", "may"),
    [
        ((), "submit", "compile"),
        (("compile",), "publish", "submit"),
        (("compile", "submit"), "compile", "review、return"),
        (PUBLISHED, "verify_mount", "mount、update、retire"),
        (("compile",), "announce_retirement", "submit"),
        (PUBLISHED, "accept_demand", "compile"),
    ],
)
async def test_a_change_that_the_state_forbids_is_refused_with_what_may_happen(
    catalog: httpx.AsyncClient, led: tuple[str, ...], verb: str, may: str
) -> None:
    await lead(catalog, *led)
    before = await state(catalog)
    status, field, rule = await refused(catalog, change(verb))
    assert (status, field) == ((422 if verb == "accept_demand" else 409), "verb")
    assert may in rule
    assert await state(catalog) == before


async def test_an_entry_is_found_until_the_day_on_which_it_is_delisted(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    announced = await tell(catalog, "announce_retirement", data={"due_on": "2024-03-22"})
    assert (announced["state"], announced["is_on_offer"]) == ("mounted", True)
    assert await found(catalog, "姓名") == ["姓名"]
    gone = await tell(catalog, "retire", on="2024-03-22")
    assert (gone["state"], gone["is_on_offer"], gone["in_time"], gone["matters"]) == ("retired", False, True, [])
    assert await found(catalog, "姓名") == []


@pytest.mark.parametrize(("done_on", "in_time"), [("2024-03-15", True), ("2024-03-16", False)])
async def test_an_update_answers_its_change_event_in_time_up_to_the_last_day(
    catalog: httpx.AsyncClient, done_on: str, in_time: bool
) -> None:
    await lead(catalog, *MOUNTED)
    open_ = await tell(catalog, "announce_change", data={"due_on": "2024-03-15", "reason": "三定规定调整"})
    assert (open_["state"], open_["matters"][0]["due_on"]) == ("mounted", "2024-03-15")
    updated = await tell(catalog, "update", on=done_on, data=UPDATED)
    assert (updated["state"], updated["in_time"], updated["matters"]) == ("updated", in_time, [])
    assert await found(catalog, "民族") == ["民族"]


async def test_the_day_that_counts_may_be_another_than_that_of_the_record(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"due_on": "2024-03-15"})
    recorded_later = {**change("update", on="2024-03-20", data=UPDATED), "on": "2024-03-15"}
    assert (await send(catalog, recorded_later)).json()["in_time"] is True


async def test_an_update_under_review_is_not_seen_yet_and_is_judged_by_the_day_it_was_submitted(
    catalog: httpx.AsyncClient,
) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"number": "BG-1", "due_on": "2024-03-15"})
    submitted = await tell(catalog, "submit_update", on="2024-03-15", data=UPDATED)
    assert (submitted["in_time"], submitted["matters"][0]["submitted_on"]) == (True, "2024-03-15")
    assert (await found(catalog, "民族"), await found(catalog, "姓名")) == ([], ["姓名"])
    published = await tell(catalog, "update", on="2024-03-22")
    assert (published["in_time"], published["matters"]) == (True, [])
    assert await found(catalog, "民族") == ["民族"]


async def test_what_is_submitted_once_more_before_the_review_adds_to_what_was_there_in_time(
    catalog: httpx.AsyncClient,
) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"due_on": "2024-03-15"})
    await tell(catalog, "submit_update", on="2024-03-15", data=UPDATED)
    again = await tell(catalog, "submit_update", on="2024-03-18", data={"summary": "常住人口"})
    assert (again["in_time"], again["matters"][0]["submitted_on"]) == (True, "2024-03-15")
    published = await tell(catalog, "update", on="2024-03-22")
    assert (published["in_time"], published["particulars"]["summary"]) == (True, "常住人口")
    assert await found(catalog, "民族") == ["民族"]


async def test_an_update_that_was_returned_is_owed_again(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"due_on": "2024-03-15"})
    assert (await refused(catalog, change("return_update")))[:2] == (409, "verb")
    await tell(catalog, "submit_update", on="2024-03-14", data=UPDATED)
    returned = await tell(catalog, "return_update", on="2024-03-15")
    assert returned["matters"][0]["submitted_on"] is None
    done = await tell(catalog, "update", on="2024-03-18")
    assert done["in_time"] is False
    assert await found(catalog, "民族") == [], "what was returned must never be published"


async def test_an_update_may_answer_one_of_several_change_events(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"number": "BG-1", "due_on": "2024-03-15"})
    await tell(catalog, "announce_change", data={"number": "BG-2", "due_on": "2024-04-15"})
    assert (await refused(catalog, change("update", data={"number": "BG-3"})))[:2] == (409, "data.number")
    assert (await refused(catalog, change("announce_change", data={"number": "BG-1"})))[:2] == (409, "data.number")
    updated = await tell(catalog, "update", data={"number": "BG-1"})
    assert matters(updated) == [("change", "BG-2")]


async def test_an_entry_that_is_not_mounted_is_updated_and_stays_unmounted(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *PUBLISHED)
    updated = await tell(catalog, "update", data=UPDATED)
    assert (updated["state"], updated["in_time"]) == ("published", None)
    assert await found(catalog, "民族") == ["民族"]


async def test_service_goes_on_while_an_objection_is_open(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    assert (await refused(catalog, change("settle_objection")))[:2] == (409, "verb")
    opened = await tell(catalog, "open_objection", data={"number": "YY-1", "kind": "快速校核"})
    assert (opened["state"], opened["is_on_offer"], matters(opened)) == ("mounted", True, [("objection", "YY-1")])
    assert await found(catalog, "姓名") == ["姓名"]
    await tell(catalog, "update", data=UPDATED)
    settled = await tell(catalog, "settle_objection", data={"number": "YY-1", "result": "已更正"})
    assert (settled["state"], settled["matters"]) == ("updated", [])


async def test_an_update_is_submitted_without_an_announcement_where_the_regime_knows_none(
    catalog: httpx.AsyncClient,
) -> None:
    await lead(catalog, *MOUNTED)
    submitted = await tell(catalog, "submit_update", data=UPDATED)
    assert (submitted["in_time"], submitted["matters"][0]["submitted_on"]) == (None, DAY)
    assert (await tell(catalog, "update"))["matters"] == []
    assert await found(catalog, "民族") == ["民族"]


async def test_delisting_ends_what_was_owed_and_leaves_objections_to_be_settled(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED)
    await tell(catalog, "announce_change", data={"due_on": "2024-03-15"})
    await tell(catalog, "open_objection", data={"number": "YY-1"})
    for number in ("TY-1", "TY-2"):
        await tell(catalog, "announce_retirement", data={"number": number})
    assert matters(await tell(catalog, "retire", data={"number": "TY-2"})) == [("objection", "YY-1")]
    assert matters(await tell(catalog, "settle_objection")) == []
    assert (await refused(catalog, change("update", data=UPDATED)))[0] == 409


async def test_a_correction_changes_what_it_names_and_another_department_may_not_take_the_id(
    catalog: httpx.AsyncClient,
) -> None:
    await lead(catalog, "compile")
    corrected = await tell(catalog, "compile", data={"summary": "常住人口", "update_cycle": "每月"})
    assert corrected["particulars"] == {"sharing": "有条件共享", "summary": "常住人口", "update_cycle": "每月"}
    other = change("compile", data={**POPULATION, "provider_code": "MZJ"})
    assert (await refused(catalog, other))[:2] == (409, "entry")


@pytest.mark.parametrize("required_for", [["有条件共享"], "不予共享、有条件共享"])
async def test_a_sharing_type_that_needs_a_basis_is_refused_without_one(
    catalog: httpx.AsyncClient, required_for: object
) -> None:
    content = {**POPULATION, "basis_required_for": required_for}
    assert (await refused(catalog, change("compile", data=content)))[:2] == (422, "data.basis")
    compiled = await tell(catalog, "compile", data={**content, "basis": "某条例第三条"})
    assert compiled["particulars"]["basis"] == "某条例第三条"


async def test_a_basis_stays_required_for_what_changes_later(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED, basis_required_for=["不予共享"])
    for verb in ("submit_update", "update"):
        assert (await refused(catalog, change(verb, data={"sharing": "不予共享"})))[:2] == (422, "data.basis"), verb
    await tell(catalog, "update", data={"sharing": "不予共享", "basis": "保密规定"})


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({k: v for k, v in POPULATION.items() if k != "provider_code"}, "data.provider_code"),
        ({**POPULATION, "name": ""}, "data.name"),
        ({**POPULATION, "sharing": "随便共享"}, "data.sharing"),
        ({**POPULATION, "fields": "姓名、姓 名"}, "data.fields"),
        ({**POPULATION, "colour": "red"}, "data.colour"),
        ({**POPULATION, "basis_required_for": "随便共享"}, "data.basis_required_for.0"),
        ({**POPULATION, "summary": 1}, "data.summary"),
    ],
)
async def test_content_that_is_not_sound_is_refused_with_its_field(
    catalog: httpx.AsyncClient, data: dict[str, Any], field: str
) -> None:
    assert (await refused(catalog, change("compile", data=data)))[:2] == (422, field)
    assert await state(catalog) == "unknown"


async def test_an_id_that_is_no_code_is_refused_as_the_entry(catalog: httpx.AsyncClient) -> None:
    assert (await refused(catalog, change("compile", "人口", data=POPULATION)))[:2] == (422, "entry")


async def test_names_may_come_as_one_text_and_empty_answers_count_as_left_out(catalog: httpx.AsyncClient) -> None:
    content = {**POPULATION, "fields": "姓名、性别，民族", "summary": "", "project": None}
    await tell(catalog, "compile", data=content)
    held = (await catalog.get("/resources/R-1")).json()
    assert (held["fields"], held["project"]) == (["姓名", "性别", "民族"], None)


async def test_a_resource_that_came_by_a_seed_is_led_on_by_changes(catalog: httpx.AsyncClient) -> None:
    seed = {**POPULATION, "id": "R-1", "state": "mounted"}
    assert (await catalog.post("/seed", json={"resources": [seed]})).status_code == 200
    await tell(catalog, "announce_change", data={"due_on": DAY})
    assert (await tell(catalog, "update", data=UPDATED))["in_time"] is True
