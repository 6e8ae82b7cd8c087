"""The command: exit codes, timelines, and one JSON document."""

import json
from pathlib import Path

import pytest

from simulation.__main__ import main
from tests.simulation.case_texts import written


def test_cases_that_hold_end_with_code_0_and_show_timelines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path)), "--jobs", "1"]) == 0
    told = capsys.readouterr().out
    assert "✓ 自建机房不得通过" in told
    assert "2026-03-31 00:00 ■ 截止 2026-03-30 24时" in told
    assert "案例 2 个，不符 0 个" in told


def test_a_difference_ends_with_code_1_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "due_on: 2026-03-30", "due_on: 2026-03-31")
    assert main([str(file), "--jobs", "1", "--only", "二十个", "--quiet"]) == 1
    told = capsys.readouterr().out
    assert "≠ 截止 due：应为 2026-03-31，实为 2026-03-30" in told
    assert "自建机房" not in told


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path)), "--jobs", "1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [case["case"] for case in document["cases"]] == ["自建机房不得通过", "二十个工作日"]
    assert document["differing"] == 0


def test_a_faulty_file_ends_with_code_2_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, "judge: checks", "judge: oracle"))]) == 2
    told = capsys.readouterr()
    assert (told.out, "cases.yaml:4" in told.err) == ("", True)


def test_a_case_that_cannot_be_built_differs_instead_of_ending_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "    gate: committee\n", "    gate: committee\n    base: palace\n")
    assert main([str(file), "--jobs", "1", "--quiet"]) == 1
    told = capsys.readouterr().out
    assert "✗ 自建机房不得通过" in told
    assert "✓ 二十个工作日" in told
