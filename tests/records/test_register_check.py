"""Somebody writes the register's tables past the commands: the ledger tells otherwise, and that is found."""

from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.effects import EntryKind
from models.officer_key import key_id_of
from records import database, delegations, ledger, migration, officer_keys, register_check, register_digests
from records.chain.discrepancies import Tampering
from records.delegations import Request
from records.register import import_register
from tests.records.test_officer_keys import AT, KEY, LATER
from tests.records.test_register import EXAMPLE

STOLEN = b64encode(bytes([3]) * 32).decode()
MONTH = {"valid_from": date(2026, 3, 1), "valid_until": date(2026, 3, 31)}


@pytest.fixture
def kept(engine: Engine) -> Engine:
    """Two keys and two delegations, one of each revoked."""
    import_register(engine, EXAMPLE)
    for officer, key in (("chen.hao", KEY), ("lin.yue", b64encode(bytes([2]) * 32).decode())):
        officer_keys.register(engine, officer, key, by="admin", at=AT)
    officer_keys.revoke(engine, key_id_of(KEY), reason="遗失", by="admin", at=LATER)
    for principal in ("chen.hao", "lin.yue"):
        request = Request(principal=principal, delegate="xu.ming", organ="jy-data-bureau", reason="出差", **MONTH)
        granted = delegations.grant(engine, request, by="admin", at=AT)
    delegations.revoke(engine, granted.id, reason="返岗", on=date(2026, 3, 9), by="admin", at=AT)
    return engine


def test_a_register_that_was_changed_by_commands_only_is_what_the_ledger_tells(kept: Engine) -> None:
    assert list(register_check.findings(kept)) == []


INSERTED_KEY = (
    "INSERT INTO officer_key (key_id, officer, public_key, valid_from, registered_by, recorded_at) "
    f"SELECT '{key_id_of(STOLEN)}', officer, '{STOLEN}', valid_from, registered_by, recorded_at FROM officer_key "
    "WHERE officer = 'lin.yue'"
)
INSERTED_DELEGATION = (
    "INSERT INTO delegation (id, principal, delegate, organ, valid_from, valid_until, reason, granted_by, recorded_at) "
    "SELECT 'dl-9', principal, delegate, organ, valid_from, valid_until, reason, granted_by, recorded_at "
    "FROM delegation WHERE principal = 'chen.hao'"
)


@pytest.mark.parametrize(
    ("statement", "kind", "key"),
    [
        (INSERTED_KEY, EntryKind.KEY_REGISTERED, key_id_of(STOLEN)),
        (INSERTED_DELEGATION, EntryKind.DELEGATION_GRANTED, "dl-9"),
    ],
    ids=["key", "delegation"],
)
def test_what_was_put_in_past_the_commands_is_named(kept: Engine, statement: str, kind: EntryKind, key: str) -> None:
    with kept.begin() as connection:
        connection.execute(text(statement))
    found = list(register_check.findings(kept))
    assert [(f.fault, f.entry_id) for f in found] == [(Tampering.REGISTER, f"@register/{kind}/{key}")]


CHANGED = {
    "officer_post": "UPDATE officer_post SET valid_until = '2030-01-01' WHERE officer = 'chen.hao'",
    "officer": "UPDATE officer SET email = 'mallory@example.org' WHERE id = 'chen.hao'",
    "organ": "UPDATE organ SET superior = NULL WHERE superior IS NOT NULL",
}


@pytest.mark.parametrize("table", CHANGED)
def test_a_table_that_was_changed_past_the_commands_is_named_with_the_import_that_left_it(
    kept: Engine, table: str
) -> None:
    (imported,) = ledger.entries(kept, kinds=[EntryKind.REGISTER_IMPORTED])
    with kept.begin() as connection:
        connection.execute(text(CHANGED[table]))
    (found,) = register_check.findings(kept)
    assert (found.fault, found.entry_id) == (Tampering.REGISTER, imported.entry.entry_id)
    assert table in found.reason.en


def test_a_later_import_does_not_hide_what_was_changed_before_it(kept: Engine, tmp_path: Path) -> None:
    (imported,) = ledger.entries(kept, kinds=[EntryKind.REGISTER_IMPORTED])
    with kept.begin() as connection:
        connection.execute(text(CHANGED["officer_post"]))
    import_register(kept, EXAMPLE, at=LATER)
    assert [f.entry_id for f in register_check.findings(kept)] == [imported.entry.entry_id]


def test_a_post_that_no_date_stands_in_is_found_too(kept: Engine) -> None:
    if kept.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes dates only")
    with kept.begin() as connection:
        connection.execute(text("UPDATE officer_post SET valid_until = 'never' WHERE officer = 'chen.hao'"))
    assert [f.fault for f in register_check.findings(kept)] == [Tampering.REGISTER]


def test_an_import_of_an_older_version_is_not_covered_until_its_file_is_imported_again(
    kept: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert register_check.is_covered(kept)
    older = database.connect(f"sqlite:///{tmp_path}/older.db")
    migration.upgrade(f"sqlite:///{tmp_path}/older.db")
    with monkeypatch.context() as patched:
        patched.setattr(register_digests, "digests", lambda session: None)
        import_register(older, EXAMPLE, at=AT)
    assert (register_check.is_covered(older), list(register_check.findings(older))) == (False, [])
    assert import_register(older, EXAMPLE, at=LATER).changed == 0
    assert (register_check.is_covered(older), list(register_check.findings(older))) == (True, [])
    assert import_register(older, EXAMPLE).changed == 0
    assert len(ledger.entries(older, kinds=[EntryKind.REGISTER_IMPORTED])) == 2
    older.dispose()
