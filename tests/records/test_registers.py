"""The registers that procedures keep, on both databases: entered once, never rewritten, read as they stand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models.calendar import CHINA
from models.procedure import RegisterChange
from records import registers
from records.errors import ChangeConflict, ChangeInvalid
from records.registers import RegisterEntry
from records.storable import DETAIL_LIMIT

AT = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)

REGISTERED = RegisterChange(
    key="website_registration:JJ-W-1/approval/r1/websites",
    register_id="websites",
    subject="www.jj-cg.example",
    state="registered",
    at=AT,
    procedure="website_registration:JJ-W-1",
    party="jj-cg",
    detail={"名称": "城管网", "pages": [1, None], "share": 0.25},
)
CLOSED = REGISTERED.model_copy(
    update={
        "key": "website_closure:JJ-W-2/approval/r1/websites",
        "state": "closed",
        "at": AT + timedelta(days=30),
        "procedure": "website_closure:JJ-W-2",
        "detail": {},
    }
)


def but(change: RegisterChange, **changes: Any) -> RegisterChange:
    return change.model_copy(update=changes)


def entered(engine: Engine, *changes: RegisterChange) -> None:
    for change in changes:
        registers.enter(engine, change)


def known(engine: Engine, change: RegisterChange) -> list[RegisterChange]:
    return [line.change for line in registers.history(engine, change.register_id, change.subject)]


def test_an_entry_is_read_back_as_it_was_entered(engine: Engine) -> None:
    registers.enter(engine, REGISTERED)
    assert registers.entries(engine) == [
        RegisterEntry(
            register_id="websites",
            subject="www.jj-cg.example",
            state="registered",
            since=AT,
            procedure="website_registration:JJ-W-1",
            party="jj-cg",
            detail=REGISTERED.detail,
        )
    ]
    [line] = registers.history(engine, "websites", "www.jj-cg.example")
    assert line.change == REGISTERED
    assert line.change.at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - line.recorded_at) < timedelta(minutes=1)


def test_the_last_change_is_the_present_entry_and_the_history_keeps_every_one(engine: Engine) -> None:
    entered(engine, REGISTERED, CLOSED)
    [entry] = registers.entries(engine)
    assert (entry.state, entry.since, entry.procedure, entry.detail) == ("closed", CLOSED.at, CLOSED.procedure, {})
    assert known(engine, REGISTERED) == [REGISTERED, CLOSED]


def test_a_change_that_is_recorded_late_does_not_undo_what_came_after_it(engine: Engine) -> None:
    entered(engine, CLOSED, REGISTERED)
    assert [entry.state for entry in registers.entries(engine)] == ["closed"]
    assert known(engine, REGISTERED) == [REGISTERED, CLOSED]


def test_of_two_changes_at_one_moment_the_one_recorded_later_stands(engine: Engine) -> None:
    entered(engine, REGISTERED, but(CLOSED, at=AT))
    assert [entry.state for entry in registers.entries(engine)] == ["closed"]


def test_the_same_key_again_changes_nothing_even_after_a_later_change(engine: Engine) -> None:
    entered(engine, REGISTERED, CLOSED, but(REGISTERED, at=CLOSED.at + timedelta(days=1), detail={"told": "again"}))
    assert known(engine, REGISTERED) == [REGISTERED, CLOSED]
    assert [entry.state for entry in registers.entries(engine)] == ["closed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("register_id", "rooms"),
        ("subject", "www.jj-jt.example"),
        ("state", "closed"),
        ("procedure", "website_registration:JJ-W-9"),
    ],
)
def test_something_else_under_the_same_key_is_a_conflict(engine: Engine, field: str, value: str) -> None:
    registers.enter(engine, REGISTERED)
    with pytest.raises(ChangeConflict, match=f"another {field} "):
        registers.enter(engine, but(REGISTERED, **{field: value}))
    assert [entry.state for entry in registers.entries(engine)] == ["registered"]


def test_entries_are_found_by_register_and_by_their_present_state(engine: Engine) -> None:
    other = but(REGISTERED, key="2", subject="a.example")
    room = but(REGISTERED, key="3", register_id="rooms", subject="B-101")
    entered(engine, REGISTERED, CLOSED, other, room)

    def found(*register: str, state: str | None = None) -> list[tuple[str, str]]:
        return [(e.register_id, e.subject) for e in registers.entries(engine, *register, state=state)]

    website = ("websites", "www.jj-cg.example")
    assert found() == [("rooms", "B-101"), ("websites", "a.example"), website]
    assert found("websites") == [("websites", "a.example"), website]
    assert found("websites", state="registered") == [("websites", "a.example")]
    assert found(state="closed") == [website]
    assert found("consents") == []
    assert registers.history(engine, "rooms", "a.example") == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"at": datetime(2026, 3, 2)}, "at: must have a time zone"),  # noqa: DTZ001
        ({"subject": "a\0b"}, "subject: must not hold a NUL"),
        ({"detail": {"what": object()}}, "detail: must be clear JSON"),
        ({"detail": {"text": "统" * DETAIL_LIMIT}}, "detail: must stay within 65536 bytes"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(
    engine: Engine, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ChangeInvalid, match=message):
        registers.enter(engine, but(REGISTERED, **changes))
    assert registers.entries(engine) == []


def test_threads_that_enter_the_same_change_make_one(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: registers.enter(engine, REGISTERED), range(8)))
    assert known(engine, REGISTERED) == [REGISTERED]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_change SET state = 'closed'",
        "DELETE FROM register_change",
        "DELETE FROM register_change WHERE subject = 'www.jj-cg.example'",
    ],
)
def test_no_statement_changes_or_removes_a_change(engine: Engine, statement: str) -> None:
    registers.enter(engine, REGISTERED)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert known(engine, REGISTERED) == [REGISTERED]


def test_no_statement_replaces_or_truncates_the_changes(engine: Engine) -> None:
    registers.enter(engine, REGISTERED)
    columns = "register_id, subject, state, at, procedure, party, detail, recorded_at"
    statements = ["TRUNCATE register_change"]
    if engine.dialect.name == "sqlite":
        statements = [
            f"REPLACE INTO register_change (position, change_key, {columns}) SELECT position, 2, {columns} FROM register_change",
            f"REPLACE INTO register_change (change_key, {columns}) SELECT change_key, {columns} FROM register_change",
        ]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    assert known(engine, REGISTERED) == [REGISTERED]
