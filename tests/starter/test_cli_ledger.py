"""`tongchou ledger verify` and `anchor`, as an auditor runs them."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from records import database, ledger
from starter.folder import Folder
from tests.starter.test_cli_reading import put_on_record
from tests.starter.test_told_by_histories import A, B, history
from tests.starter.tongchou import Tongchou


def engine_of(tongchou: Tongchou) -> Engine:
    return database.connect(Folder(tongchou.data_dir).database_url("tongchou"))


@pytest.fixture
def on_record(tongchou: Tongchou) -> Tongchou:
    """A ledger with three entries of a project, and a history that tells of two of them."""
    put_on_record(tongchou)
    engine = engine_of(tongchou)
    for entry in (A, B):
        ledger.append(engine, entry)
    engine.dispose()
    folder = tongchou.data_dir / "histories" / "JY-1"
    folder.mkdir(parents=True)
    (folder / "01-Application-r1-1.json").write_text(json.dumps(history("1", A, B, ends=None)))
    return tongchou


def tamper(tongchou: Tongchou, *statements: str) -> None:
    engine = engine_of(tongchou)
    with engine.begin() as connection:
        for guard in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER ledger_entry_no_{guard}"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_ledger_that_holds_ends_with_0_and_says_how_far_it_was_verified(on_record: Tongchou) -> None:
    assert on_record.document("ledger", "anchor")["number"] == 1
    told = on_record.document("ledger", "verify")
    assert (told["holds"], told["entries"], told["projects"], told["histories"]) == (True, 3, 1, 1)
    assert (told["anchors"]["number"], told["anchors"]["position"], told["findings"], told["notes"]) == (1, 3, [], [])
    assert "台账完好" in on_record("ledger", "verify", "JY-1").stdout
    assert "the ledger holds" in on_record("ledger", "verify", "--lang", "en").stdout


def test_what_is_not_anchored_yet_is_told_and_is_no_fault(on_record: Tongchou) -> None:
    told = on_record("ledger", "verify", "--lang", "en")
    assert (told.code, "there are no anchors" in told.stdout) == (0, True)
    engine = engine_of(on_record)
    on_record("ledger", "anchor")
    ledger.append(engine, A.model_copy(update={"entry_id": "JY-1/later"}))
    engine.dispose()
    told = on_record("ledger", "verify", "--lang", "en")
    assert (told.code, "entries behind position 3 are not anchored yet" in told.stdout) == (0, True)
    assert on_record("ledger", "anchor", "--lang", "en").code == 0
    assert "nothing new" in on_record("ledger", "anchor", "--lang", "en").stdout


def test_a_changed_entry_ends_with_1_and_is_named_in_either_language(on_record: Tongchou) -> None:
    tamper(on_record, "UPDATE ledger_entry SET officer = 'chen.hao' WHERE position = 2")
    told = on_record("ledger", "verify")
    assert (told.code, "被改动" in told.stdout, A.entry_id in told.stdout) == (1, True, True)
    english = on_record("ledger", "verify", "--lang", "en", "--json")
    assert english.code == 1
    faults = [
        (f["fault"], f["project"], f["sequence"], f["entry_id"], f["position"]) for f in english.document["findings"]
    ]
    assert faults == [("changed", "JY-1", 2, A.entry_id, 2), ("differing", "JY-1", 2, A.entry_id, 2)]


def test_a_cut_ledger_is_found_by_its_anchors_and_by_the_histories(on_record: Tongchou) -> None:
    on_record("ledger", "anchor")
    tamper(on_record, "DELETE FROM ledger_entry WHERE position = 3")
    told = on_record("ledger", "verify", "JY-1", "--json")
    assert [(f["fault"], f["sequence"], f["entry_id"]) for f in told.document["findings"]] == [
        ("truncated", 3, None),
        ("unrecorded", None, B.entry_id),
    ]


def test_a_code_that_nothing_knows_is_no_ledger_that_holds(on_record: Tongchou) -> None:
    told = on_record("ledger", "verify", "JY-2", "--lang", "en")
    assert told.code == 1
    assert "neither the ledger nor an anchor nor a history knows JY-2" in told.stderr
    assert "next:" in told.stderr


def test_anchors_that_were_kept_elsewhere_are_held_against_the_ledger(on_record: Tongchou, tmp_path: Path) -> None:
    on_record("ledger", "anchor")
    kept = tmp_path / "kept"
    shutil.copytree(on_record.data_dir / "anchors", kept)
    tamper(on_record, "DELETE FROM ledger_entry")
    shutil.rmtree(on_record.data_dir / "anchors")
    shutil.rmtree(on_record.data_dir / "histories")
    assert on_record("ledger", "verify").code == 0
    (kept / "anchor.pub").rename(tmp_path / "ours.pub")
    told = on_record("ledger", "verify", "--anchors", kept / "anchors.jsonl", "--key", tmp_path / "ours.pub", "--json")
    assert [f["fault"] for f in told.document["findings"]] == ["truncated"]


def test_a_changed_line_of_the_anchors_ends_with_1(on_record: Tongchou) -> None:
    on_record("ledger", "anchor")
    file = on_record.data_dir / "anchors" / "anchors.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"position":3', b'"position":2'))
    told = on_record("ledger", "verify")
    assert (told.code, "锚定文件第 1 行" in told.stdout) == (1, True)
    told = on_record("ledger", "anchor")
    assert (told.code, "the last line is no anchor" in told.stderr) == (2, True)


def test_what_cannot_be_read_is_bad_input_by_name(on_record: Tongchou, tmp_path: Path) -> None:
    for arguments, named in (
        (("--anchors", tmp_path / "none.jsonl"), "anchor.pub"),
        (("--histories", tmp_path / "none"), "none"),
        (("no code",), "project"),
    ):
        told = on_record("ledger", "verify", *arguments)
        assert (told.code, named in told.stderr) == (2, True), told.stderr
    (on_record.data_dir / "histories" / "JY-1" / "02.json").write_text('{"events": []}')
    told = on_record("ledger", "verify")
    assert (told.code, "02.json" in told.stderr) == (2, True)
