"""What is under way by the ledger alone."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from models.base import Text
from models.effects import EntryKind, LedgerEntry
from records import ledger
from records.open_matters import open_matters, open_projects


def record(engine: Engine, project: str, kind: EntryKind, key: str) -> None:
    entry = LedgerEntry(
        entry_id=f"{project}/{kind}/{key}",
        project=project,
        at=datetime(2026, 3, 2, tzinfo=UTC),
        kind=kind,
        summary=Text(zh="—", en="—"),
    )
    ledger.append(engine, entry)


def test_what_was_opened_and_not_closed_is_under_way_with_its_address(engine: Engine) -> None:
    record(engine, "P-1", EntryKind.STAGE_OPENED, "Application/1")
    record(engine, "P-1", EntryKind.STAGE_OPENED, "Tender/1")
    record(engine, "P-1", EntryKind.RECTIFICATION_OPENED, "P-1-R1")
    record(engine, "P-1", EntryKind.PROCEDURE_OPENED, "sharing_request:S-1")
    record(engine, "P-2", EntryKind.STAGE_OPENED, "Application/1")
    record(engine, "P-2", EntryKind.PROJECT_CLOSED, "end")
    record(engine, "P-1", EntryKind.RECTIFICATION_OPENED, "P-1-R2")
    record(engine, "P-1", EntryKind.RECTIFICATION_CLOSED, "P-1-R2")
    record(engine, "P-2", EntryKind.PROCEDURE_OPENED, "audit:A-1")
    record(engine, "P-2", EntryKind.PROCEDURE_CLOSED, "audit:A-1")
    found = {matter.workflow_id: matter.project for matter in open_matters(engine)}
    assert found == {"project:P-1": "P-1", "rectification:P-1-R1": "P-1", "sharing_request:S-1": "P-1"}


def test_projects_are_open_from_their_filing_until_they_are_closed(engine: Engine) -> None:
    for project in ("P-2", "P-1", "P-3"):
        record(engine, project, EntryKind.PROJECT_FILED, "filed")
    record(engine, "P-1", EntryKind.STAGE_OPENED, "Application/1")
    record(engine, "P-2", EntryKind.PROJECT_CLOSED, "end")
    record(engine, "P-3", EntryKind.PROCEDURE_CLOSED, "audit:A-1")
    record(engine, "P-4", EntryKind.STAGE_OPENED, "Application/1")
    assert open_projects(engine) == ["P-1", "P-3"]
