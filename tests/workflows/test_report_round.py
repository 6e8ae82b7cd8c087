"""A round of what is owed: who owes it, with which application, and that nothing is started twice; and periods."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from temporalio.client import WorkflowFailureError
from temporalio.testing import ActivityEnvironment

from activities.rounds import LawfulRounds
from models.base import Text
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.rounds import OwedRound, RoundOrder, RoundQuestion, RoundResult
from records import database, ledger, register
from regulations.procedure_files import load_laws
from regulations.procedure_plan import resolve_procedure
from regulations.procedure_schema import PeriodKind
from regulations.schedules import derived_code, period_of, schedules_of
from simulation.histories import every_run, replay
from tests.workflows.installation import ROOT, Installation
from workflows import names

LAWS = load_laws()
ORDER = RoundOrder(regulation="jiangyin", schedule="department_assessment")


@pytest.fixture
def records(shared: Installation) -> Engine:
    return database.connect(shared.settings.database_url)


def owed(records: Engine, order: RoundOrder, day: date) -> OwedRound:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)
    answer: OwedRound = ActivityEnvironment().run(
        LawfulRounds(LAWS, records).owed, RoundQuestion(order=order, scheduled_at=at)
    )
    return answer


# ---------------------------------------------------------------- the round


async def test_a_round_starts_a_procedure_for_every_department_and_a_second_one_starts_none(
    shared: Installation, records: Engine
) -> None:
    first = await run_round(shared, "1")
    year = datetime.now(CHINA).year - 1
    assert first.period == str(year)
    departments = [d.id for d in register.organs(records) if d.kind == "department"]
    assert first.opened == tuple(f"department_assessment:{code}-{year}" for code in departments)
    assert departments, "the example has departments"

    second = await run_round(shared, "2")
    assert (second.opened, set(second.known)) == ((), set(first.opened))
    for address in first.opened:
        await shared.client.get_workflow_handle(address).terminate()


async def test_what_the_ledger_knows_is_not_started_again_when_the_server_has_forgotten_it(records: Engine) -> None:
    order, day = ORDER, date(2020, 1, 1)
    before = owed(records, order.model_copy(update={"regulation": "jiangyin"}), date(2025, 1, 1))
    code = before.files[0].code
    address = names.procedure_id("department_assessment", code)
    entry = LedgerEntry(
        entry_id=f"{code}/{EntryKind.PROCEDURE_OPENED}/{address}",
        project=code,
        at=datetime(2025, 1, 2, tzinfo=CHINA),
        kind=EntryKind.PROCEDURE_OPENED,
        summary=Text(zh="测试", en="test"),
    )
    ledger.append(records, entry)
    after = owed(records, order, date(2025, 1, 1))
    assert after.on_record == (address,)
    assert [file.code for file in after.files] == [file.code for file in before.files[1:]]
    assert owed(records, order, day) == OwedRound(), "the regulation was not in force"


async def test_a_round_of_nothing_that_the_law_has_ends_with_nothing(shared: Installation) -> None:
    unknown = RoundOrder(regulation="jiangyin", schedule="nothing")
    assert await run_round(shared, "3", unknown) == RoundResult()
    with pytest.raises(WorkflowFailureError):
        await run_round(shared, "4", RoundOrder(regulation="nowhere", schedule="nothing"))


async def run_round(shared: Installation, number: str, order: RoundOrder = ORDER) -> RoundResult:
    """The round's result; its history must replay."""
    workflow_id = f"{names.round_id(names.schedule_id(order.regulation, order.schedule))}-{number}"
    result: RoundResult = await shared.client.execute_workflow(
        "ReportRound", order, id=workflow_id, task_queue=names.TASK_QUEUE, result_type=RoundResult
    )
    assert await replay(await every_run(shared.client, workflow_id)) == []
    return result


# ---------------------------------------------------------------- every schedule of the law


@pytest.mark.parametrize("regulation", [name for name, law in LAWS.items() if law.regulation.is_for_filing])
def test_every_schedule_begins_a_procedure_that_is_admitted(
    regulation: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its form asks for nothing that a round cannot fill in, and its organs exist."""
    from records import migration

    url = f"sqlite:///{tmp_path_factory.mktemp('records')}/tongchou.db"
    migration.upgrade(url)
    engine = database.connect(url)
    register.import_register(engine, ROOT / "examples" / regulation / "register.yaml")
    day = date(2026, 7, 1)
    for schedule_id, due in schedules_of(LAWS, regulation, day).items():
        answer = owed(engine, RoundOrder(regulation=regulation, schedule=schedule_id), day)
        assert answer.files or due.source.owed_by == "projects", schedule_id
        for file in answer.files:
            _, procedure = resolve_procedure(LAWS, file.application, day, lambda organ: 2)
            assert procedure.runs is answer.runs
    engine.dispose()


def test_the_province_s_report_takes_the_place_of_the_nation_s_and_nobody_else_borrows_its_meeting() -> None:
    by_law = {
        name: {key: due.law.regulation.id for key, due in schedules_of(LAWS, name, date(2026, 1, 1)).items()}
        for name in ("national", "jiangxi", "jiujiang")
    }
    assert by_law["national"]["annual_sharing_report"] == "national-sharing"
    assert by_law["jiangxi"]["annual_sharing_report"] == by_law["jiujiang"]["annual_sharing_report"] == "jiangxi"
    assert "monthly_meeting" in by_law["jiangxi"]
    assert "monthly_meeting" not in by_law["jiujiang"]


# ---------------------------------------------------------------- periods and codes


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        (PeriodKind.HALF_BEFORE, date(2026, 7, 1), ("2026H1", date(2026, 1, 1), date(2026, 6, 30))),
        (PeriodKind.HALF_BEFORE, date(2026, 1, 1), ("2025H2", date(2025, 7, 1), date(2025, 12, 31))),
        (PeriodKind.MONTH_BEFORE, date(2024, 3, 1), ("2024-02", date(2024, 2, 1), date(2024, 2, 29))),
        (PeriodKind.MONTH_BEFORE, date(2026, 1, 1), ("2025-12", date(2025, 12, 1), date(2025, 12, 31))),
        (PeriodKind.THIS_MONTH, date(2026, 2, 1), ("2026-02", date(2026, 2, 1), date(2026, 2, 28))),
        (PeriodKind.YEAR_BEFORE, date(2026, 1, 1), ("2025", date(2025, 1, 1), date(2025, 12, 31))),
        (PeriodKind.THIS_YEAR, date(2026, 10, 1), ("2026", date(2026, 1, 1), date(2026, 12, 31))),
        (PeriodKind.YEAR_AHEAD, date(2026, 9, 1), ("2027", date(2027, 1, 1), date(2027, 12, 31))),
    ],
)
def test_the_period_is_counted_from_the_day_on_which_the_round_begins(
    kind: PeriodKind, day: date, expected: tuple[str, date, date]
) -> None:
    period = period_of(kind, day)
    assert (period.id, period.first, period.last) == expected


def test_a_code_that_would_be_too_long_is_cut_and_still_tells_two_debtors_apart() -> None:
    assert derived_code("jx-sl", "2025") == "jx-sl-2025"
    one, other = derived_code("x" * 64, "2026H1"), derived_code("x" * 63 + "y", "2026H1")
    assert len(one) == len(other) == 64
    assert one != other
    assert one.endswith("-2026H1")
