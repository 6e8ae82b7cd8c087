"""What a case of a procedure leaves out of its application comes from the case, the base and the register."""

from typing import Any

import pytest

from models.application import Party
from models.procedure import ProcedureApplication
from simulation.applied import procedure_application_of
from simulation.case import ProcedureCase
from simulation.case_file import CaseError
from tests.simulation.procedure_law import written


def applied(**application: Any) -> ProcedureApplication:
    return procedure_application_of("jiangyin", ProcedureCase.model_validate(written(application=application)))[0]


def test_the_unit_of_the_base_applies_unless_the_case_names_another() -> None:
    application = applied()
    assert (application.regulation, application.procedure, application.code) == ("jiangyin", "room", "JIANGYIN-P-0001")
    assert (application.title, application.prepared_by) == ("案", "unit.head")
    assert application.unit == Party(code="jy-cg-info", name="江阴市城市管理局信息中心")
    assert application.department == Party(code="jy-cg", name="江阴市城市管理局")


def test_a_code_gets_its_name_and_its_first_officer_from_the_register() -> None:
    application = applied(unit="jy-data-bureau")
    assert application.unit.name == "江阴市大数据管理和政务服务局"
    assert (application.department, application.prepared_by) == (None, "bureau.one")
    assert applied(unit="jy-jt-info", department="jy-jt", prepared_by="x").prepared_by == "x"


def test_a_day_in_the_form_is_handed_in_as_it_comes_over_the_wire() -> None:
    case = ProcedureCase.model_validate(written())
    case = case.model_copy(update={"application": case.application.model_copy(update={"form": {"on": case.filed_on}})})
    assert procedure_application_of("jiangyin", case)[0].form == {"on": "2026-03-02T09:00:00+08:00"}


def test_documents_are_handed_in_only_where_the_case_names_them() -> None:
    assert procedure_application_of("jiangyin", ProcedureCase.model_validate(written()))[1] == ()
    (layout,) = procedure_application_of("jiangyin", ProcedureCase.model_validate(written(materials=["layout"])))[1]
    assert layout.kind == "layout"


@pytest.mark.parametrize(
    ("unit", "filed_on", "told"),
    [
        ("jy-palace", "2026-03-02", "the register of the base has no 'jy-palace'"),
        ("jy-jt-info", "2020-03-02", "prepared_by"),
    ],
    ids=["a unit that nobody knows", "a unit in which nobody serves yet"],
)
def test_what_makes_no_application_names_the_case_and_the_fault(unit: str, filed_on: str, told: str) -> None:
    case = ProcedureCase.model_validate(written(application={"unit": unit}, filed_on=filed_on))
    with pytest.raises(CaseError, match=f"案: application: .*{told}"):
        procedure_application_of("jiangyin", case)
