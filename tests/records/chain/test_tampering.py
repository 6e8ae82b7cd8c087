"""Somebody has the database, with every right on it: whatever they do to the ledger is found, and the entry is named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.base import Text
from models.citation import Citation
from models.effects import EntryKind, LedgerEntry
from records import database, ledger, migration
from records.chain import stored
from records.chain.discrepancies import Discrepancy, Tampering
from records.chain.links import digest_of
from records.chain.verification import Walk
from records.tables import LedgerRow

PROJECTS = ("JY-1", "JY-2")
LENGTH = 5
FIRST, MIDDLE, LAST = 1, 3, LENGTH
COLUMNS = [column.name for column in LedgerRow.__table__.columns]  # type: ignore[attr-defined]


def entry(project: str, number: int) -> LedgerEntry:
    return LedgerEntry(
        entry_id=f"{project}/{number}",
        project=project,
        at=datetime(2026, 3, number, 1, 30, tzinfo=UTC),
        kind=EntryKind.EVENT_REPORTED,
        stage="Application",
        gate="admission",
        round=1,
        organ="jy-data-bureau",
        officer="chen.hao",
        on_behalf_of="xu.ming",
        citations=(Citation(rule="JY-14", instrument="统建共享管理办法", article="第五条", gap="A16"),),
        plan_version="a" * 64,
        summary=Text(zh="报告事项", en="event reported"),
        detail={"investment": "1200000.00", "名称": ["停车", 1, None], "share": 0.25},
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A ledger of two projects whose entries alternate; its guards are down."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('ledger')}/records.db"
    else:
        create: Callable[[], str] = request.getfixturevalue("new_postgresql_schema")
        url = create()
    migration.upgrade(url)
    engine = database.connect(url)
    for number in range(1, LENGTH + 1):
        for project in PROJECTS:
            ledger.append(engine, entry(project, number))
    with engine.begin() as connection:
        if request.param == "sqlite":
            for guard in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER ledger_entry_no_{guard}"))
        else:
            connection.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
        connection.execute(text("CREATE TABLE kept AS SELECT * FROM ledger_entry"))
    yield engine
    engine.dispose()


@pytest.fixture
def attacked(unguarded: Engine) -> Iterator[Engine]:
    """The same for one attack, which is undone afterwards."""
    yield unguarded
    with unguarded.begin() as connection:
        connection.execute(text("DELETE FROM ledger_entry"))
        connection.execute(text("INSERT INTO ledger_entry SELECT * FROM kept"))


def do(engine: Engine, *statements: str, **values: Any) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def rows(engine: Engine, project: str = "JY-1") -> list[dict[str, Any]]:
    return list(stored.documents(engine, project))


def anchored(engine: Engine, *numbers: int) -> dict[str, dict[int, str]]:
    """The anchors of an earlier time, at these entries of every project."""
    return {
        project: {d["sequence"]: d["digest"] for d in rows(engine, project) if d["sequence"] in numbers}
        for project in PROJECTS
    }


def found(engine: Engine, anchors: dict[str, dict[int, str]] | None = None) -> list[Discrepancy]:
    return list(Walk(anchors or {}, lambda code: stored.documents(engine, code)).findings(stored.documents(engine)))


def named(engine: Engine, anchors: dict[str, dict[int, str]] | None = None) -> set[tuple[str, str | None, Any]]:
    """Each fault with the entry that it names, by its id, or by its number where the entry is gone."""
    return {(f.fault, f.project, f.entry_id or f.sequence) for f in found(engine, anchors)}


def rehash(engine: Engine, number: int, project: str = "JY-1", previous: str | None = None) -> str:
    """Give the entry the digest of what it says now, and hold it on to `previous`, where it is given."""
    document = next(d for d in rows(engine, project) if d["sequence"] == number)
    document["previous"] = previous or document["previous"]
    digest = digest_of(document)
    do(
        engine,
        "UPDATE ledger_entry SET digest = :digest, previous = :previous WHERE project = :project AND sequence = :number",
        digest=digest,
        previous=document["previous"],
        project=project,
        number=number,
    )
    return digest


def another(column: str) -> str:
    """Another value for that column, in SQL."""
    match column:
        case "at" | "recorded_at":
            return "'2026-03-03 01:30:00.000001+00:00'"
        case "citations":
            return """'[{"instrument": "统建共享管理办法", "article": "第六条", "default": false}]'"""
        case "detail":
            return """'{"investment": "1200000.00", "名称": ["停车", 1, null], "share": 0.26}'"""
        case "position" | "sequence" | "round":
            return f"{column} + 100"
        case "previous" | "digest":
            return f"coalesce({column}, '') || '0'"
        case "kind":
            return "'gate.closed'"
    return f"{column} || '.'"


def test_a_ledger_that_nobody_touched_holds(unguarded: Engine) -> None:
    assert named(unguarded, anchored(unguarded, 2, 5)) == set()


# ---------------------------------------------------------------- changed


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("number", [FIRST, MIDDLE, LAST])
def test_a_change_of_any_column_names_the_entry(attacked: Engine, column: str, number: int) -> None:
    do(
        attacked,
        f"UPDATE ledger_entry SET {column} = {another(column)} WHERE project = 'JY-1' AND sequence = :number",
        number=number,
    )
    told = f"JY-1/{number}." if column == "entry_id" else f"JY-1/{number}"
    if column == "project":
        # Out of one chain and into another.
        moved = {(Tampering.INSERTED, "JY-1.", told)} if number > 1 else {(Tampering.CHANGED, "JY-1.", told)}
        assert named(attacked, anchored_before(attacked)) >= moved | gone(number)
    else:
        assert named(attacked) == {(Tampering.CHANGED, "JY-1", told)}


def anchored_before(engine: Engine) -> dict[str, dict[int, str]]:
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT project, sequence, digest FROM kept WHERE sequence = 5")).all()
    return {project: {sequence: digest} for project, sequence, digest in kept}


def gone(number: int) -> set[tuple[str, str | None, Any]]:
    return {(Tampering.REMOVED if number < LAST else Tampering.TRUNCATED, "JY-1", number)}


@pytest.mark.parametrize("column", ["stage", "gate", "round", "organ", "officer", "on_behalf_of", "plan_version"])
def test_what_is_emptied_is_a_change_too(attacked: Engine, column: str) -> None:
    do(attacked, f"UPDATE ledger_entry SET {column} = NULL WHERE project = 'JY-1' AND sequence = 3")
    assert named(attacked) == {(Tampering.CHANGED, "JY-1", "JY-1/3")}


@pytest.mark.parametrize("column", [c for c in COLUMNS if c not in {"project", "sequence", "digest"}])
def test_a_change_with_a_digest_of_its_own_making_names_the_entry(attacked: Engine, column: str) -> None:
    do(attacked, f"UPDATE ledger_entry SET {column} = {another(column)} WHERE project = 'JY-1' AND sequence = 3")
    rehash(attacked, 3)
    told = "JY-1/3." if column == "entry_id" else "JY-1/3"
    assert named(attacked) == {(Tampering.CHANGED, "JY-1", told)}


def test_several_changes_are_all_named(attacked: Engine) -> None:
    do(attacked, "UPDATE ledger_entry SET summary_zh = '准予' WHERE sequence IN (2, 4)")
    assert named(attacked) == {(Tampering.CHANGED, p, f"{p}/{n}") for p in PROJECTS for n in (2, 4)}


@pytest.mark.parametrize("unguarded", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "broken",
    [
        "detail = '{\"a\": NaN}'",
        "detail = '{'",
        "at = 'yesterday'",
        "citations = '7'",
        "sequence = 'x'",
        "round = x'00ff'",
    ],
)
def test_a_cell_that_cannot_be_read_keeps_nobody_from_naming_the_entry(attacked: Engine, broken: str) -> None:
    """PostgreSQL would not keep such a cell."""
    do(attacked, f"UPDATE ledger_entry SET {broken} WHERE project = 'JY-1' AND sequence = 3")
    assert named(attacked) == {(Tampering.CHANGED, "JY-1", "JY-1/3")}


# ---------------------------------------------------------------- removed


@pytest.mark.parametrize("number", [FIRST, MIDDLE, LAST])
def test_a_removed_entry_is_named_by_its_number(attacked: Engine, number: int) -> None:
    anchors = anchored(attacked, 5)
    do(attacked, "DELETE FROM ledger_entry WHERE project = 'JY-1' AND sequence = :number", number=number)
    assert named(attacked, anchors) == gone(number)


def test_neighbours_that_were_removed_are_told_together(attacked: Engine) -> None:
    do(attacked, "DELETE FROM ledger_entry WHERE project = 'JY-1' AND sequence IN (2, 3)")
    (finding,) = found(attacked)
    assert (finding.fault, finding.sequence) == (Tampering.REMOVED, 2)
    assert "2–3" in finding.reason.en and "JY-1/1" in finding.reason.en and "JY-1/4" in finding.reason.en


def test_a_gap_that_was_closed_by_numbering_anew_is_found(attacked: Engine) -> None:
    do(
        attacked,
        "DELETE FROM ledger_entry WHERE project = 'JY-1' AND sequence = 3",
        "UPDATE ledger_entry SET sequence = 3 WHERE project = 'JY-1' AND sequence = 4",
        "UPDATE ledger_entry SET sequence = 4 WHERE project = 'JY-1' AND sequence = 5",
    )
    assert named(attacked) == {(Tampering.REMOVED, "JY-1", 3)}


def test_a_project_that_is_gone_is_named(attacked: Engine) -> None:
    anchors = anchored(attacked, 2, 4)
    do(attacked, "DELETE FROM ledger_entry WHERE project = 'JY-2'")
    assert named(attacked, anchors) == {(Tampering.TRUNCATED, "JY-2", 1)}


# ---------------------------------------------------------------- inserted


def insert(engine: Engine, number: int) -> None:
    """A further entry of that number, with a digest of its own; those behind it move up, and keep theirs."""
    for behind in range(LENGTH, number - 1, -1):
        do(engine, "UPDATE ledger_entry SET sequence = :n + 1 WHERE project = 'JY-1' AND sequence = :n", n=behind)
    columns = ", ".join(c for c in COLUMNS if c not in {"position", "entry_id", "sequence"})
    do(
        engine,
        f"INSERT INTO ledger_entry (position, entry_id, sequence, {columns}) "
        f"SELECT 100, 'JY-1/forged', :n, {columns} FROM ledger_entry WHERE entry_id = 'JY-1/1'",
        n=number,
    )
    before = next((d["digest"] for d in rows(engine) if d["sequence"] == number - 1), None)
    rehash(engine, number, previous=before)


@pytest.mark.parametrize("number", [FIRST, MIDDLE, LAST])
def test_an_inserted_entry_is_named(attacked: Engine, number: int) -> None:
    insert(attacked, number)
    assert named(attacked) == {(Tampering.INSERTED, "JY-1", "JY-1/forged")}


def test_an_inserted_entry_without_a_digest_of_its_own_is_named(attacked: Engine) -> None:
    insert(attacked, 3)
    do(attacked, "UPDATE ledger_entry SET digest = 'sha256:0' WHERE entry_id = 'JY-1/forged'")
    assert named(attacked) == {(Tampering.INSERTED, "JY-1", "JY-1/forged")}


# ---------------------------------------------------------------- reordered


def swap(engine: Engine, column: str, a: int, b: int) -> None:
    first, second = (next(d for d in rows(engine) if d["sequence"] == n) for n in (a, b))
    for entry_id, value in (
        (first["entry"]["entry_id"], -1),
        (second["entry"]["entry_id"], first[column]),
        (first["entry"]["entry_id"], second[column]),
    ):
        do(engine, f"UPDATE ledger_entry SET {column} = :value WHERE entry_id = :id", value=value, id=entry_id)


@pytest.mark.parametrize("column", ["sequence", "position"])
@pytest.mark.parametrize(("a", "b"), [(1, 2), (2, 3), (2, 4), (1, 5), (4, 5)])
def test_two_entries_that_were_exchanged_are_named(attacked: Engine, column: str, a: int, b: int) -> None:
    swap(attacked, column, a, b)
    assert named(attacked) == {(Tampering.REORDERED, "JY-1", f"JY-1/{n}") for n in (a, b)}


# ---------------------------------------------------------------- computed anew


def compute_anew(engine: Engine, first: int) -> None:
    for number in range(first, LENGTH + 1):
        before = next((d["digest"] for d in rows(engine) if d["sequence"] == number - 1), None)
        rehash(engine, number, previous=before)


@pytest.mark.parametrize("number", [FIRST, MIDDLE, LAST])
def test_a_chain_that_was_computed_anew_is_found_by_the_anchors(attacked: Engine, number: int) -> None:
    anchors = anchored(attacked, 1, 2, 3, 4, 5)
    do(attacked, "UPDATE ledger_entry SET summary_zh = '准予' WHERE project = 'JY-1' AND sequence = :n", n=number)
    compute_anew(attacked, number)
    assert named(attacked) == set(), "the chain alone cannot tell"
    assert named(attacked, anchors) == {(Tampering.REWRITTEN, "JY-1", f"JY-1/{number}")}


def test_between_two_anchors_the_span_is_told(attacked: Engine) -> None:
    anchors = anchored(attacked, 1, 4)
    do(attacked, "UPDATE ledger_entry SET summary_zh = '准予' WHERE project = 'JY-1' AND sequence = 3")
    compute_anew(attacked, 3)
    (finding,) = found(attacked, anchors)
    assert (finding.fault, finding.sequence) == (Tampering.REWRITTEN, 4)
    assert "between 2 and 4" in finding.reason.en


def test_what_is_walked_is_not_held_in_memory(tmp_path: Path) -> None:
    held, most = 0, 0

    class Counted(dict[str, Any]):
        def __init__(self, content: dict[str, Any]) -> None:
            nonlocal held, most
            super().__init__(content)
            held += 1
            most = max(most, held)

        def __del__(self) -> None:
            nonlocal held
            held -= 1

    def documents() -> Iterator[Counted]:
        for project in range(2):
            previous = None
            for number in range(1, 2501):
                told = entry(f"P-{project}", 1).model_dump(mode="json")
                at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=number)
                document = {
                    "position": project * 2500 + number,
                    "sequence": number,
                    "previous": previous,
                    "recorded_at": at,
                    "entry": told,
                }
                previous = digest_of(document)
                yield Counted({**document, "digest": previous})

    walk = Walk({}, lambda code: pytest.fail("read again"))
    assert list(walk.findings(documents())) == []
    assert (walk.entries, walk.projects) == (5_000, 2)
    assert most <= 3
