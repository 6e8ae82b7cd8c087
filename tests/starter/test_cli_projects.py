"""A project's life by the command, on the stack that `tongchou up` started; and what is refused on the way."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from models.base import Text
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from records import database, ledger
from runtime.connect import connect
from runtime.shutdown import run
from starter.commands import speaking
from starter.folder import Folder
from tests.starter.tongchou import CORRECTED, Tongchou, copied

BUREAU = ("--organ", "jy-data-bureau", "--officer", "lin.yue")
APPROVE = (*BUREAU, "--verdict", "approve")
RETURN = (*BUREAU, "--verdict", "return")


def is_under_review(status: Any) -> bool:
    return bool(status["state"] == "under_review")


def is_at(gate: str, round_: int = 1) -> Callable[[Any], bool]:
    return lambda s: (s["gate"], s["round"], s["state"]) == (gate, round_, "under_review")


def test_a_project_is_filed_listed_and_its_files_are_on_record(installation: Tongchou, tmp_path: Path) -> None:
    file = copied(tmp_path, "CLI-1")
    filed = installation.document("start", file)
    assert (filed["workflow_id"], filed["route"]) == ("project:CLI-1", "standard")
    installation.status("CLI-1", until=is_under_review)

    waiting = {item["project"]: item for item in installation.document("inbox", "--organ", "jy-data-bureau")}
    assert waiting["CLI-1"]["review_id"] == "CLI-1/Application/admission/r1"
    assert "CLI-1" in installation("inbox", "--organ", "jy-data-bureau").stdout
    late = installation.document("inbox", "--organ", "jy-data-bureau", "--overdue")
    assert "CLI-1" not in [item["project"] for item in late]

    content = (tmp_path / "documents" / "project-plan.md").read_bytes()
    (material,) = installation.document("materials", "CLI-1")
    assert material["material"]["sha256"] == sha256(content).hexdigest()
    assert installation("materials", "CLI-1", "--out", tmp_path / "out").code == 0
    (fetched,) = (tmp_path / "out").iterdir()
    assert fetched.read_bytes() == content

    kinds = [line["entry"]["kind"] for line in installation.document("ledger", "show", "CLI-1")]
    assert kinds == ["stage.opened", "project.filed", "review.opened"]


def test_the_status_page_says_who_must_act_until_when_on_which_article(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-2", tmp_path)
    page = installation("status", "CLI-2", "--receipt").stdout
    for words in (
        "申报 · 受理 · 第 1 轮 · 审核中",
        "jy-data-bureau",
        "第六条第一款",
        "20个工作日",
        "CLI-2/Application/admission/r1",
    ):
        assert words in page
    assert "application · " in installation("status", "CLI-2", "--lang", "en").stdout


def test_a_code_is_filed_once_and_the_second_time_says_where_the_project_is(
    installation: Tongchou, tmp_path: Path
) -> None:
    installation.start("CLI-3", tmp_path)
    told = installation("start", copied(tmp_path, "CLI-3"))
    assert told.code == 1
    assert "CLI-3" in told.stderr and "申报" in told.stderr
    installation("withdraw", "CLI-3", "--by", "liu.fang", "--reason", "不再建设")
    installation.status("CLI-3", until=lambda s: s["outcome"])
    told = installation("start", copied(tmp_path, "CLI-3"))
    assert told.code == 1
    assert "已撤回" in told.stderr


def test_a_code_that_only_the_ledger_remembers_is_not_filed_again(installation: Tongchou, tmp_path: Path) -> None:
    engine = database.connect(Folder(installation.data_dir).database_url("tongchou"))
    entry = LedgerEntry(
        entry_id="CLI-15/project.closed/CLI-15",
        project="CLI-15",
        at=datetime(2024, 3, 2, tzinfo=CHINA),
        kind=EntryKind.PROJECT_CLOSED,
        summary=Text(zh="项目办结", en="closed"),
    )
    ledger.append(engine, entry)
    engine.dispose()
    told = installation("start", copied(tmp_path, "CLI-15"))
    assert told.code == 1
    assert "见台账" in told.stderr


def test_a_decision_counts_once_and_a_repeat_gets_the_first_answer(installation: Tongchou, tmp_path: Path) -> None:
    review = installation.start("CLI-4", tmp_path)
    decision = ("decide", "CLI-4", *APPROVE, "--decision-id", "D-4", "--review", review)
    first = installation.document(*decision)
    assert (first["review_id"], first["outcome"]) == (review, "approved")
    assert installation.document(*decision) == first
    other = installation("decide", "CLI-4", *RETURN, "--decision-id", "D-4", "--review", review)
    assert other.code == 1
    assert "D-4" in other.stderr
    installation.status("CLI-4", until=is_at("forwarding"))
    counted = installation.document("ledger", "show", "CLI-4", "--kind", "decision.counted")
    assert len(counted) == 1


def test_whoever_may_not_decide_is_refused_with_the_reason(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-5", tmp_path)
    refused = {
        "wrong organ": ("--organ", "jy-ops-centre", "--officer", "gu.feng"),
        "officer of another organ": ("--organ", "jy-data-bureau", "--officer", "gu.feng"),
        "unknown officer": ("--organ", "jy-data-bureau", "--officer", "nobody"),
        "who prepared the application": ("--organ", "jy-data-bureau", "--officer", "liu.fang"),
    }
    for who in refused.values():
        told = installation("decide", "CLI-5", *who, "--verdict", "approve")
        assert told.code == 1, who
        assert told.stdout == "" and "错误：" in told.stderr
    assert installation("decide", "CLI-5", *BUREAU, "--verdict", "maybe").code == 2
    assert installation("decide", "CLI-5", *APPROVE, "--decision-id", "no blank").code == 2
    assert installation.status("CLI-5")["review"]["decisions"] == []


def test_where_a_review_has_no_points_none_is_judged_and_all_of_none_are_met(
    installation: Tongchou, tmp_path: Path
) -> None:
    installation.start("CLI-16", tmp_path)
    told = installation("decide", "CLI-16", *APPROVE, "--judge", "1=met")
    assert told.code == 1 and "没有审查要点" in told.stderr
    assert installation("decide", "CLI-16", *APPROVE, "--judge", "1=fine").code == 2
    told = installation("decide", "CLI-16", *APPROVE, "--major-change")
    assert told.code == 1 and "major_change" in told.stderr
    assert installation("decide", "CLI-16", *APPROVE, "--all-met").code == 0
    installation.status("CLI-16", until=is_at("forwarding"))


def test_a_return_asks_for_a_correction_and_opens_a_new_round(installation: Tongchou, tmp_path: Path) -> None:
    review = installation.start("CLI-6", tmp_path)
    early = installation("submit", "CLI-6", copied(tmp_path, "CLI-6", CORRECTED), "--by", "liu.fang")
    assert early.code == 1, "an open review judges what lies before it"
    assert installation("decide", "CLI-6", *RETURN, "--opinion", "请补正").code == 0
    installation.status("CLI-6", until=lambda s: s["state"] == "awaiting_materials")

    told = installation("decide", "CLI-6", *APPROVE)
    assert told.code == 1
    assert "没有正在进行的审核" in told.stderr
    assert installation("submit", "CLI-6", copied(tmp_path, "CLI-X", CORRECTED), "--by", "liu.fang").code == 2
    corrected = copied(tmp_path, "CLI-6", CORRECTED)
    assert installation("submit", "CLI-6", corrected, "--by", "chen.hao").code == 1
    assert installation("submit", "CLI-6", corrected, "--by", "liu.fang").code == 0

    installation.status("CLI-6", until=is_at("admission", 2))
    stale = installation("decide", "CLI-6", *APPROVE, "--review", review)
    assert stale.code == 1
    assert review in stale.stderr and "CLI-6/Application/admission/r2" in stale.stderr
    assert installation.document("decide", "CLI-6", *APPROVE)["review_id"] == "CLI-6/Application/admission/r2"


def test_the_clock_is_paused_resumed_and_extended_for_a_reason(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-7", tmp_path)
    due = installation.status("CLI-7")["due_on"]
    wrong = installation("pause-clock", "CLI-7", *BUREAU, "--ground", "holiday", "--reason", "度假")
    assert wrong.code == 1
    assert "supplementing_materials" in wrong.stderr
    pause = ("pause-clock", "CLI-7", *BUREAU, "--ground", "supplementing_materials", "--reason", "待补充")
    assert installation(*pause).code == 0
    assert "时钟停止" in installation("status", "CLI-7").stdout
    more = tmp_path / "more.md"
    more.write_text("补充说明", encoding="utf-8")
    assert installation("submit", "CLI-7", "--by", "liu.fang", "--material", f"supplement={more}").code == 0
    assert installation("resume-clock", "CLI-7", *BUREAU, "--reason", "已补充").code == 0
    extension = ("extend", "CLI-7", *BUREAU, "--reason", "情况复杂", "--working-days")
    assert installation(*extension, "5").code == 0
    assert installation(*extension, "0").code == 2
    assert installation.status("CLI-7")["due_on"] > due
    names = [item["material"]["name"] for item in installation.document("materials", "CLI-7")]
    assert names == ["project-plan.md", "more.md"]


def test_a_suspended_project_takes_no_decision_until_it_is_resumed(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-8", tmp_path)
    other = ("--organ", "jy-ops-centre", "--officer", "gu.feng")
    assert installation("suspend", "CLI-8", *other, "--reason", "无权").code == 1
    assert installation("suspend", "CLI-8", *BUREAU, "--reason", "机构调整").code == 0
    assert installation("decide", "CLI-8", *APPROVE).code == 1
    assert installation("resume", "CLI-8", *BUREAU, "--reason", "调整完毕").code == 0
    assert installation("decide", "CLI-8", *APPROVE).code == 0


def test_a_decision_is_taken_back_by_the_officer_who_gave_it(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-9", tmp_path)
    assert installation("decide", "CLI-9", *APPROVE, "--decision-id", "D-9").code == 0
    installation.status("CLI-9", until=is_at("forwarding"))
    retract = ("retract", "CLI-9", "--decision-id", "D-9", "--organ", "jy-data-bureau", "--reason", "误操作")
    assert installation(*retract, "--officer", "chen.hao").code == 1
    assert installation(*retract, "--officer", "lin.yue").code == 0
    installation.status("CLI-9", until=is_at("admission"))


def test_a_finding_is_rectified_beside_the_project(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-10", tmp_path)
    finding = ("record-finding", "CLI-10", *BUREAU, "--finding-id", "F-10", "--rule", "JY-38", "--subject", "机房")
    limit = str(datetime.now(CHINA).date() + timedelta(days=30))
    assert installation(*finding, "--description", "无门禁", "--limit-on", "2020-01-01").code == 1
    assert installation(*finding, "--description", "无门禁", "--limit-on", limit).code == 0
    rectification = "rectification:CLI-10-R1"
    assert installation.status(rectification, until=lambda s: s["state"] == "rectifying")["due_on"] == limit

    evidence = tmp_path / "evidence.md"
    evidence.write_text("门禁已装", encoding="utf-8")
    respond = ("respond", "CLI-10-R1", "--statement", "已安装门禁", "--material", f"evidence={evidence}")
    assert installation(*respond, "--by", "lin.yue").code == 1
    assert installation(*respond, "--by", "liu.fang").code == 0
    installation.status(rectification, until=is_under_review)
    assert installation("decide", rectification, *APPROVE).code == 0
    installation.status("CLI-10", until=lambda s: s["rectifications"][0]["closed_at"])
    assert installation("respond", "CLI-10-R9", "--by", "liu.fang", "--statement", "已改").code == 1


def test_a_finding_in_principle_is_waived_on_a_written_approval(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-13", tmp_path)
    assert installation("decide", "CLI-13", *APPROVE).code == 0
    installation.status("CLI-13", until=is_at("forwarding"))
    assert installation("decide", "CLI-13", *APPROVE).code == 0
    installation.status("CLI-13", until=is_at("committee"))
    approval = tmp_path / "approval.md"
    approval.write_text("同意例外", encoding="utf-8")
    waive = ("waive", "CLI-13", *BUREAU, "--reason", "涉密", "--document", approval, "--expires-on", "2099-12-31")
    early = installation(*waive, "--rule", "JY-26")
    assert early.code == 1, "the approval has to be handed in first"
    committee = ("--organ", "jy-base-committee", "--officer", "shen.jing", "--reason", "待补充")
    assert installation("pause-clock", "CLI-13", *committee, "--ground", "supplementing_materials").code == 0
    assert installation("submit", "CLI-13", "--by", "liu.fang", "--material", f"approval={approval}").code == 0
    assert installation(*waive, "--rule", "JY-18").code == 1, "a mandatory rule cannot be waived"
    assert installation(*waive, "--rule", "JY-26").code == 0
    assert "已例外批准" in installation("status", "CLI-13").stdout


def test_a_change_is_reported_by_the_unit_only(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-11", tmp_path)
    change = ("report-change", "CLI-11", "--kind", "investment", "--description", "设备涨价")
    assert installation(*change, "--by", "lin.yue", "--investment", "4900000").code == 1
    assert installation(*change, "--by", "liu.fang").code == 1
    assert installation(*change, "--by", "liu.fang", "--investment", "many").code == 2
    assert installation(*change, "--by", "liu.fang", "--investment", "4900000.00").code == 0


def test_an_event_is_delivered_and_goes_on_record(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("CLI-12", tmp_path)
    event = ("report-event", "CLI-12", "--event", "construction_completed", "--by", "site-system")
    assert installation(*event, "--data", "[1").code == 2
    assert installation(*event, "--data", "[1]").code == 2
    assert installation(*event, "--event-id", "E-12", "--occurred-on", "2026-03-02").code == 0
    installation.recorded("CLI-12", "event.reported")
    assert installation("report-event", "CLI-404", "--event", "x", "--by", "y").code == 1


def test_an_unknown_project_is_refused_by_every_command(installation: Tongchou) -> None:
    reason = ("--reason", "x")
    for command in (
        ("status", "CLI-404"),
        ("decide", "CLI-404", *APPROVE),
        ("withdraw", "CLI-404", "--by", "liu.fang", *reason),
        ("suspend", "CLI-404", *BUREAU, *reason),
        ("extend", "CLI-404", *BUREAU, "--working-days", "3", *reason),
        ("ledger", "show", "CLI-404"),
    ):
        told = installation(*command)
        assert told.code == 1, told
        assert "错误：" in told.stderr
    assert installation.document("materials", "CLI-404") == []


def test_a_worklist_shows_the_nearest_deadlines_and_says_how_many_more_wait(
    installation: Tongchou, tmp_path: Path
) -> None:
    for code in ("CLI-31", "CLI-32"):
        installation("start", copied(tmp_path, code))
        installation.status(code, until=is_under_review)
    everything = installation.document("inbox", "--organ", "jy-data-bureau")
    told = installation("inbox", "--organ", "jy-data-bureau", "--limit", "1", "--json")
    assert json.loads(told.stdout) == everything[:1]
    assert f"另有 {len(everything) - 1} 项" in told.stderr


def test_a_worklist_cannot_be_widened_by_a_quote(installation: Tongchou) -> None:
    assert installation("inbox", "--organ", "x' OR 'a' = 'a").code == 2
    assert installation.document("inbox", "--organ", "nobody") == []


def test_a_worker_that_does_not_answer_is_named_instead_of_being_waited_for(
    installation: Tongchou, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start_without_a_worker() -> None:
        assert installation.endpoints
        client = await connect(installation.endpoints.temporal)
        await client.start_workflow("Application", id="project:CLI-14", task_queue="nobody")

    run(start_without_a_worker())
    monkeypatch.setattr(speaking, "ANSWER_SECONDS", 0.5)
    told = installation("withdraw", "CLI-14", "--by", "liu.fang", "--reason", "x")
    assert told.code == 3
    assert "tongchou status" in told.stderr and "tongchou up" in told.stderr
