"""What a rectification reports to its project by `report_event`: a sanction that it brought about, and its end."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pydantic import Field, ValidationError

from models.application import Material
from models.base import Text, Value, faults
from models.citation import Citation
from models.effects import EntryKind, LedgerClaim
from models.finding import Sanction
from models.form import Form
from models.messages import EventReport
from models.plan import EventKind, Plan
from models.project import RectificationRef
from models.review import Outcome
from regulations import forms
from workflows.effects import entry_id

RECTIFICATION_ESCALATED = "rectification_escalated"
RECTIFICATION_CLOSED = "rectification_closed"


class RectificationEscalated(Value):
    """The data of the event `rectification_escalated`: a sanction that follows from a rejected rectification."""

    rectification_id: str
    sanction: Sanction


class RectificationEnd(Value):
    """The data of the event `rectification_closed`."""

    rectification_id: str
    outcome: Outcome
    materials: tuple[Material, ...] = ()
    lifted: tuple[str, ...] = ()
    """The sanctions that ended with it, by their ids."""
    spoke: dict[str, str] = Field(default_factory=dict)
    """For which side each officer spoke in it."""
    terminated: Sanction | None = None
    """The sanction that ends the project, where it came to that."""


_REPORTS: dict[str, type[Value]] = {
    RECTIFICATION_ESCALATED: RectificationEscalated,
    RECTIFICATION_CLOSED: RectificationEnd,
}


NOT_ON_RECORD = Text(zh="台账中没有与此报告相符的记录", en="the ledger shows nothing of the kind that is reported")


def is_rectifications(report: EventReport) -> bool:
    """Whether the report is one that only a rectification can make, and of which the ledger therefore knows."""
    return report.event in _REPORTS


def matter_of(report: EventReport) -> str:
    """What a rectification's report is known by, whatever its `event_id`: a stranger could have used that before. It has a
    slash, and no event's id has one."""
    if report.event == RECTIFICATION_ESCALATED:
        return f"{report.event}/{RectificationEscalated.model_validate(report.data).sanction.sanction_id}"
    return f"{report.event}/{RectificationEnd.model_validate(report.data).rectification_id}"


def digest_of(data: dict[str, Any]) -> str:
    """The digest by which the ledger knows the data of a report: their SHA-256 as JSON with sorted keys."""
    return sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def claim_of(report: EventReport, project: str) -> LedgerClaim:
    """What the ledger must show for a rectification's report to be believed: the entry that it wrote before it reported."""
    if report.event == RECTIFICATION_ESCALATED:
        escalated = RectificationEscalated.model_validate(report.data)
        key, kind = escalated.sanction.sanction_id, EntryKind.SANCTION_IMPOSED
        citations: tuple[Citation, ...] = (escalated.sanction.citation,)
        detail = escalated.sanction.model_dump(mode="json", exclude={"citation"})
    else:
        end = RectificationEnd.model_validate(report.data)
        key, kind, citations = end.rectification_id, EntryKind.RECTIFICATION_CLOSED, ()
        detail = {"outcome": end.outcome, "report": digest_of(report.data)}
    reporter = str(report.data["rectification_id"])
    written_as = entry_id(project, reporter, kind, key)
    return LedgerClaim(entry_id=written_as, project=project, kind=kind, citations=citations, detail=detail)


def objection_to_reporter(report: EventReport, opened: Sequence[RectificationRef]) -> Text | None:
    """Why the rectification cannot report that: it was not opened here, or has reported its end before."""
    code = str(report.data.get("rectification_id"))
    known = next((r for r in opened if r.rectification_id == code), None)
    if known is None:
        return Text(zh=f"没有整改 {code}", en=f"no rectification {code} was opened here")
    if report.event == RECTIFICATION_CLOSED and known.closed_at:
        return Text(zh=f"整改 {code} 已办结", en=f"rectification {code} was reported closed before")
    return None


def objection_to_report(report: EventReport, plan: Plan) -> Text | None:
    """Why the data of a report cannot be used: the project rests on them, or the plan says what an event must report.

    None for any other event, whose data is put on record and not kept.
    """
    if kind := plan.event(report.event):
        return _objection_to_fields(kind, report)
    data = _REPORTS.get(report.event)
    try:
        if data:
            data.model_validate(report.data)
    except ValidationError as error:
        listed = "; ".join(faults(error))
        return Text(zh=f"data 有误：{listed}", en=f"bad data: {listed}")
    return None


def _objection_to_fields(kind: EventKind, report: EventReport) -> Text | None:
    form = Form(id=kind.id, title=kind.title, citation=kind.citation, fields=kind.fields)
    found = forms.faults(form, report.data)
    if not found:
        return None
    zh = "；".join(f"{fault.path.zh}：{fault.message.zh}" for fault in found)
    en = "; ".join(f"{fault.path.en}: {fault.message.en}" for fault in found)
    return Text(zh=f"{report.event} 的 data 有误：{zh}", en=f"bad data of {report.event}: {en}")
