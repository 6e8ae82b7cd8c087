"""程序收件: a procedure's application file becomes one that can be started, or every reason why not. Nothing is changed here.

An operator hears here what admission would say later; the workflow resolves the law again for itself.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Engine

from models.application import Material
from models.base import faults
from models.form import DocumentRequirement
from models.plan import Plan
from models.procedure import ProcedureApplication, ProcedureApplicationFile, ProcedurePlan
from records import parties, register
from regulations import procedure_files, procedure_plan
from regulations.resolve import NotAdmitted
from starter import documents, intake
from starter.documents import Document


class Examined(NamedTuple):
    """What admission would answer: who may do what, and the steps."""

    plan: Plan
    procedure: ProcedurePlan

    def lacking(self, materials: tuple[Material, ...]) -> tuple[DocumentRequirement, ...]:
        """The documents that the applicant still has to hand in: the first thing that it will be asked for."""
        kinds = {material.kind for material in materials if material.size > 0}
        return tuple(d for d in self.procedure.documents if d.kind not in kinds)


def read_procedure(path: Path) -> tuple[ProcedureApplication, tuple[Document, ...]]:
    """The application in a YAML file, and the files that it names.

    Raises BadInput: for what `documents.read_fields` and `documents.named_in` refuse, a wrong field, and an application that is
    too large to travel.
    """
    try:
        file = ProcedureApplicationFile.model_validate(documents.read_fields(path))
    except ValidationError as error:
        raise documents.wrong(path, faults(error)) from error
    application = file.application()
    documents.require_size(path, "application", len(application.model_dump_json().encode()))
    return application, documents.named_in(path, file.documents)


def examined(application: ProcedureApplication, engine: Engine, at: datetime) -> Examined:
    """The law under which it would be admitted at that moment (its day in Asia/Shanghai).

    Raises BadInput where a party is not in the register, where its officer may not act for it, and where the law does not
    let it in: an unknown regulation or procedure, a missing party, a form that is not in order, an organ without officers.
    """
    if problems := [*parties.objections_to_procedure(application, engine, at)]:
        raise intake.wrong_parties(problems)
    day = at.date()
    try:
        return Examined(
            *procedure_plan.resolve_procedure(
                procedure_files.load_laws(),
                application,
                day,
                lambda organ: len(register.officers_of(engine, organ, day)),
            )
        )
    except NotAdmitted as error:
        raise intake.not_admitted(error.reasons) from error
