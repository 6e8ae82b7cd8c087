"""A dossier of a whole life for the tests of this folder, and how one tampers with it."""

import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from models.application import Material
from models.effects import LedgerEntry
from models.officer_key import OfficerKey, key_id_of
from models.statement import statement_of_record
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


def seal(folder: Path) -> Path:
    """The dossier of the whole life that is on record for the replay, with every decision signed."""
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


def files_of(dossier: Path) -> Files:
    with zipfile.ZipFile(dossier) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def key_of(dossier: Path) -> str:
    key: str = json.loads(files_of(dossier)[bundle.SIGNATURE])["public_key"]
    return key


def changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        files[name] = change(files[name])

    return tamper


def line(number: int, change: Callable[[dict[str, Any]], None]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        lines = files["ledger.jsonl"].splitlines()
        document = json.loads(lines[number])
        change(document)
        lines[number] = json.dumps(document).encode()
        files["ledger.jsonl"] = b"\n".join(lines) + b"\n"

    return tamper


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        files["ledger.jsonl"] = b"\n".join(change(files["ledger.jsonl"].splitlines())) + b"\n"

    return tamper


def resealed(tamper: Callable[[Files], None]) -> Callable[[Files], None]:
    """Who tampers makes the manifest fit again; only the signature is beyond them."""

    def both(files: Files) -> None:
        tamper(files)
        manifest = json.loads(files[bundle.MANIFEST])
        for name, listed in manifest["files"].items():
            listed["sha256"] = sha256(files[name]).hexdigest()
        files[bundle.MANIFEST] = bundle.as_json(manifest)

    return both


def first_decision(files: Files) -> tuple[int, dict[str, Any]]:
    lines = [json.loads(line) for line in files["ledger.jsonl"].splitlines()]
    return next((n, d) for n, d in enumerate(lines) if d["entry"]["kind"] == "decision.counted")
