"""The activity `planning.resolve` on the real library, the real register and a real database."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import ports
from activities.planning import LibraryPlanning
from models.application import ApplicationFile
from models.base import Text
from models.calendar import CHINA
from models.citation import Citation
from models.effects import Filing, Resolution
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from models.plan import StageName
from records import calendars, database, migration, register, sanctions
from regulations.almanac import read_notice
from regulations.files import REGULATIONS_DIR, RegulationError
from starter import intake
from starter.failures import BadInput

EXAMPLES = REGULATIONS_DIR.parent / "examples" / "jiangyin"
DAY = date(2026, 3, 2)
CITATION = Citation(rule="JY-36", instrument="办法", article="第十条")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/records.db"
    migration.upgrade(url)
    engine = database.connect(url)
    register.import_register(engine, EXAMPLES / "register.yaml")
    yield engine
    engine.dispose()


def filing(on: date = DAY, *, clock_shifted: bool = False, **changes: Any) -> Filing:
    written = yaml.safe_load((EXAMPLES / "application.yaml").read_text(encoding="utf-8"))
    application = ApplicationFile.model_validate({**written, **changes}).application()
    return Filing(application=application, filed_on=on, clock_shifted=clock_shifted)


def resolved(engine: Engine, of: Filing, *, simulation: bool = False) -> Resolution:
    return ActivityEnvironment().run(LibraryPlanning(REGULATIONS_DIR, engine, simulation).resolve, of)


def refusal(engine: Engine, of: Filing) -> ApplicationError:
    with pytest.raises(ApplicationError) as refused:
        resolved(engine, of)
    return refused.value


def sanction(at: datetime, lifted_at: datetime | None = None) -> Sanction:
    return Sanction(
        sanction_id="s1",
        kind=SanctionKind.BLOCK_DEPARTMENT,
        project="JY-2025-0009",
        department="jy-cg",
        rule="JY-36",
        citation=CITATION,
        strength=Strength.MANDATORY,
        reason="技术评价退回",
        imposed_at=at,
        ends=SanctionEnd.RECTIFIED,
        lifted_at=lifted_at,
    )


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)


def test_the_port_is_registered_under_its_own_name() -> None:
    methods = (ports.Planning.resolve, LibraryPlanning.resolve)
    assert {activity._Definition.must_from_callable(method).name for method in methods} == {"planning.resolve"}


def test_the_plan_counts_the_officers_of_the_filing_day(engine: Engine) -> None:
    plan = resolved(engine, filing()).plan
    assert plan.regulation == "jiangyin"
    assert {organ.id: organ.officers for organ in plan.organs}["jy-data-bureau"] == 3
    assert plan.stage(StageName.TECHNICAL_COORDINATION).gates[0].quorum.seats == 5


def test_a_second_call_gives_the_same_answer(engine: Engine) -> None:
    assert resolved(engine, filing()) == resolved(engine, filing())


def test_before_the_committee_has_members_nothing_is_admitted(engine: Engine) -> None:
    error = refusal(engine, filing(date(2023, 12, 29)))
    assert (error.type, error.non_retryable) == ("NotAdmitted", True)
    assert [reason["en"].split(" (")[0] for reason in error.details] == [
        "organs: the organ Technical Committee of the Digital Base has no officer on this day"
    ]
    assert "数字底座技术委员会在申报日没有在任经办人" in error.message


def test_an_unknown_regulation_is_refused_with_the_ones_that_there_are(engine: Engine) -> None:
    error = refusal(engine, filing(regulation="atlantis"))
    assert error.type == "NotAdmitted"
    assert "jiangyin" in error.details[0]["en"] and "atlantis" in error.details[0]["en"]


def test_every_reason_travels_with_the_refusal(engine: Engine) -> None:
    feature = {"kind": "tower", "name": "塔台", "approach": "reuse"}
    error = refusal(engine, filing(features=[feature], forms={"wish": {"a": 1}}))
    assert [reason["en"].split(":")[0] for reason in error.details] == ["features.0.kind", "forms"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"prepared_by": "chen.hao"}, "prepared_by: officer chen.hao holds no post in jy-cg-info (got 'chen.hao')"),
        ({"prepared_by": "nobody"}, "prepared_by: the register knows no officer nobody (got 'nobody')"),
        (
            {"department": {"code": "jy-jt", "name": "市交通局"}},
            "unit.code: must belong to 'jy-jt'; the register has 'jy-cg' (got 'jy-cg-info')",
        ),
        (
            {"department": {"code": "jy-nn", "name": "无"}},
            "department.code: must be a department of the register (got 'jy-nn')",
        ),
    ],
)
def test_whoever_starts_a_project_is_held_to_the_register_as_the_command_is(
    engine: Engine, changes: dict[str, Any], reason: str
) -> None:
    """Another department would escape what stands against one's own; another officer could not decide any more."""
    asked = filing(**changes)
    error = refusal(engine, asked)
    assert (error.type, error.non_retryable) == ("NotAdmitted", True)
    assert reason in [told["en"] for told in error.details]
    with pytest.raises(BadInput) as told_by_command:
        intake.planned(asked.application, engine, noon(DAY))
    assert [Text.model_validate(told) for told in error.details] == list(told_by_command.value.details)


def test_a_project_that_was_admitted_finds_new_law_when_whoever_prepared_it_has_left(engine: Engine) -> None:
    left = filing(prepared_by="nobody")
    assert refusal(engine, left).type == "NotAdmitted"
    assert resolved(engine, left.model_copy(update={"admitted": True})).plan.filed_on == DAY


def test_a_shifted_clock_is_refused_outside_simulation(engine: Engine) -> None:
    error = refusal(engine, filing(clock_shifted=True))
    assert (error.type, error.non_retryable) == ("ClockShiftRefused", True)
    assert resolved(engine, filing(clock_shifted=True), simulation=True).plan.filed_on == DAY


def test_the_calendar_reaches_from_the_year_before_to_ten_years_after(engine: Engine) -> None:
    years = [year.year for year in resolved(engine, filing()).calendar.years]
    assert years == list(range(2025, 2037))


def test_a_notice_on_record_is_in_the_calendar(engine: Engine) -> None:
    before = {year.year: year.published for year in resolved(engine, filing()).calendar.years}
    calendars.publish_notice(engine, read_notice(EXAMPLES.parent / "calendar-2027.yaml"), noon(DAY))
    after = {year.year: year.published for year in resolved(engine, filing()).calendar.years}
    assert (before[2027], after[2027]) == (False, True)


def test_what_stands_against_the_department_comes_with_the_plan(engine: Engine) -> None:
    sanctions.impose(engine, sanction(noon(DAY)))
    assert [s.sanction_id for s in resolved(engine, filing()).standing] == ["s1"]
    assert resolved(engine, filing(date(2026, 2, 27))).standing == ()
    sanctions.lift(engine, sanction(noon(DAY), lifted_at=noon(date(2026, 3, 9))))
    assert [s.sanction_id for s in resolved(engine, filing(date(2026, 3, 6))).standing] == ["s1"]
    assert resolved(engine, filing(date(2026, 3, 9))).standing == ()


def test_a_worker_does_not_start_on_a_faulty_library(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("id: broken\n", encoding="utf-8")
    with pytest.raises(RegulationError, match=r"broken\.yaml"):
        LibraryPlanning(tmp_path, engine, simulation=False)
