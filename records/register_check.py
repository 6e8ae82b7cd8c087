"""Do keys, delegations, posts and parties stand as the ledger tells? Whoever writes their tables alone is found."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from models.base import Text
from models.effects import REGISTER_JOURNAL, EntryKind
from records import delegations, officer_keys, register_digests
from records.chain import stored
from records.chain.discrepancies import Discrepancy, Tampering
from records.chain.links import moment

Tables = Mapping[str, Any]
"""The digest of each table."""

_KINDS = (EntryKind.KEY_REGISTERED, EntryKind.KEY_REVOKED, EntryKind.DELEGATION_GRANTED, EntryKind.DELEGATION_REVOKED)
_WORDS = ("by",)
"""What an entry has besides the row: who ran the command."""


NOT_COVERED = Text(
    zh="岗位与机构的各表未予核对：登记册由旧版本导入，台账没有其摘要；重新导入同一文件即可",
    en="posts and parties are not covered: an older version imported them without digests; import the same file again",
)


def findings(engine: Engine) -> Iterator[Discrepancy]:
    """What the chain of the register tells otherwise than the tables, or what only one of the two knows: each key, each
    delegation, and each table of parties, officers and posts, by the digests that the imports left.

    The chain itself is verified elsewhere.
    """
    yield from _keys_and_delegations(engine)
    yield from _tables(engine)


def is_covered(engine: Engine) -> bool:
    """Whether posts and parties can be compared; True where there are none that an import brought."""
    imports = _imports(engine)
    return not imports or imports[-1][1] is not None


def _keys_and_delegations(engine: Engine) -> Iterator[Discrepancy]:
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


def _tables(engine: Engine) -> Iterator[Discrepancy]:
    """Each import has to find the tables as the one before it left them, and they have to be as the last one left them."""
    imports = _imports(engine)
    with Session(engine) as session:
        now = register_digests.digests(session)
    found_later = [*(before for _, _, before in imports[1:]), now]
    for (entry_id, left, _), found in zip(imports, found_later, strict=False):
        if left is not None and found is not None:
            yield from _changed(entry_id, left, found)


def _changed(entry_id: str, left: Tables, found: Tables) -> Iterator[Discrepancy]:
    for table in register_digests.TABLES:
        if left.get(table) != found.get(table):
            yield Discrepancy(
                fault=Tampering.REGISTER,
                project=REGISTER_JOURNAL,
                entry_id=entry_id,
                reason=Text(
                    zh=f"表 {table} 并非此次导入后的样子：其后有人绕过命令改动",
                    en=f"table {table} is not as this import left it: somebody changed it past the commands",
                ),
            )


def _imports(engine: Engine) -> list[tuple[str, Tables | None, Tables | None]]:
    """Of each import its entry, and the tables' digests after and before it; None where an older version noted none."""
    found = []
    for document in stored.documents(engine, REGISTER_JOURNAL):
        entry = document["entry"]
        if entry["kind"] == EntryKind.REGISTER_IMPORTED:
            detail = entry["detail"] if isinstance(entry["detail"], dict) else {}
            after, before = (_digests(detail.get(name)) for name in ("tables", "tables_before"))
            found.append((str(entry["entry_id"]), after, before))
    return found


def _digests(value: Any) -> Tables | None:
    return value if isinstance(value, dict) else None


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
