"""A dossier is whole as it was sealed, and whatever is changed in it afterwards is named."""

import json
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_jsonable_python

from models.application import Material
from models.base import Text
from models.effects import EntryKind, LedgerEntry
from models.officer_key import OfficerKey, key_id_of
from models.review import Decision
from models.statement import ACTS, statement_of_record, statement_of_recorded_act
from records import database, ledger, migration
from records.dossier import bundle, contents, verifier
from records.dossier.contents import Gathered, KeptMaterial
from records.dossier.project_files import project_file
from runtime import signing
from runtime.installation_key import InstallationKey
from tests.replay.record import read
from workflows.names import DOSSIER

CODE = "JY-2026-0001"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

Files = dict[str, bytes]


class Officers:
    """The keys of the officers, made when they first decide."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.keys: dict[str, OfficerKey] = {}

    def sign(self, entry: dict[str, Any]) -> None:
        """Sign the decision in the entry, as its officer would have."""
        detail = entry["detail"]
        detail |= {"decision_id": entry["entry_id"].rpartition("/")[2], "signature": None, "key_id": None}
        file = self._folder / f"{entry['officer']}.pem"
        if entry["officer"] not in self.keys:
            public = signing.create(file)
            self.keys[entry["officer"]] = OfficerKey(
                key_id=key_id_of(public),
                officer=entry["officer"],
                public_key=public,
                valid_from=LONG_AGO,
                registered_by="admin",
                recorded_at=LONG_AGO,
            )
        statement = statement_of_record(LedgerEntry.model_validate(entry))
        detail |= {
            "signature": signing.sign(signing.load(file), statement),
            "key_id": self.keys[entry["officer"]].key_id,
        }


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the whole life that is on record for the replay, with every decision signed."""
    folder = tmp_path_factory.mktemp("dossier")
    officers = Officers(folder)
    life = [h for h in read() if CODE in h.workflow_id and not h.workflow_id.startswith(DOSSIER)]
    histories = {f"{n:02}.json": _signed(h.to_json(), officers) for n, h in enumerate(life, start=1)}
    known = _gathered(folder, histories, officers)
    key = InstallationKey(folder / "key")
    bundle.write(folder / "it.zip", contents.files(known), contents.about(known), key.signature_of)
    return folder / "it.zip"


def _signed(history: str, officers: Officers) -> bytes:
    document = json.loads(history)
    life = document["events"][0]["workflowExecutionStartedEventAttributes"]["firstExecutionRunId"]
    for event in document["events"]:
        begun = event.get("activityTaskScheduledEventAttributes")
        if begun and begun["activityType"]["name"] == "ledger.append":
            payload = begun["input"]["payloads"][0]
            entry = json.loads(b64decode(payload["data"]))
            if entry["kind"] == "decision.counted":
                entry["detail"]["life"] = life
                officers.sign(entry)
            payload["data"] = b64encode(json.dumps(entry).encode()).decode()
    return json.dumps(document).encode()


def _gathered(folder: Path, histories: Files, officers: Officers) -> Gathered:
    url = f"sqlite:///{folder}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    told = [e for history in histories.values() for e in verifier.recorded_by(json.loads(history))]
    for entry in sorted(told, key=lambda entry: entry["at"]):
        ledger.append(engine, LedgerEntry.model_validate(entry))
    entries = ledger.entries(engine, CODE)
    engine.dispose()
    filed, latest = project_file(histories)
    assert filed and latest
    judged = {d for e in entries for d in e.entry.detail.get("judged", ())}
    materials = tuple(
        KeptMaterial(
            material=Material(kind="any", name="file", sha256=digest, size=1),
            by="x",
            at=LONG_AGO,
            entry_id="e",
            kept=True,
        )
        for digest in judged
    )
    return Gathered(
        project=CODE,
        entries=tuple(entries),
        filed=filed,
        latest=latest,
        notices=(),
        materials=materials,
        keys=tuple(key.model_dump(mode="json") for key in officers.keys.values()),
        histories=histories,
        missing=(),
    )


