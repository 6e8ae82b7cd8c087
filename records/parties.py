"""Whether the parties of an application are those of the register, and whether its officer may prepare it for them.

Asked twice, in the same words: by the command that files, which tells before anything is changed, and at admission, which
holds whoever starts a project by another way to the same.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine

from models.application import Application
from models.authority import AuthorityQuestion
from models.base import Text
from models.procedure import ProcedureApplication
from records import register
from records.authority import authority
from records.register_file import OrganKind


def objections(application: Application, engine: Engine, at: datetime) -> Iterator[Text]:
    """Why it may not be filed at that moment by these parties and this officer; nothing where it may.

    Raises `RecordError` for a moment without a zone.
    """
    department, unit = application.department.code, register.organ(engine, application.unit.code)
    if not register.party_exists(engine, department, OrganKind.DEPARTMENT):
        yield _must("department.code", "须为登记册中的部门", "must be a department of the register", department)
    if unit is None or unit.kind is not OrganKind.UNIT:
        code = application.unit.code
        yield _must("unit.code", "须为登记册中的单位", "must be a unit of the register", code)
    elif unit.superior != department:
        zh = f"须隶属 {department}；登记册载明隶属 {unit.superior}"
        yield _must("unit.code", zh, f"must belong to {department!r}; the register has {unit.superior!r}", unit.id)
    else:
        yield from _unauthorised(application.prepared_by, unit.id, engine, at)


def objections_to_procedure(application: ProcedureApplication, engine: Engine, at: datetime) -> Iterator[Text]:
    """As `objections`, of an application for a procedure: any party of the register may apply, and an organ answer for it."""
    department, unit = application.department, application.unit.code
    answering = register.organ(engine, department.code) if department else None
    if department and (answering is None or answering.kind is OrganKind.UNIT):
        zh, en = "须为登记册中的部门或机关", "must be a department or an organ of the register"
        yield _must("department.code", zh, en, department.code)
    for name, code in application.parties.items():
        if register.organ(engine, code) is None:
            yield _must(f"parties.{name}", "须在登记册中", "must be in the register", code)
    if register.organ(engine, unit) is None:
        yield _must("unit.code", "须在登记册中", "must be in the register", unit)
    else:
        yield from _unauthorised(application.prepared_by, unit, engine, at)


def _unauthorised(officer: str, party: str, engine: Engine, at: datetime) -> Iterator[Text]:
    """Why the officer may not prepare an application for the party at that moment; nothing where they may."""
    answer = authority(engine, AuthorityQuestion(officer=officer, organ=party, at=at))
    if answer.reason:
        yield Text(
            zh=f"prepared_by（{officer}）：{answer.reason.zh}", en=f"prepared_by: {answer.reason.en} (got {officer!r})"
        )


def _must(field: str, zh: str, en: str, got: str) -> Text:
    return Text(zh=f"{field}（{got}）：{zh}", en=f"{field}: {en} (got {got!r})")
