"""Delegations: what may be granted, what stands in the journal, and which authority they give on which day."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

from models.authority import Authority, AuthorityQuestion
from models.calendar import CHINA
from models.effects import REGISTER_JOURNAL, EntryKind
from records import database, delegations, ledger, migration, register
from records.authority import authority
from records.delegations import Delegation, Known, Request, Span, contradictions
from records.errors import DelegationRefused, EntryInvalid, RegisterError

REGISTER = """
organs:
  - {id: bureau, name: {zh: 数据局, en: Bureau}}
  - {id: office, name: {zh: 办公室, en: Office}}
officers:
  - {id: a, name: 甲, posts: [{organ: bureau, post: 科长, valid_from: 2024-01-01, valid_until: 2026-06-30}]}
  - {id: b, name: 乙, posts: [{organ: bureau, post: 科员, valid_from: 2024-01-01, valid_until: 2026-12-31}]}
  - {id: c, name: 丙, posts: [{organ: office, post: 秘书, valid_from: 2024-01-01}]}
"""
AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))

SINCE = date(2024, 1, 1)
KNOWN = Known(
    officers={"a", "b", "c", "d"},
    organs={"bureau", "office"},
    posts={
        ("a", "bureau"): [Span(SINCE, date(2026, 3, 15)), Span(date(2026, 3, 16), None)],
        ("b", "bureau"): [Span(SINCE, None)],
        ("c", "bureau"): [Span(SINCE, date(2026, 3, 30))],
        ("c", "office"): [Span(SINCE, None)],
    },
)


def grant(given: str = "a → b", id_: str = "new", days: tuple[date, date] = MARCH, **more: Any) -> Delegation:
    principal, _, delegate = given.partition(" → ")
    usual = {"organ": "bureau", "valid_from": days[0], "valid_until": days[1], "reason": "出差", "granted_by": "admin"}
    return Delegation(**{"id": id_, "principal": principal, "delegate": delegate, **usual, **more})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "register.yaml"
    path.write_text(REGISTER, encoding="utf-8")
    return path


@pytest.fixture
def office(engine: Engine, file: Path) -> Engine:
    register.import_register(engine, file)
    return engine


def request(given: str = "a → b", days: tuple[date, date] = MARCH) -> Request:
    fields = grant(given, days=days).model_dump(include=set(Request.model_fields))
    return Request.model_validate(fields)


def put(engine: Engine, given: str = "a → b", days: tuple[date, date] = MARCH) -> Delegation:
    return delegations.grant(engine, request(given, days), by="admin", at=AT)


def journal(engine: Engine, *kinds: EntryKind) -> list[str]:
    return [recorded.entry.entry_id for recorded in ledger.entries(engine, REGISTER_JOURNAL, kinds or None)]


# ---------------------------------------------------------------- what may be granted


@pytest.mark.parametrize("new", [grant(), grant("b → c"), grant("a → d"), grant("c → a", organ="office")])
def test_whoever_holds_a_post_for_all_the_days_may_have_any_officer_stand_in(new: Delegation) -> None:
    assert contradictions([new], [], KNOWN) == []


@pytest.mark.parametrize(
    ("new", "standing", "field", "rule"),
    [
        (grant("x → b"), [], "principal", "known officer"),
        (grant("a → x"), [], "delegate", "known officer"),
        (grant(organ="nowhere"), [], "organ", "known organ"),
        (grant("a → a"), [], "delegate", "somebody else"),
        (grant(days=(MARCH[1], MARCH[0])), [], "valid_until", "before valid_from 2026-03-31"),
        (grant("c → a"), [], "principal", "holds none on 2026-03-31"),
        (grant("d → a"), [], "principal", "holds none on 2026-03-01"),
        (grant("d → c"), [grant("a → d", "old")], "principal", "by delegation old only cannot be passed on"),
        (grant("a → c"), [grant("a → b", "old")], "principal", "already: b, by old"),
        (grant("b → a"), [grant("a → b", "old")], "delegate", r"lead back to the principal \(b → a → b\)"),
        (
            grant("c → a", days=(MARCH[0], date(2026, 3, 20))),
            [grant("a → b", "one"), grant("b → c", "two")],
            "delegate",
            r"lead back to the principal \(c → a → b → c\)",
        ),
        (grant("a → b", "old"), [grant("b → c", "old")], "id", "must be unique"),
    ],
)
def test_what_may_not_be_granted_is_refused_with_field_and_rule(
    new: Delegation, standing: list[Delegation], field: str, rule: str
) -> None:
    found = [wrong for wrong in contradictions([new], standing, KNOWN) if wrong.delegation == new.id]
    assert [wrong.field for wrong in found] == [field]
    with pytest.raises(AssertionError, match=rule):
        raise AssertionError(str(found[0]))


def test_a_circle_on_different_days_in_another_organ_or_broken_by_a_revocation_is_none() -> None:
    april = (date(2026, 4, 1), date(2026, 4, 30))
    for standing in (
        grant("a → b", "old", april),
        grant("a → b", "old", organ="office"),
        grant("a → b", "old", revoked_on=MARCH[0], revoked_reason="销假"),
    ):
        assert [w for w in contradictions([grant("b → a")], [standing], KNOWN) if w.delegation == "new"] == []


def test_a_circle_is_found_only_where_all_its_delegations_share_a_day() -> None:
    days = [(date(2026, 3, 1), date(2026, 3, 10)), (date(2026, 3, 8), date(2026, 3, 20))]
    standing = [grant("a → b", "one", days[0]), grant("b → c", "two", days[1])]
    assert contradictions([grant("c → a", days=(date(2026, 3, 11), date(2026, 3, 20)))], standing, KNOWN) == []
    assert contradictions([grant("c → a", days=(date(2026, 3, 10), date(2026, 3, 20)))], standing, KNOWN) != []


# ---------------------------------------------------------------- granted, revoked


def test_a_grant_and_its_revocation_stand_in_the_journal_with_who_did_it(office: Engine) -> None:
    one = put(office)
    ended = delegations.revoke(office, one.id, reason="销假", on=date(2026, 3, 9), by="root", at=AT)
    assert (one.id, ended.revoked_on, ended.last_day) == ("dl-2026-1", date(2026, 3, 9), date(2026, 3, 8))
    kinds = EntryKind.DELEGATION_GRANTED, EntryKind.DELEGATION_REVOKED
    granted, revoked = [recorded.entry for recorded in ledger.entries(office, REGISTER_JOURNAL, kinds)]
    assert granted.detail["by"] == "admin" and granted.detail["delegate"] == "b" and granted.at == AT
    assert revoked.detail["by"] == "root" and revoked.detail["reason"] == "销假"
    assert put(office, "a → c", (date(2026, 3, 9), MARCH[1])).id == "dl-2026-2"


def test_a_refused_grant_changes_neither_register_nor_journal(office: Engine) -> None:
    before = journal(office)
    with pytest.raises(DelegationRefused, match=r"^principal: must hold a post in bureau .* 2026-07-01 \(got 'a'\)$"):
        put(office, days=(date(2026, 6, 1), date(2026, 7, 31)))
    assert (delegations.delegations(office), journal(office)) == ([], before)


def test_a_grant_whose_record_cannot_be_kept_is_no_grant(office: Engine) -> None:
    bad = request().model_copy(update={"reason": "长" * 40_000})
    with pytest.raises(EntryInvalid):
        delegations.grant(office, bad, by="admin", at=AT)
    assert delegations.delegations(office) == []


@pytest.mark.parametrize(
    ("id_", "on", "rule"),
    [
        ("dl-2026-9", MARCH[0], "must be a delegation on record"),
        ("dl-2026-1", date(2026, 4, 1), "has ended by itself on 2026-03-31"),
    ],
)
def test_what_cannot_be_revoked_is_refused_with_its_reason(office: Engine, id_: str, on: date, rule: str) -> None:
    put(office)
    with pytest.raises(DelegationRefused, match=rf"id: {rule} \(got '{id_}'\)"):
        delegations.revoke(office, id_, reason="销假", on=on, by="admin", at=AT)


def test_a_second_revocation_is_refused_and_the_first_stands(office: Engine) -> None:
    one = put(office)
    delegations.revoke(office, one.id, reason="销假", on=date(2026, 3, 9), by="admin", at=AT)
    with pytest.raises(DelegationRefused, match="revoked already, since 2026-03-09"):
        delegations.revoke(office, one.id, reason="又", on=date(2026, 3, 5), by="admin", at=AT)
    assert delegations.delegations(office)[0].revoked_reason == "销假"


def test_the_delegations_of_a_day_are_those_that_give_authority_on_it(office: Engine) -> None:
    one = put(office)
    assert [d.id for d in delegations.delegations(office, MARCH[1])] == [one.id]
    assert delegations.delegations(office, MARCH[1] + timedelta(days=1)) == []


# ---------------------------------------------------------------- in the file


def with_delegations(file: Path, *entries: dict[str, Any]) -> Path:
    document = yaml.safe_load(REGISTER)
    document["delegations"] = list(entries)
    # As JSON, which is YAML: the library would write what stands twice as an alias, and the reader takes none.
    file.write_text(json.dumps(document, ensure_ascii=False, default=str), encoding="utf-8")
    return file


ENTRY = grant(id_="d-1").model_dump(exclude_none=True)


def test_a_file_grants_and_revokes_once_and_says_so_in_the_journal(engine: Engine, file: Path) -> None:
    assert register.import_register(engine, with_delegations(file, ENTRY), by="admin", at=AT).changed == 9
    assert register.import_register(engine, file).changed == 0
    revoked = {**ENTRY, "revoked_on": date(2026, 3, 9), "revoked_reason": "销假"}
    assert register.import_register(engine, with_delegations(file, revoked), by="admin").changed == 1
    assert register.import_register(engine, file).changed == 0
    kinds = [recorded.entry.kind.value for recorded in ledger.entries(engine, REGISTER_JOURNAL)]
    assert kinds == ["delegation.granted", "register.imported", "delegation.revoked", "register.imported"]


def test_an_import_is_recorded_with_the_digest_of_its_file_and_who_ran_it(engine: Engine, file: Path) -> None:
    register.import_register(engine, file, by="admin", at=AT)
    ((recorded),) = ledger.entries(engine, REGISTER_JOURNAL)
    assert recorded.entry.detail["by"] == "admin" and recorded.entry.detail["changed"] == 8
    assert len(recorded.entry.detail["sha256"]) == 64 and recorded.entry.at == AT


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{**ENTRY, "principal": "c"}], r"delegations.d-1.principal: must hold a post in bureau .* \(got 'c'\)"),
        ([ENTRY, ENTRY], "delegations.d-1.id: must be unique"),
        ([ENTRY, {**ENTRY, "id": "d-2", "principal": "b", "delegate": "a"}], "delegations.d-1.delegate: .*lead back"),
        ([{**ENTRY, "revoked_on": MARCH[0]}], "delegations.d-1.revoked_reason: goes with revoked_on"),
        ([{key: value for key, value in ENTRY.items() if key != "valid_until"}], "valid_until: Field required"),
    ],
)
def test_a_file_with_a_wrong_delegation_changes_nothing(
    engine: Engine, file: Path, entries: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RegisterError, match=message):
        register.import_register(engine, with_delegations(file, *entries))
    assert register.organs(engine) == [] and journal(engine) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"delegate": "c"}, r"delegations.d-1.delegate: is on record as b, .*never edited \(got 'c'\)"),
        ({"valid_until": date(2026, 4, 30)}, "valid_until: is on record as 2026-03-31"),
        ({"revoked_on": None, "revoked_reason": None}, "revoked_on: is on record as 2026-03-09"),
    ],
)
def test_a_file_cannot_edit_what_was_granted_nor_take_a_revocation_back(
    engine: Engine, file: Path, changes: dict[str, Any], message: str
) -> None:
    entry = {**ENTRY, "revoked_on": date(2026, 3, 9), "revoked_reason": "销假"}
    register.import_register(engine, with_delegations(file, entry))
    with pytest.raises(RegisterError, match=message):
        register.import_register(engine, with_delegations(file, {**entry, **changes}))


def test_a_post_cannot_be_ended_from_under_a_delegation(office: Engine, file: Path) -> None:
    put(office)
    file.write_text(REGISTER.replace("2026-06-30", "2026-03-10"), encoding="utf-8")
    with pytest.raises(RegisterError, match=r"delegations.dl-2026-1.principal: .* holds none on 2026-03-11"):
        register.import_register(office, file)
    delegations.revoke(office, "dl-2026-1", reason="调离", on=date(2026, 3, 11), by="admin", at=AT)
    assert register.import_register(office, file).changed == 1


def test_the_exported_register_imports_again_without_a_change_here_and_elsewhere(
    office: Engine, file: Path, tmp_path: Path
) -> None:
    delegations.revoke(office, put(office).id, reason="销假", on=date(2026, 3, 9), by="admin", at=AT)
    put(office, "b → c")
    exported = tmp_path / "exported.yaml"
    exported.write_text(register.export_register(office), encoding="utf-8")
    assert register.import_register(office, exported).changed == 0
    migration.upgrade(elsewhere := f"sqlite:///{tmp_path}/elsewhere.db")
    register.import_register(other := database.connect(elsewhere), exported)
    assert register.export_register(other) == exported.read_text("utf-8")
    other.dispose()
    assert yaml.safe_load(exported.read_text("utf-8"))["officers"] == yaml.safe_load(REGISTER)["officers"]
    assert [d["id"] for d in yaml.safe_load(exported.read_text("utf-8"))["delegations"]] == ["dl-2026-1", "dl-2026-2"]


# ---------------------------------------------------------------- authority


def ask(engine: Engine, day: date, officer: str = "b", principal: str = "a", organ: str = "bureau") -> Authority:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
    return authority(engine, AuthorityQuestion(officer=officer, organ=organ, at=at, on_behalf_of=principal))


@pytest.mark.parametrize("day", MARCH)
def test_a_delegate_has_the_authority_of_the_principals_post_on_every_day_of_the_delegation(
    office: Engine, day: date
) -> None:
    put(office)
    assert ask(office, day) == Authority(granted=True, post="科长", delegation="dl-2026-1")


@pytest.mark.parametrize(
    ("question", "zh", "en"),
    [
        ({"day": date(2026, 2, 28)}, "在 2026-02-28 无效", "dl-2026-1 of a to b in bureau is not valid on 2026-02-28"),
        ({"day": date(2026, 4, 1)}, "在 2026-04-01 无效", "is not valid on 2026-04-01"),
        ({"officer": "c"}, "a 没有授权 c 在 bureau 代为办理", "a has granted c no delegation in bureau"),
        ({"organ": "office"}, "a 没有授权 b 在 office", "a has granted b no delegation in office"),
        ({"officer": "a", "principal": "b"}, "b 没有授权 a", "b has granted a no delegation"),
        ({"officer": "a", "principal": "a"}, "a 没有授权 a", "a has granted a no delegation"),
        ({"officer": "x"}, "没有经办人 x", "no officer x"),
        ({"principal": "x"}, "没有经办人 x", "no officer x"),
        ({"organ": "nowhere"}, "没有机关 nowhere", "no organ nowhere"),
    ],
)
def test_authority_on_behalf_is_refused_with_what_is_missing(
    office: Engine, question: dict[str, Any], zh: str, en: str
) -> None:
    put(office)
    answer = ask(office, **{"day": MARCH[0], **question})
    assert not answer.granted and answer.delegation is None and answer.reason
    assert zh in answer.reason.zh and en in answer.reason.en


def test_a_revoked_delegation_gives_authority_until_the_day_before(office: Engine) -> None:
    delegations.revoke(office, put(office).id, reason="销假", on=date(2026, 3, 9), by="admin", at=AT)
    assert ask(office, date(2026, 3, 8)).granted
    refused = ask(office, date(2026, 3, 9))
    assert refused.reason and "revoked since 2026-03-09" in refused.reason.en


def test_a_delegate_out_of_office_stands_in_for_nobody(office: Engine, file: Path) -> None:
    put(office)
    file.write_text(REGISTER.replace("2026-12-31", "2026-03-10"), encoding="utf-8")
    register.import_register(office, file)
    assert ask(office, date(2026, 3, 10)).granted
    refused = ask(office, date(2026, 3, 11))
    assert refused.reason and "b, who stands in, holds no valid post anywhere" in refused.reason.en


def test_a_delegation_whose_principal_has_left_gives_nothing_however_that_came_about(office: Engine) -> None:
    put(office)
    with database.writing(office) as session:
        session.connection().exec_driver_sql("UPDATE officer_post SET valid_until = '2026-03-10' WHERE officer = 'a'")
    assert ask(office, date(2026, 3, 10)).granted
    refused = ask(office, date(2026, 3, 11))
    assert (
        not refused.granted and refused.reason and "the post of officer a in bureau is not valid" in refused.reason.en
    )