def _files(dossier: Path) -> Files:
    with zipfile.ZipFile(dossier) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _key(dossier: Path) -> str:
    key: str = json.loads(_files(dossier)[bundle.SIGNATURE])["public_key"]
    return key


# ---------------------------------------------------------------- what is whole


def test_a_dossier_is_whole_as_it_was_sealed(sealed: Path) -> None:
    verdict = verifier.verify(sealed, _key(sealed))
    assert verdict.faults == ()
    assert verdict.counts["entries"] > 50
    assert verdict.counts["histories"] == 9


def test_it_holds_the_application_as_filed_and_the_plan_with_its_citations(sealed: Path) -> None:
    files = _files(sealed)
    application = json.loads(files["application.json"])
    assert application["as_filed"] != application["latest"]
    plan = json.loads(files["plan.json"])
    assert all(gate["citations"] for stage in plan["stages"] for gate in stage["gates"])
    assert {d["receipt"]["due_on"] for d in json.loads(files["deadlines.json"])}
    assert application["latest"]["title"] in files["index.html"].decode()


def test_each_decision_stands_with_the_statement_that_was_signed(sealed: Path) -> None:
    counted = [d for d in json.loads(_files(sealed)["decisions.json"]) if d["kind"] == "decision.counted"]
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
        name: content for name, content in _files(sealed).items() if name not in (bundle.MANIFEST, bundle.SIGNATURE)
    }
    written = [bundle.write(tmp_path / name, files, {}, lambda _: {"signature": "x"}) for name in ("a.zip", "b.zip")]
    assert written[0] == written[1]


def test_whoever_has_nothing_but_the_dossier_verifies_it_with_what_lies_in_it(sealed: Path, tmp_path: Path) -> None:
    for name in ("verifier.py", "links.py"):
        (tmp_path / name).write_bytes(_files(sealed)[f"verify/{name}"])
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


def _changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        files[name] = change(files[name])

    return tamper


def _line(number: int, change: Callable[[dict[str, Any]], None]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        lines = files["ledger.jsonl"].splitlines()
        document = json.loads(lines[number])
        change(document)
        lines[number] = json.dumps(document).encode()
        files["ledger.jsonl"] = b"\n".join(lines) + b"\n"

    return tamper


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        files["ledger.jsonl"] = b"\n".join(change(files["ledger.jsonl"].splitlines())) + b"\n"

    return tamper


def _resealed(tamper: Callable[[Files], None]) -> Callable[[Files], None]:
    """Who tampers makes the manifest fit again; only the signature is beyond them."""

    def both(files: Files) -> None:
        tamper(files)
        manifest = json.loads(files[bundle.MANIFEST])
        for name, listed in manifest["files"].items():
            listed["sha256"] = sha256(files[name]).hexdigest()
        files[bundle.MANIFEST] = bundle.as_json(manifest)

    return both


def _remove(files: Files) -> None:
    del files["plan.json"]


def _add(files: Files) -> None:
    files["more.txt"] = b"more"


TAMPERINGS: dict[str, tuple[Callable[[Files], None], str]] = {
    "a document": (_changed("plan.json", lambda text: text + b" "), "plan.json"),
    "a file that is gone": (_remove, "plan.json"),
    "a file that was added": (_add, "more.txt"),
    "the manifest": (_changed(bundle.MANIFEST, lambda text: text + b" "), bundle.SIGNATURE),
    "a document with a manifest that fits": (_resealed(_changed("plan.json", lambda t: t + b" ")), bundle.SIGNATURE),
    "an opinion": (_line(9, lambda d: d["entry"].update(organ="other")), "10 "),
    "a moment": (_line(4, lambda d: d.update(recorded_at="2020-01-01T00:00:00Z")), "5 "),
    "the first entry": (_lines(lambda lines: lines[1:]), "2 "),
    "an entry in the middle": (_lines(lambda lines: lines[:7] + lines[8:]), "9 "),
    "the last entry": (_lines(lambda lines: lines[:-1]), "ledger.jsonl"),
    "the order": (_lines(lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]]), "5 "),
    "a line that is none": (_lines(lambda lines: [b"{", *lines]), "ledger"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_named(what: str, sealed: Path, tmp_path: Path) -> None:
    tamper, where = TAMPERINGS[what]
    files = _files(sealed)
    tamper(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files), _key(sealed)).faults
    assert any(fault.where.startswith(where) for fault in found), found


