"""What officers signed is verified with the dossier alone: decisions, waivers, and for which life of the project."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.base import Text
from models.effects import EntryKind, LedgerEntry
from models.statement import ACTS, statement_of_record, statement_of_recorded_act
from records.dossier import verifier
from runtime import signing
from tests.records.dossier.sealing import CODE, LONG_AGO, Files, files_of, first_decision, line, written

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
    files = files_of(sealed)
    number, document = first_decision(files)
    document["entry"]["detail"][field] = SIGNED_FIELDS[field]
    line(number, lambda d: d.update(document))(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
    assert document["entry"]["entry_id"] in {fault.where for fault in found if "signature" in fault.en}


def _signature_faults(files: Files, entry_id: str, folder: Path) -> list[str]:
    found = verifier.verify(written(folder / "changed.zip", files)).faults
    return [fault.en for fault in found if fault.where == entry_id and "signature" in fault.en]


def test_a_decision_that_was_signed_for_no_life_is_verified_as_such_and_no_other_passes_for_one(
    sealed: Path, tmp_path: Path
) -> None:
    """Entries of earlier builds have no life in their detail; to take it out of a later one unmakes its signature."""
    files = files_of(sealed)
    number, document = first_decision(files)
    entry, detail = document["entry"], document["entry"]["detail"]
    del detail["life"]
    line(number, lambda d: d.update(document))(files)
    assert _signature_faults(files, entry["entry_id"], tmp_path) == ["the signature is not of what is on record"]
    statement = statement_of_record(LedgerEntry.model_validate(entry))
    assert json.loads(statement)["statement"] == "tongchou.decision.v1" and statement == verifier.statement(detail)
    detail["signature"] = signing.sign(signing.load(sealed.parent / f"{entry['officer']}.pem"), statement)
    line(number, lambda d: d.update(document))(files)
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
    files = files_of(sealed)
    name = next(n for n, h in files.items() if n.startswith("histories/") and b"decision" in h)
    history = json.loads(files[name])
    history["events"][0]["workflowExecutionStartedEventAttributes"]["firstExecutionRunId"] = "another"
    files[name] = json.dumps(history).encode()
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
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
    files = files_of(sealed)
    keys = json.loads(files["keys.json"])
    files["keys.json"] = json.dumps([{**key, **change} for key in keys]).encode()
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
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
    files = files_of(sealed)
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), "signatures": policy}).encode()
    number, document = first_decision(files)
    document["entry"]["detail"] |= {"signature": None, "key_id": None, "signed": signed, "review_id": review}
    line(number, lambda d: d.update(document))(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
    named = {fault.where for fault in found if "had to be signed" in fault.en}
    assert named == ({document["entry"]["entry_id"]} if faulty else set())


def _with_waiver(sealed: Path, **change: str | None) -> tuple[Files, str]:
    """The files with a signed waiver in the place of a decision, changed after it was signed; the id of its entry."""
    files = files_of(sealed)
    files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), "signatures": "required"}).encode()
    number, document = first_decision(files)
    entry, key_id = document["entry"], document["entry"]["detail"]["key_id"]
    said = {"rule": "JY-26", "subject": None, "reason": "已批复", "document": "0" * 64, "expires_on": "2027-01-01"}
    detail = {**said, "organ": entry["organ"], "officer": entry["officer"], "granted_at": entry["at"], "life": "one"}
    entry |= {"kind": "finding.waived", "detail": {**detail, "key_id": key_id, "signed": True}}
    statement = statement_of_recorded_act(LedgerEntry.model_validate(entry))
    entry["detail"]["signature"] = signing.sign(signing.load(sealed.parent / f"{entry['officer']}.pem"), statement)
    entry["detail"] |= change
    line(number, lambda d: d.update(document))(files)
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
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
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
    line(number, lambda d: d.update(document))(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files))
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
    files = files_of(sealed)
    number, document = first_decision(files)
    document["entry"][field] = "somebody"
    line(number, lambda d: d.update(document))(files)
    found = verifier.verify(written(tmp_path / "changed.zip", files)).faults
    assert any("says otherwise" in f.en and field in f.en for f in found if f.where == document["entry"]["entry_id"])
