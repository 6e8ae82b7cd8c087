"""`tongchou rehearse` shows what lies before a project, says what it could not judge, and leaves no trace."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from models.finding import SanctionKind
from records import migration
from starter.folder import Folder
from starter.ports import LOOPBACK, Ports, settle
from tests.starter.test_cli_intake import impose
from tests.starter.tongchou import EXAMPLE, Tongchou, changed, copied

CODE = "JY-2026-0700"
AN_ANSWER = b'{"version": "7"}'


@pytest.fixture(autouse=True)
def no_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens: whatever runs on this machine must not answer."""
    ports, _ = settle(Ports.any_free())
    monkeypatch.setenv("TONGCHOU_CATALOG_URL", f"http://{LOOPBACK}:{ports.catalog}")


class Answering(BaseHTTPRequestHandler):
    """A catalog that knows nothing, but answers."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(AN_ANSWER)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output is for the test."""


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer((LOOPBACK, 0), Answering) as server:
        monkeypatch.setenv("TONGCHOU_CATALOG_URL", f"http://{LOOPBACK}:{server.server_port}")
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield
        server.shutdown()
        serving.join()


def test_every_gate_is_shown_with_its_organ_its_day_and_its_default(registered: Tongchou) -> None:
    told = registered("rehearse", EXAMPLE, "--on", "2026-03-02")
    assert told.code == 0
    assert "江阴市大数据管理和政务服务局" in told.stdout
    assert "2026-03-30（缺省 A12）" in told.stdout
    assert "（暂定）" in told.stdout
    assert "可以受理" in told.stdout


def test_in_english_nothing_is_missing(registered: Tongchou) -> None:
    told = registered("--lang", "en", "rehearse", EXAMPLE, "--on", "2026-03-02")
    assert "2026-03-30 (default A12)" in told.stdout
    assert "technical committee" in told.stdout


def test_without_a_catalog_the_checks_that_ask_it_are_named_and_not_passed(registered: Tongchou) -> None:
    unjudged = registered.document("rehearse", EXAMPLE)["unjudged"]
    reasons = {item["check"]: item["reason"]["en"] for item in unjudged}
    assert "the catalog did not answer" in reasons["JY-19"]
    assert "the catalog did not answer" not in reasons["JY-34"]


@pytest.mark.usefixtures("catalog")
def test_with_a_catalog_they_are_judged_by_its_answer(registered: Tongchou) -> None:
    document = registered.document("rehearse", EXAMPLE)
    assert not [item for item in document["unjudged"] if item["check"] == "JY-22"]
    assert [fault for fault in document["faults"] if fault["finding"]["check"] == "JY-22"]


def test_without_a_register_it_says_that_nobody_was_counted(tongchou: Tongchou) -> None:
    document = tongchou.document("rehearse", EXAMPLE)
    assert (document["officers_counted"], document["admissible"]) == (False, None)
    assert "均未核对" in tongchou("rehearse", EXAMPLE).stdout


def test_an_empty_register_counts_nobody_and_admits_nobody(tongchou: Tongchou) -> None:
    tongchou.data_dir.mkdir()
    migration.upgrade(Folder(tongchou.data_dir).database_url("tongchou"))
    document = tongchou.document("rehearse", EXAMPLE)
    assert (document["officers_counted"], document["admissible"]) == (False, False)


def test_nothing_is_stored_by_a_rehearsal(tongchou: Tongchou) -> None:
    tongchou("rehearse", EXAMPLE)
    assert not tongchou.data_dir.exists()


def test_a_blocked_department_is_shown_and_the_chain_all_the_same(registered: Tongchou, tmp_path: Path) -> None:
    impose(registered, SanctionKind.BLOCK_DEPARTMENT)
    document = registered.document("rehearse", copied(tmp_path, CODE))
    assert document["admissible"] is False
    assert "第十条" in document["reasons"][0]["zh"]
    assert len(document["steps"]) == 11


def test_an_officer_who_holds_no_post_in_the_unit_is_named(registered: Tongchou, tmp_path: Path) -> None:
    file = changed(copied(tmp_path, CODE), "prepared_by: liu.fang", "prepared_by: chen.hao")
    told = registered("rehearse", file)
    assert told.code == 0
    assert "目前不予受理" in told.stdout and "chen.hao" in told.stdout


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("regulation: jiangyin", "regulation: atlantis", "atlantis"),
        ("kind: machine_room", "kind: swimming_pool", "swimming_pool"),
        ("ends_on: 2026-12-31", "ends_on: 2198-12-31", "ends_on"),
    ],
)
def test_what_no_plan_can_be_made_of_is_bad_input(
    tongchou: Tongchou, tmp_path: Path, old: str, new: str, named: str
) -> None:
    told = tongchou("rehearse", changed(copied(tmp_path, CODE), old, new))
    assert told.code == 2
    assert named in told.stderr


def test_a_day_before_the_law_is_refused(tongchou: Tongchou) -> None:
    told = tongchou("rehearse", EXAMPLE, "--on", "2023-01-03")
    assert told.code == 2
    assert "2023-01-03" in told.stderr
