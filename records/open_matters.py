"""What is under way by the ledger: everything that was opened and never closed, whatever Temporal knows of it."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.base import Value
from models.effects import EntryKind
from records.tables import LedgerRow

# The prefix of the workflow id; a procedure's code is the whole of it.
_OPENED = {
    EntryKind.STAGE_OPENED: "project",
    EntryKind.PROCEDURE_OPENED: "",
    EntryKind.RECTIFICATION_OPENED: "rectification",
}
_CLOSED = {
    EntryKind.PROJECT_CLOSED: "project",
    EntryKind.PROCEDURE_CLOSED: "",
    EntryKind.RECTIFICATION_CLOSED: "rectification",
}


class OpenMatter(Value):
    """A project, procedure or rectification that no entry has ended. `recorded_at` is of the last entry that opened it."""

    workflow_id: str
    project: str
    recorded_at: datetime


def open_matters(engine: Engine) -> list[OpenMatter]:
    """Everything that the ledger opened and did not close, the oldest first. Times in UTC."""
    columns = (LedgerRow.kind, LedgerRow.entry_id, LedgerRow.project, LedgerRow.recorded_at)
    kinds = [kind.value for kind in (*_OPENED, *_CLOSED)]
    query = select(*columns).where(col(LedgerRow.kind).in_(kinds)).order_by(col(LedgerRow.position))
    found: dict[str, OpenMatter] = {}
    with Session(engine) as session:
        for kind, entry_id, project, recorded_at in session.exec(query):
            workflow_id = _address(EntryKind(kind), entry_id, project)
            if kind in _CLOSED:
                found.pop(workflow_id, None)
            else:
                found[workflow_id] = OpenMatter(workflow_id=workflow_id, project=project, recorded_at=recorded_at)
    return list(found.values())


def open_projects(engine: Engine) -> list[str]:
    """The codes of the projects that were filed and have not been closed since, in the order of their filing."""
    kinds = [EntryKind.PROJECT_FILED.value, EntryKind.PROJECT_CLOSED.value]
    query = select(LedgerRow.kind, LedgerRow.project).where(col(LedgerRow.kind).in_(kinds))
    found: dict[str, None] = {}
    with Session(engine) as session:
        for kind, project in session.exec(query.order_by(col(LedgerRow.position))):
            if kind == EntryKind.PROJECT_FILED:
                found[project] = None
            else:
                found.pop(project, None)
    return list(found)


def _address(kind: EntryKind, entry_id: str, project: str) -> str:
    """The workflow id of whatever the entry opened or closed. The key of a procedure's entry ends in its own."""
    prefix = (_OPENED | _CLOSED)[kind]
    if prefix == "project":
        return f"{prefix}:{project}"
    code = entry_id.rpartition("/")[2]
    return f"{prefix}:{code}" if prefix else code
