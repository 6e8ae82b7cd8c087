"""payload-key: the ring of keys, as an operator makes and changes it."""

import json
from pathlib import Path

from tests.starter.tongchou import Tongchou


def test_a_ring_is_made_added_to_and_switched(tongchou: Tongchou) -> None:
    made = tongchou("--json", "payload-key", "create", "--id", "first").document
    file = tongchou.data_dir / "secrets" / "payload-keys.json"
    assert (made["active"], [key["id"] for key in made["keys"]]) == ("first", ["first"])
    assert file.stat().st_mode & 0o777 == 0o600
    added = tongchou("--json", "payload-key", "add", "--id", "second", "--algorithm", "SM4-GCM").document
    assert (added["active"], [key["algorithm"] for key in added["keys"]]) == ("first", ["AES-256-GCM", "SM4-GCM"])
    assert tongchou("--json", "payload-key", "activate", "second").document["active"] == "second"
    assert tongchou("--json", "payload-key", "list").document["active"] == "second"


def test_no_secret_is_ever_shown(tongchou: Tongchou) -> None:
    shown = [
        tongchou("payload-key", "create"),
        tongchou("payload-key", "list"),
        tongchou("--json", "payload-key", "list"),
    ]
    ring = json.loads((tongchou.data_dir / "secrets" / "payload-keys.json").read_text(encoding="utf-8"))
    assert not any(ring["keys"][0]["secret"] in answer.stdout for answer in shown)


def test_a_change_that_is_refused_says_why_and_changes_nothing(tongchou: Tongchou, tmp_path: Path) -> None:
    file = tmp_path / "ring"
    assert tongchou("payload-key", "create", "--file", file, "--id", "first").code == 0
    before = file.read_bytes()
    for words, reason in (
        (("create",), "exists already"),
        (("add", "--id", "first"), "on the ring already"),
        (("add", "--id", "a b"), "'a b'"),
        (("activate", "third"), "there are: first"),
    ):
        answer = tongchou("--lang", "en", "payload-key", *words, "--file", file)
        assert (answer.code, reason in answer.stderr) == (2, True), answer
    assert file.read_bytes() == before
