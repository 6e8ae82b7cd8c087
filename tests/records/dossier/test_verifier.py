"""A dossier is whole as it was sealed, and whatever is changed in it afterwards is named."""

import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_core import to_jsonable_python

from models.review import Decision
from records.dossier import bundle, verifier
from tests.records.dossier.sealing import Files, changed, files_of, key_of, line, lines, resealed, written

# ---------------------------------------------------------------- what is whole


def test_a_dossier_is_whole_as_it_was_sealed(sealed: Path) -> None:
    verdict = verifier.verify(sealed, key_of(sealed))
    assert verdict.faults == ()
    assert verdict.counts["entries"] > 50
    assert verdict.counts["histories"] == 9


def test_it_holds_the_application_as_filed_and_the_plan_with_its_citations(sealed: Path) -> None:
    files = files_of(sealed)
    application = json.loads(files["application.json"])
    assert application["as_filed"] != application["latest"]
    plan = json.loads(files["plan.json"])
    assert all(gate["citations"] for stage in plan["stages"] for gate in stage["gates"])
    assert {d["receipt"]["due_on"] for d in json.loads(files["deadlines.json"])}
    assert application["latest"]["title"] in files["index.html"].decode()


def test_each_decision_stands_with_the_statement_that_was_signed(sealed: Path) -> None:
    counted = [d for d in json.loads(files_of(sealed)["decisions.json"]) if d["kind"] == "decision.counted"]
    assert counted
    assert all(d["statement"] == verifier.statement(d) for d in counted)
    assert {json.loads(d["statement"])["life"] for d in counted} == {d["life"] for d in counted}


def test_the_verifier_knows_every_field_that_an_officer_signs_and_what_it_is_where_nothing_was_said() -> None:
    signed = {name: field for name, field in Decision.model_fields.items() if name not in ("signature", "key_id")}
    silent = {
        name: to_jsonable_python(f.get_default(call_default_factory=True))
        for name, f in signed.items()
        if not f.is_required()
    }
    assert set(verifier._DECISION) == set(signed)
    assert {name: verifier._DECISION[name] for name in silent} == silent


def test_the_same_knowledge_makes_the_same_file(sealed: Path, tmp_path: Path) -> None:
    files = {
        name: content for name, content in files_of(sealed).items() if name not in (bundle.MANIFEST, bundle.SIGNATURE)
    }
    written = [bundle.write(tmp_path / name, files, {}, lambda _: {"signature": "x"}) for name in ("a.zip", "b.zip")]
    assert written[0] == written[1]


def test_whoever_has_nothing_but_the_dossier_verifies_it_with_what_lies_in_it(sealed: Path, tmp_path: Path) -> None:
    for name in ("verifier.py", "links.py"):
        (tmp_path / name).write_bytes(files_of(sealed)[f"verify/{name}"])
    command = [sys.executable, "-I", "-S", str(tmp_path / "verifier.py"), str(sealed)]
    # -I and -S: none of our modules and no installed package is found.
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import runpy; sys.argv = {command[3:]!r}; "
    script += "runpy.run_path(sys.argv[0], run_name='__main__')"
    ended = subprocess.run([*command[:3], "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "needs the package cryptography" in ended.stdout
    assert "whole" in ended.stdout


def test_the_key_of_another_installation_is_not_taken(sealed: Path) -> None:
    other = b64encode(bytes(32)).decode()
    assert [fault.where for fault in verifier.verify(sealed, other).faults] == [bundle.SIGNATURE]


# ---------------------------------------------------------------- what was changed


def _remove(files: Files) -> None:
    del files["plan.json"]


def _add(files: Files) -> None:
    files["more.txt"] = b"more"


TAMPERINGS: dict[str, tuple[Callable[[Files], None], str]] = {
    "a document": (changed("plan.json", lambda text: text + b" "), "plan.json"),
    "a file that is gone": (_remove, "plan.json"),
    "a file that was added": (_add, "more.txt"),
    "the manifest": (changed(bundle.MANIFEST, lambda text: text + b" "), bundle.SIGNATURE),
    "a document with a manifest that fits": (resealed(changed("plan.json", lambda t: t + b" ")), bundle.SIGNATURE),
    "an opinion": (line(9, lambda d: d["entry"].update(organ="other")), "10 "),
    "a moment": (line(4, lambda d: d.update(recorded_at="2020-01-01T00:00:00Z")), "5 "),
    "the first entry": (lines(lambda lines: lines[1:]), "2 "),
    "an entry in the middle": (lines(lambda lines: lines[:7] + lines[8:]), "9 "),
    "the last entry": (lines(lambda lines: lines[:-1]), "ledger.jsonl"),
    "the order": (lines(lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]]), "5 "),
    "a line that is none": (lines(lambda lines: [b"{", *lines]), "ledger"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_named(what: str, sealed: Path, tmp_path: Path) -> None:
    tamper, where = TAMPERINGS[what]
    files = files_of(sealed)
    tamper(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files), key_of(sealed)).faults
    assert any(fault.where.startswith(where) for fault in found), found


def test_an_entry_that_a_history_told_and_the_ledger_lacks_is_named(sealed: Path, tmp_path: Path) -> None:
    files = files_of(sealed)
    last = json.loads(files["ledger.jsonl"].splitlines()[-1])["entry"]["entry_id"]
    lines(lambda lines: lines[:-1])(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
    assert any(fault.where.startswith("histories/") and last in fault.en for fault in found)


def test_a_file_that_is_no_dossier_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "it.zip").write_bytes(b"no ZIP")
    with pytest.raises(ValueError, match="no whole ZIP"):
        verifier.verify(tmp_path / "it.zip")
    written(tmp_path / "empty.zip", {})
    with pytest.raises(ValueError, match=r"holds no manifest\.json"):
        verifier.verify(tmp_path / "empty.zip")
    assert verifier.main([str(tmp_path / "it.zip")]) == 2


@pytest.mark.parametrize("name", ["../outside", "/outside", "histories/../../outside", "..\\outside", "folder//file"])
def test_a_name_that_leads_out_of_the_folder_is_no_dossiers(name: str, sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no dossier of ours"):
        verifier.verify(written(tmp_path / "out.zip", {**files_of(sealed), name: b""}))


def test_what_is_encrypted_or_packed_otherwise_is_told_and_not_raised_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("manifest.json", "{}" * 10)
    plain = bytearray(written(tmp_path / "it.zip", {"manifest.json": b"{}"}).read_bytes())
    plain[plain.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(plain)
    assert [verifier.main([str(tmp_path / name)]) for name in ("lzma.zip", "encrypted.zip")] == [2, 2]
