"""`tongchou procedure start` says what is wrong with a file before anything is started: field, value, rule."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.starter.procedure_files import misuse
from tests.starter.tongchou import Tongchou, changed

CODE = "JY-CM-700"


def test_a_good_file_fails_only_because_no_server_answers(registered: Tongchou, tmp_path: Path) -> None:
    told = registered("procedure", "start", misuse(tmp_path, CODE))
    assert (told.code, told.stdout) == (3, "")
    assert "无法连接 Temporal" in told.stderr and "tongchou up" in told.stderr
    assert not (registered.data_dir / "materials").exists()


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("regulation: jiangyin", "regulation: atlantis", "regulation", "atlantis"),
        ("procedure: capability_misuse", "procedure: colouring", "procedure", "colouring"),
        (f"code: {CODE}", "code: 统筹 1", "code", "统筹 1"),
        ("title: 视频", "titel: 视频", "titel", "视频"),
        ("prepared_by: chen.hao", "prepared_by: liu.fang", "prepared_by", "liu.fang"),
        ("unit: {code: jy-data-bureau,", "unit: {code: jy-xx,", "unit.code", "jy-xx"),
        ("prepared_by:", "department: {code: jy-cg-info, name: 某局}\nprepared_by:", "department.code", "jy-cg-info"),
        ("{user: jy-cg-info}", "{user: jy-xx}", "parties.user", "jy-xx"),
        ("{user: jy-cg-info}", "{}", "parties.user", "使用单位"),
        ("{user: jy-cg-info}", "{user: jy-cg-info, friend: jy-cg}", "parties.friend", "jy-cg"),
        ("found: 超出申请范围使用", "found: 无", "发现的情形", "应为下列之一"),
        ("facts: 用于考勤", "colour: red", "colour", "表单没有这一栏"),
        ("file: documents/evidence.md", "file: documents/absent.md", "documents.0.file", "absent.md"),
        ("file: documents/evidence.md", "file: ../secret.md", "documents.0.file", "secret.md"),
        ("facts: 用于考勤", "found: 无", "whole file", "found"),
        ("facts: 用于考勤", "facts: &a x\n  more: *a", "whole file", "aliases"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(
    registered: Tongchou, tmp_path: Path, old: str, new: str, field: str, value: str
) -> None:
    told = registered("procedure", "start", changed(misuse(tmp_path, CODE), old, new))
    assert told.code == 2
    assert field in told.stderr and value in told.stderr


def test_an_application_that_could_not_travel_is_refused(registered: Tongchou, tmp_path: Path) -> None:
    file = changed(misuse(tmp_path, CODE), "用于考勤", "考" * 42_000)
    told = registered("procedure", "start", file)
    assert told.code == 2
    assert "whole application" in told.stderr


def test_before_the_law_there_is_no_such_procedure(
    registered: Tongchou, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_law = datetime(2023, 1, 3, tzinfo=UTC)
    monkeypatch.setattr("starter.commands.desk.Desk.now", property(lambda desk: before_the_law))
    assert registered("procedure", "start", misuse(tmp_path, CODE)).code == 2


def test_a_form_that_is_no_mapping_is_refused_before_anything_is_sent(tongchou: Tongchou, tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    form.write_text("- a\n", encoding="utf-8")
    told = tongchou("submit", f"capability_misuse:{CODE}", form, "--by", "liu.fang")
    assert told.code == 2
    assert "form.yaml" in told.stderr and "must be a mapping" in told.stderr


def test_a_project_has_no_parties(tongchou: Tongchou) -> None:
    told = tongchou("submit", "JY-2026-0700", "--by", "liu.fang", "--party", "user")
    assert told.code == 2
    assert "party" in told.stderr
