"""A procedure is addressed and filed by its own name, and a case may call its parties by theirs."""

from datetime import timedelta

from models.procedure import ProcedureFile, ProcedureType
from simulation.applied import procedure_application_of
from simulation.case import ProcedureCase
from simulation.law import LawOfProcedure
from simulation.matter import ProcedureMatter
from tests.simulation.procedure_law import written


def matter(**application: object) -> ProcedureMatter:
    parties = {"parties": {"host": "jy-jt-info"}}
    case = ProcedureCase.model_validate(written(application={**parties, **application}, materials=["layout"]))
    return ProcedureMatter(*procedure_application_of("jiangyin", case), LawOfProcedure(ProcedureType.SHARING_REQUEST))


def test_a_procedure_is_started_under_its_own_name_with_its_file() -> None:
    of = matter(code="P-7")
    assert (of.workflow_id, of.workflow_type) == ("room:P-7", "SharingRequest")
    file = ProcedureFile.model_validate(of.file(timedelta(days=-3)).model_dump())
    assert (file.code, file.filers, file.clock_shift) == ("P-7", ("unit.head",), timedelta(days=-3))
    assert [material.kind for material in file.materials] == ["layout"]


def test_a_procedure_of_a_project_is_on_record_under_the_project() -> None:
    assert matter(code="P-7").on_record == "P-7"
    assert matter(code="P-7", project="JY-2026-0001").on_record == "JY-2026-0001"


def test_a_party_is_known_by_its_name_and_by_its_code() -> None:
    of = matter()
    called = ("host", "applicant", "department", "jy-data-bureau")
    assert [of.party(name) for name in called] == ["jy-jt-info", "jy-cg-info", "jy-cg", "jy-data-bureau"]


def test_an_applicant_without_a_department_answers_for_itself() -> None:
    assert matter().answers_for == "jy-cg"
    assert matter(unit="jy-data-bureau").answers_for == "jy-data-bureau"
