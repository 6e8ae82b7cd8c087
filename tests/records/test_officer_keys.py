"""Keys on record: registered once, revoked once, never edited; and every change has its entry in the ledger."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models.effects import REGISTER_JOURNAL, EntryKind, LedgerEntry
from models.officer_key import OfficerKey, key_id_of
from records import ledger, officer_keys
from records.errors import EntryInvalid, KeyRefused
from records.register import import_register
from tests.records.test_register import EXAMPLE

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
LATER = AT + timedelta(days=30)
KEY, OTHER = (b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.fixture
def officers(engine: Engine) -> Engine:
    import_register(engine, EXAMPLE)
    return engine


def noted(engine: Engine) -> list[LedgerEntry]:
    kinds = (EntryKind.KEY_REGISTERED, EntryKind.KEY_REVOKED)
    return [recorded.entry for recorded in ledger.entries(engine, REGISTER_JOURNAL, kinds)]


def registered(engine: Engine, officer: str = "chen.hao", key: str = KEY, at: datetime = AT) -> OfficerKey:
    return officer_keys.register(engine, officer, key, by="admin", at=at)


def test_a_key_is_valid_from_its_registration_until_it_is_revoked(officers: Engine) -> None:
    key = registered(officers)
    assert (key.officer, key.key_id, key.valid_from, key.registered_by) == ("chen.hao", key_id_of(KEY), AT, "admin")
    assert officer_keys.find(officers, key.key_id) == key
    assert [key.is_valid(AT - timedelta(seconds=1)), key.is_valid(AT), key.is_valid(LATER)] == [False, True, True]
    revoked = officer_keys.revoke(officers, key.key_id, reason="遗失", by="admin", at=LATER)
    assert [revoked.is_valid(LATER - timedelta(seconds=1)), revoked.is_valid(LATER)] == [True, False]
    assert officer_keys.keys(officers, "chen.hao") == [revoked]
    assert officer_keys.keys(officers, "lin.yue") == []


def test_every_change_stands_in_the_ledger_with_who_made_it(officers: Engine) -> None:
    key = registered(officers)
    officer_keys.revoke(officers, key.key_id, reason="遗失", by="wang.admin", at=LATER)
    first, second = noted(officers)
    assert (first.kind, first.at, first.detail["by"]) == (EntryKind.KEY_REGISTERED, AT, "admin")
    assert (first.detail["officer"], first.detail["public_key"]) == ("chen.hao", KEY)
    assert (second.kind, second.at, second.detail["by"]) == (EntryKind.KEY_REVOKED, LATER, "wang.admin")
    assert (second.detail["key_id"], second.detail["reason"]) == (key.key_id, "遗失")


def test_a_change_that_cannot_be_recorded_is_not_made(officers: Engine) -> None:
    key = registered(officers)
    with pytest.raises(EntryInvalid):
        officer_keys.revoke(officers, key.key_id, reason="a\0b", by="admin", at=LATER)
    assert officer_keys.find(officers, key.key_id) == key


def test_a_second_call_changes_nothing_and_the_first_word_stands(officers: Engine) -> None:
    key = registered(officers)
    assert registered(officers, at=LATER) == key
    revoked = officer_keys.revoke(officers, key.key_id, reason="遗失", by="admin", at=LATER)
    again = officer_keys.revoke(officers, key.key_id, reason="another", by="admin", at=LATER + timedelta(days=1))
    assert again == revoked
    assert len(noted(officers)) == 2


def test_what_cannot_be_registered_or_revoked_is_refused_and_changes_nothing(officers: Engine) -> None:
    key = registered(officers)
    officer_keys.revoke(officers, registered(officers, key=OTHER).key_id, reason="遗失", by="admin", at=LATER)
    before = officer_keys.keys(officers)
    attempts: tuple[Callable[[], OfficerKey], ...] = (
        lambda: registered(officers, "no.body", b64encode(bytes(32)).decode()),
        lambda: registered(officers, "lin.yue"),
        lambda: registered(officers, key=OTHER),
        lambda: registered(officers, key="AAAA"),
        lambda: officer_keys.revoke(officers, "0000000000000000", reason="x", by="admin", at=LATER),
        lambda: officer_keys.revoke(officers, key.key_id, reason=" ", by="admin", at=LATER),
        lambda: officer_keys.revoke(officers, key.key_id, reason="x", by="admin", at=AT - timedelta(days=1)),
    )
    for refused in attempts:
        with pytest.raises(KeyRefused):
            refused()
    assert officer_keys.keys(officers) == before
    assert len(noted(officers)) == 3


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE officer_key SET officer = 'lin.yue', revoked_at = recorded_at WHERE key_id = :key",
        "UPDATE officer_key SET public_key = 'x', revoked_at = recorded_at WHERE key_id = :key",
        "UPDATE officer_key SET revoked_reason = 'x' WHERE key_id = :key",
        "UPDATE officer_key SET revoked_at = NULL, revoked_reason = NULL WHERE key_id = :revoked",
        "UPDATE officer_key SET revoked_reason = 'other' WHERE key_id = :revoked",
        "DELETE FROM officer_key WHERE key_id = :key",
    ],
)
def test_the_database_refuses_every_other_change_of_a_key(officers: Engine, attack: str) -> None:
    key, revoked = registered(officers), registered(officers, "lin.yue", OTHER)
    officer_keys.revoke(officers, revoked.key_id, reason="遗失", by="admin", at=LATER)
    before = officer_keys.keys(officers)
    with pytest.raises(DBAPIError), officers.begin() as connection:
        connection.execute(
            text(attack), {n: v for n, v in (("key", key.key_id), ("revoked", revoked.key_id)) if n in attack}
        )
    assert officer_keys.keys(officers) == before
