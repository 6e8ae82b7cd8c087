"""The law of a case: the regulation, read otherwise where the case says so, and who serves in which organ."""

import shutil
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from models.application import Application
from models.plan import Gate, Plan, StageName
from models.procedure import ProcedureApplication, ProcedurePlan, ProcedureType
from records.register_file import RegisterFile, read_register_file
from regulations.files import REGULATIONS_DIR, load
from regulations.procedure_files import FOLDER, load_laws
from regulations.procedure_plan import offered, resolve_procedure
from regulations.resolve import NotAdmitted, resolve
from regulations.schema import Regulation
from regulations.strict_yaml import read
from simulation.case import ProjectCase
from simulation.case_file import base_file


class UnknownValue(ValueError):
    """A case reads a value otherwise that the regulation does not have."""


def regulation_file(regulation: str, values: Mapping[str, Any], folder: Path) -> Path:
    """The regulation's file; a copy in the folder, with its own version, where the case reads values otherwise.

    Raises UnknownValue.
    """
    return copied_law(regulation, values, folder) if values else REGULATIONS_DIR / f"{regulation}.yaml"


def copied_law(regulation: str, values: Mapping[str, Any], folder: Path) -> Path:
    """The copy of the regulation's file in the folder, read otherwise where the case says so; its text is kept where not.

    Beside it lie copies of those that lie over it, as they are, and of the procedures of them all. Raises UnknownValue.
    """
    file = REGULATIONS_DIR / f"{regulation}.yaml"
    data = deepcopy(_data(file)) if values else _data(file)
    for name, value in values.items():
        if name not in data["values"]:
            raise UnknownValue(f"values.{name}: the regulation has no such value; known: {', '.join(data['values'])}")
        data["values"][name]["value"] = str(value)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / file.name
    if values:
        copy.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    else:
        shutil.copyfile(file, copy)
    wider = [overlay["regulation"] for overlay in data.get("overlays", ())]
    for name in wider:
        shutil.copyfile(REGULATIONS_DIR / f"{name}.yaml", folder / f"{name}.yaml")
    for name in (regulation, *wider):
        _copy_procedures(name, folder)
    return copy


@cache
def _data(file: Path) -> dict[str, Any]:
    data, _ = read(file)
    return data  # type: ignore[no-any-return]


def _copy_procedures(regulation: str, folder: Path) -> None:
    written = REGULATIONS_DIR / FOLDER / regulation
    if written.is_dir():
        shutil.copytree(written, folder / FOLDER / regulation, dirs_exist_ok=True)


def plan_of(regulation: str, case: ProjectCase, application: Application, folder: Path) -> Plan:
    """The plan that binds the case's application. Raises NotAdmitted as the resolver does."""
    law = _loaded(regulation_file(regulation, case.values, folder))
    on = case.filed_on.date()
    register = register_of(regulation)
    officers = {organ: len(serving(register, organ, on)) for organ in law.organs}
    return resolve(law, application, on, officers)


class LawOfProcedure(NamedTuple):
    """The law that binds a procedure: what runs it, and, where it is admitted, who may do what and its steps."""

    runs: ProcedureType
    plan: Plan | None = None
    procedure: ProcedurePlan | None = None


def law_of_procedure(application: ProcedureApplication, on: date, folder: Path) -> LawOfProcedure:
    """The law in the folder that binds what is applied for on that day. Without a plan where it is not admitted."""
    laws, register = load_laws(folder), register_of(application.regulation)
    known = offered(laws, application.regulation, on).get(application.procedure)
    source = known.procedure(application.procedure) if known else None
    runs = source.runs if source else ProcedureType.PROCEDURE
    try:
        plan, procedure = resolve_procedure(
            laws, application, on, lambda party: len(serving(register, party, on)), complete=False
        )
    except NotAdmitted:
        return LawOfProcedure(runs)
    return LawOfProcedure(runs, plan, procedure)


@cache
def _loaded(file: Path) -> Regulation:
    return load(file)


@cache
def register_of(regulation: str) -> RegisterFile:
    """The register that the regulation's cases run on."""
    return read_register_file(base_file(regulation, "register"))


def serving(register: RegisterFile, organ: str, on: date) -> list[str]:
    """The officers who may act for the organ on that day, in the order of the register."""
    return [
        officer.id
        for officer in register.officers
        if any(
            post.organ == organ and post.valid_from <= on and (post.valid_until is None or on <= post.valid_until)
            for post in officer.posts
        )
    ]


def gate_of(plan: Plan, gate_id: str) -> Gate:
    """The gate with this id, in whatever stage. Raises KeyError where the plan has none."""
    gates = {gate.id: gate for stage in plan.stages for gate in stage.gates}
    return gates[gate_id]


def stage_of(plan: Plan, gate: Gate) -> StageName:
    """The stage in which the gate stands."""
    return next(stage.name for stage in plan.stages if gate in stage.gates)
