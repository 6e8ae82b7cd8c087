"""The watch over the offices: what the ledger and the law say is ahead, put on record and told to the admin once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from activities.offices import RegisteredOffices
from models.base import Text
from models.calendar import CHINA
from models.effects import REGISTER_JOURNAL, EntryKind, LedgerEntry
from models.offices import Vacancy, VacancyGround, VacancyQuestion, WatchOrder, WatchResult
from records import database, ledger, migration, register
from regulations.files import library
from regulations.offices import organs_ahead
from simulation.histories import every_run, replay
from tests.workflows.installation import ROOT, Installation
from workflows import names

LAW = library()
FILED_AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
MEDIA = "jy-media-group"


def tell(engine: Engine, code: str, kind: EntryKind, at: datetime = FILED_AT, **given: Any) -> None:
    usual: dict[str, Any] = {"stage": "Application", "summary": Text(zh="测试", en="test")}
    entry_id = f"{code}/{kind}/{given.pop('key', '')}"
    ledger.append(
        engine, LedgerEntry(**{"entry_id": entry_id, "project": code, "at": at, "kind": kind, **usual, **given})
    )


def file(engine: Engine, code: str, route: str = "standard", regulation: str = "jiangyin") -> None:
    detail = {"regulation": regulation, "route": route, "unit": "jy-cg-info", "department": "jy-cg", "title": code}
    tell(engine, code, EntryKind.PROJECT_FILED, officer="liu.fang", detail=detail)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    migration.upgrade(url := f"sqlite:///{tmp_path}/records.db")
    engine = database.connect(url)
    register.import_register(engine, ROOT / "examples/jiangyin/register.yaml")
    yield engine
    engine.dispose()


def vacant(engine: Engine, at: datetime = FILED_AT) -> dict[str, tuple[Vacancy, ...]]:
    found = RegisteredOffices(LAW, engine).vacant(VacancyQuestion(at=at))
    return {v.organ: tuple(w for w in found if w.organ == v.organ) for v in found}


def test_the_law_says_which_organs_lie_ahead_from_a_stage_on() -> None:
    day = date(2026, 3, 2)
    whole = organs_ahead(LAW["jiangyin"], "standard", None, day)
    assert whole == organs_ahead(LAW["jiangyin"], "standard", "Application", day)
    assert {"jy-data-bureau", "jy-base-committee", "jy-ops-centre"} <= set(whole)
    assert organs_ahead(LAW["jiangyin"], "standard", "PostEvaluation", day) == ("jy-data-bureau", "jy-ops-centre")
    assert organs_ahead(LAW["jiangyin"], "nothing", None, day) == ()


def test_an_office_is_vacant_for_open_projects_that_still_come_to_it(records: Engine) -> None:
    end_posts(records, "jy-base-committee", date(2026, 3, 31))
    for code in ("P-1", "P-2", "P-3"):
        file(records, code)
    assert set(vacant(records)) == {"jy-base-committee"}
    tell(records, "P-2", EntryKind.STAGE_OPENED, stage="Acceptance")
    tell(records, "P-3", EntryKind.PROJECT_CLOSED)
    ((one,),) = vacant(records).values()
    assert (one.vacant_on, one.ground, one.projects) == (date(2026, 4, 1), VacancyGround.NOBODY, ("P-1",))
    assert vacant(records, FILED_AT - timedelta(days=30)) == {}


def test_who_handed_in_or_spoke_for_another_organ_leaves_the_office_empty_and_a_procedure_beside_it_does_not(
    records: Engine,
) -> None:
    file(records, "P-1")
    for number, officer in enumerate(("gu.feng", "zhou.lan")):
        tell(records, "P-1", EntryKind.MATERIALS_SUBMITTED, key=str(number), officer=officer, stage="report")
    assert vacant(records) == {}
    tell(records, "P-1", EntryKind.CHANGE_REPORTED, officer="gu.feng")
    committee = "jy-base-committee"
    tell(records, "P-1", EntryKind.DECISION_COUNTED, officer="he.rui", on_behalf_of="zhou.lan", organ=committee)
    ((one,),) = vacant(records).values()
    assert (one.organ, one.ground, one.projects) == ("jy-ops-centre", VacancyGround.BARRED, ("P-1",))


def end_posts(engine: Engine, organ: str, until: date) -> None:
    with database.writing(engine) as session:
        session.connection().exec_driver_sql(f"UPDATE officer_post SET valid_until = '{until}' WHERE organ = '{organ}'")


async def test_a_vacancy_is_on_record_and_in_the_admin_s_inbox_once_however_often_it_is_seen(
    shared: Installation,
) -> None:
    engine = database.connect(shared.settings.database_url)
    file(engine, "JY-VACANT-1")
    at = datetime.now(UTC) - timedelta(days=1)
    for number, officer in enumerate(("chen.hao", "lin.yue", "xu.ming")):
        tell(engine, "JY-VACANT-1", EntryKind.MATERIALS_SUBMITTED, at, key=str(number), officer=officer)
    results = [await watch(shared, number) for number in (1, 2)]
    tell(engine, "JY-VACANT-1", EntryKind.PROJECT_CLOSED, at)
    engine.dispose()
    key = "jy-data-bureau/2026-03-02/barred"
    assert [result.vacancies for result in results] == [(key,), (key,)]

    (entry,) = shared.ledger(REGISTER_JOURNAL, EntryKind.OFFICE_VACANT)
    assert (entry.organ, entry.detail["projects"]) == ("jy-data-bureau", ["JY-VACANT-1"])
    assert shared.ledger(REGISTER_JOURNAL, EntryKind.NOTICE_FAILED) == []
    async with httpx.AsyncClient(base_url=shared.settings.notification_url) as client:
        inbox = (await client.get("/inbox/admin/admin")).json()
    (letter,) = inbox["messages"] if isinstance(inbox, dict) else inbox
    assert "无人可办预警" in letter["subject"] and "JY-VACANT-1" in letter["body"]


async def watch(shared: Installation, number: int) -> WatchResult:
    """What the watch found; its history must replay."""
    workflow_id = f"{names.OFFICE_WATCH}-{number}"
    result: WatchResult = await shared.client.execute_workflow(
        "OfficeWatch", WatchOrder(), id=workflow_id, task_queue=names.TASK_QUEUE, result_type=WatchResult
    )
    assert await replay(await every_run(shared.client, workflow_id)) == []
    return result
