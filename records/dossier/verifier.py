"""Verifies a dossier without us: no server, no database, no installation. Python's standard library does it.

    python verifier.py dossier.zip [public key of the installation, in base64]

Signatures need the package `cryptography`; without it they are named as not checked. Whoever does not trust the copy of this
file that lies in the dossier takes one from the product's source: they are the same.
"""

import json
import sys
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

try:
    from records.chain import links
except ImportError:  # run from the dossier itself, where the two files lie side by side
    import links  # type: ignore[no-redef, import-not-found, unused-ignore]

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig.json"

MAX_BYTES = 2 * 1024**3
"""What all files together may unpack to: a dossier is read by machines that it must not be able to fill."""


class Fault(NamedTuple):
    """Something that is not as it was sealed: where, and what, in Chinese and in English."""

    where: str
    zh: str
    en: str


class Verdict(NamedTuple):
    """What was found. `unchecked` names what could not be checked here, and why."""

    faults: tuple[Fault, ...]
    unchecked: tuple[Fault, ...]
    counts: dict[str, int]


Check = Callable[["Dossier"], Iterator[Fault]]


class Dossier:
    """The files of a dossier, read once."""

    def __init__(self, path: Path, installation_key: str | None = None) -> None:
        """Raises ValueError for what is no dossier at all, OSError for what cannot be read."""
        self.installation_key = installation_key
        self.files = _unpacked(path)
        if MANIFEST not in self.files:
            raise ValueError(f"{path}: holds no {MANIFEST}")

    def json(self, name: str) -> Any:
        """The document. Raises ValueError for what is no JSON, KeyError for a file that is not there."""
        return json.loads(self.files[name])

    def ledger(self) -> list[dict[str, Any]]:
        """The entries with their places, in the order of the file."""
        return [json.loads(line) for line in self.files["ledger.jsonl"].splitlines() if line.strip()]

    def histories(self) -> dict[str, dict[str, Any]]:
        """Temporal's histories by file name."""
        return {name: json.loads(text) for name, text in self.files.items() if name.startswith("histories/")}


def verify(path: Path, installation_key: str | None = None) -> Verdict:
    """Check everything that can be checked from the file alone. Raises ValueError for what is no dossier, and OSError."""
    dossier = Dossier(path, installation_key)
    faults: list[Fault] = []
    unchecked: list[Fault] = []
    for check in CHECKS:
        try:
            for fault in check(dossier):
                (unchecked if isinstance(fault, Unchecked) else faults).append(fault)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, RecursionError) as error:
            what = f"{type(error).__name__}: {error}"[:200]
            faults.append(Fault(check.__name__.strip("_"), f"无法读取（{what}）", f"cannot be read ({what})"))
    return Verdict(tuple(faults), tuple(unchecked), _counts(dossier))


class Unchecked(Fault):
    """Something that this machine cannot check."""


def _counts(dossier: Dossier) -> dict[str, int]:
    lines = dossier.files.get("ledger.jsonl", b"").count(b"\n")
    histories = sum(name.startswith("histories/") for name in dossier.files)
    return {"files": len(dossier.files), "entries": lines, "histories": histories}


