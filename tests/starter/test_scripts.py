"""The three scripts that an operator copies do what they say, from a terminal of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.starter.tongchou import EXAMPLE, ROOT, Tongchou, copied

OFFICERS = {"jy-data-bureau": "lin.yue", "jy-ops-centre": "gu.feng"}


def script(
    installation: Tongchou, name: str, *arguments: str | Path, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    assert installation.endpoints
    return subprocess.run(
        [sys.executable, "-m", f"starter.{name}", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TEMPORAL_ADDRESS": installation.endpoints.temporal},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_project_is_started_decided_on_and_listed_by_scripts(installation: Tongchou, tmp_path: Path) -> None:
    file = copied(tmp_path, "SC-1", EXAMPLE.with_name("filing-only.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace("JY-2026-0002", "SC-1"), encoding="utf-8")
    assert script(installation, "start_project", file).stdout == "project:SC-1\n"
    assert "WorkflowAlreadyStartedError" in script(installation, "start_project", file).stderr
    status = installation.status("SC-1", until=lambda s: s["review"])
    review, organ = status["review"]["review_id"], status["awaiting"][0]

    def listed() -> bool:
        return any(review in line for line in script(installation, "list_waiting", organ).stdout.splitlines())

    assert any(listed() for _ in range(20))
    decision = {"decision_id": "S-1", "review_id": review, "organ": organ, "verdict": "approve"}
    file = tmp_path / "decision.json"
    file.write_text(json.dumps(decision | {"officer": OFFICERS[organ]}), encoding="utf-8")
    unsigned = script(installation, "send_decision", "project:SC-1", stdin=file.read_text(encoding="utf-8"))
    assert unsigned.returncode == 1
    assert "tongchou sign" in unsigned.stderr
    # The same decision, signed: what was refused unsigned must not stand in its way.
    receipt = script(installation, "send_decision", "project:SC-1", stdin=installation("sign", file).stdout)
    assert receipt.returncode == 0, receipt.stderr
    assert json.loads(receipt.stdout)["review_id"] == review


@pytest.mark.parametrize("name", ["start_project", "send_decision", "list_waiting"])
def test_a_script_to_copy_is_short_and_needs_nothing_but_the_contract(name: str) -> None:
    text = (ROOT / "starter" / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    own = [line for line in text.splitlines() if line.startswith("from ") and not line.startswith("from temporalio")]
    assert all(
        line.startswith(
            ("from models.", "from workflows.names", "from runtime.connect", "from runtime.shutdown", "from pathlib")
        )
        for line in own
    )
