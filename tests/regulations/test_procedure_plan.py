"""Which procedures are to be had under a regulation on a day, and the law that binds one that is applied for."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.procedure import ProcedureApplication, ProcedurePlan
from regulations.procedure_plan import Laws, Parties, ProcedureLaw, UnknownParty, offered, resolve_procedure
from regulations.resolve import NotAdmitted
from tests.regulations import small_procedures
from tests.regulations.small_law import spoiled
from tests.regulations.small_procedures import (
    OVERLAID_LAW,
    ROLES,
    ROOMS,
    application,
    lent,
    plain,
    wide_law,
)

DAY = date(2026, 3, 2)
NEAR_DAYS = "validity: {issued: 2016-09-05, from: 2024-01-01, until: 2026-03-02, article: 末条}\n"
WARNING = "after_expiry: {warning: {zh: 已到期, en: expired}, default: A32}"
ROOMS_AND_ROLES = {"rooms": ROOMS, "roles": ROLES}


def officers(of: dict[str, int] | None = None) -> Callable[[str], int]:
    """Everybody has one officer but who is named here."""
    return lambda organ: (of or {}).get(organ, 1)


def resolved(laws: Laws, applied: ProcedureApplication, day: date = DAY) -> ProcedurePlan:
    return resolve_procedure(laws, applied, day, officers())[1]


def reasons(
    laws: Laws, applied: ProcedureApplication, day: date = DAY, of: dict[str, int] | None = None, complete: bool = True
) -> list[str]:
    with pytest.raises(NotAdmitted) as refused:
        resolve_procedure(laws, applied, day, officers(of), complete=complete)
    return [reason.en for reason in refused.value.reasons]


def of_nobody(procedure: str) -> ProcedureApplication:
    """An application for a procedure that asks for nothing."""
    return application(procedure=procedure, parties={}, form={})


@pytest.fixture
def small(tmp_path: Path) -> Laws:
    return small_procedures.small(tmp_path)


# ---------------------------------------------------------------- validity


@pytest.mark.parametrize("day", [date(2023, 11, 13), date(2028, 1, 1)])
def test_nothing_is_offered_before_the_regulation_is_in_force_nor_after_it_expired(small: Laws, day: date) -> None:
    assert offered(small, "small", day) == {}
    assert reasons(small, application(), day) == [
        f"filed_on: no version is in force on this day (2023-11-14 to 2027-12-31) (got {day}; rule JY-44, 第十四条)"
    ]


@pytest.mark.parametrize("day", [date(2023, 11, 14), date(2027, 12, 31)])
def test_on_its_first_and_its_last_day_a_regulation_offers_its_procedures(small: Laws, day: date) -> None:
    assert list(offered(small, "small", day)) == ["room"]
    assert resolved(small, application(), day).id == "room"


def test_an_expired_regulation_that_is_still_applied_offers_its_procedures_with_the_warning(tmp_path: Path) -> None:
    laws = small_procedures.small(tmp_path, spoiled("until: 2027-12-31", f"until: 2027-12-31, {WARNING}"))
    plan, _ = resolve_procedure(laws, application(), date(2028, 1, 1), officers())
    assert [warning.zh for warning in plan.warnings] == ["已到期"]
    assert offered(laws, "small", date(2023, 11, 13)) == {}


def test_a_procedure_is_offered_on_its_own_days_only(tmp_path: Path) -> None:
    rooms = ROOMS.replace("    form: wish\n", "    form: wish\n    from: 2026-03-02\n    until: 2026-03-31\n")
    laws = small_procedures.small(tmp_path, rooms=rooms, roles=ROLES)
    days = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 1))
    assert [list(offered(laws, "small", day)) for day in days] == [[], ["room"], ["room"], []]


def test_the_terms_of_the_day_bind_and_a_step_that_is_not_in_force_is_left_out(tmp_path: Path) -> None:
    rooms = ROOMS.replace("        task: host\n", "        task: host\n        from: 2026-01-01\n")
    rooms = rooms.replace("        returns_to: answer\n", "")
    laws = small_procedures.small(tmp_path, rooms=rooms, roles=ROLES)
    before, after = (resolved(laws, application(), day) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert [[step.id for step in plan.steps] for plan in (before, after)] == [
        ["verification"],
        ["answer", "verification"],
    ]
    terms = [plan.step("verification").term for plan in (before, after)]
    assert [term and term.amount for term in terms] == [20, 15]


@pytest.mark.parametrize(
    ("day", "lender"), [(date(2023, 12, 31), "far"), (DAY, "near"), (date(2026, 3, 3), "far")], ids=str
)
def test_a_wider_regulation_that_is_out_of_force_lends_nothing(tmp_path: Path, day: date, lender: str) -> None:
    laws = lent(
        tmp_path,
        {"roles": ROLES},
        near=plain("audit", "near_only"),
        far=plain("audit"),
        laws={"near": wide_law("near", NEAR_DAYS)},
    )
    known = offered(laws, "small", day)
    assert known["audit"].regulation.id == lender
    assert ("near_only" in known) is (lender == "near")


def test_an_expired_wider_regulation_that_is_still_applied_lends_with_its_warning(tmp_path: Path) -> None:
    validity = NEAR_DAYS.replace("article", f"{WARNING}, article")
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"), laws={"near": wide_law("near", validity)})
    plan, _ = resolve_procedure(laws, of_nobody("audit"), date(2026, 3, 3), officers())
    assert [warning.en for warning in plan.warnings] == ["expired"]


def test_a_wider_regulation_lends_only_while_its_switch_is_on(tmp_path: Path) -> None:
    switch = '  near_overlay: {title: {zh: 近, en: near}, value: "on", choices: ["on", "off"], default: A38}\n'
    versions = (
        "  near_overlay:\n"
        '    - {title: {zh: 近, en: near}, value: "on", until: 2026-03-02, default: A38}\n'
        '    - {title: {zh: 近, en: near}, value: "off", from: 2026-03-03, default: A38}\n'
    )
    assert switch in OVERLAID_LAW
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"), laws={"small": OVERLAID_LAW.replace(switch, versions)})
    assert [list(offered(laws, "small", day)) for day in (DAY, date(2026, 3, 3))] == [["audit"], []]


def test_under_a_regulation_that_only_lies_over_others_nothing_is_applied_for(tmp_path: Path) -> None:
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"))
    assert offered(laws, "near", DAY) == {}
    (reason,) = reasons(laws, of_nobody("audit").model_copy(update={"regulation": "near"}))
    assert reason.startswith("regulation: it lies over other regulations, and nothing is filed under it (got near")


# ---------------------------------------------------------------- lending


def test_a_procedure_is_taken_from_the_regulation_itself_and_then_from_the_nearest_that_has_it(tmp_path: Path) -> None:
    far, near = plain("one", "two", "three"), plain("one", "two")
    laws = lent(tmp_path, {"roles": ROLES, "own": plain("one")}, near=near, far=far)
    assert {name: law.regulation.id for name, law in offered(laws, "small", DAY).items()} == {
        "one": "small",
        "two": "near",
        "three": "far",
    }


def test_what_is_lent_cites_and_is_versioned_by_its_own_regulation(tmp_path: Path) -> None:
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"))
    plan, procedure = resolve_procedure(laws, of_nobody("audit"), DAY, officers())
    assert (plan.regulation, plan.version) == ("near", laws["near"].version)
    assert [str(citation) for citation in procedure.citations] == ["《大办法》第一条"]


def test_the_role_that_a_lent_procedure_names_is_filled_by_the_organ_of_the_regulation_below(tmp_path: Path) -> None:
    laws = lent(tmp_path, {"roles": ROLES}, near=plain("audit"))
    assert resolved(laws, of_nobody("audit")).step("look").by == ("bureau",)


def test_what_the_regulation_bars_is_not_lent_and_the_rule_is_named(tmp_path: Path) -> None:
    laws = lent(tmp_path, {"roles": ROLES + "not_lent: {audit: JY-40}\n"}, near=plain("audit"), far=plain("audit"))
    assert offered(laws, "small", DAY) == {}
    assert reasons(laws, of_nobody("audit")) == ["procedure: rule JY-40 rules it out here (got 'audit')"]


def test_a_regulation_has_what_it_bars_others_from_lending_where_it_says_so_itself(tmp_path: Path) -> None:
    local = {"roles": ROLES + "not_lent: {audit: JY-40}\n", "own": plain("audit")}
    laws = lent(tmp_path, local, near=plain("audit"))
    assert offered(laws, "small", DAY)["audit"].regulation.id == "small"


# ---------------------------------------------------------------- who is meant


def test_the_parties_the_roles_and_the_organs_stand_in_the_steps_by_their_codes(small: Laws) -> None:
    procedure = resolved(small, application())
    answer, verification = procedure.steps
    assert (answer.by, answer.tells, verification.by) == (("host-1",), ("panel",), ("bureau",))


def test_a_name_is_a_party_of_the_application_or_else_a_role_or_else_an_organ(tmp_path: Path) -> None:
    laws = small_procedures.small(tmp_path, rooms=ROOMS, roles="roles: {finance: panel, bureau: panel}\n")
    law = ProcedureLaw(laws["small"], DAY)
    usual, named = (Parties(law, law, applied) for applied in (application(), application(parties={"finance": "x-1"})))
    assert named.code("finance") == "x-1"
    assert usual.codes(("finance", "bureau", "applicant", "panel")) == ("panel", "unit-1")
    with pytest.raises(UnknownParty):
        usual.code("nobody")


def test_the_department_is_a_party_where_a_step_names_it(tmp_path: Path) -> None:
    rooms = ROOMS.replace("tells: [finance]", "tells: [department]")
    laws = small_procedures.small(tmp_path, rooms=rooms, roles=ROLES)
    (reason,) = reasons(laws, application())
    assert reason == "department: must name the supervising department (got None; rule JY-17, 第六条)"
    whole = application(department={"code": "dept-1", "name": "一局"})
    assert resolved(laws, whole).step("answer").tells == ("dept-1",)


# ---------------------------------------------------------------- what is not admitted


def test_an_unknown_regulation_or_procedure_is_refused_with_what_there_is(small: Laws) -> None:
    assert reasons(small, application(regulation="atlantis")) == ["regulation: must be one of small (got 'atlantis')"]
    assert reasons(small, application(procedure="colouring")) == ["procedure: must be one of room (got 'colouring')"]


def test_a_missing_and_an_unknown_party_are_told_at_once(small: Laws) -> None:
    assert reasons(small, application(parties={"guest": "host-1"})) == [
        "parties.host: must name host (got None; rule JY-17, 第六条)",
        "parties.guest: must be one of: host (got host-1; rule JY-17, 第六条)",
    ]


def test_a_form_that_is_not_filled_in_is_refused_only_where_it_has_to_be_complete(small: Laws) -> None:
    empty = application(form={"room": "甲", "colour": "red"})
    found = reasons(small, empty)
    assert len(found) == 2
    assert any("first day" in reason for reason in found) and any("colour" in reason for reason in found)
    _, procedure = resolve_procedure(small, empty, DAY, officers(), complete=False)
    assert procedure.form == "wish"


def test_an_organ_that_has_to_decide_without_an_officer_is_refused_and_one_that_is_only_told_is_not(
    small: Laws,
) -> None:
    assert reasons(small, application(), of={"bureau": 0, "panel": 0, "host-1": 0}, complete=False) == [
        "organ: has no officer for the step verification (got bureau; rule JY-17, 第六条)"
    ]


def test_a_procedure_that_is_applied_for_knows_its_documents_its_form_and_the_titles_of_its_states(
    small: Laws,
) -> None:
    plan, procedure = resolve_procedure(small, application(), DAY, officers({"bureau": 2}))
    assert [document.title.zh for document in procedure.documents] == ["平面图"]
    assert [form.id for form in plan.forms] == ["wish"]
    (entered,) = procedure.step("verification").then
    assert entered.state_title and entered.state_title.zh == "已登记"
    assert plan.organ("bureau").officers == 2


def test_the_version_changes_with_the_text_of_the_procedures(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    one = small_procedures.small(first, **ROOMS_AND_ROLES)
    other = small_procedures.small(second, rooms=ROOMS + "# noted\n", roles=ROLES)
    assert one["small"].version != other["small"].version
