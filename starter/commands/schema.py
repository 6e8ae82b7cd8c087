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
from models.project import ProjectFile, RectificationFile, Status
from models.review import Decision
from records.register_file import RegisterFile
from regulations.almanac import NoticeFile
from simulation.case import CaseFile
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.output import Shown

app = group()

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ALL = "all"

SCHEMAS: Mapping[str, type[BaseModel]] = {
    "application": ApplicationFile,
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
) -> Shown | None:
    """JSON Schema of the application file, the decision, and everything else of the contract."""
    if name not in (*SCHEMAS, ALL):
        rule = f"name: must be one of {', '.join(SCHEMAS)}, {ALL} (got {name!r})"
        raise BadInput(Text(zh=f"没有 {name} 的 JSON Schema", en=f"there is no schema {name}"), details=[rule])
    found = {key: schema_of(key) for key in (SCHEMAS if name == ALL else [name])}
    if out is None:
        document = found if name == ALL else found[name]
        return Shown.of(document, json.dumps(document, ensure_ascii=False, indent=2))
    files = {(out / f"{key}.schema.json" if name == ALL else out): schema for key, schema in found.items()}
    return _written(files)


def _written(files: Mapping[Path, dict[str, Any]]) -> Shown:
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            text = Text(zh=f"无法写入 {path}：{error.strerror}", en=f"{path} cannot be written: {error.strerror}")
            raise BadInput(text) from error
    return Shown.of([str(path) for path in files], *[str(path) for path in files])
