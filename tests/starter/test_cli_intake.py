"""`tongchou start` says what is wrong with a file before anything is started: field, value, rule, and what to do."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.citation import Citation
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from records import database, sanctions
from starter.folder import Folder
from tests.starter.tongchou import Tongchou, changed, copied

CODE = "JY-2026-0700"


def sanction(kind: SanctionKind) -> Sanction:
    return Sanction(
        sanction_id=f"JY-2025-0001/{kind}",
        kind=kind,
        project="JY-2025-0001",
        department="jy-cg",
        rule="JY-36",
        citation=Citation(rule="JY-36", instrument="江阴办法", article="第十条"),
        strength=Strength.MANDATORY,
        reason="验收未通过",
        imposed_at=datetime(2026, 1, 5, tzinfo=UTC),
        ends=SanctionEnd.RECTIFIED,
    )


def impose(tongchou: Tongchou, kind: SanctionKind) -> None:
    engine = database.connect(Folder(tongchou.data_dir).database_url("tongchou"))
    sanctions.impose(engine, sanction(kind))
    engine.dispose()


def test_a_good_file_fails_only_because_no_server_answers(registered: Tongchou, tmp_path: Path) -> None:
    told = registered("start", copied(tmp_path, CODE))
    assert (told.code, told.stdout) == (3, "")
    assert "无法连接 Temporal" in told.stderr and "tongchou up" in told.stderr


def test_nothing_is_stored_of_an_application_that_is_not_started(registered: Tongchou, tmp_path: Path) -> None:
    registered("start", changed(copied(tmp_path, CODE), "kind: machine_room", "kind: swimming_pool"))
    assert not (registered.data_dir / "materials").exists()


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("regulation: jiangyin", "regulation: atlantis", "regulation", "atlantis"),
        ("kind: machine_room", "kind: swimming_pool", "features.0.kind", "swimming_pool"),
        ("funding: municipal", "funding: lottery", "funding", "lottery"),
        ("investment: 4860000.00", "investment: -1", "investment", "-1"),
        ("ends_on: 2026-12-31", "ends_on: 2025-12-31", "ends_on", "2025-12-31"),
        ("title: 江阴市", "titel: 江阴市", "titel", "江阴市"),
        (f"code: {CODE}", "code: 统筹 1", "code", "统筹 1"),
        ("prepared_by: liu.fang", "prepared_by: chen.hao", "prepared_by", "chen.hao"),
        ("department: {code: jy-cg,", "department: {code: jy-jt,", "unit.code", "jy-cg-info"),
        ("unit: {code: jy-cg-info,", "unit: {code: jy-xx,", "unit.code", "jy-xx"),
        ("file: documents/project-plan.md", "file: documents/absent.md", "documents.0.file", "absent.md"),
        ("summary: 汇聚", "title: 汇聚", "whole file", "title"),
        ("starts_on: 2026-05-06", "starts_on: 2026-13-06", "whole file", "month"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(
    registered: Tongchou, tmp_path: Path, old: str, new: str, field: str, value: str
) -> None:
    told = registered("start", changed(copied(tmp_path, CODE), old, new))
    assert told.code == 2
    assert field in told.stderr and value in told.stderr


def test_a_filing_day_that_no_version_covers_is_refused(
    registered: Tongchou, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_law = datetime(2023, 1, 3, tzinfo=UTC)
    monkeypatch.setattr("starter.commands.desk.Desk.now", property(lambda desk: before_the_law))
    told = registered("start", changed(copied(tmp_path, CODE), "prepared_by", "prepared_by"))
    assert told.code == 2
    assert "2023-01-03" in told.stderr


def test_a_file_that_is_too_large_is_refused_unread(registered: Tongchou, tmp_path: Path) -> None:
    file = copied(tmp_path, CODE)
    file.write_text("x" * (256 * 1024 + 1), encoding="utf-8")
    told = registered("start", file)
    assert told.code == 2
    assert "must not be larger than 262144 bytes (got 262145)" in told.stderr


def test_an_alias_that_would_grow_is_refused(registered: Tongchou, tmp_path: Path) -> None:
    file = changed(copied(tmp_path, CODE), "features:", "forms: {a: &a [1], b: [*a, *a]}\nfeatures:")
    told = registered("start", file)
    assert told.code == 2
    assert "aliases" in told.stderr


def test_deep_nesting_is_refused_and_does_not_crash(registered: Tongchou, tmp_path: Path) -> None:
    file = copied(tmp_path, CODE)
    file.write_text("[" * 100_000, encoding="utf-8")
    assert registered("start", file).code == 2


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"- a\n- b\n", b"a: [", b"{a: 1}: 2"])
def test_what_is_no_application_at_all_is_refused(registered: Tongchou, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "application.yaml"
    file.write_bytes(content)
    told = registered("start", file)
    assert told.code == 2
    assert "application.yaml" in told.stderr and "(whole file): " in told.stderr


def test_a_document_outside_the_folder_of_the_file_is_not_read(registered: Tongchou, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    file = changed(copied(tmp_path / "filing", CODE), "documents/project-plan.md", "../secret.md")
    told = registered("start", file)
    assert told.code == 2
    assert "must lie in the folder of the application file" in told.stderr


def test_a_link_that_leads_out_of_the_folder_is_not_followed(registered: Tongchou, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    file = copied(tmp_path / "filing", CODE)
    plan = file.parent / "documents" / "project-plan.md"
    plan.unlink()
    os.symlink(secret, plan)
    assert registered("start", file).code == 2


def test_a_blocked_department_is_refused_with_the_article(registered: Tongchou, tmp_path: Path) -> None:
    impose(registered, SanctionKind.BLOCK_DEPARTMENT)
    told = registered("start", copied(tmp_path, CODE))
    assert told.code == 1
    assert "jy-cg" in told.stderr and "第十条" in told.stderr and "JY-2025-0001" in told.stderr
    assert told.stderr.splitlines()[-1].startswith("下一步：")


def test_another_sanction_does_not_block_the_department(registered: Tongchou, tmp_path: Path) -> None:
    impose(registered, SanctionKind.CRITICISE)
    assert registered("start", copied(tmp_path, CODE)).code == 3


def test_without_a_register_nobody_can_file(tongchou: Tongchou, tmp_path: Path) -> None:
    told = tongchou("start", copied(tmp_path, CODE))
    assert told.code == 3
    assert "tongchou up" in told.stderr
