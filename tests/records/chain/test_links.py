"""The canonical form of an entry, and the chain that the ledger keeps: numbers, digests, and what an append costs."""

import copy
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.effects import REGISTER_JOURNAL, LedgerEntry
from records import database, ledger, migration
from records.chain import stored
from records.chain.links import canonical, digest_of, is_intact
from records.chain.verification import Walk
from tests.records.test_ledger import FILED, filed

DOCUMENT = {
    "position": 7,
    "sequence": 2,
    "previous": "sha256:" + "0" * 64,
    "recorded_at": "2026-03-02T01:30:00.250000Z",
    "entry": FILED.model_dump(mode="json"),
}


def changed(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


# ---------------------------------------------------------------- the canonical form


def test_the_canonical_form_is_what_it_was() -> None:
    """Whoever changes this breaks every digest on record."""
    assert canonical(DOCUMENT).decode() == (
        '{"entry":{"at":"2026-03-02T01:30:00.000000Z","citations":[{"article":"第五条","default":true,"gap":"A16","instrument":'
        '"统建共享管理办法","rule":"JY-14"}],"detail":{"investment":"1200000.00","share":0.25,"名称":["停车",1,null]},"entry_id":'
        '"project:JY-2026-0001/filed","gate":"admission","kind":"project.filed","officer":"chen.hao","on_behalf_of":"xu.ming",'
        '"organ":"jy-data-bureau","plan_version":"'
        + "a"
        * 64
        + '","project":"JY-2026-0001","round":1,"stage":"Application",'
        '"summary":{"en":"project filed: smart parking","zh":"项目申报：智慧停车"}},"form":"tongchou.ledger/1","position":7,'
        '"previous":"sha256:' + "0" * 64 + '","recorded_at":"2026-03-02T01:30:00.250000Z","sequence":2}'
    )
    assert digest_of(DOCUMENT) == "sha256:" + hashlib.sha256(canonical(DOCUMENT)).hexdigest()


def test_sm3_is_the_one_of_the_standard() -> None:
    """GB/T 32905-2016, example 1, by way of the library that makes the digests; and a digest names its algorithm."""
    from records.chain.links import _sm3

    assert _sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest_of(DOCUMENT, "sm3").startswith("sm3:")
    with pytest.raises(ValueError, match="algorithm: must be one of sha256, sm3"):
        digest_of(DOCUMENT, "md5")


@given(st.integers(-14 * 60, 14 * 60))
@settings(max_examples=20)
def test_a_moment_is_the_same_in_every_zone(minutes: int) -> None:
    elsewhere = FILED.at.astimezone(timezone(timedelta(minutes=minutes)))
    assert digest_of(changed(("entry", "at"), elsewhere.isoformat())) == digest_of(DOCUMENT)


def test_what_is_empty_and_what_is_not_there_are_the_same() -> None:
    """So that a field that is added to an entry some day, with None, changes no digest of before."""
    assert digest_of(changed(("entry", "some_day"), None)) == digest_of(DOCUMENT)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_text = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES: dict[tuple[str, ...], st.SearchStrategy[Any]] = {
    **{(name,): st.integers() for name in ("position", "sequence")},
    ("previous",): st.none() | _text,
    ("recorded_at",): st.datetimes(timezones=st.just(UTC)),
    ("entry", "at"): st.datetimes(timezones=st.just(UTC)),
    ("entry", "round"): st.none() | st.integers(),
    ("entry", "detail"): st.dictionaries(_text, _json, max_size=4),
    ("entry", "citations"): st.lists(st.dictionaries(st.sampled_from(["rule", "instrument", "article"]), _text)),
    ("entry", "summary"): st.fixed_dictionaries({"zh": _text, "en": _text}),
    **{
        ("entry", name): st.none() | _text if LedgerEntry.model_fields[name].default is None else _text
        for name in LedgerEntry.model_fields
        if name not in {"at", "round", "detail", "citations", "summary"}
    },
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@given(path=st.sampled_from(sorted(_VALUES)), data=st.data())
@settings(max_examples=200)
def test_any_change_of_any_field_changes_the_digest(path: tuple[str, ...], data: st.DataObject) -> None:
    document = changed(path, _plain(data.draw(_VALUES[path])))
    try:
        form = canonical(document)
    except ValueError:
        assume(False)  # a lone surrogate, which no database keeps
    assume(form != canonical(DOCUMENT))
    assert digest_of(document) != digest_of(DOCUMENT)
    assert not is_intact({**document, "digest": digest_of(DOCUMENT)})
    assert is_intact({**document, "digest": digest_of(document)})


@given(_json, _json)
@settings(max_examples=100)
def test_two_details_have_one_form_only_where_they_are_one(one: Any, other: Any) -> None:
    forms = [canonical(changed(("entry", "detail"), {"value": value})) for value in (one, other) if _is_text(value)]
    assume(len(forms) == 2)
    assert (forms[0] == forms[1]) == (_typed(one) == _typed(other))


def _is_text(value: Any) -> bool:
    try:
        repr(value).encode()
        return "\\ud" not in repr(value)
    except UnicodeEncodeError:
        return False


def _typed(value: Any) -> Any:
    """What Python takes for the same is not the same: 1, 1.0 and True; 0.0 and -0.0."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    return [_typed(inner) for inner in value] if isinstance(value, list) else repr(value)


# ---------------------------------------------------------------- the ledger's chains


def numbered(engine: Engine, project: str) -> list[tuple[int, str | None, str]]:
    return [(r.sequence, r.previous, r.digest) for r in ledger.entries(engine, project)]


def holds(engine: Engine) -> bool:
    return not list(Walk({}, partial(stored.documents, engine)).findings(stored.documents(engine)))


def test_each_project_has_a_chain_of_its_own_and_so_has_the_register(engine: Engine) -> None:
    for number, project in enumerate(["JY-1", REGISTER_JOURNAL, "JY-2", "JY-1", REGISTER_JOURNAL, "JY-1"]):
        ledger.append(engine, filed(entry_id=str(number), project=project))
    for project, length in (("JY-1", 3), ("JY-2", 1), (REGISTER_JOURNAL, 2)):
        chain = numbered(engine, project)
        assert [number for number, _, _ in chain] == list(range(1, length + 1))
        assert [previous for _, previous, _ in chain] == [None, *(digest for _, _, digest in chain[:-1])]
    assert [r.position for r in ledger.entries(engine)] == [1, 2, 3, 4, 5, 6]
    assert holds(engine)


def test_an_entry_as_it_is_exported_bears_the_digest_of_its_form(engine: Engine) -> None:
    ledger.append(engine, FILED)
    ledger.append(engine, filed(entry_id="2", stage=None, citations=(), detail={"x": 1e22, "y": 1.0, "z": "é"}))
    for recorded in ledger.entries(engine):
        assert is_intact(recorded.model_dump(mode="json"))
        assert not is_intact({**recorded.model_dump(mode="json"), "position": 9})


def test_an_entry_that_is_told_again_is_no_further_link(engine: Engine) -> None:
    ledger.append(engine, FILED)
    ledger.append(engine, FILED)
    assert [number for number, _, _ in numbered(engine, FILED.project)] == [1]


def test_a_chain_may_go_on_in_another_algorithm(url: str) -> None:
    migration.upgrade(url)
    for number, algorithm in enumerate(["sha256", "sm3", "sm3", "sha256"]):
        engine = database.connect(url, ledger_digest=algorithm)
        ledger.append(engine, filed(entry_id=str(number)))
        assert holds(engine)
        engine.dispose()
    engine = database.connect(url)
    assert [d.partition(":")[0] for _, _, d in numbered(engine, FILED.project)] == ["sha256", "sm3", "sm3", "sha256"]
    engine.dispose()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_an_append_is_three_statements_however_long_the_chain(engine: Engine) -> None:
    """Is it on record, where does the chain end, and the entry. The lock is one more."""
    for number in range(30):
        ledger.append(engine, filed(entry_id=str(number)))
    with counted(engine) as statements:
        ledger.append(engine, filed(entry_id="one more"))
    work = [s for s in statements if s.startswith(("SELECT ledger", "SELECT coalesce", "INSERT"))]
    assert len(work) == 3, statements
    locks = [s for s in statements if s not in work]
    assert len(locks) == (1 if engine.dialect.name == "sqlite" else 2), locks


def test_the_end_of_a_chain_is_found_by_indexes_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    with counted(engine) as statements:
        ledger.append(engine, FILED)
    (ends,) = [s for s in statements if s.startswith("SELECT coalesce")]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ends}", (1,) * ends.count("?")).all()
    used = [row[-1] for row in plan if "ledger_entry" in row[-1]]
    assert len(used) == 3
    assert all(step.startswith("SEARCH ledger_entry") for step in used), used
    engine.dispose()


def test_no_number_is_given_twice(engine: Engine) -> None:
    ledger.append(engine, FILED)
    columns = "project, at, kind, citations, summary_zh, summary_en, detail, recorded_at, sequence, digest"
    for insert in ("INSERT", "INSERT OR REPLACE"):
        if insert != "INSERT" and engine.dialect.name != "sqlite":
            continue
        with pytest.raises((DBAPIError, IntegrityError)), engine.begin() as connection:
            connection.execute(
                text(
                    f"{insert} INTO ledger_entry (position, entry_id, {columns}) SELECT 9, '9', {columns} FROM ledger_entry"
                )
            )
    assert [r.entry for r in ledger.entries(engine)] == [FILED]


# ---------------------------------------------------------------- the migration


def before_chains(url: str, count: int) -> None:
    """A database of the revision before, with entries of three projects in it."""
    migration.migrate(url, partial(command.upgrade, revision="0002"))
    insert = text(
        "INSERT INTO ledger_entry (entry_id, project, at, kind, stage, round, organ, citations, summary_zh, summary_en, detail, "
        "recorded_at) VALUES (:id, :project, :at, 'project.filed', 'Application', 1, NULL, :citations, '申报', 'filed', :detail, "
        ":at)"
    )
    engine = database.connect(url)
    with engine.begin() as connection:
        connection.execute(
            insert,
            [
                {
                    "id": f"entry-{number}",
                    "project": f"JY-{number % 3}",
                    "at": f"2026-03-02 01:30:{number % 60:02}.000250+00:00",
                    "citations": '[{"rule": null, "instrument": "办法", "article": "第五条", "default": false, "gap": null}]',
                    "detail": '{"investment": "1200000.00", "份额": 0.25}',
                }
                for number in range(count)
            ],
        )
    engine.dispose()


def is_guarded(engine: Engine, statement: str) -> bool:
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as error:
        return "append-only" in str(error)
    return False


def test_what_is_on_record_is_chained_by_the_migration_and_guarded_as_before(url: str) -> None:
    before_chains(url, 1100)
    migration.upgrade(url)
    engine = database.connect(url)
    assert len(numbered(engine, "JY-0")) == 367
    assert holds(engine)
    assert is_guarded(engine, "UPDATE ledger_entry SET digest = digest")
    assert is_guarded(engine, "DELETE FROM ledger_entry")
    ledger.append(engine, filed(entry_id="new", project="JY-0"))
    assert ledger.entries(engine, "JY-0", after=1100)[0].sequence == 368
    assert holds(engine)
    engine.dispose()


def test_a_ledger_that_goes_back_and_forth_has_the_same_chains(url: str) -> None:
    before_chains(url, 20)
    migration.upgrade(url)
    engine = database.connect(url)
    ledger.append(engine, filed(project="JY-0"))
    first = [numbered(engine, f"JY-{n}") for n in range(3)]
    engine.dispose()

    migration.migrate(url, partial(command.downgrade, revision="0002"))
    engine = database.connect(url)
    assert is_guarded(engine, "DELETE FROM ledger_entry")
    with engine.begin() as connection:
        columns = "project, at, kind, citations, summary_zh, summary_en, detail, recorded_at"
        connection.execute(
            text(f"INSERT INTO ledger_entry (entry_id, {columns}) SELECT 'older', {columns} FROM ledger_entry LIMIT 1")
        )
    engine.dispose()

    migration.upgrade(url)
    engine = database.connect(url)
    again = [numbered(engine, f"JY-{n}") for n in range(3)]
    assert [chain[: len(old)] for chain, old in zip(again, first, strict=True)] == first
    assert sum(map(len, again)) == 22
    assert holds(engine)
    engine.dispose()