def _unpacked(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_BYTES:
                raise ValueError(f"{path}: unpacks to more than {MAX_BYTES} bytes")
            if len({member.filename for member in members}) != len(members):
                raise ValueError(f"{path}: holds two files of one name")
            if strange := next((m.filename for m in members if _is_strange(m)), None):
                raise ValueError(f"{path}: holds what no dossier of ours does: {strange!r}")
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise ValueError(f"{path}: is no whole ZIP file: {error}") from error


def _is_strange(member: zipfile.ZipInfo) -> bool:
    """Encrypted, packed in another way, or under a name that leads out of the folder into which somebody unpacks it."""
    encrypted = bool(member.flag_bits & 1)
    packed_otherwise = member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    parts = member.filename.replace("\\", "/").split("/")
    return encrypted or packed_otherwise or not {"", ".", ".."}.isdisjoint(parts)


# ---------------------------------------------------------------- the file itself


def _files(dossier: Dossier) -> Iterator[Fault]:
    """Every file is the one that the manifest lists, and there is no other."""
    listed = dossier.json(MANIFEST)["files"]
    for name in sorted(set(listed) | set(dossier.files) - {MANIFEST, SIGNATURE}):
        if name not in dossier.files:
            yield Fault(name, "清单所列文件缺失", "is listed and missing")
        elif name not in listed:
            yield Fault(name, "不在清单中", "is not in the manifest")
        elif sha256(dossier.files[name]).hexdigest() != listed[name]["sha256"]:
            yield Fault(name, "内容与清单的摘要不符", "is not the file that was sealed")


def _seal(dossier: Dossier) -> Iterator[Fault]:
    """The manifest is signed by the installation; by which one is said by a key from elsewhere."""
    seal = dossier.json(SIGNATURE)
    if dossier.installation_key is None:
        yield Unchecked(
            SIGNATURE,
            f"未指定本单位公钥，仅核对卷宗自带的公钥 {seal['public_key']}",
            f"no installation key was given; checked with the one in the dossier, {seal['public_key']}",
        )
    elif dossier.installation_key != seal["public_key"]:
        yield Fault(SIGNATURE, "不是由所指定的公钥签署", "was not signed with the key that was given")
        return
    signed = _is_signed(dossier.files[MANIFEST], seal["signature"], seal["public_key"])
    if signed is None:
        yield _no_library(SIGNATURE)
    elif not signed:
        yield Fault(SIGNATURE, "清单的签名无效", "the manifest's signature is not good")


# ---------------------------------------------------------------- the ledger


def _ledger(dossier: Dossier) -> Iterator[Fault]:
    """The chain is whole, from the first entry to the one that the manifest names."""
    previous, number = None, 0
    for document in dossier.ledger():
        where = f"{document['sequence']} {document['entry']['entry_id']}"
        if document["sequence"] != number + 1:
            yield Fault(where, f"应为第 {number + 1} 号", f"must be number {number + 1}")
        if document["previous"] != previous:
            yield Fault(where, "与前一条不相连", "does not follow the one before")
        if not links.is_intact(document):
            yield Fault(where, "内容与摘要不符", "is not what was recorded")
        previous, number = document["digest"], document["sequence"]
    sealed = dossier.json(MANIFEST)["ledger"]
    if (sealed["sequence"], sealed["digest"]) != (number, previous):
        yield Fault("ledger.jsonl", f"应止于第 {sealed['sequence']} 号", f"must end with number {sealed['sequence']}")


def _signatures(dossier: Dossier) -> Iterator[Fault]:
    """Each signed decision that counted is signed by a key of its officer, valid at that moment, over what is on record."""
    keys = {key["key_id"]: key for key in dossier.json("keys.json")}
    manifest = dossier.json(MANIFEST)
    unsigned = 0
    for document in dossier.ledger():
        entry = document["entry"]
        if entry["kind"] in _ACTS:
            yield from _signed_act(entry, manifest, keys)
        if entry["kind"] != "decision.counted":
            continue
        detail = entry["detail"]
        if detail.get("signature"):
            yield from _signature(entry, detail, keys.get(detail.get("key_id")))
        elif detail.get("signed") or _must_be_signed(manifest, detail):
            yield Fault(entry["entry_id"], "须经签名而没有签名", "had to be signed, and bears no signature")
        else:
            unsigned += 1
    if unsigned:
        yield Unchecked("decisions", f"{unsigned} 份意见没有签名", f"{unsigned} decisions bear no signature")


def _must_be_signed(manifest: Mapping[str, Any], detail: Mapping[str, Any]) -> bool:
    """Whether the project was admitted under signatures, and the review is its own: a procedure has a policy of its own."""
    return manifest.get("signatures") == "required" and str(detail["review_id"]).startswith(manifest["project"])


def _signature(entry: Mapping[str, Any], detail: Mapping[str, Any], key: Mapping[str, Any] | None) -> Iterator[Fault]:
    where = entry["entry_id"]
    if key is None:
        yield Fault(
            where, f"卷宗中没有密钥 {detail.get('key_id')}", f"key {detail.get('key_id')} is not in the dossier"
        )
        return
    if key["officer"] != entry["officer"]:
        yield Fault(where, f"密钥属于 {key['officer']}", f"the key belongs to {key['officer']}")
    if differing := [f for f in ("organ", "officer", "on_behalf_of") if entry.get(f) != detail.get(f)]:
        fields = "、".join(differing)
        yield Fault(where, f"所签意见另有其人：{fields}", f"what was signed says otherwise: {fields}")
    at = links.moment(entry["at"])
    if at < links.moment(key["valid_from"]) or (key["revoked_at"] and at >= links.moment(key["revoked_at"])):
        yield Fault(where, "签名时密钥无效", "the key was not valid then")
    written = statement_of_act(entry) if entry["kind"] in _ACTS else statement(detail)
    signed = _is_signed(written.encode(), detail["signature"], key["public_key"])
    if signed is None:
        yield _no_library(where)
    elif not signed:
        yield Fault(where, "签名与所记不符", "the signature is not of what is on record")


def _signed_act(
    entry: Mapping[str, Any], manifest: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]
) -> Iterator[Fault]:
    """A retraction and a waiver are signed like decisions, where a build recorded them that knew of it (`signed`)."""
    detail = entry["detail"]
    if detail.get("signature"):
        yield from _signature(entry, detail, keys.get(detail.get("key_id")))
    elif manifest.get("signatures") == "required" and "signed" in detail:
        yield Fault(entry["entry_id"], "须经签名而没有签名", "had to be signed, and bears no signature")
    else:
        yield Unchecked(entry["entry_id"], "没有签名", "bears no signature")


