"""The rates are what the definitions say, as of a day, with the counts and the entries behind them."""

from typing import Any

import httpx
import pytest

from tests.services.catalog.telling import MOUNTED, POPULATION, PUBLISHED, lead, tell

UNTIL = "2024-12-31"


def definition(numerator: str, denominator: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "rate",
        "title": {"zh": "指标", "en": "rate"},
        "numerator": numerator,
        "denominator": denominator,
        **more,
    }


MOUNT = definition("mounted", "registered")
UPDATE = definition("updated_in_time", "updates_due")
DEMAND = definition("demands_met", "demands_accepted")


async def ask(catalog: httpx.AsyncClient, *definitions: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    response = await catalog.post("/rates", json={"definitions": definitions, "until": UNTIL, **more})
    assert response.status_code == 200, response.text
    return list(response.json()["rates"])


async def share(catalog: httpx.AsyncClient, asked: dict[str, Any], **more: Any) -> tuple[int, int]:
    rate = (await ask(catalog, asked, **more))[0]
    return rate["numerator"], rate["denominator"]


async def event(catalog: httpx.AsyncClient, entry: str, due_on: str, *, done_on: str | None = None) -> None:
    number = f"{entry}-{due_on}"
    await tell(catalog, "announce_change", entry, on="2024-01-02", data={"number": number, "due_on": due_on})
    if done_on:
        await tell(catalog, "update", entry, on=done_on, data={"number": number})


async def test_the_mount_rate_is_told_unrounded_with_what_stands_behind_it(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED, entry="R-1")
    await lead(catalog, *PUBLISHED, entry="R-2")
    await lead(catalog, "compile", entry="R-3")
    await lead(catalog, *MOUNTED, "retire", entry="R-4")
    registered, published = await ask(catalog, MOUNT, {**definition("mounted", "published"), "id": "of_published"})
    assert (registered["numerator"], registered["denominator"]) == (1, 3)
    assert registered["value"] == "0.3333333333333333333333333333"
    assert registered["reached"] == {"ids": ["R-1"], "left_out": 0}
    assert registered["missing"] == {"ids": ["R-2", "R-3"], "left_out": 0}
    assert (published["id"], published["value"]) == ("of_published", "0.5")


async def test_a_rate_of_nothing_has_no_value(catalog: httpx.AsyncClient) -> None:
    nothing = {"ids": [], "left_out": 0}
    for rate in await ask(catalog, MOUNT, {**UPDATE, "id": "update"}, {**DEMAND, "id": "demand"}):
        assert (rate["numerator"], rate["denominator"], rate["value"]) == (0, 0, None)
        assert (rate["reached"], rate["missing"]) == (nothing, nothing)


async def test_what_is_named_is_capped_and_what_is_left_out_is_counted(catalog: httpx.AsyncClient) -> None:
    for number in range(4):
        await lead(catalog, "compile", entry=f"R-{number}")
    rate = (await ask(catalog, MOUNT, named=3))[0]
    assert rate["missing"] == {"ids": ["R-0", "R-1", "R-2"], "left_out": 1}
    assert rate["denominator"] == 4


async def test_the_update_rate_judges_each_change_event_by_its_last_day(catalog: httpx.AsyncClient) -> None:
    for entry in ("R-1", "R-2", "R-3", "R-4", "R-5"):
        await lead(catalog, *MOUNTED, entry=entry, on="2024-01-01")
    await event(catalog, "R-1", "2024-03-15", done_on="2024-03-15")
    await event(catalog, "R-2", "2024-03-15", done_on="2024-03-16")
    await event(catalog, "R-3", "2024-03-15")
    await event(catalog, "R-4", "2024-03-15")
    await tell(catalog, "submit_update", "R-4", on="2024-03-14", data={"fields": ["民族"]})
    await event(catalog, "R-5", "2025-01-10", done_on="2024-02-01")
    rate = (await ask(catalog, UPDATE))[0]
    assert rate["reached"]["ids"] == ["R-1/R-1-2024-03-15", "R-4/R-4-2024-03-15"]
    assert rate["missing"]["ids"] == ["R-2/R-2-2024-03-15", "R-3/R-3-2024-03-15"]
    assert await share(catalog, UPDATE, until="2024-03-14") == (0, 0)
    assert await share(catalog, UPDATE, since="2024-03-16", until="2025-12-31") == (1, 1)


@pytest.mark.parametrize(("retired_on", "owed"), [("2024-03-15", 0), ("2024-03-16", 1)])
async def test_an_entry_that_was_delisted_by_the_last_day_owed_no_update(
    catalog: httpx.AsyncClient, retired_on: str, owed: int
) -> None:
    await lead(catalog, *MOUNTED, on="2024-01-01")
    await event(catalog, "R-1", "2024-03-15")
    await tell(catalog, "retire", on=retired_on)
    assert await share(catalog, UPDATE) == (0, owed)


async def test_the_demand_rate_counts_what_was_accepted_in_the_period_and_met_by_its_end(
    catalog: httpx.AsyncClient,
) -> None:
    async def demand(key: str, verb: str, on: str, **data: str) -> None:
        await tell(catalog, verb, key, subject="demand", on=on, data=data)

    for key, accepted_on in (("A", "2023-12-31"), ("B", "2024-01-01"), ("C", "2024-06-01"), ("D", "2024-06-01")):
        await demand(key, "accept_demand", accepted_on, provider_code="GAJ")
    await demand("A", "meet_demand", "2024-01-05")
    await demand("B", "meet_demand", "2024-01-05")
    await demand("C", "meet_demand", "2025-01-05")
    await demand("D", "withdraw_demand", "2024-07-01")
    rate = (await ask(catalog, DEMAND, since="2024-01-01"))[0]
    assert (rate["reached"]["ids"], rate["missing"]["ids"]) == (["B"], ["C"])
    assert await share(catalog, DEMAND, until="2025-12-31") == (3, 3)
    assert await share(catalog, DEMAND, until="2024-06-30") == (2, 4)
    assert await share(catalog, DEMAND, provider_code="MZJ") == (0, 0)


async def test_a_state_counts_as_it_was_on_the_day(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *PUBLISHED, on="2023-05-01")
    await lead(catalog, "mount", on="2024-02-01")
    await lead(catalog, "retire", on="2024-08-01")
    seeded = {**POPULATION, "id": "R-2", "state": "mounted"}
    await catalog.post("/seed", json={"resources": [seeded]})
    for until, expected in (
        ("2023-04-30", (1, 1)),
        ("2023-12-31", (1, 2)),
        ("2024-02-01", (2, 2)),
        ("2024-08-01", (1, 1)),
    ):
        assert await share(catalog, MOUNT, until=until) == expected, until


async def test_what_is_not_shared_is_left_out_where_the_definition_says_so(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED, entry="R-1", on="2024-01-01")
    await lead(catalog, *PUBLISHED, entry="R-2", on="2024-01-01", sharing="不予共享")
    await event(catalog, "R-2", "2024-03-15")
    assert await share(catalog, MOUNT) == (1, 2)
    assert await share(catalog, {**MOUNT, "shareable_only": True}) == (1, 1)
    assert await share(catalog, {**UPDATE, "shareable_only": True}) == (0, 0)


async def test_the_rates_of_one_department_count_its_entries_alone(catalog: httpx.AsyncClient) -> None:
    await lead(catalog, *MOUNTED, entry="R-1", on="2024-01-01")
    await lead(catalog, *MOUNTED, entry="R-2", on="2024-01-01", provider_code="MZJ", provider_name="市民政局")
    await event(catalog, "R-2", "2024-03-15", done_on="2024-03-01")
    assert await share(catalog, MOUNT, provider_code="MZJ") == (1, 1)
    assert await share(catalog, UPDATE, provider_code="MZJ") == (1, 1)
    assert await share(catalog, UPDATE, provider_code="GAJ") == (0, 0)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"definitions": [definition("mounted", "demands_accepted")]}, "definitions.0"),
        ({"definitions": [definition("registered", "registered")]}, "definitions.0"),
        ({"definitions": [definition("colour", "registered")]}, "definitions.0.numerator"),
        ({"definitions": []}, "definitions"),
        ({"definitions": [MOUNT, MOUNT]}, "definitions"),
        ({"until": "2024-02-30"}, "until"),
        ({"named": 1001}, "named"),
    ],
)
async def test_a_question_that_is_none_is_refused_with_its_field(
    catalog: httpx.AsyncClient, asked: dict[str, Any], field: str
) -> None:
    response = await catalog.post("/rates", json={"definitions": [MOUNT], "until": UNTIL, **asked})
    assert response.status_code == 422
    assert response.json()["detail"][0]["field"] == field
