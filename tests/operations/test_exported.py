"""What running processes export: the figures of an installation, and every metric that a rule names."""

import asyncio
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

from models.plan import StageName
from records import database
from runtime.engine_metrics import engine_metrics
from starter.figures.exporter import exported, figures_of
from starter.figures.source import Source
from starter.ports import LOOPBACK, Ports, settle
from tests.operations.sample_failures import IsAFailure, MeetsAFailure, fail
from tests.workflows.installation import Installation, on_dev_server
from tests.workflows.project import BUREAU, Project
from workflows import names

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60

Told = dict[str, Metric]
Values = dict[tuple[str, ...], float]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with on_dev_server(tmp_path_factory.mktemp("figures")) as built:
        yield built


def free_address() -> str:
    ports, _ = settle(Ports.any_free())
    return f"{LOOPBACK}:{ports.figures}"


async def told_at(address: str) -> Told:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        text = (await client.get(f"http://{address}/metrics")).text
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(told: Told, family: str, suffix: str = "") -> Values:
    """The values of a family by those of its labels, these by their names; none where it is not told."""
    if family not in told:
        return {}
    return {
        tuple(value for _, value in sorted(s.labels.items())): s.value
        for s in told[family].samples
        if s.name == family + suffix
    }


@asynccontextmanager
async def watched(house: Installation, database_url: str | None = None) -> AsyncIterator[str]:
    """The exporter over the installation, as `tongchou metrics` runs it; where it answers."""
    engine, address = database.connect(database_url or house.settings.database_url), free_address()
    try:
        async with exported(figures_of(house.client, engine, every=0.1), address):
            yield address
    finally:
        engine.dispose()


async def as_soon_as(address: str, family: str, value: Values, suffix: str = "") -> Told:
    """What is told once the family has that value."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while value.items() - samples(told := await told_at(address), family, suffix).items():
            await asyncio.sleep(0.1)
    return told


async def test_what_is_open_awaited_and_closed_is_told_by_codes_and_never_by_names(house: Installation) -> None:
    project = Project(house, "JY-2026-0901")
    await project.begin()
    review = await project.open_review("tender_neutral")
    await house.client.execute_workflow("Anchoring", id=names.ANCHORING, task_queue=names.TASK_QUEUE)
    async with watched(house) as address:
        await as_soon_as(address, "tongchou_open_matters", {("project", "jiangyin", "Tender"): 1})
        told = await as_soon_as(address, "tongchou_awaited_matters", {(BUREAU,): 1})
        assert samples(told, "tongchou_overdue_matters") == {("project", "jiangyin", "Tender"): 0}
        told = await as_soon_as(address, "tongchou_pollers", {("workflow",): 1, ("activity",): 1})
        assert samples(told, "tongchou_broken_chains") == {(): 0}
        assert samples(told, "tongchou_last_anchoring_timestamp_seconds")[()] > 1.7e9
        await project.submit_decision(project.decision(review.review_id))
        await project.reached(StageName.DESIGN)
        closed: Values = {("tender_neutral", "Tender"): 1.0}
        told = await as_soon_as(address, "tongchou_gate_duration_seconds", closed, "_count")
        assert samples(told, "tongchou_ledger_entries", "_total")[("decision.counted",)] == 1
        told = await as_soon_as(address, "tongchou_open_matters", {("project", "jiangyin", "Design"): 1})
        assert ("project", "jiangyin", "Tender") not in samples(told, "tongchou_open_matters")
        said = " ".join(value for family in told.values() for s in family.samples for value in s.labels.values())
        assert not re.search("[一-鿿]|chen|@", said)
    await project.terminate(await project.histories())


async def test_a_source_that_is_away_is_told_and_its_old_figures_are_not(house: Installation, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/of-another-release.db"
    other = create_engine(url)
    other.connect().close()
    async with watched(house, url) as address:
        told = await as_soon_as(address, "tongchou_source_up", {("temporal",): 1, ("records",): 0})
        assert "tongchou_open_matters" in told and "tongchou_gate_duration_seconds" not in told
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"http://{address}/readyz")).status_code == 503
            assert (await client.get(f"http://{address}/healthz")).status_code == 200
    other.dispose()


async def test_a_source_that_answers_again_is_up_again() -> None:
    readings: list[int] = []

    async def read() -> int:
        readings.append(7)
        if len(readings) == 1:
            raise OSError("away")
        return 7

    source: Source[int] = Source("records", read, every=1)
    await source.refresh()
    assert (source.up, source.read_at) == (False, None)
    await source.refresh()
    assert source.figures == 7 and source.read_at


async def test_every_metric_that_a_rule_names_is_exported_by_a_running_process(house: Installation) -> None:
    project, catalog = Project(house, "JY-2026-0902"), house.settings.catalog_url.removeprefix("http://")
    await project.begin()
    await told_at(catalog)
    async with watched(house) as figures, a_worker_that_fails(house.client) as engine:
        await as_soon_as(figures, "tongchou_open_matters", {("project", "jiangyin", "Tender"): 1})
        await as_soon_as(figures, "tongchou_source_up", {("temporal",): 1, ("records",): 1, ("examination",): 1})
        told = {**await told_at(figures), **await told_at(engine), **await told_at(catalog)}
    names_told = {sample.name for family in told.values() for sample in family.samples}
    rules = yaml.safe_load((ROOT / "operations/alerts.yaml").read_text("utf-8"))
    named = {
        name
        for group in rules["groups"]
        for rule in group["rules"]
        for name in re.findall(r"\b(?:tongchou|temporal)_\w+", rule["expr"])
    }
    # Told only once there is one: the ledger of this installation may not have been anchored yet.
    assert named - names_told <= {"tongchou_last_anchoring_timestamp_seconds", "tongchou_broken_chains"}
    assert len(named) >= 14
    await project.terminate(await project.histories())


@asynccontextmanager
async def a_worker_that_fails(client: Client) -> AsyncIterator[str]:
    """Where a worker's engine tells what it counts, after an activity and a workflow task of it have failed."""
    address = free_address()
    runtime = Runtime(telemetry=TelemetryConfig(metrics=engine_metrics(address)))
    own = await Client.connect(client.service_client.config.target_host, runtime=runtime)
    with ThreadPoolExecutor(1) as threads:
        workflows = [MeetsAFailure, IsAFailure]
        async with Worker(own, task_queue="q", workflows=workflows, activities=[fail], activity_executor=threads):
            await own.execute_workflow(MeetsAFailure.run, id="meets", task_queue="q")
            broken = await own.start_workflow(IsAFailure.run, id="is", task_queue="q")
            failed = "temporal_workflow_task_execution_failed"
            async with asyncio.timeout(PATIENCE_SECONDS):
                while failed not in await told_at(address):
                    await asyncio.sleep(0.1)
            yield address
            await broken.terminate()
