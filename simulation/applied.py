"""What is applied for in a case of a procedure: what the case says, and for the rest the base application and the register."""

from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from models.application import Material, Party
from models.base import faults
from models.procedure import ProcedureApplication
from records.register_file import RegisterFile
from regulations.files import Problem
from simulation.case import AppliedFor, ProcedureCase
from simulation.case_file import CaseError, base_data, material
from simulation.law import register_of, serving


def procedure_application_of(regulation: str, case: ProcedureCase) -> tuple[ProcedureApplication, tuple[Material, ...]]:
    """The application of the case and the documents that are handed in with it. Raises CaseError naming the fault."""
    said = case.application
    written = {
        "regulation": regulation,
        "procedure": case.procedure,
        "code": said.code or f"{regulation.upper()}-P-0001",
        "title": said.title or case.name,
        **_who(regulation, case),
        "parties": said.parties,
        "project": said.project,
        # As it comes over the wire: a day is a text there.
        "form": to_jsonable_python(said.form),
    }
    try:
        application = ProcedureApplication.model_validate(written)
    except ValidationError as error:
        raise _faulty(case, *faults(error)) from error
    return application, tuple(material(kind) for kind in case.materials or ())


def _who(regulation: str, case: ProcedureCase) -> dict[str, Any]:
    said, base, register = case.application, base_data(regulation, case.base), register_of(regulation)
    if said.unit is None:
        usual = {"unit": base["unit"], "department": base["department"], "prepared_by": base["prepared_by"]}
        return usual | _given(case, said, register)
    given = _given(case, said, register)
    return {"prepared_by": _first_officer(case, register, given["unit"].code), **given}


def _given(case: ProcedureCase, said: AppliedFor, register: RegisterFile) -> dict[str, Any]:
    """What the case says of who applies, with the names that the register has."""
    parties = {"unit": said.unit, "department": said.department}
    named = {key: _party(case, register, party) for key, party in parties.items() if party is not None}
    return named | ({"prepared_by": said.prepared_by} if said.prepared_by else {})


def _party(case: ProcedureCase, register: RegisterFile, said: Party | str) -> Party:
    if isinstance(said, Party):
        return said
    found = next((party for party in register.parties() if party.id == said), None)
    if found is None:
        raise _faulty(case, f"the register of the base has no {said!r}")
    return Party(code=found.id, name=found.name.zh)


def _first_officer(case: ProcedureCase, register: RegisterFile, unit: str) -> str | None:
    on: date = case.filed_on.date()
    return next(iter(serving(register, unit, on)), None)


def _faulty(case: ProcedureCase, *told: str) -> CaseError:
    return CaseError(Problem(case.name, None, "application", fault, "is no application") for fault in told)
