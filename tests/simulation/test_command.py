"""`tongchou simulate`: the command starts the simulation as a process and passes on what it says."""

import json
import subprocess
import sys
from pathlib import Path

from tests.simulation.case_texts import written


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "starter", "simulate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_cases_that_hold_end_with_code_0(tmp_path: Path) -> None:
    done = simulate(str(written(tmp_path)), "--json", "--jobs", "1")
    assert (done.returncode, json.loads(done.stdout)["differing"]) == (0, 0)


def test_a_difference_ends_with_code_1(tmp_path: Path) -> None:
    done = simulate(str(written(tmp_path, "[JY-18 机房]", "[]")), "--only", "机房", "--jobs", "1")
    assert done.returncode == 1
    assert "≠ 阻止通过的问题 blocking：多出 JY-18 机房" in done.stdout


def test_a_faulty_file_ends_with_code_2_and_names_its_line(tmp_path: Path) -> None:
    done = simulate(str(written(tmp_path, "judge: checks", "judge: oracle")))
    assert done.returncode == 2
    assert "cases.yaml:4" in done.stderr
