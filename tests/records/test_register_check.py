"""Somebody writes the tables of keys and delegations past the commands: the ledger tells otherwise, and that is found."""

from base64 import b64encode
from datetime import date

import pytest
from sqlalchemy import Engine, text

from models.effects import EntryKind
from models.officer_key import key_id_of
from records import delegations, officer_keys, register_check
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
