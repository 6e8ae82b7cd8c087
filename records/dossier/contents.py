"""What a dossier holds: one document for each question that somebody will ask of the project in twenty years."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from pydantic_core import to_jsonable_python

from models.application import Material
from models.base import Value
from models.calendar import CHINA
from models.effects import EntryKind
from models.plan import Plan, StageName
from models.project import ProjectFile
from models.review import Verdict
from models.statement import statement_of_record
from records.dossier import bundle
from records.ledger import RecordedEntry

_DECISIONS = (EntryKind.DECISION_COUNTED, EntryKind.DECISION_RETRACTED, EntryKind.DECISION_REFUSED)
_HERE = Path(__file__).parent
_OFFLINE = (_HERE / "verifier.py", _HERE.parent / "chain" / "links.py")
"""What verifies a dossier without us: two files of the standard library's Python."""


class KeptMaterial(Value):
    """A file that was handed in, and whether the store still has its very bytes."""

    material: Material
    by: str | None
    at: datetime
    entry_id: str
    kept: bool


class Gathered(Value):
    """Everything that is known of a project, before it is put into words. Histories are Temporal's JSON, by file name."""

    project: str
    entries: tuple[RecordedEntry, ...]
    filed: ProjectFile
    latest: ProjectFile
    notices: tuple[dict[str, Any], ...]
    materials: tuple[KeptMaterial, ...]
    keys: tuple[dict[str, Any], ...]
    histories: dict[str, bytes]
    missing: tuple[str, ...]


def files(known: Gathered) -> dict[str, bytes]:
    """The files of the dossier, by name."""
    documents: dict[str, Any] = {
        "application.json": {"as_filed": known.filed.application, "latest": known.latest.application},
        "plan.json": known.latest.plan,
        "calendar.json": known.latest.calendar,
        "decisions.json": list(decisions(known.entries)),
        "deadlines.json": list(deadlines(known.entries)),
        "notices.json": known.notices,
        "materials.json": known.materials,
        "keys.json": known.keys,
    }
    return {
        **{name: bundle.as_json(_plain(document)) for name, document in documents.items()},
        "ledger.jsonl": bundle.as_lines([_plain(recorded) for recorded in known.entries]),
        **{f"histories/{name}": history for name, history in known.histories.items()},
        **{f"verify/{file.name}": file.read_bytes() for file in _OFFLINE},
        "index.html": _page(known).encode(),
    }


def about(known: Gathered) -> dict[str, Any]:
    """What the manifest says of the project and of how far the dossier goes."""
    last = known.entries[-1]
    return {
        "project": known.project,
        "title": known.latest.application.title,
        "outcome": known.latest.outcome,
        "signatures": known.latest.signatures,
        "as_of": _plain(last.recorded_at),
        "ledger": {"sequence": last.sequence, "digest": last.digest},
        "missing": list(known.missing),
    }


def decisions(entries: Iterable[RecordedEntry]) -> Iterator[dict[str, Any]]:
    """Each decision with the statement that its signature is of."""
    for recorded in entries:
        entry = recorded.entry
        if entry.kind not in _DECISIONS:
            continue
        line = {"entry_id": entry.entry_id, "kind": entry.kind, "at": entry.at, "organ": entry.organ}
        line |= {"officer": entry.officer, "on_behalf_of": entry.on_behalf_of, **entry.detail}
        line |= {"stage": entry.stage, "gate": entry.gate, "round": entry.round}
        if entry.kind is EntryKind.DECISION_COUNTED:
            line["statement"] = statement_of_record(entry)
        yield line


def deadlines(entries: Iterable[RecordedEntry]) -> Iterator[dict[str, Any]]:
    """Each receipt of a deadline, in the order in which it came on record."""
    for recorded in entries:
        entry = recorded.entry
        if receipt := entry.detail.get("receipt"):
            line = {"entry_id": entry.entry_id, "kind": entry.kind, "at": entry.at, "gate": entry.gate}
            yield {**line, "receipt": receipt}


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    return to_jsonable_python(value)


# ---------------------------------------------------------------- the page


def _page(known: Gathered) -> str:
    """The dossier's first page, for people: one HTML file that needs nothing else."""
    return _template().render(
        known=known,
        application=known.latest.application,
        plan=known.latest.plan,
        closed=known.latest.outcome,
        decisions=[d for d in decisions(known.entries) if d["kind"] is not EntryKind.DECISION_REFUSED],
        receipts=list(deadlines(known.entries)),
        titles=_titles(known.latest.plan),
    )


def _titles(plan: Plan | None) -> dict[str, str]:
    """The Chinese titles of organs and gates, by their codes."""
    if plan is None:
        return {}
    gates = {gate.id: gate.title.zh for stage in plan.stages for gate in stage.gates}
    return {**gates, **{organ.id: organ.name.zh for organ in plan.organs}}


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"moment": _moment, "stage": _stage, "verdict": _verdict}
    return environment.get_template("index.html.j2")


def _moment(value: datetime) -> str:
    return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _stage(value: str | None) -> str:
    if value == "Rectification":
        return "整改"
    return StageName(value).label.zh if value in list(StageName) else value or ""


def _verdict(value: str) -> str:
    return Verdict(value).label.zh if value else "撤销"
