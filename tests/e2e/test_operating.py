"""docs/operating.md, tried: each block of each question is run as it stands there, and what came of it is looked at.

A block marked `sh` is run; one that is not says which test does it.
"""

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from glob import glob
from pathlib import Path
from typing import Any

import pytest

from starter import probing
from tests.e2e.portfolio import BUREAU, COORDINATED, FINISHED, LATE, RUNNING, coordinated, decided, filed
from tests.starter.tongchou import ROOT, Told, Tongchou

GUIDE = (ROOT / "docs" / "operating.md").read_text("utf-8")
SECTIONS = {part.partition(" ")[0].rstrip("."): part for part in GUIDE.split("\n## ")[1:]}
"""The sections by the number of their question; the one before the questions by its title's first word."""
ENDS_WITH = re.compile(r"#\s*ends with (\d)")


class Admin:
    """Somebody who follows the guide, in a folder where the installation's data lies in `var`."""

    def __init__(self, tongchou: Tongchou, folder: Path) -> None:
        self.tongchou, self._folder = tongchou, folder

    def follow(self, question: str, **instead: str) -> list[Told]:
        """Run the question's commands in their order; each must end as the guide says. `instead` are ids that differ here."""
        blocks = re.findall(r"^```sh\n(.*?)^```", SECTIONS[question], flags=re.DOTALL | re.MULTILINE)
        lines = [line for block in blocks for line in block.splitlines()]
        assert lines, f"question {question} has no commands"
        return [self._run(line, instead) for line in lines]

    def _run(self, line: str, instead: dict[str, str]) -> Told:
        ends = ENDS_WITH.search(line)
        for written, here in instead.items():
            line = line.replace(written.replace("_", "-"), here)
        words = shlex.split(line, comments=True)
        told = self._told(words) if words[0] == "tongchou" else self.shell(line)
        assert told.code == (int(ends[1]) if ends else 0), (line, told)
        return told

    def _told(self, words: list[str]) -> Told:
        """In this process: what a command costs is its imports."""
        return self.tongchou(*(found for word in words[1:] for found in (glob(word) if "*" in word else [word])))

    def shell(self, line: str) -> Told:
        endpoints = self.tongchou.endpoints
        assert endpoints
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        done = subprocess.run(
            ["bash", "-c", line.replace("http://127.0.0.1:8702", endpoints.notification)],
            cwd=self._folder,
            env={**os.environ, "PATH": path, "TEMPORAL_ADDRESS": endpoints.temporal},
            capture_output=True,
            text=True,
            check=False,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    def filed(self, code: str) -> str:
        """A project of that code under review, as the guide takes for granted."""
        filed(self.tongchou, self._folder / "files", f"project:{code}", f"示例项目 {code}")
        return code

    def republished(self) -> dict[str, Any]:
        """What publishing the notice once more tells."""
        told: dict[str, Any] = self.tongchou.document(
            "calendar", "publish", "examples/calendar-2027.yaml", "--by", "admin"
        )
        return told

    def kinds(self, code: str) -> Counter[str]:
        """How often each kind of entry stands in the project's ledger."""
        return Counter(entry["entry"]["kind"] for entry in self.tongchou.document("ledger", "show", code))


@pytest.fixture
def admin(tongchou: Tongchou, admins_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.chdir(admins_folder)
    if not (admins_folder / "examples").exists():
        (admins_folder / "examples").symlink_to(ROOT / "examples")
    return Admin(tongchou, admins_folder)


def test_every_question_with_commands_is_tried_here() -> None:
    tried = set(re.findall(r"follow\(\"([^\"]+)\"", Path(__file__).read_text("utf-8")))
    assert {question for question, text in SECTIONS.items() if "```sh" in text} == tried


def test_a_question_without_commands_names_the_test_that_does_it() -> None:
    for text in SECTIONS.values():
        cited = re.findall(r"tests/e2e/test_\w+\.py", text)
        assert "```sh" in text or cited
        assert all((ROOT / file).is_file() for file in cited)


def test_where_to_look(admin: Admin) -> None:
    lists, project, unit = admin.follow("从哪里看")
    assert "正在办理" in lists.stdout and "阶段：招标" in lists.stdout and "query=" in lists.stdout
    assert COORDINATED in project.stdout and "城市管理局信息中心" in unit.stdout


def test_what_is_stuck(admin: Admin) -> None:
    (told,) = admin.follow("1")
    assert "故障 0" in told.stdout
    assert all(workflow_id in told.stdout for workflow_id in RUNNING)


def test_who_is_late(admin: Admin) -> None:
    inbox, status = admin.follow("2")
    assert LATE in inbox.stdout and "JY-2026-000" not in inbox.stdout
    assert "已逾期" in status.stdout


def test_what_waits_for_whom(admin: Admin) -> None:
    inbox, status = admin.follow("3")
    assert "JY-2026-0003" in inbox.stdout and "技术委员会审议" in status.stdout


def test_a_deadline_is_extended_paused_and_resumed(admin: Admin) -> None:
    code = admin.filed("JY-2026-0011")
    before = admin.tongchou.status(code)["due_on"]
    admin.follow("4")
    assert admin.tongchou.status(code, until=lambda s: s["due_on"])["due_on"] > before
    assert admin.kinds(code)["deadline.moved"] == 3


def test_a_project_is_suspended_resumed_and_withdrawn(admin: Admin) -> None:
    code = admin.filed("JY-2026-0012")
    admin.follow("5")
    assert admin.tongchou.status(code, until=lambda s: s["outcome"])["outcome"] == "withdrawn"
    kinds = admin.kinds(code)
    assert [kinds[f"project.{what}"] for what in ("suspended", "resumed", "withdrawn")] == [1, 1, 1]


def test_somebody_stands_in_for_an_officer_who_leaves(admin: Admin) -> None:
    code = admin.filed("JY-2026-0013")
    given = len(admin.tongchou.document("register", "delegations")) + 1
    year = admin.tongchou.status(code)["review"]["opened_at"][:4]
    *_, imported = admin.follow("6", **{"dl_2026_1": f"dl-{year}-{given}"})
    assert "新增或变更 0" in imported.stdout
    (entry,) = admin.tongchou.recorded(code, "decision.counted")
    assert (entry["entry"]["officer"], entry["entry"]["on_behalf_of"]) == ("gu.feng", "chen.hao")


def test_a_reset_keeps_what_was_counted_and_writes_nothing_twice(admin: Admin) -> None:
    code = admin.filed("JY-2026-0014")
    coordinated(admin.tongchou, f"project:{code}")
    before = admin.tongchou.document("ledger", "show", code)
    *_, verified = admin.follow("7")
    assert "台账完好" in verified.stdout
    assert admin.tongchou.document("ledger", "show", code) == before
    decided(admin.tongchou, code, "committee", "jy-base-committee", "zhou.lan", "return", "--opinion", "须补正")
    assert admin.kinds(code)["decision.counted"] == 3


def test_a_reset_to_an_earlier_point_forgets_decisions_that_the_ledger_keeps(admin: Admin) -> None:
    code = admin.filed("JY-2026-0016")
    decided(admin.tongchou, code, "admission", BUREAU, "chen.hao")
    before = admin.tongchou.status(code, until=lambda s: s["gate"] == "forwarding" and s["review"])
    line = f"temporal workflow reset --workflow-id project:{code} --type FirstWorkflowTask --reason 更正程序错误"
    assert admin.shell(line).code == 0
    after = admin.tongchou.status(code, until=lambda s: s["gate"] == "admission" and s["review"])
    assert after["life"] == before["life"] is not None, "what was signed for it stays signed"
    decided(admin.tongchou, code, "admission", BUREAU, "lin.yue")
    admin.tongchou.status(code, until=lambda s: s["gate"] == "forwarding" and s["review"])
    kinds = admin.kinds(code)
    assert (kinds["project.filed"], kinds["decision.counted"], kinds["gate.closed"]) == (1, 2, 1)
    assert admin.tongchou("ledger", "verify", code, "--live").code == 0


def test_a_terminated_project_is_named_lost_and_is_brought_back(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "SETTLING", timedelta(0))
    code = admin.filed("JY-2026-0015")
    review = admin.tongchou.status(code)["review"]["review_id"]
    _, ledger, lost, _, sound = admin.follow("8")
    assert "受理申报" in ledger.stdout
    assert f"project:{code}" in lost.stdout and "流程丢失" in lost.stdout and "故障 0" in sound.stdout
    assert admin.tongchou.status(code, until=lambda s: s["review"])["review"]["review_id"] == review
    decided(admin.tongchou, code, "admission", BUREAU, "chen.hao")


def test_history_letters_and_ledger_are_found(admin: Admin) -> None:
    ledger, verified, _, dossier, histories, letters = admin.follow("11")
    assert "项目办结" in ledger.stdout and "台账完好" in verified.stdout and dossier.code == 0
    assert len(histories.stdout.split()) > 5
    assert FINISHED.partition(":")[2] in letters.stdout and "review_opened" in letters.stdout
    assert any(Path("materials").iterdir())


def test_a_holiday_notice_moves_what_runs_once(admin: Admin) -> None:
    published, due = admin.follow("12")
    assert "2027" in published.stdout and "春节" in due.stdout
    settled = [move for move in admin.republished()["moves"] if move["new"]]
    ids = [move["workflow_id"] for move in settled]
    codes = [id_.removeprefix("project:") for id_ in ids if id_.startswith("project:")]
    moved = {code: admin.kinds(code)["deadline.moved"] for code in codes}
    again = admin.republished()["moves"]
    assert moved and all(move in again for move in settled)
    assert {code: admin.kinds(code)["deadline.moved"] for code in codes} == moved