def _decision(files: Files) -> tuple[int, dict[str, Any]]:
    lines = [json.loads(line) for line in files["ledger.jsonl"].splitlines()]
    return next((n, d) for n, d in enumerate(lines) if d["entry"]["kind"] == "decision.counted")


SIGNED_FIELDS: dict[str, Any] = {
    "verdict": "reject",
    "opinion": "words that nobody wrote",
    "conditions": ["one that nobody set"],
    "judged": ["0" * 64],
    "major_change": True,
    "life": "01a203de-478d-7082-a4ac-b2c05b2af67d",
    "on_behalf_of": "somebody",
    "organ": "other",
}


@pytest.mark.parametrize("field", SIGNED_FIELDS)
def test_a_decision_that_was_changed_loses_its_signature_even_where_the_whole_chain_is_made_anew(
    field: str, sealed: Path, tmp_path: Path
) -> None:
    files = _files(sealed)
    number, document = _decision(files)
    document["entry"]["detail"][field] = SIGNED_FIELDS[field]
    _line(number, lambda d: d.update(document))(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    assert document["entry"]["entry_id"] in {fault.where for fault in found if "signature" in fault.en}


def _signature_faults(files: Files, entry_id: str, folder: Path) -> list[str]:
    found = verifier.verify(_write(folder / "changed.zip", files)).faults
    return [fault.en for fault in found if fault.where == entry_id and "signature" in fault.en]


def test_a_decision_that_was_signed_for_no_life_is_verified_as_such_and_no_other_passes_for_one(
    sealed: Path, tmp_path: Path
) -> None:
    """Entries of earlier builds have no life in their detail; to take it out of a later one unmakes its signature."""
    files = _files(sealed)
    number, document = _decision(files)
    entry, detail = document["entry"], document["entry"]["detail"]
    del detail["life"]
    _line(number, lambda d: d.update(document))(files)
    assert _signature_faults(files, entry["entry_id"], tmp_path) == ["the signature is not of what is on record"]
    statement = statement_of_record(LedgerEntry.model_validate(entry))
    assert json.loads(statement)["statement"] == "tongchou.decision.v1" and statement == verifier.statement(detail)
    detail["signature"] = signing.sign(signing.load(sealed.parent / f"{entry['officer']}.pem"), statement)
    _line(number, lambda d: d.update(document))(files)
    assert _signature_faults(files, entry["entry_id"], tmp_path) == []


def test_the_bytes_of_version_1_are_those_that_earlier_builds_signed() -> None:
    said = {"decision_id": "d-1", "review_id": "P/S/g/r1", "organ": "o", "officer": "x", "verdict": "approve"}
    entry = {"entry_id": "P/x", "project": "P", "at": LONG_AGO, "summary": Text(zh="意见", en="opinion")}
    decision = LedgerEntry(**entry, kind=EntryKind.DECISION_COUNTED, detail={**said, "judged": ["b", "a"]})
    assert statement_of_record(decision) == (
        '{"decision":{"decision_id":"d-1","officer":"x","organ":"o","review_id":"P/S/g/r1","verdict":"approve"},'
        '"materials":["a","b"],"statement":"tongchou.decision.v1"}'
    )
    taken_back = {"decision_id": "d-1", "organ": "o", "officer": "x", "reason": "误"}
    retraction = LedgerEntry(**entry, kind=EntryKind.DECISION_RETRACTED, detail=taken_back)
    assert statement_of_recorded_act(retraction) == (
        '{"act":{"decision_id":"d-1","officer":"x","organ":"o","reason":"误"},'
        '"project":"P","statement":"tongchou.retraction.v1"}'
    )


def test_a_history_that_recorded_the_signature_of_another_life_is_named(sealed: Path, tmp_path: Path) -> None:
    files = _files(sealed)
    name = next(n for n, h in files.items() if n.startswith("histories/") and b"decision" in h)
    history = json.loads(files[name])
    history["events"][0]["workflowExecutionStartedEventAttributes"]["firstExecutionRunId"] = "another"
    files[name] = json.dumps(history).encode()
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    assert any(fault.where == name and "another life" in fault.en for fault in found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"officer": "somebody.else"}, "belongs to"),
        ({"revoked_at": "2020-01-02T00:00:00Z"}, "not valid then"),
        ({"valid_from": "2100-01-01T00:00:00Z"}, "not valid then"),
        ({"key_id": "another"}, "not in the dossier"),
    ],
)
def test_a_key_that_does_not_fit_is_named(change: dict[str, str], words: str, sealed: Path, tmp_path: Path) -> None:
    files = _files(sealed)
    keys = json.loads(files["keys.json"])
    files["keys.json"] = json.dumps([{**key, **change} for key in keys]).encode()
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    assert any(words in fault.en for fault in found)


