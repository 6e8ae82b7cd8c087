"""What is stored once stays stored once, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notification.channels import INBOX
from services.notification.contract import NoticeView
from services.notification.database import Database
from services.notification.reads import Reads
from services.notification.rendering import Letter, Templates
from services.notification.states import MessageState
from services.notification.store import Store
from services.notification.tables import NoticeRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
HOOK = "json-000000000000"


def a_notice(notice_id: str = "n-1") -> NoticeRow:
    return NoticeRow(
        notice_id=notice_id,
        project="P-1",
        template="project_closed",
        template_version=1,
        language="zh",
        recipient_kind="organ",
        recipient_code="o-1",
        digest="d",
        subject="主题",
        body="正文",
        created_at=NOW,
    )


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture
def reads(database: Database) -> Reads:
    return Reads(database)


def view_of(reads: Reads, notice_id: str = "n-1") -> NoticeView:
    taken = reads.notice(notice_id)
    assert taken is not None
    return taken.view


def test_the_in_box_is_delivered_when_stored_and_other_channels_are_due_at_once(store: Store, reads: Reads) -> None:
    assert store.add(a_notice(), [INBOX, HOOK])
    states = {message.channel: message.state for message in view_of(reads).messages}
    assert states == {INBOX: MessageState.DELIVERED, HOOK: MessageState.CREATED}
    (claimed,) = store.claim(NOW, LEASE, limit=10)
    assert (claimed.channel, claimed.attempts, claimed.letter) == (HOOK, 1, Letter("主题", "正文"))


def test_a_second_notice_under_the_same_key_changes_nothing(store: Store, reads: Reads) -> None:
    assert store.add(a_notice(), [INBOX])
    assert not store.add(a_notice(), [INBOX, HOOK])
    assert len(view_of(reads).messages) == 1


def test_two_senders_never_claim_the_same_message(store: Store) -> None:
    for number in range(12):
        store.add(a_notice(f"n-{number}"), [HOOK])
    with ThreadPoolExecutor(6) as pool:
        batches = list(pool.map(lambda _: store.claim(NOW, LEASE, limit=3), range(12)))
    claimed = [message.notice_id for batch in batches for message in batch]
    assert len(claimed) == len(set(claimed)) and len(claimed) <= 12
    rest = store.claim(NOW, LEASE, limit=12)
    assert {*claimed, *(m.notice_id for m in rest)} == {f"n-{n}" for n in range(12)}


def test_an_attempt_that_left_no_result_is_made_again_when_its_lease_has_run_out(store: Store) -> None:
    store.add(a_notice(), [HOOK])
    store.claim(NOW, LEASE, limit=10)
    assert store.claim(NOW + LEASE - timedelta(seconds=1), LEASE, limit=10) == []
    (again,) = store.claim(NOW + LEASE, LEASE, limit=10)
    assert again.attempts == 2


def test_silence_after_a_send_becomes_unconfirmed_and_is_not_sent_again(store: Store, reads: Reads) -> None:
    store.add(a_notice(), [HOOK])
    (claimed,) = store.claim(NOW, LEASE, limit=10)
    later = NOW + timedelta(hours=72)
    store.move(claimed.message_id, MessageState.SENT, NOW, next_at=later)
    assert store.claim(later, LEASE, limit=10) == []
    (message,) = view_of(reads).messages
    assert (message.state, message.reason) == (MessageState.UNCONFIRMED, "no receipt came")
    assert store.claim(later + timedelta(days=365), LEASE, limit=10) == []


def test_the_first_reading_counts_and_only_the_in_box_can_be_read(store: Store, reads: Reads) -> None:
    store.add(a_notice(), [INBOX, HOOK])
    inbox, hook = sorted(view_of(reads).messages, key=lambda m: m.channel)
    assert store.mark_read(inbox.message_id, NOW)
    assert store.mark_read(inbox.message_id, NOW + timedelta(hours=1))
    assert not store.mark_read(hook.message_id, NOW)
    assert not store.mark_read(999, NOW)
    assert [m.read_at for m in view_of(reads).messages if m.channel == INBOX] == [NOW]


def test_new_content_of_a_template_is_a_new_version_and_old_content_keeps_its_own(store: Store) -> None:
    first = next(iter(Templates()))
    changed = replace(first, sha256="0" * 64)
    assert store.number([first, first, changed, first]) == [1, 1, 2, 1]
    assert store.number([changed, first, replace(first, language="en")]) == [2, 1, 1]


def test_processes_that_start_together_agree_on_the_versions(store: Store) -> None:
    templates = list(Templates())[:5]
    with ThreadPoolExecutor(6) as pool:
        numbered = list(pool.map(lambda _: store.number(templates), range(6)))
    assert numbered == [[1] * 5] * 6


def test_moments_come_back_in_utc_with_their_zone(store: Store, reads: Reads) -> None:
    store.add(a_notice(), [INBOX])
    created = view_of(reads).created_at
    assert created == NOW and created.utcoffset() == timedelta()


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    row = a_notice()
    row.created_at = datetime(2026, 3, 2)  # noqa: DTZ001
    with pytest.raises(Exception, match="needs a time zone"):
        store.add(row, [INBOX])
