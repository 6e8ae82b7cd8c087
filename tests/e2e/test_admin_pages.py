"""The Temporal UI as an admin has it: the lists behind the printed links, a running stage, a late procedure, a finished life.

The installation is `portfolio`'s: what is late there is late by the law's own count, what is finished lived a whole life.
"""

import asyncio
import json
import re
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page
from temporalio.api.common.v1 import Payload

from runtime.connect import connect
from simulation.histories import every_run
from starter.folder import Endpoints
from tests.e2e.pictures import FOLDER, MOST_BYTES, SAID, look
from tests.e2e.portfolio import COORDINATED, DOSSIER, EXPLAINED, FILED, FINISHED, LATE, RECTIFIED, RUNNING, TENDERED
from tests.e2e.temporal_ui import details, listed, needs_chromium
from tests.starter.tongchou import ROOT, Tongchou

pytestmark = needs_chromium

LISTS = {
    "running": RUNNING,
    "overdue": {LATE},
    "stage/Application": {FILED},
    "stage/TechnicalCoordination": {COORDINATED},
    "stage/Tender": {TENDERED},
    "stage/Acceptance": set[str](),
    "procedures": {EXPLAINED, LATE},
    "finished": {FINISHED, RECTIFIED, DOSSIER},
    "broken-off": set[str](),
    "organ/jy-data-bureau": {FILED},
    "organ/jy-base-committee": {COORDINATED},
    "organ/jy-ops-centre": set[str](),
    "organ/jy-jt-info": {EXPLAINED},
    "organ/jy-cg-info": {LATE},
}
LOOKED_AT = ("running", "overdue", "stage/Tender", "procedures", "finished", "broken-off", "organ/jy-base-committee")
"""Those that are opened in the browser; the others are asked of the server."""
PARTIES = [id_.removeprefix("organ/") for id_ in LISTS if id_.startswith("organ/")]
CODE = re.compile(r"\b(jy-[a-z-]+|[a-z]+_[a-z_]+)\b")
"""A code where a title belongs. Officers are known by their code alone: their names stand in the register."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def links(tongchou: Tongchou) -> dict[str, str]:
    """The addresses that `tongchou ui` prints, by their ids."""
    words = chain.from_iterable(("--organ", party) for party in PARTIES)
    return {link["id"]: link["url"] for link in tongchou.document("ui", *words)}


async def test_each_printed_link_opens_the_list_that_it_promises(links: dict[str, str], page: Page) -> None:
    seen = {id_: await listed(page, links[id_], len(LISTS[id_])) for id_ in LOOKED_AT}
    assert seen == {id_: LISTS[id_] for id_ in LOOKED_AT}


async def test_the_server_answers_the_query_of_every_link_likewise(tongchou: Tongchou, links: dict[str, str]) -> None:
    assert tongchou.endpoints and set(LISTS) <= set(links)
    client = await connect(tongchou.endpoints.temporal)
    queries = {id_: parse_qs(urlsplit(links[id_]).query)["query"][0] for id_ in LISTS}
    assert {id_: {found.id async for found in client.list_workflows(query)} for id_, query in queries.items()} == LISTS


async def test_the_pages_say_what_their_pictures_show(tongchou: Tongchou, page: Page) -> None:
    said = await look(tongchou, page)
    for line in said["timeline"] + said["late"]:
        told = line.partition(" • ")[2] or line
        assert CHINESE.search(told) and not CODE.search(told), line
    assert "已计意见：数字底座技术委员会 退回补正" in said["details"]
    assert any("结果 办结" in line for line in said["finished"])
    assert said == json.loads(SAID.read_text("utf-8")), "the pictures are older than the pages: make pictures"


async def test_the_late_procedure_says_who_is_late_and_since_when(tongchou: Tongchou, page: Page) -> None:
    answer, status = [await asyncio.to_thread(tongchou.document, command, LATE) for command in ("ui", "status")]
    told = await details(page, answer["page"], "已逾期")
    assert "等待：江阴市城市管理局信息中心（jy-cg-info）" in told
    assert f"期限：{status['due_on']}" in told


async def test_a_project_s_runs_are_the_stages_that_it_passed(tongchou: Tongchou, page: Page) -> None:
    answer = await asyncio.to_thread(tongchou.document, "ui", FINISHED)
    links = {link["id"]: link["url"] for link in answer["links"]}
    code = FINISHED.partition(":")[2]
    opened = await asyncio.to_thread(tongchou.document, "ledger", "show", code, "--kind", "stage.opened")
    assert await listed(page, links["runs"], len(opened)) == {FINISHED}


async def test_an_earlier_stage_says_that_it_has_ended(tongchou: Tongchou) -> None:
    assert tongchou.endpoints
    client = await connect(tongchou.endpoints.temporal)
    (stage, *_) = await every_run(client, TENDERED)
    handle = client.get_workflow_handle(TENDERED, run_id=stage.run_id)
    told = await handle.query("__temporal_workflow_metadata")
    assert "**申报阶段第 1 轮已结束，项目转入技术统筹阶段。**" in str(told)


async def test_whatever_the_histories_say_to_an_admin_is_chinese_and_has_titles(tongchou: Tongchou) -> None:
    assert tongchou.endpoints
    said = await _summaries(tongchou.endpoints)
    assert len(said) > 50
    assert [line for line in said if not CHINESE.search(line) or CODE.search(line)] == []


async def _summaries(endpoints: Endpoints) -> set[str]:
    client = await connect(endpoints.temporal)
    histories = [await every_run(client, id_) for id_ in (*RUNNING, FINISHED, RECTIFIED)]
    events = [event for history in chain.from_iterable(histories) for event in history.events]
    return {_text(event.user_metadata.summary) for event in events if event.HasField("user_metadata")}


def _text(summary: Payload) -> str:
    return str(json.loads(summary.data))


def test_every_picture_is_in_the_guide_and_small() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text("utf-8")
    pictures = {file.name: file.stat().st_size for file in FOLDER.glob("ui-*.png")}
    assert set(re.findall(r"pictures/(ui-[a-z]+\.png)", guide)) == set(pictures)
    assert all(size <= MOST_BYTES for size in pictures.values()), pictures