@pytest.mark.parametrize(
    ("policy", "signed", "review", "faulty"),
    [
        ("required", False, f"{CODE}/Application/admission/r1", True),
        ("required", False, "mount:M-1/check/r1", False),
        ("off", True, "mount:M-1/check/r1", True),
        ("off", False, f"{CODE}/Application/admission/r1", False),
    ],
)
def test_a_decision_that_had_to_be_signed_and_is_not_is_named(
    policy: str, signed: bool, review: str, faulty: bool, sealed: Path, tmp_path: Path
) -> None:
    files = _files(sealed)
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), "signatures": policy}).encode()
    number, document = _decision(files)
    document["entry"]["detail"] |= {"signature": None, "key_id": None, "signed": signed, "review_id": review}
    _line(number, lambda d: d.update(document))(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    named = {fault.where for fault in found if "had to be signed" in fault.en}
    assert named == ({document["entry"]["entry_id"]} if faulty else set())


def _with_waiver(sealed: Path, **change: str | None) -> tuple[Files, str]:
    """The files with a signed waiver in the place of a decision, changed after it was signed; the id of its entry."""
    files = _files(sealed)
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), "signatures": "required"}).encode()
    number, document = _decision(files)
    entry, key_id = document["entry"], document["entry"]["detail"]["key_id"]
    said = {"rule": "JY-26", "subject": None, "reason": "已批复", "document": "0" * 64, "expires_on": "2027-01-01"}
    detail = {**said, "organ": entry["organ"], "officer": entry["officer"], "granted_at": entry["at"], "life": "one"}
    entry |= {"kind": "finding.waived", "detail": {**detail, "key_id": key_id, "signed": True}}
    statement = statement_of_recorded_act(LedgerEntry.model_validate(entry))
    entry["detail"]["signature"] = signing.sign(signing.load(sealed.parent / f"{entry['officer']}.pem"), statement)
    entry["detail"] |= change
    _line(number, lambda d: d.update(document))(files)
    return files, entry["entry_id"]


SIGNATURE_WORDS = ("not of what is on record", "not in the dossier", "bears no signature", "says otherwise")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"reason": "另一理由"}, "not of what is on record"),
        ({"expires_on": "2099-12-31"}, "not of what is on record"),
        ({"life": "another"}, "not of what is on record"),
        ({"life": None}, "not of what is on record"),
        ({"organ": "another"}, "says otherwise"),
        ({"key_id": "another"}, "not in the dossier"),
        ({"signature": None}, "bears no signature"),
    ],
)
def test_a_waiver_that_is_not_as_its_officer_signed_it_is_named(
    change: dict[str, str | None], words: str | None, sealed: Path, tmp_path: Path
) -> None:
    files, entry_id = _with_waiver(sealed, **change)
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    told = [fault.en for fault in found if fault.where == entry_id]
    assert any(words in fault for fault in told) if words else not any(w in f for w in SIGNATURE_WORDS for f in told)


