"""`tongchou key …` and `tongchou sign`: an officer's key is made, registered, used and revoked by the command."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.effects import LedgerEntry
from models.statement import statement_of_record
from runtime import signing
from tests.starter.tongchou import Tongchou

APPROVE = ("--organ", "jy-data-bureau", "--officer", "lin.yue", "--verdict", "approve")


def keys_of(tongchou: Tongchou, *options: str) -> Any:
    return tongchou.document("key", "list", *options)


def test_a_key_is_made_and_registered_in_one_step(registered: Tongchou) -> None:
    made = registered.document("key", "create", "chen.hao", "--register", "--by", "wang.admin")
    assert (made["officer"], made["registered"]) == ("chen.hao", True)
    assert Path(made["private_key_file"]) == registered.data_dir / "keys" / "chen.hao.pem"
    (known,) = keys_of(registered)
    assert (known["key_id"], known["officer"], known["registered_by"]) == (made["key_id"], "chen.hao", "wang.admin")
    page = registered("key", "list", "--officer", "chen.hao").stdout
    assert made["key_id"] in page
    assert "没有登记" in registered("key", "list", "--officer", "lin.yue").stdout
    noted = registered.document("ledger", "show", "@register", "--kind", "key.registered")
    assert [line["entry"]["detail"]["by"] for line in noted] == ["wang.admin"]


def test_a_key_that_was_made_elsewhere_is_registered_by_its_public_file(registered: Tongchou) -> None:
    told = registered("key", "create", "chen.hao")
    assert told.code == 0 and "tongchou key register chen.hao" in told.stdout and "PRIVATE" not in told.stdout
    assert keys_of(registered) == []
    file = registered.data_dir / "keys" / "chen.hao.pub"
    assert registered.document("key", "register", "chen.hao", file)["registered_by"]
    again = registered.document("key", "register", "chen.hao", file)
    assert keys_of(registered) == [again]
    assert registered("key", "register", "lin.yue", file).code == 2, "it is another officer's"
    assert registered("key", "register", "no.body", file).code == 2
    private = registered("key", "register", "chen.hao", file.with_suffix(".pem"))
    assert private.code == 2 and "Ed25519" in private.stderr, "a private key is no public one"
    assert registered("key", "register", "chen.hao", file.with_suffix(".none")).code == 2


def test_a_key_that_lies_there_is_not_overwritten_and_the_next_step_is_told(tongchou: Tongchou) -> None:
    first = tongchou.document("key", "create", "chen.hao")
    told = tongchou("key", "create", "chen.hao")
    assert (told.code, "tongchou key revoke" in told.stderr) == (1, True)
    assert signing.read_public_key(Path(first["public_key_file"])) == first["public_key"]
    assert tongchou("key", "create", "../chen.hao").code == 2


def test_a_key_is_revoked_for_a_reason_and_once(registered: Tongchou) -> None:
    key_id = registered.document("key", "create", "chen.hao", "--register")["key_id"]
    assert registered("key", "revoke", key_id).code == 2, "without a reason"
    assert registered("key", "revoke", "0000000000000000", "--reason", "遗失").code == 2
    revoked = registered.document("key", "revoke", key_id, "--reason", "遗失")
    assert registered.document("key", "revoke", key_id, "--reason", "other") == revoked
    assert "遗失" in registered("key", "list").stdout
    file = registered.data_dir / "keys" / "chen.hao.pub"
    assert "revoked" in registered("key", "register", "chen.hao", file).stderr


def test_a_passphrase_protects_the_private_key(tongchou: Tongchou, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCHOU_KEY_PASSPHRASE", "correct horse")
    file = Path(tongchou.document("key", "create", "chen.hao", "--passphrase")["private_key_file"])
    with pytest.raises(signing.PassphraseWanted):
        signing.load(file)
    assert signing.load(file, "correct horse")


def test_whoever_has_no_key_is_told_so_before_anything_is_sent(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("KEY-1", tmp_path)
    assert installation.status("KEY-1")["signatures"] == "required"
    decide = ("decide", "KEY-1", "--organ", "jy-data-bureau", "--verdict", "approve", "--officer")
    told = installation(*decide, "no.body")
    assert told.code == 1
    assert "没有经办人 no.body 的私钥" in told.stderr and "tongchou key create no.body --register" in told.stderr
    assert installation("ledger", "show", "KEY-1", "--kind", "decision.refused").code == 1
    named = installation(*decide, "lin.yue", "--key", installation.data_dir / "keys" / "chen.hao.pem")
    assert named.code == 1 and "属于 chen.hao" in named.stderr
    assert installation(*decide, "lin.yue", "--key", tmp_path / "nothing.pem").code == 1


def test_what_was_decided_is_proved_by_the_ledger_and_the_public_key(installation: Tongchou, tmp_path: Path) -> None:
    installation.start("KEY-2", tmp_path)
    assert installation("decide", "KEY-2", *APPROVE, "--opinion", "同意").code == 0
    (counted,) = installation.recorded("KEY-2", "decision.counted")
    entry = LedgerEntry.model_validate(counted["entry"])
    public_key = signing.read_public_key(installation.data_dir / "keys" / "lin.yue.pub")
    assert signing.is_signed(statement_of_record(entry), entry.detail["signature"], public_key)


def test_only_the_open_review_is_signed_for(installation: Tongchou, tmp_path: Path) -> None:
    review = installation.start("KEY-3", tmp_path)
    decision = {"decision_id": "K-3", "organ": "jy-data-bureau", "officer": "lin.yue", "verdict": "approve"}
    file = tmp_path / "decision.json"
    for review_id, code, reason in (
        (review.replace("r1", "r2"), 1, review),
        ("KEY-404/Application/admission/r1", 1, "KEY-404"),
        ("nonsense/", 1, "nonsense"),
        ("", 2, "code"),
    ):
        file.write_text(json.dumps(decision | {"review_id": review_id}), encoding="utf-8")
        told = installation("sign", file)
        assert (told.code, reason in told.stderr) == (code, True), told
    file.write_text('{"verdict": "approve"}', encoding="utf-8")
    told = installation("sign", file)
    assert told.code == 2 and "review_id" in told.stderr
    file.write_text(json.dumps(decision | {"review_id": review}), encoding="utf-8")
    signed = json.loads(installation("sign", file).stdout)
    assert signed == installation.document("sign", file), "the same signature, with --json or without"
    assert signed["signature"] and signed["key_id"] in installation("key", "list").stdout
