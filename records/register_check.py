"""Do keys and delegations stand as the ledger tells? Whoever writes their tables alone, past the commands, is found."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from models.base import Text
from models.effects import REGISTER_JOURNAL, EntryKind
from records import delegations, officer_keys
from records.chain import stored
from records.chain.discrepancies import Discrepancy, Tampering
from records.chain.links import moment

_KINDS = (EntryKind.KEY_REGISTERED, EntryKind.KEY_REVOKED, EntryKind.DELEGATION_GRANTED, EntryKind.DELEGATION_REVOKED)
_WORDS = ("by",)
"""What an entry has besides the row: who ran the command."""


def findings(engine: Engine) -> Iterator[Discrepancy]:
    """Each key and each delegation that the chain of the register tells otherwise, or of which only one of the two knows.

    The chain itself is verified elsewhere. Posts are not compared: their entry has the digest of the imported file only.
    """
    told = dict(_told(engine))
    kept = dict(_kept(engine))
    for entry_id in sorted(told.keys() | kept.keys()):
        if told.get(entry_id) != kept.get(entry_id):
            yield Discrepancy(
                fault=Tampering.REGISTER,
                project=REGISTER_JOURNAL,
                entry_id=entry_id,
                reason=Text(
                    zh="登记册中的密钥或授权与台账所载不一致，或仅见于其一",
                    en="the register's key or delegation is not what the ledger tells, or only one of the two knows it",
                ),
            )


def _told(engine: Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    for document in stored.documents(engine, REGISTER_JOURNAL):
        entry = document["entry"]
        if entry["kind"] in _KINDS:
            try:
                yield str(entry["entry_id"]), _said(entry)
            except (ValueError, TypeError, AttributeError):  # whoever tampers with it keeps anything in any column
                yield str(entry["entry_id"]), {}


def _said(entry: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in entry["detail"].items() if name not in _WORDS}
    match entry["kind"]:
        case EntryKind.KEY_REGISTERED:
            return _comparable(said)
        case EntryKind.KEY_REVOKED:
            return _comparable({**said, "revoked_at": entry["at"]})
    return said


def _kept(engine: Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in officer_keys.keys(engine):
        whose = {"key_id": key.key_id, "officer": key.officer}
        registered = {**whose, "public_key": key.public_key, "valid_from": key.valid_from}
        yield _id(EntryKind.KEY_REGISTERED, key.key_id), _comparable(registered)
        if key.revoked_at is not None:
            revoked = {**whose, "reason": key.revoked_reason, "revoked_at": key.revoked_at}
            yield _id(EntryKind.KEY_REVOKED, key.key_id), _comparable(revoked)
    for one in delegations.delegations(engine):
        granted = one.model_dump(mode="json", exclude={"revoked_on", "revoked_reason"})
        yield _id(EntryKind.DELEGATION_GRANTED, one.id), granted
        if one.revoked_on is not None:
            ended = {"revoked_on": one.revoked_on.isoformat(), "reason": one.revoked_reason}
            yield _id(EntryKind.DELEGATION_REVOKED, one.id), {"id": one.id, "organ": one.organ, **ended}


def _id(kind: EntryKind, key: str) -> str:
    return f"{REGISTER_JOURNAL}/{kind}/{key}"


def _comparable(of_a_key: dict[str, Any]) -> dict[str, Any]:
    return of_a_key | {name: moment(of_a_key[name]) for name in ("valid_from", "revoked_at") if name in of_a_key}
