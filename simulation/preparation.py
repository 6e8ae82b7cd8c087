"""What lies ready before a life begins: the law, the register, the catalog, the sanctions that stand."""

import shutil
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Final

from models.application import Application
from models.calendar import CHINA
from models.finding import Sanction
from models.plan import Plan, SanctionRule
from records import database, migration, sanctions
from records.register import import_register
from regulations.resolve import NotAdmitted
from simulation.applied import procedure_application_of
from simulation.case import LifeCase, ProcedureCase, StandingSanction
from simulation.case_file import application_of, base_data, base_file
from simulation.edits import edited
from simulation.law import copied_law, law_of_procedure, plan_of
from simulation.matter import Matter, ProcedureMatter, ProjectMatter
from simulation.stock import prepared
from simulation.templates import template_file

OTHER_PROJECT: Final = "JY-2025-0099"
"""The project that brought about the sanctions that stand when a case begins."""


def prepare(regulation: str, case: LifeCase | ProcedureCase, folder: Path) -> Path:
    """Lay records and catalog into the empty folder, and return the folder of the law: this regulation, and what lies over it."""
    law = folder / "law"
    copied_law(regulation, case.values, law)
    shutil.copyfile(_records(regulation), folder / "tongchou.db")
    prepared(regulation, folder)
    return law


def matter_of(regulation: str, case: LifeCase | ProcedureCase, law: Path, folder: Path) -> Matter:
    """What the case plays, and the sanctions that stand on record when it begins. Raises CaseError for a faulty case."""
    if isinstance(case, ProcedureCase):
        applied, materials = procedure_application_of(regulation, case)
        return ProcedureMatter(applied, materials, law_of_procedure(applied, case.filed_on.date(), law))
    application, materials = application_of(regulation, case)
    plan = plan_where_admitted(regulation, case, application, folder)
    if plan:
        _impose(case.sanctions, application, plan, folder)
    return ProjectMatter(application, materials, edited(base_data(regulation, case.base), case), plan)


def plan_where_admitted(regulation: str, case: LifeCase, application: Application, folder: Path) -> Plan | None:
    """The plan that the application will get; None where it is not admitted."""
    try:
        return plan_of(regulation, case, application, folder / "pure")
    except NotAdmitted:
        return None


@cache
def _records(regulation: str) -> Path:
    """A migrated database with the register in it, in a file to be copied."""
    file = template_file(f"{regulation}-records.db")
    url = f"sqlite:///{file}"
    migration.upgrade(url)
    engine = database.connect(url)
    import_register(engine, base_file(regulation, "register"))
    engine.dispose()
    return file


def _impose(standing: tuple[StandingSanction, ...], application: Application, plan: Plan, folder: Path) -> None:
    engine = database.connect(f"sqlite:///{folder}/tongchou.db")
    for given in standing:
        sanctions.impose(engine, _sanction(given, _rule(plan, given), application.department.code))
    engine.dispose()


def _rule(plan: Plan, given: StandingSanction) -> SanctionRule:
    return next(rule for rule in plan.sanction_rules() if rule.kind is given.kind)


def _sanction(given: StandingSanction, rule: SanctionRule, department: str) -> Sanction:
    return Sanction(
        sanction_id=f"{OTHER_PROJECT}/{given.kind}",
        kind=given.kind,
        project=OTHER_PROJECT,
        department=department,
        rule=rule.rule,
        citation=rule.citation,
        strength=rule.strength,
        reason="案例给定",
        imposed_at=datetime.combine(given.since, time(9), CHINA),
        ends=rule.ends,
        fiscal_year=given.fiscal_year,
    )
