"""The activity `planning.resolve_procedure`: which years the calendar of a procedure has."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.planning import LibraryPlanning
from models.procedure import ProcedureApplicationFile, ProcedureFiling, ProcedureResolution
from records import database, migration, register
from regulations.files import REGULATIONS_DIR

EXAMPLES = REGULATIONS_DIR.parent / "examples"


def resolved(
    tmp_path: Path, regulation: str, procedure: str, form: dict[str, str], *, owed: bool = False, **changes: str
) -> ProcedureResolution:
    """The law under which the example, changed so, is admitted."""
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    register.import_register(engine, EXAMPLES / regulation / "register.yaml")
    written = yaml.safe_load((EXAMPLES / "procedures" / regulation / f"{procedure}.yaml").read_text(encoding="utf-8"))
    application = ProcedureApplicationFile.model_validate(
        {**written, **changes, "form": {**written["form"], **form}}
    ).application()
    filing = ProcedureFiling(application=application, filed_on=date(2026, 3, 2), owed=owed)
    try:
        return ActivityEnvironment().run(LibraryPlanning(REGULATIONS_DIR, engine, False).resolve_procedure, filing)
    finally:
        engine.dispose()


def years_of_calendar(tmp_path: Path, regulation: str, procedure: str, **answers: str) -> list[int]:
    """The years of the calendar with which the example, its form changed so, is admitted."""
    return [year.year for year in resolved(tmp_path, regulation, procedure, answers).calendar.years]


def test_whoever_starts_a_procedure_is_held_to_the_register_as_the_command_is(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError) as refused:
        resolved(tmp_path, "jiangxi", "system_cleanup", {}, prepared_by="nobody")
    assert (refused.value.type, refused.value.non_retryable) == ("NotAdmitted", True)
    assert [reason["en"] for reason in refused.value.details] == [
        "prepared_by: the register knows no officer nobody (got 'nobody')"
    ]


def test_what_a_schedule_opens_was_prepared_by_no_officer(tmp_path: Path) -> None:
    found = resolved(tmp_path, "jiangxi", "system_cleanup", {}, owed=True, prepared_by="yearly_report")
    assert found.procedure.id == "system_cleanup"


def test_the_calendar_reaches_back_to_a_day_that_the_form_offers_although_the_answer_is_still_wrong(
    tmp_path: Path,
) -> None:
    assert years_of_calendar(tmp_path, "xiangcheng", "room_closure", in_force_on="2026-01-01")[0] == 2018


@pytest.mark.parametrize(("shut_by", "first"), [("2023-05-04", 2023), ("2026-05-04", 2025), ("1899-05-04", 2025)])
def test_the_calendar_reaches_back_to_a_past_day_that_the_applicant_names_within_reason(
    tmp_path: Path, shut_by: str, first: int
) -> None:
    assert years_of_calendar(tmp_path, "jiangxi", "system_cleanup", shut_by=shut_by)[0] == first
