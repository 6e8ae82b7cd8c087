"""How the tests tell a catalog of changes, each with a key of its own."""

import json
from itertools import count
from typing import Any

import httpx

POPULATION: dict[str, Any] = {
    "name": "人口基础信息",
    "provider_code": "GAJ",
    "provider_name": "市公安局",
    "fields": ["姓名", "性别"],
    "sharing": "有条件共享",
}
PUBLISHED = ("compile", "submit", "review", "publish")
MOUNTED = (*PUBLISHED, "mount")
DAY = "2024-03-01"

_numbers = count(1)


def change(verb: str, entry: str = "R-1", *, subject: str = "resource", on: str = DAY, **more: Any) -> dict[str, Any]:
    """A change with a key of its own, told at nine in the morning of the day."""
    told = {"key": f"K-{next(_numbers)}", "subject": subject, "entry": entry, "verb": verb, "data": {}, **more}
    return {**told, "at": f"{on}T09:00:00+08:00"}


async def send(catalog: httpx.AsyncClient, told: dict[str, Any]) -> httpx.Response:
    # In ASCII, so that a test can send what no encoding of the text could.
    return await catalog.post("/changes", content=json.dumps(told), headers={"content-type": "application/json"})


async def tell(catalog: httpx.AsyncClient, verb: str, entry: str = "R-1", **more: Any) -> dict[str, Any]:
    """Tell of a change that has to be taken; the entry as it is then."""
    response = await send(catalog, change(verb, entry, **more))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def lead(catalog: httpx.AsyncClient, *verbs: str, entry: str = "R-1", on: str = DAY, **content: Any) -> None:
    """Lead a resource through these changes; a compilation brings its content, the population's where nothing else is said."""
    for verb in verbs:
        data = {**POPULATION, **content} if verb == "compile" else {}
        await tell(catalog, verb, entry, on=on, data=data)


async def refused(catalog: httpx.AsyncClient, told: dict[str, Any]) -> tuple[int, str, str]:
    """Status, field and rule of a refusal, which must have changed nothing."""
    before = (await catalog.get("/readyz")).json()
    response = await send(catalog, told)
    assert response.status_code >= 400, response.text
    assert (await catalog.get("/readyz")).json() == before
    fault = response.json()["detail"][0]
    return response.status_code, fault["field"], fault["rule"]


async def state(catalog: httpx.AsyncClient, entry: str = "R-1", subject: str = "resource") -> str:
    return str((await catalog.get("/entry", params={"subject": subject, "entry": entry})).json()["state"])
