"""A procedure by the command, on the stack that `tongchou up` started: started once, handed in to, decided, on record."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models.base import Text
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from records import database, ledger
from starter.folder import Folder
from tests.starter.procedure_files import STATEMENT, misuse
from tests.starter.tongchou import Tongchou, changed

APPROVE = ("--organ", "jy-ops-centre", "--officer", "zhou.lan", "--verdict", "approve")


def is_at(step: str) -> Any:
    return lambda status: status["gate"] == step and status["awaiting"]


def waits(installation: Tongchou, organ: str, workflow_id: str) -> Any:
    """The organ's item of that procedure, as soon as the worklist has it: the visibility store is a moment behind."""
    deadline = time.monotonic() + 30
    while True:
        found = [
            item for item in installation.document("inbox", "--organ", organ) if item["workflow_id"] == workflow_id
        ]
        if found:
            return found[0]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def started(installation: Tongchou, folder: Path, code: str) -> str:
    """Start the check and wait until its first step is open; its workflow id."""
    workflow_id = installation.document("procedure", "start", misuse(folder, code))["workflow_id"]
    installation.status(workflow_id, until=is_at("statement"))
    return str(workflow_id)


def test_a_procedure_runs_from_its_file_to_the_register(installation: Tongchou, tmp_path: Path) -> None:
    first = installation.document("procedure", "start", misuse(tmp_path, "CM-1"))
    assert (first["workflow_id"], first["started"], first["runs"]) == ("capability_misuse:CM-1", True, "Procedure")
    assert [material["name"] for material in first["materials"]] == ["evidence.md"]
    address = first["workflow_id"]
    installation.status(address, until=is_at("statement"))
    assert [item["material"]["name"] for item in installation.document("materials", "CM-1")] == ["evidence.md"]

    waiting = waits(installation, "jy-cg-info", address)
    assert (waiting["procedure"], waiting["state"]) == ("capability_misuse", "awaiting_materials")
    assert address in installation("inbox", "--organ", "jy-cg-info").stdout

    form = tmp_path / "statement.yaml"
    form.write_text(STATEMENT, encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("statement: 已停止\nstopped: perhaps\n", encoding="utf-8")
    told = installation("submit", address, wrong, "--by", "liu.fang")
    assert told.code == 1 and "是否已停止" in told.stderr
    assert installation("submit", address, form, "--by", "liu.fang", "--party", "jy-jt-info").code == 1
    assert installation("submit", address, form, "--by", "liu.fang", "--party", "jy-cg-info").code == 0

    installation.status(address, until=is_at("finding"))
    page = installation("procedure", "status", "CM-1").stdout
    for words in ("认定", "jy-ops-centre", "第十二条第二款", "使用单位说明", "已办步骤"):
        assert words in page
    assert installation("decide", address, *APPROVE).code == 0
    installation.status(address, until=lambda status: status["outcome"] == "completed")
    (entry,) = installation.document("registers", "list", "--register", "capability_grants")
    assert (entry["subject"], entry["state"], entry["procedure"]) == ("JY-CA-1", "misused", address)

    ended = installation("procedure", "start", misuse(tmp_path, "CM-1"))
    assert ended.code == 1
    assert "CM-1" in ended.stderr and "办结" in ended.stderr and "tongchou ledger show CM-1" in ended.stderr


def test_the_same_business_twice_is_the_running_one(installation: Tongchou, tmp_path: Path) -> None:
    address = started(installation, tmp_path, "CM-2")
    again = installation.document("procedure", "start", misuse(tmp_path, "CM-2"))
    assert (again["workflow_id"], again["started"], again["differs"]) == (address, False, [])
    assert again["status"]["gate"] == "statement"
    page = installation("procedure", "start", misuse(tmp_path, "CM-2")).stdout
    assert "已在办理" in page and "使用单位说明" in page and "不同" not in page

    other = changed(misuse(tmp_path, "CM-2"), "用于考勤", "用于直播")
    assert installation.document("procedure", "start", other)["differs"] == ["form"]
    assert "differs from this file (form)" in installation("procedure", "start", other, "--lang", "en").stdout

    barred = changed(misuse(tmp_path, "CM-2"), "prepared_by: chen.hao", "prepared_by: nobody")
    assert installation.document("procedure", "start", barred)["differs"] == ["prepared_by"]


def test_a_procedure_is_withdrawn_by_its_applicant_and_its_code_is_spent(
    installation: Tongchou, tmp_path: Path
) -> None:
    address = started(installation, tmp_path, "CM-3")
    assert installation("withdraw", address, "--by", "liu.fang", "--reason", "误报").code == 1
    assert installation("withdraw", address, "--by", "chen.hao", "--reason", "误报").code == 0
    installation.status(address, until=lambda status: status["outcome"])
    told = installation("procedure", "start", misuse(tmp_path, "CM-3"))
    assert told.code == 1
    assert "已撤回" in told.stderr


@pytest.mark.parametrize(("code", "outcome", "words"), [("CM-4", "rejected", "不予通过"), ("CM-5", None, "见台账")])
def test_a_code_that_only_the_ledger_remembers_is_not_started_again(
    installation: Tongchou, tmp_path: Path, code: str, outcome: str | None, words: str
) -> None:
    engine = database.connect(Folder(installation.data_dir).database_url("tongchou"))
    opened = LedgerEntry(
        entry_id=f"{code}/procedure.opened/capability_misuse:{code}",
        project=code,
        at=datetime(2024, 3, 2, tzinfo=CHINA),
        kind=EntryKind.PROCEDURE_OPENED,
        summary=Text(zh="受理", en="opened"),
    )
    ledger.append(engine, opened)
    if outcome:
        closed = {"entry_id": f"{code}/procedure.closed/capability_misuse:{code}", "detail": {"outcome": outcome}}
        ledger.append(engine, opened.model_copy(update={**closed, "kind": EntryKind.PROCEDURE_CLOSED}))
    engine.dispose()
    told = installation("procedure", "start", misuse(tmp_path, code))
    assert told.code == 1
    assert words in told.stderr


def test_a_code_that_no_procedure_has_is_refused(installation: Tongchou) -> None:
    for code in ("CM-404", "capability_misuse:CM-404"):
        told = installation("procedure", "status", code)
        assert told.code == 1
        assert "CM-404" in told.stderr
    assert installation("procedure", "status", "no blank").code == 2
