"""The contract by Temporal's own command line, without a line of ours: signal, update and query from any terminal."""

import json
import subprocess
from pathlib import Path

from starter.temporal import binary
from tests.starter.tongchou import Tongchou


def temporal(installation: Tongchou, *arguments: str) -> "subprocess.CompletedProcess[str]":
    assert installation.endpoints
    address = ("--address", installation.endpoints.temporal)
    return subprocess.run(
        [binary(), "workflow", *arguments, *address], capture_output=True, text=True, check=False, timeout=60
    )


def decision(code: str, decision_id: str, **changes: str) -> str:
    return json.dumps(
        {
            "decision_id": decision_id,
            "review_id": f"{code}/Application/admission/r1",
            "organ": "jy-data-bureau",
            "officer": "lin.yue",
            "verdict": "approve",
        }
        | changes
    )


def signed(installation: Tongchou, folder: Path, written: str) -> str:
    """The decision as `tongchou sign` prints it, ready for --input."""
    file = folder / "decision.json"
    file.write_text(written, encoding="utf-8")
    told = installation("sign", file)
    assert told.code == 0, told.stderr
    return told.stdout


def test_the_signal_decide_counts(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("TC-1", tmp_path)
    signal = ("signal", "-w", "project:TC-1", "--name", "decide", "--input")
    unsigned = decision("TC-1", "T-1")
    assert temporal(installation, *signal, unsigned).returncode == 0
    (refused,) = installation.recorded("TC-1", "decision.refused")
    assert "须经电子签名" in refused["entry"]["summary"]["zh"]
    assert temporal(installation, *signal, signed(installation, tmp_path, unsigned)).returncode == 0
    installation.status("TC-1", until=lambda s: s["gate"] == "forwarding")


def test_the_update_submit_decision_answers_with_a_receipt_or_the_reason(
    installation: Tongchou, tmp_path: Path
) -> None:
    installation.start("TC-2", tmp_path)
    update = ("update", "execute", "-w", "project:TC-2", "--name", "submit_decision", "-o", "json", "--input")
    refused = temporal(installation, *update, decision("TC-2", "T-2", organ="jy-ops-centre"))
    assert refused.returncode != 0
    assert "jy-ops-centre" in refused.stderr
    counted = temporal(installation, *update, signed(installation, tmp_path, decision("TC-2", "T-2")))
    assert json.loads(counted.stdout)["result"]["outcome"] == "approved"


def test_the_query_status_is_plain_json(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("TC-3", tmp_path)
    answer = temporal(installation, "query", "-w", "project:TC-3", "--type", "status", "-o", "json")
    (status,) = json.loads(answer.stdout)["queryResult"]
    assert status["state"] == "under_review"


def test_what_is_no_decision_goes_on_record_and_stops_nothing(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("TC-4", tmp_path)
    signal = ("signal", "-w", "project:TC-4", "--name", "decide")
    assert temporal(installation, *signal, "--input", '"yes"').returncode == 0
    assert temporal(installation, *signal, "--input", "{broken").returncode != 0, "Temporal itself wants JSON"
    raw = ("--input", "{broken", "--input-meta", "encoding=binary/plain")
    assert temporal(installation, *signal, *raw).returncode == 0
    assert temporal(installation, *signal, "--input", "1", "--input", "2").returncode == 0
    assert temporal(installation, *signal).returncode == 0
    installation.status("TC-4")
    refused = installation.recorded("TC-4", "decision.refused")
    while len(refused) < 4:
        refused = installation.recorded("TC-4", "decision.refused")
    assert len(refused) == 4
    assert (
        installation("decide", "TC-4", "--organ", "jy-data-bureau", "--officer", "lin.yue", "--verdict", "approve").code
        == 0
    )
