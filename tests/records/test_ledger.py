"""The ledger on both databases: idempotent, append-only, read in order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models.base import Text
from models.calendar import CHINA
from models.citation import Citation
from models.effects import EntryKind, LedgerEntry
from records import ledger
from records.database import writing
from records.errors import EntryConflict, EntryInvalid
from records.storable import DETAIL_LIMIT

FILED = LedgerEntry(
    entry_id="project:JY-2026-0001/filed",
    project="JY-2026-0001",
    at=datetime(2026, 3, 2, 9, 30, tzinfo=CHINA),
    kind=EntryKind.PROJECT_FILED,
    stage="Application",
    gate="admission",
    round=1,
    organ="jy-data-bureau",
    officer="chen.hao",
    on_behalf_of="xu.ming",
    citations=(Citation(rule="JY-14", instrument="统建共享管理办法", article="第五条", default=True, gap="A16"),),
    plan_version="a" * 64,
    summary=Text(zh="项目申报：智慧停车", en="project filed: smart parking"),
    detail={"investment": "1200000.00", "名称": ["停车", 1, None], "share": 0.25},
)


def filed(**changes: Any) -> LedgerEntry:
    return FILED.model_copy(update=changes)


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM ledger_entry")).scalar_one())


def test_an_entry_is_read_back_as_it_was_appended(engine: Engine) -> None:
    position = ledger.append(engine, FILED)
    [recorded] = ledger.entries(engine)
    assert recorded.entry == FILED
    assert recorded.position == position
    assert recorded.entry.at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - recorded.recorded_at) < timedelta(minutes=1)


def test_a_second_append_returns_the_first_position(engine: Engine) -> None:
    first = ledger.append(engine, FILED)
    ledger.append(engine, filed(entry_id="another"))
    assert ledger.append(engine, FILED) == first
    assert count(engine) == 2


def test_a_moment_in_another_zone_is_the_same_content(engine: Engine) -> None:
    assert ledger.append(engine, filed(at=FILED.at.astimezone(UTC))) == ledger.append(engine, FILED)


def test_what_json_does_not_tell_apart_is_the_same_content(engine: Engine) -> None:
    with_list = ledger.append(engine, filed(detail={"rows": [1, 2]}))
    assert ledger.append(engine, filed(detail={"rows": (1, 2)})) == with_list


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", EntryKind.PROJECT_REFUSED),
        ("project", "JY-2026-0002"),
        ("organ", "jy-ops-centre"),
        ("officer", None),
    ],
)
def test_something_else_under_the_same_id_is_a_conflict(engine: Engine, field: str, value: object) -> None:
    ledger.append(engine, FILED)
    with pytest.raises(EntryConflict, match=f"another {field} "):
        ledger.append(engine, filed(**{field: value}))
    assert [recorded.entry for recorded in ledger.entries(engine)] == [FILED]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", FILED.at + timedelta(seconds=40)),
        ("summary", Text(zh="期限至 2026-03-03", en="due 2026-03-03")),
        ("detail", {"receipt": "of a later moment"}),
    ],
)
def test_told_again_at_a_later_moment_the_first_telling_stands(engine: Engine, field: str, value: object) -> None:
    first = ledger.append(engine, FILED)
    assert ledger.append(engine, filed(**{field: value})) == first
    assert [recorded.entry for recorded in ledger.entries(engine)] == [FILED]


def test_eight_threads_that_append_the_same_entry_make_one_row(engine: Engine) -> None:
    start = threading.Barrier(8)

    def append(_: int) -> int:
        start.wait(10)
        return ledger.append(engine, FILED)

    with ThreadPoolExecutor(8) as threads:
        positions = set(threads.map(append, range(8)))
    assert len(positions) == 1
    assert count(engine) == 1


def test_threads_that_append_different_entries_lose_none(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        appended = set(threads.map(lambda n: ledger.append(engine, filed(entry_id=f"entry-{n}")), range(40)))
    assert sorted(appended) == [recorded.position for recorded in ledger.entries(engine)]
    assert len(appended) == 40


def test_a_reader_that_follows_the_ledger_misses_no_entry(engine: Engine) -> None:
    """Positions become visible in order: an entry never appears behind one that has been read."""
    done = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        while not done.is_set() or ledger.entries(engine, after=seen[-1] if seen else 0, limit=1):
            seen.extend(recorded.position for recorded in ledger.entries(engine, after=seen[-1] if seen else 0))

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(4) as threads:
        appended = list(threads.map(lambda n: ledger.append(engine, filed(entry_id=f"entry-{n}")), range(40)))
    done.set()
    reader.join(20)
    assert seen == sorted(appended)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET summary_zh = '改写'",
        "UPDATE ledger_entry SET recorded_at = recorded_at",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_entry WHERE entry_id = 'project:JY-2026-0001/filed'",
    ],
)
def test_no_statement_changes_or_removes_an_entry(engine: Engine, statement: str) -> None:
    ledger.append(engine, FILED)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert [recorded.entry for recorded in ledger.entries(engine)] == [FILED]


def test_no_statement_replaces_or_truncates(engine: Engine) -> None:
    position = ledger.append(engine, FILED)
    columns = "project, at, kind, citations, summary_zh, summary_en, detail, recorded_at"
    copied = f"SELECT {{}}, {columns} FROM ledger_entry"
    statements = ["TRUNCATE ledger_entry"]
    if engine.dialect.name == "sqlite":
        statements = [
            f"REPLACE INTO ledger_entry (position, entry_id, {columns}) {copied.format(f'{position}, 2')}",
            f"INSERT OR REPLACE INTO ledger_entry (entry_id, {columns}) {copied.format('entry_id')}",
        ]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    assert [recorded.entry for recorded in ledger.entries(engine)] == [FILED]


def test_entries_are_found_by_project_and_kind_and_read_page_by_page(engine: Engine) -> None:
    ledger.append(engine, FILED)
    ledger.append(engine, filed(entry_id="2", kind=EntryKind.STAGE_OPENED))
    ledger.append(engine, filed(entry_id="3", project="JY-2026-0002"))

    def ids(**conditions: Any) -> list[str]:
        return [recorded.entry.entry_id for recorded in ledger.entries(engine, **conditions)]

    assert ids(project="JY-2026-0001") == [FILED.entry_id, "2"]
    assert ids(kinds=[EntryKind.STAGE_OPENED]) == ["2"]
    assert ids(kinds=[]) == []
    assert ids(limit=2) == [FILED.entry_id, "2"]
    assert ids(after=ledger.entries(engine, limit=2)[-1].position) == ["3"]


def test_an_entry_stands_or_falls_with_the_session_it_was_given(engine: Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine) as session:
        ledger.append(session, FILED)
        raise RuntimeError("the power goes")
    assert count(engine) == 0
    with writing(engine) as session:
        assert ledger.append(session, FILED) == ledger.append(session, FILED)
    assert count(engine) == 1


def test_a_detail_of_64_kib_is_kept_and_one_byte_more_is_refused(engine: Engine) -> None:
    frame = len('{"text": ""}')
    full = {"text": "统" * ((DETAIL_LIMIT - frame) // 3) + "x" * ((DETAIL_LIMIT - frame) % 3)}
    ledger.append(engine, filed(detail=full))
    with pytest.raises(EntryInvalid, match="detail: must stay within 65536 bytes"):
        ledger.append(engine, filed(entry_id="2", detail={"text": full["text"] + "x"}))
    assert count(engine) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"at": datetime(2026, 3, 2)}, "at: must have a time zone"),  # noqa: DTZ001
        ({"summary": Text(zh="坏\0字", en="bad")}, "summary: must not hold a NUL"),
        ({"organ": "jy\0"}, "organ: must not hold a NUL"),
        ({"detail": {"what": object()}}, "detail: must be clear JSON"),
        ({"detail": {"text": "坏\ud800"}}, "detail: must be clear JSON"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(engine: Engine, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EntryInvalid, match=message) as refusal:
        ledger.append(engine, filed(**changes))
    assert "坏" not in str(refusal.value), "a refusal is shown where the content has no business"
    assert count(engine) == 0


def test_chinese_stays_readable_in_the_database(engine: Engine) -> None:
    ledger.append(engine, FILED)
    with engine.connect() as connection:
        assert "停车" in connection.execute(text("SELECT CAST(detail AS VARCHAR) FROM ledger_entry")).scalar_one()
