"""`tongchou ui`: links into the Temporal UI. That they open what they promise is tried in tests/e2e/test_admin_pages.py."""

from urllib.parse import parse_qs, urlsplit

import pytest

from models.base import Text
from starter.links import Pages
from tests.starter.tongchou import Tongchou

PAGES = Pages("https://temporal.example/", "gov/审批")


def test_a_link_carries_its_whole_query_whatever_stands_in_it() -> None:
    hostile = PAGES.awaiting([("o'brien & co?#", Text(zh="甲", en="A"))])
    for link in (*PAGES.standing(), *hostile, *PAGES.of_project("project:JY-1")):
        address = urlsplit(link.url)
        assert (address.netloc, parse_qs(address.query)["query"]) == ("temporal.example", [link.query])
        assert address.path == "/namespaces/gov%2F%E5%AE%A1%E6%89%B9/workflows"
    assert r"'o\'brien & co?#'" in hostile[0].query


def test_every_list_has_an_id_of_its_own() -> None:
    ids = [link.id for link in PAGES.standing()]
    assert len(set(ids)) == len(ids) == 11


def test_a_project_s_page_needs_no_run() -> None:
    assert (
        Pages("http://ui", "default").workflow("project:JY-1") == "http://ui/namespaces/default/workflows/project:JY-1"
    )


@pytest.mark.parametrize("words", [("--organ", "a b"), ("--url", "temporal.example"), ("a b", "--url", "http://ui")])
def test_what_can_be_no_address_is_bad_input(tongchou: Tongchou, words: tuple[str, ...]) -> None:
    assert tongchou("ui", *words).code == 2


def test_where_nothing_runs_that_is_what_is_told(tongchou: Tongchou) -> None:
    told = tongchou("ui", "--json")
    assert (told.code, told.document["error"]["kind"]) == (3, "unreachable")


def test_the_links_are_told_in_both_languages(installation: Tongchou) -> None:
    assert installation.endpoints
    chinese, english = installation("ui").stdout, installation("ui", "--lang", "en").stdout
    assert "阶段：招标" in chinese and "待办：江阴市大数据管理和政务服务局" in chinese
    assert "stage: tender" in english and "waits for: Jiangyin Big Data" in english
    for line in (line for line in english.splitlines() if "http" in line):
        assert line.strip().startswith(f"{installation.endpoints.ui}/namespaces/default/workflows?query=")


def test_of_a_project_its_page_its_runs_and_all_that_belongs_to_it(installation: Tongchou) -> None:
    assert installation.endpoints
    answer = installation.document("ui", "JY-2026-0700")
    assert answer["page"] == f"{installation.endpoints.ui}/namespaces/default/workflows/project:JY-2026-0700"
    assert {link["id"]: link["query"] for link in answer["links"]} == {
        "runs": "WorkflowId = 'project:JY-2026-0700'",
        "project": "ProjectCode = 'JY-2026-0700'",
    }
