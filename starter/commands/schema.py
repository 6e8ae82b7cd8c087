"""schema: JSON Schemas of what is written by hand and sent by others, made from the models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from models.application import ApplicationFile
from models.base import Text
from models.messages import (
    Answer,
    ChangeReport,
    ClockPause,
    ClockResumption,
    DecisionReceipt,
    EventReport,
    Extension,
    FindingReport,
    LimitExtension,
    RectificationResponse,
    Resumption,
    Retraction,
    Submission,
    Suspension,
    WaiverRequest,
    Withdrawal,
)
from models.procedure import ProcedureApplicationFile, ProcedureFile
from models.project import ProjectFile, RectificationFile, Status
from models.review import Decision
from records.register_file import RegisterFile
from regulations.almanac import NoticeFile
from simulation.case import CaseFile
from starter import completion
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.output import Shown

app = group()

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ALL = "all"
PROCEDURE = "procedure"

SCHEMAS: Mapping[str, type[BaseModel]] = {
    "application": ApplicationFile,
    PROCEDURE: ProcedureApplicationFile,
    "case": CaseFile,
    "decision": Decision,
    "submission": Submission,
    "response": RectificationResponse,
    "waiver": WaiverRequest,
    "extension": Extension,
    "limit-extension": LimitExtension,
    "clock-pause": ClockPause,
    "clock-resumption": ClockResumption,
    "withdrawal": Withdrawal,
    "suspension": Suspension,
    "resumption": Resumption,
    "retraction": Retraction,
    "change": ChangeReport,
    "finding": FindingReport,
    "event": EventReport,
    "register": RegisterFile,
    "calendar": NoticeFile,
    "project-file": ProjectFile,
    "rectification-file": RectificationFile,
    "procedure-file": ProcedureFile,
    "status": Status,
    "answer": Answer,
    "decision-receipt": DecisionReceipt,
}
"""The contract's values by name. Only the last three are read and not written, so theirs say what is always there."""

_READ = ("status", "answer", "decision-receipt")


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of that name. Raises KeyError for another."""
    mode = "serialization" if name in _READ else "validation"
    schema = SCHEMAS[name].model_json_schema(mode="serialization" if mode == "serialization" else "validation")
    return {"$schema": DIALECT, **schema}


@command(app, "schema")
def schema(
    desk: Desk,
    name: Annotated[str, typer.Argument(help=f"{', '.join(SCHEMAS)}, {ALL}", metavar="NAME")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写入此文件；all 时为目录 this file; a folder for all")
    ] = None,
    regulation: Annotated[
        str | None,
        typer.Option(
            "--regulation", autocompletion=completion.regulations, help="procedure：按此办法 as this regulation has it"
        ),
    ] = None,
    procedure: Annotated[
        str | None, typer.Option("--procedure", help="procedure：此程序，含表单各栏 this one, with its form's fields")
    ] = None,
    step: Annotated[
        str | None, typer.Option("--step", help="procedure：此步骤的表单（submit 的 FILE） the form of this step")
    ] = None,
) -> Shown | None:
    """JSON Schema of the application file, the decision, and everything else of the contract."""
    if regulation or procedure or step:
        return _answered(_of_procedure(desk, name, regulation, procedure, step), out)
    if name not in (*SCHEMAS, ALL):
        rule = f"name: must be one of {', '.join(SCHEMAS)}, {ALL} (got {name!r})"
        raise BadInput(Text(zh=f"没有 {name} 的 JSON Schema", en=f"there is no schema {name}"), details=[rule])
    found = {key: schema_of(key) for key in (SCHEMAS if name == ALL else [name])}
    if name != ALL or out is None:
        return _answered(found if name == ALL else found[name], out)
    return _written({out / f"{key}.schema.json": schema for key, schema in found.items()})


def _answered(document: dict[str, Any], out: Path | None) -> Shown:
    if out is not None:
        return _written({out: document})
    return Shown.of(document, json.dumps(document, ensure_ascii=False, indent=2))


def _of_procedure(
    desk: Desk, name: str, regulation: str | None, procedure: str | None, step: str | None
) -> dict[str, Any]:
    """The schema of one procedure's application, or of the form of one of its steps. Raises BadInput."""
    # The law is slow to read, and every other schema is made without it.
    from regulations.procedure_files import load_laws
    from starter import form_schema, procedure_offers
    from starter.commands.procedure_list import offered_procedure

    if name != PROCEDURE or not (regulation and procedure):
        rule = f"usage: tongchou schema {PROCEDURE} --regulation R --procedure P [--step S]"
        raise BadInput(Text(zh="请给出办法和程序", en="give the regulation and the procedure"), details=[rule])
    laws = load_laws()
    offer = offered_procedure(laws, regulation, procedure, desk.today)
    if step is None:
        return {"$schema": DIALECT, **form_schema.schema_of_procedure(offer)}
    if step not in (known := [s.id for s in offer.steps if s.form]):
        rule = f"step: must be one of {', '.join(known)} (got {step!r})"
        raise BadInput(Text(zh=f"步骤 {step} 没有表单", en=f"the step {step} has no form"), details=[rule])
    form = procedure_offers.form_of_step(laws, regulation, procedure, step, desk.today)
    assert form, "the step was found to have one"
    return {"$schema": DIALECT, **form_schema.schema_of_form(form)}


def _written(files: Mapping[Path, dict[str, Any]]) -> Shown:
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            text = Text(zh=f"无法写入 {path}：{error.strerror}", en=f"{path} cannot be written: {error.strerror}")
            raise BadInput(text) from error
    return Shown.of([str(path) for path in files], *[str(path) for path in files])