def test_a_waiver_of_a_build_that_signed_none_is_told_as_unchecked(sealed: Path, tmp_path: Path) -> None:
    files, entry_id = _with_waiver(sealed)
    number, document = next(
        (n, d)
        for n, d in enumerate(map(json.loads, files["ledger.jsonl"].splitlines()))
        if d["entry"]["entry_id"] == entry_id
    )
    for name in ("signature", "key_id", "signed"):
        del document["entry"]["detail"][name]
    _line(number, lambda d: d.update(document))(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files))
    assert "bears no signature" in {told.en for told in found.unchecked if told.where == entry_id}


@pytest.mark.parametrize("life", [{"life": "one"}, {"life": None}, {}])
@pytest.mark.parametrize("kind", list(ACTS))
def test_the_verifier_builds_the_statement_of_an_act_as_the_product_does(
    kind: EntryKind, life: dict[str, str | None]
) -> None:
    said = {"organ": "o", "officer": "x", "reason": "误", "decision_id": "d-1", "rule": "JY-26", "document": "0" * 64}
    entry = LedgerEntry(
        entry_id="P/x",
        project="P",
        at=LONG_AGO,
        kind=kind,
        summary=Text(zh="撤销", en="retracted"),
        detail={
            **said,
            "expires_on": "2030-01-01",
            "subject": None,
            "signature": "s",
            "key_id": "k",
            "signed": True,
            **life,
        },
    )
    statement = statement_of_recorded_act(entry)
    assert verifier.statement_of_act(entry.model_dump(mode="json")) == statement
    assert json.loads(statement)["statement"].endswith(".v2" if life.get("life") else ".v1")


@pytest.mark.parametrize("field", ["organ", "on_behalf_of"])
def test_an_entry_that_names_others_than_the_signed_decision_is_named(field: str, sealed: Path, tmp_path: Path) -> None:
    files = _files(sealed)
    number, document = _decision(files)
    document["entry"][field] = "somebody"
    _line(number, lambda d: d.update(document))(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    assert any("says otherwise" in f.en and field in f.en for f in found if f.where == document["entry"]["entry_id"])


def test_an_entry_that_a_history_told_and_the_ledger_lacks_is_named(sealed: Path, tmp_path: Path) -> None:
    files = _files(sealed)
    last = json.loads(files["ledger.jsonl"].splitlines()[-1])["entry"]["entry_id"]
    _lines(lambda lines: lines[:-1])(files)
    found = verifier.verify(_write(tmp_path / "changed.zip", files)).faults
    assert any(fault.where.startswith("histories/") and last in fault.en for fault in found)


def test_a_file_that_is_no_dossier_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "it.zip").write_bytes(b"no ZIP")
    with pytest.raises(ValueError, match="no whole ZIP"):
        verifier.verify(tmp_path / "it.zip")
    _write(tmp_path / "empty.zip", {})
    with pytest.raises(ValueError, match=r"holds no manifest\.json"):
        verifier.verify(tmp_path / "empty.zip")
    assert verifier.main([str(tmp_path / "it.zip")]) == 2


@pytest.mark.parametrize("name", ["../outside", "/outside", "histories/../../outside", "..\\outside", "folder//file"])
def test_a_name_that_leads_out_of_the_folder_is_no_dossiers(name: str, sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no dossier of ours"):
        verifier.verify(_write(tmp_path / "out.zip", {**_files(sealed), name: b""}))


def test_what_is_encrypted_or_packed_otherwise_is_told_and_not_raised_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("manifest.json", "{}" * 10)
    plain = bytearray(_write(tmp_path / "it.zip", {"manifest.json": b"{}"}).read_bytes())
    plain[plain.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(plain)
    assert [verifier.main([str(tmp_path / name)]) for name in ("lzma.zip", "encrypted.zip")] == [2, 2]
