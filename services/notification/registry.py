"""The one list of templates: what each is called and which variables it prints.

Every name has the files `templates/<name>.zh.j2` and `<name>.en.j2`; a test compares list, files and variables.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a variable may hold. A text is a string, a number, or `{"zh": …, "en": …}`."""

    TEXT = "text"
    OPTIONAL_TEXT = "optional_text"
    """A text that may be null or empty; the template then leaves its line out."""
    TEXTS = "texts"
    MATERIALS = "materials"
    """A list of `{"name", "kind", "sha256"}`."""


_SPECIAL = {
    "citations": Kind.TEXTS,
    "conditions": Kind.TEXTS,
    "findings": Kind.TEXTS,
    "missing": Kind.TEXTS,
    "opinions": Kind.TEXTS,
    "points": Kind.TEXTS,
    "organs": Kind.TEXTS,
    "projects": Kind.TEXTS,
    "reasons": Kind.TEXTS,
    "materials": Kind.MATERIALS,
    "deadline_note": Kind.OPTIONAL_TEXT,
    "investment": Kind.OPTIONAL_TEXT,
}


def _prints(variables: str) -> dict[str, Kind]:
    """The variables of one template, besides `project` and `title`, which every letter names."""
    return {name: _SPECIAL.get(name, Kind.TEXT) for name in ("project", "title", *variables.split())}


TEMPLATES: dict[str, dict[str, Kind]] = {
    "task_opened": _prints("gate due_on citation missing reply_to"),
    "step_done": _prints("procedure gate citation"),
    "procedure_closed": _prints("procedure outcome"),
    "admitted": _prints("unit plan_version"),
    "not_admitted": _prints("reasons"),
    "materials_incomplete": _prints("stage gate missing reply_to"),
    "review_opened": _prints(
        "stage gate round due_on deadline_note citations findings points materials review_id reply_to"
    ),
    "review_reminder": _prints("stage gate due_on remaining review_id reply_to"),
    "review_overdue": _prints("stage gate due_on organs review_id reply_to"),
    "review_escalated": _prints("stage gate due_on organs review_id"),
    "gate_approved": _prints("stage gate opinions conditions"),
    "gate_returned": _prints("stage gate opinions findings reply_to"),
    "gate_rejected": _prints("stage gate opinions findings"),
    "deadline_moved": _prints("stage gate old_due new_due reason"),
    "sanction_imposed": _prints("sanction reason citation department"),
    "sanction_lifted": _prints("sanction reason"),
    "rectification_opened": _prints("findings due_on reply_to citation"),
    "rectification_answered": _prints("statement review_id reply_to"),
    "rectification_closed": _prints("outcome"),
    "rectification_overdue": _prints("due_on reply_to"),
    "rectification_reminder": _prints("due_on reply_to"),
    "limit_reminder": _prints("limit due_on citation"),
    "limit_overdue": _prints("limit due_on citation"),
    "project_suspended": _prints("reason"),
    "project_resumed": _prints("reason"),
    "project_withdrawn": _prints("reason"),
    "event_reported": _prints("event occurred_on citation"),
    "change_reported": _prints("description investment"),
    "stage_opened": _prints("stage awaited"),
    "project_closed": _prints("outcome"),
    "decision_retracted": _prints("gate officer reason"),
    "office_vacant": _prints("organ vacant_on reason projects"),
}
