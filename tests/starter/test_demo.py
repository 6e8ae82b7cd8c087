"""The demonstration, run as a reader runs it: a whole life ends with 0, and a broken one with 1 and what it lacks."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.starter.tongchou import ROOT

GATES = ["admission", "forwarding", "committee", "opinion", "decision", "tender_neutral", "design_neutral"]
GATES += ["evaluation", "acceptance_decision", "annual_assessment", "operation_eligibility"]


@dataclass(frozen=True)
class Demonstration:
    """How a run ended: its exit code, its one JSON document, and the folder on which it played."""

    code: int
    account: Any
    folder: Path

    @property
    def missing(self) -> list[str]:
        return [text["en"] for text in self.account["missing"]]


def demonstrate(folder: Path, *options: str | Path) -> Demonstration:
    # A server and a database that the environment names are somebody else's, and must not be touched.
    elsewhere = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "TONGCHOU_DATABASE_URL": f"sqlite:///{folder}-elsewhere.db"}
    ended = subprocess.run(
        [sys.executable, "-m", "starter", "demo", "--json", "--data-dir", folder, *options],
        cwd=ROOT,
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.stdout.startswith("{"), ended.stdout + ended.stderr
    assert not Path(f"{folder}-elsewhere.db").exists()
    return Demonstration(ended.returncode, json.loads(ended.stdout), folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """`tongchou demo`, once for all tests."""
    return demonstrate(tmp_path_factory.mktemp("demo"))


def test_the_example_lives_a_whole_life(whole: Demonstration) -> None:
    assert (whole.code, whole.missing, whole.account["outcome"]) == (0, [], "completed")


def test_every_gate_has_its_organ_article_deadline_and_outcome(whole: Demonstration) -> None:
    closed = [
        line for line in whole.account["gates"] if line["outcome"] == "approved" and line["stage"] != "Rectification"
    ]
    assert [line["gate"] for line in closed] == GATES
    for line in closed:
        assert line["organs"] and line["citations"] and line["receipt"]["due_on"]
        assert line["receipt"]["term"]["citation"]["gap"] == "A12"


def test_coordination_finds_the_faults_and_the_next_round_finds_them_mended(whole: Demonstration) -> None:
    found = [f for f in whole.account["findings"] if f["found_in"].endswith("committee/r1")]
    binding = [f for f in found if f["finding"]["strength"] != "encouraged"]
    assert len(binding) == 13
    assert {f["mended_in"] for f in binding} == {"JY-2026-0001/TechnicalCoordination/committee/r2"}


def test_acceptance_asks_for_a_rectification_that_mends_what_it_found(whole: Demonstration) -> None:
    found = [f for f in whole.account["findings"] if f["found_in"].endswith("evaluation/r1") and f["mended_in"]]
    assert {f["finding"]["rule"] for f in found} == {"JY-32", "JY-34", "NA-91"}
    (rectification,) = whole.account["rectifications"]
    assert rectification["closed_at"]


def test_the_block_of_the_department_is_lifted_and_the_funds_stay_withheld_for_a_year(whole: Demonstration) -> None:
    block, funds = whole.account["sanctions"]
    assert (block["kind"], bool(block["lifted_at"])) == ("block_department", True)
    assert (funds["kind"], funds["lifted_at"], funds["ends"]) == ("withhold_operation_funds", None, "fiscal_year")


def test_what_must_be_refused_is_refused_with_its_reason(whole: Demonstration) -> None:
    filer, wrong_organ, blocked = [played for played in whole.account["played"] if played["refused"]]
    assert {played["code"] for played in (filer, wrong_organ, blocked)} == {1}
    assert "liu.fang" in filer["output"] and "jy-ops-centre" in wrong_organ["output"]
    assert "JY-36" in blocked["output"]


def test_every_notice_is_delivered_and_every_finished_run_is_kept(whole: Demonstration) -> None:
    assert {notice["state"] for notice in whole.account["notices"]} == {"delivered"}
    kept = whole.account["histories"]
    assert len(kept) == whole.account["entries"]["stage.opened"] == 8
    assert all((whole.folder / "histories" / name).stat().st_size for name in kept)


def test_the_life_leaves_a_dossier_that_is_whole(whole: Demonstration) -> None:
    dossier = whole.account["dossier"]
    assert (Path(dossier["file"]).is_file(), dossier["faults"]) == (True, [])
    assert dossier["entries"] == sum(whole.account["entries"].values()) - whole.account["entries"]["dossier.sealed"]


def test_the_account_points_to_the_user_interface(whole: Demonstration) -> None:
    addresses = whole.account["addresses"]
    assert addresses["ui"].startswith("http://127.0.0.1:")
    assert addresses["search"].endswith("workflows?query=ProjectCode%3D%22JY-2026-0001%22")


def test_a_life_that_breaks_off_names_what_it_lacks(tmp_path: Path) -> None:
    for folder in ("examples", "services/catalog/seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "examples" / "jiangyin" / "script.yaml"
    script = yaml.safe_load(file.read_text("utf-8"))
    forwarding = next(i for i, step in enumerate(script["steps"]) if step.get("when") == "forwarding")
    script["steps"] = script["steps"][:forwarding]
    file.write_text(yaml.safe_dump(script, allow_unicode=True), encoding="utf-8")
    broken = demonstrate(tmp_path / "data", "--script", file)
    assert broken.code == 1
    assert any("waits for “closed”, but it stands at application · forwarding" in text for text in broken.missing)
    assert "the outcome must be completed, and is: not closed" in broken.missing
    assert sum(text.startswith("the gate was not passed") for text in broken.missing) == len(GATES) - 1
