"""The officers' keys: registered and revoked, never edited. With each change goes its entry in the ledger."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.base import Text
from models.effects import EntryKind
from models.officer_key import OfficerKey, key_id_of
from records import journal
from records.database import writing
from records.errors import KeyRefused, require_zone
from records.tables import OfficerKeyRow, OfficerRow


def register(engine: Engine, officer: str, public_key: str, *, by: str, at: datetime) -> OfficerKey:
    """Put the officer's public key on record, valid from `at` on. The same key for the same officer again changes nothing.

    `public_key` is base64 of the raw bytes, `by` whoever ran the command. Raises `KeyRefused` for an officer that the
    register does not know, for what is no key, and for a key that is another officer's or was revoked.
    """
    require_zone("at", at)
    key_id = _key_id(public_key)
    with writing(engine) as session:
        if known := session.get(OfficerKeyRow, key_id):
            return _same(known, officer)
        if session.get(OfficerRow, officer) is None:
            raise KeyRefused("officer", officer, "must be an officer of the register")
        row = OfficerKeyRow(
            key_id=key_id,
            officer=officer,
            public_key=public_key,
            valid_from=at.astimezone(UTC),
            registered_by=by,
            recorded_at=datetime.now(UTC),
        )
        journal.note(
            session,
            EntryKind.KEY_REGISTERED,
            key_id,
            by=by,
            at=at,
            summary=Text(zh=f"登记经办人 {officer} 的签名密钥 {key_id}", en=f"key {key_id} of {officer} registered"),
            detail={"key_id": key_id, "officer": officer, "public_key": public_key, "valid_from": at.isoformat()},
        )
        session.add(row)
        return _key(row)


def revoke(engine: Engine, key_id: str, *, reason: str, by: str, at: datetime) -> OfficerKey:
    """End the key's validity at that moment. For one that was revoked before nothing changes, and the first word stands.

    Raises `KeyRefused` for a key that is not on record, for an empty reason, and for a moment before the key was valid.
    """
    require_zone("at", at)
    if not reason.strip():
        raise KeyRefused("reason", reason, "must say why")
    with writing(engine) as session:
        row = session.get(OfficerKeyRow, key_id)
        if row is None:
            raise KeyRefused("key_id", key_id, "must be a registered key")
        if row.revoked_at is not None:
            return _key(row)
        if at < row.valid_from:
            raise KeyRefused("at", at.isoformat(), f"must not be before the key is valid, {row.valid_from.isoformat()}")
        journal.note(
            session,
            EntryKind.KEY_REVOKED,
            key_id,
            by=by,
            at=at,
            summary=Text(
                zh=f"撤销经办人 {row.officer} 的签名密钥 {key_id}：{reason}",
                en=f"key {key_id} of {row.officer} revoked: {reason}",
            ),
            detail={"key_id": key_id, "officer": row.officer, "reason": reason},
        )
        row.revoked_at, row.revoked_reason = at.astimezone(UTC), reason
        session.add(row)
        return _key(row)


def find(engine: Engine, key_id: str) -> OfficerKey | None:
    """The key with this id, or None."""
    with Session(engine) as session:
        row = session.get(OfficerKeyRow, key_id)
        return None if row is None else _key(row)


def keys(engine: Engine, officer: str | None = None) -> list[OfficerKey]:
    """Every key on record, or the officer's; by officer, then by the moment from which it is valid."""
    query = select(OfficerKeyRow).order_by(col(OfficerKeyRow.officer), col(OfficerKeyRow.valid_from))
    if officer is not None:
        query = query.where(col(OfficerKeyRow.officer) == officer)
    with Session(engine) as session:
        return [_key(row) for row in session.exec(query)]


def _key_id(public_key: str) -> str:
    try:
        return key_id_of(public_key)
    except ValueError as error:
        raise KeyRefused("public_key", public_key, "must be 32 bytes in base64") from error


def _same(known: OfficerKeyRow, officer: str) -> OfficerKey:
    if known.officer != officer:
        raise KeyRefused("officer", officer, f"the key {known.key_id} belongs to {known.officer}")
    if known.revoked_at is not None:
        raise KeyRefused("public_key", known.key_id, "was revoked; a revoked key is never valid again")
    return _key(known)


def _key(row: OfficerKeyRow) -> OfficerKey:
    return OfficerKey.model_validate(row.model_dump())