def statement(detail: Mapping[str, Any]) -> str:
    """The statement that the officer signed, from the entry on record (models/statement.py says what it is)."""
    said = {name: detail[name] for name, default in _DECISION.items() if name in detail and detail[name] != default}
    return _canonical("decision", detail, {"decision": said, "materials": sorted(set(detail["judged"]))})


def statement_of_act(entry: Mapping[str, Any]) -> str:
    """The same of a retraction or a waiver."""
    what, fields = _ACTS[entry["kind"]]
    said = {field: entry["detail"][field] for field in fields if entry["detail"].get(field) is not None}
    return _canonical(what, entry["detail"], {"act": said, "project": entry["project"]})


def _canonical(what: str, detail: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Of version 2, which names the life of the workflow, where the entry does; of version 1 where an earlier build wrote it."""
    life = detail.get("life")
    form = {"statement": f"tongchou.{what}.v1"} if life is None else {"statement": f"tongchou.{what}.v2", "life": life}
    return json.dumps({**form, **said}, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


_ACTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "decision.retracted": ("retraction", ("decision_id", "organ", "officer", "reason")),
    "finding.waived": (
        "waiver",
        ("rule", "subject", "organ", "officer", "reason", "document", "expires_on"),
    ),
}
"""What is signed besides decisions, by the kind of its entry: what its statement is of, and its fields."""

_UNSAID = object()
_DECISION: Mapping[str, Any] = {
    "decision_id": _UNSAID,
    "review_id": _UNSAID,
    "organ": _UNSAID,
    "officer": _UNSAID,
    "verdict": _UNSAID,
    "opinion": "",
    "conditions": [],
    "judgements": {},
    "major_change": False,
    "on_behalf_of": None,
}
"""The fields of a decision with what they are where nothing was said; what nobody said is not in the statement."""


# ---------------------------------------------------------------- the histories


def _histories(dossier: Dossier) -> Iterator[Fault]:
    """What the workflows put on record is on record, and nothing else is, as far as their histories are here."""
    on_record = {document["entry"]["entry_id"]: document["entry"] for document in dossier.ledger()}
    told: set[str] = set()
    for name, history in dossier.histories().items():
        for entry in recorded_by(history):
            told.add(entry["entry_id"])
            if entry["project"] != dossier.json(MANIFEST)["project"]:
                continue
            kept = on_record.get(entry["entry_id"])
            if kept is None:
                yield Fault(name, f"台账中没有 {entry['entry_id']}", f"{entry['entry_id']} is not in the ledger")
            elif differing := [field for field in _SAME if kept.get(field) != entry.get(field)]:
                fields = "、".join(differing)
                yield Fault(name, f"{entry['entry_id']} 与台账不同：{fields}", f"{entry['entry_id']} differs: {fields}")
    for entry_id, entry in on_record.items():
        if entry_id not in told and entry["kind"] not in _TOLD_ELSEWHERE:
            yield Unchecked(entry_id, "历史不在卷宗中，无法比对", "its history is not in the dossier")


def _lives(dossier: Dossier) -> Iterator[Fault]:
    """Each signature is for the life of the workflow that recorded it: going on as new and a reset leave its first run's id."""
    for name, history in dossier.histories().items():
        life = history["events"][0]["workflowExecutionStartedEventAttributes"]["firstExecutionRunId"]
        for entry in recorded_by(history):
            if entry["detail"].get("life") not in (None, life):
                what = entry["entry_id"]
                yield Fault(name, f"{what} 的签名属于另一流程", f"{what} is signed for another life of a workflow")


_SAME = ("project", "kind", "organ", "officer", "on_behalf_of", "detail", "summary", "stage", "gate", "round")
_TOLD_ELSEWHERE = {"dossier.sealed"}
"""The making of an earlier dossier is told by a workflow whose history no dossier holds."""


def recorded_by(history: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The ledger entries that a run of a workflow has recorded: activities that were scheduled and completed."""
    scheduled: dict[str, dict[str, Any]] = {}
    for event in history["events"]:
        if begun := event.get("activityTaskScheduledEventAttributes"):
            if begun["activityType"]["name"] == "ledger.append":
                scheduled[event["eventId"]] = json.loads(b64decode(begun["input"]["payloads"][0]["data"]))
        elif (done := event.get("activityTaskCompletedEventAttributes")) and done["scheduledEventId"] in scheduled:
            yield scheduled[done["scheduledEventId"]]


# ---------------------------------------------------------------- the materials


def _materials(dossier: Dossier) -> Iterator[Fault]:
    """Whatever an officer judged was handed in."""
    handed_in = {item["material"]["sha256"] for item in dossier.json("materials.json")}
    for document in dossier.ledger():
        if document["entry"]["kind"] == "decision.counted":
            for digest in sorted(set(document["entry"]["detail"]["judged"]) - handed_in):
                where = document["entry"]["entry_id"]
                yield Fault(
                    where, f"所审材料 {digest[:12]}… 未见提交", f"judged {digest[:12]}…, which nobody handed in"
                )


CHECKS: tuple[Check, ...] = (_files, _seal, _ledger, _signatures, _histories, _lives, _materials)


def _is_signed(content: bytes, signature: str, public_key: str) -> bool | None:
    """Whether that is the key's signature of the bytes; None where the library is missing."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), content)
    except (ValueError, InvalidSignature):
        return False
    return True


def _no_library(where: str) -> Fault:
    return Unchecked(where, "未核对签名：缺少 cryptography", "signature not checked: needs the package cryptography")


def main(arguments: list[str]) -> int:
    """Verify, print what was found, and say by the exit code whether all is well: 0, or 1, or 2 for no dossier."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    try:
        verdict = verify(Path(arguments[0]), *arguments[1:])
    except (OSError, ValueError) as error:
        print(error)
        return 2
    for fault in verdict.unchecked:
        print(f"? {fault.where}: {fault.zh} / {fault.en}")
    for fault in verdict.faults:
        print(f"✗ {fault.where}: {fault.zh} / {fault.en}")
    print(", ".join(f"{name} {count}" for name, count in verdict.counts.items()))
    print("完好 / whole" if not verdict.faults else "有误 / NOT WHOLE")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
