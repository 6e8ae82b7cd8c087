"""The ways between the states of a message."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notification.database import Database
from services.notification.reads import Reads
from services.notification.states import TRANSITIONS, MessageState, overall, sources
from services.notification.store import Store
from services.notification.tables import NoticeRow

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FINAL = {MessageState.DELIVERED, MessageState.PERMANENT_FAILURE}
moves = st.lists(st.sampled_from(MessageState), max_size=12)


def a_notice(notice_id: str) -> NoticeRow:
    return NoticeRow(
        notice_id=notice_id,
        project="P-1",
        template="project_closed",
        template_version=1,
        language="zh",
        recipient_kind="organ",
        recipient_code="o-1",
        digest="d",
        subject="s",
        body="b",
        created_at=NOW,
    )


@pytest.fixture(scope="module")
def memory() -> Database:
    database = Database("sqlite://")
    database.prepare()
    return database


@settings(deadline=None)
@given(moves)
def test_the_store_follows_the_table_of_transitions_and_never_leaves_a_final_state(
    memory: Database, moves: list[MessageState]
) -> None:
    store, reads, key = Store(memory), Reads(memory), str(uuid4())
    assert store.add(a_notice(key), ["mailto-1"])
    expected = MessageState.CREATED
    for to in moves:
        message = _message(reads, key)
        moved = store.move(message, to, NOW)
        assert moved == (to in TRANSITIONS[expected])
        assert not (moved and expected in FINAL)
        expected = to if moved else expected
        taken = reads.notice(key)
        assert taken is not None and taken.view.state == expected


def _message(reads: Reads, notice_id: str) -> int:
    taken = reads.notice(notice_id)
    assert taken is not None
    return taken.view.messages[0].message_id


@given(moves)
def test_a_message_is_sent_only_by_an_attempt_that_was_under_way(moves: list[MessageState]) -> None:
    state, previous = MessageState.CREATED, MessageState.CREATED
    for to in moves:
        if to in TRANSITIONS[state]:
            previous, state = state, to
        if state is MessageState.SENT and to is state and previous is not state:
            assert previous is MessageState.SENDING


def test_every_state_but_the_first_can_be_reached_and_only_the_final_ones_lead_nowhere() -> None:
    assert {state for state in MessageState if not sources(state)} == {MessageState.CREATED}
    assert {state for state in MessageState if not TRANSITIONS[state]} == FINAL


def test_a_notice_has_the_state_of_its_most_advanced_message() -> None:
    assert overall([MessageState.PERMANENT_FAILURE, MessageState.DELIVERED]) is MessageState.DELIVERED
    assert overall([MessageState.TEMPORARY_FAILURE, MessageState.SENDING]) is MessageState.SENDING
    assert overall([MessageState.PERMANENT_FAILURE]) is MessageState.PERMANENT_FAILURE
