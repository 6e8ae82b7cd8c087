"""One project through all six stages, with a return, a rectification and everything that follows, on real parts."""

import hashlib
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import httpx
import pytest_asyncio
import yaml

from models.application import Application, ApplicationFile, Material
from models.calendar import CHINA
from models.messages import EventReport, RectificationResponse, Submission
from models.project import ProjectOutcome
from models.review import Verdict
from records import database, ledger, register
from simulation.environment import Environment, environment
from simulation.office import Office

ROOT = Path(__file__).parents[2]
COMMITTEE = ("zhou.lan", "shen.jing", "ma.chao")


def application(name: str) -> Application:
    text = (ROOT / "examples/jiangyin" / name).read_text("utf-8")
    return ApplicationFile.model_validate(yaml.safe_load(text)).application()


def material(kind: str) -> Material:
    return Material(kind=kind, name=f"{kind}.pdf", sha256=hashlib.sha256(kind.encode()).hexdigest(), size=100)


async def seed(installation: Environment, *files: str) -> None:
    async with httpx.AsyncClient(base_url=installation.settings.catalog_url) as catalog:
        for file in files:
            answer = await catalog.post("/seed", json=yaml.safe_load((ROOT / file).read_text("utf-8")))
            answer.raise_for_status()


@pytest_asyncio.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Environment]:
    url = f"sqlite:///{tmp_path}/tongchou.db"
    database.upgrade(url)
    register.import_register(database.connect(url), ROOT / "examples/register.yaml")
    async with environment(tmp_path) as built:
        yield built


async def test_a_project_passes_all_six_stages(installation: Environment) -> None:
    await seed(installation, "services/catalog/seeds/jiangyin.yaml", "examples/jiangyin/catalog.yaml")
    await installation.set_date(datetime(2026, 3, 2, 9, tzinfo=CHINA))
    office = Office(installation, "JY-2026-0001")
    await office.file(application("application.yaml"), (material("project_plan"),))
    await office.decide("admission", "jy-data-bureau", "chen.hao")
    await office.decide("forwarding", "jy-data-bureau", "lin.yue")
    review = await office.open_review("committee")
    print([f.key for f in review.findings])
    for member in COMMITTEE:
        await office.decide("committee", "jy-base-committee", member, Verdict.RETURN)
    await office.until(lambda s: s.round == 2 and s.state == "awaiting_materials", "round 2")
    await office.say("submit", Submission(submitted_by="liu.fang", application=application("corrected.yaml")))
    review = await office.open_review("committee")
    print([f.key for f in review.findings])
    for member in COMMITTEE:
        await office.decide("committee", "jy-base-committee", member)
    await office.decide("opinion", "jy-ops-centre", "gu.feng")
    await office.decide("decision", "jy-data-bureau", "xu.ming")
    await office.until(lambda s: s.stage == "Tender", "tender")
    await office.say("submit", Submission(submitted_by="liu.fang", materials=(material("tender_result"),)))
    await office.decide("tender_neutral", "jy-data-bureau", "chen.hao")
    await office.until(lambda s: s.stage == "Design", "design")
    await office.say("submit", Submission(submitted_by="liu.fang", materials=(material("design_document"),)))
    await office.decide("design_neutral", "jy-data-bureau", "chen.hao")
    await office.until(lambda s: s.awaited_event == "construction_completed", "construction")
    await office.report(
        EventReport(
            event_id="c1", event="construction_completed", occurred_on=date(2026, 12, 1), reported_by="liu.fang"
        )
    )
    await office.until(lambda s: s.state == "awaiting_materials", "acceptance materials")
    await office.say("submit", Submission(submitted_by="liu.fang", materials=(material("acceptance_report"),)))
    review = await office.open_review("evaluation")
    print([f.key for f in review.findings])
    await office.decide("evaluation", "jy-ops-centre", "gu.feng", Verdict.RETURN)
    await office.until(lambda s: s.state == "rectifying", "rectifying")
    print(await office.status())
    rect = "rectification:JY-2026-0001-R1"
    await office.say(
        "respond",
        RectificationResponse(
            submitted_by="liu.fang", statement="已整改", materials=(material("rectification_evidence"),)
        ),
        rect,
    )
    await office.decide("verification", "jy-ops-centre", "gu.feng", workflow_id=rect)
    status = await office.until(lambda s: s.gate == "evaluation" and s.review is not None, "evaluation again")
    print(status.findings)
    engine = database.connect(installation.settings.database_url)
    for entry in ledger.entries(engine, "JY-2026-0001"):
        print(entry)
    assert status.outcome is None or status.outcome is ProjectOutcome.COMPLETED
