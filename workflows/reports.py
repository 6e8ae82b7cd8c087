"""What a rectification reports to its project by `report_event`: a sanction that it brought about, and its end."""

from pydantic import Field, ValidationError

from models.application import Material
from models.base import Text, Value, faults
from models.finding import Sanction
from models.form import Form
from models.messages import EventReport
from models.plan import EventKind, Plan
from models.review import Outcome
from regulations import forms

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
