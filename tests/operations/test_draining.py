"""SIGTERM while something is under way: it is finished, nothing new begins, and the process ends with 0; its spans are sent."""

import asyncio
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from temporalio.api.enums.v1 import EventType, PendingActivityState

from models.effects import EntryKind
from starter import child
from starter.child import Child
from starter.folder import Folder
from starter.parts import ROOT, service, worker
from starter.ports import LOOPBACK, Ports, settle
from starter.supervisor import Part
from tests.workflows.installation import Installation, on_dev_server
from tests.workflows.project import Project

PATIENCE_SECONDS = 120


@asynccontextmanager
async def running(part: Part, folder: Folder) -> AsyncIterator[Child]:
    folder.logs.mkdir(parents=True, exist_ok=True)
    process = await child.start(part.program, folder.logs)
    try:
        await process.until(part.ready, PATIENCE_SECONDS)
        yield process
    finally:
        await process.stop(10)


async def soon(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.05)


async def ended(process: Child) -> int:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await process.process.wait()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody can write meanwhile, as when another process holds on to the database."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    """Takes spans by OTLP over HTTP: its address, and the names of the spans that it got."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            got.extend(s.name for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}", got
    finally:
        server.shutdown()
        server.server_close()


# ---------------------------------------------------------------- a service


async def test_a_request_under_way_is_answered_after_sigterm(tmp_path: Path) -> None:
    folder, (ports, _) = Folder(tmp_path), settle(Ports.any_free())
    url, database = f"http://{LOOPBACK}:{ports.catalog}", tmp_path / "catalog.db"
    environment = {"PYTHONPATH": str(ROOT), "TONGCHOU_CATALOG_DATABASE_URL": f"sqlite:///{database}"}
    with collector() as (endpoint, got):
        token = await token_of(folder, environment)
        part = service("catalog", url, {**environment, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint})
        async with (
            running(part, folder) as process,
            httpx.AsyncClient(base_url=url, headers=token, trust_env=False, timeout=60) as client,
        ):
            with locked(database):
                item = {"category": "图层", "name": "底图", "owner": "数据局"}
                asking = asyncio.create_task(client.post("/items", json=item))
                await soon(lambda: _in_hand(client))
                process.process.send_signal(signal.SIGTERM)
                await soon(lambda: _logged(process, "Waiting for connections to close"))
                assert not asking.done()
            assert (await asking).status_code == 201
            assert await ended(process) == 0
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM item").fetchone() == (1,)
    assert {"POST /items", "INSERT"} <= set(got)
    assert "GET /readyz" not in got


async def token_of(folder: Folder, environment: dict[str, str]) -> dict[str, str]:
    file = folder.root / "operator.token"
    scopes = ("--scope", "catalog:maintain", "--scope", "metrics:read")
    command = ["-m", "services.catalog", "token", "create", "--name", "operator", *scopes, "--output", str(file)]
    made = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env={**os.environ, **environment})
    assert await made.wait() == 0
    return {"Authorization": f"Bearer {file.read_text().strip()}"}


async def _in_hand(client: httpx.AsyncClient) -> bool:
    """Whether the service is answering another request beside this one."""
    return 'requests_in_progress{service="catalog"} 2.0' in (await client.get("/metrics")).text


async def _logged(process: Child, event: str) -> bool:
    return event in process.log.read_text("utf-8")


# ---------------------------------------------------------------- a worker


async def test_an_activity_under_way_is_finished_after_sigterm_and_not_tried_again(tmp_path: Path) -> None:
    folder, (ports, _) = Folder(tmp_path), settle(Ports.any_free())
    health = f"http://{LOOPBACK}:{ports.worker_health}"
    async with on_dev_server(tmp_path, worker=False) as house, httpx.AsyncClient(trust_env=False, timeout=30) as client:
        project = Project(house, "JY-2026-0921")
        with collector() as (endpoint, got):
            part = worker({**environment_of(house), "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, health)
            async with running(part, folder) as process:
                with locked(tmp_path / "tongchou.db"):
                    await project.begin()
                    await soon(lambda: _recording(project))
                    process.process.send_signal(signal.SIGTERM)
                    await soon(lambda: _draining(client, health))
                    assert (await client.get(f"{health}/healthz")).status_code == 200
                assert await ended(process) == 0
        assert len(project.ledger(EntryKind.STAGE_OPENED)) == 1
        assert await attempts(project) == [1]
        assert "RunActivity:ledger.append" in got
        await project.project.terminate()


def environment_of(house: Installation) -> dict[str, str]:
    settings = house.settings
    return {
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": house.client.service_client.config.target_host,
        "TONGCHOU_DATA_DIR": str(settings.data_dir),
        "TONGCHOU_DATABASE_URL": settings.database_url,
        "TONGCHOU_CATALOG_URL": settings.catalog_url,
        "TONGCHOU_NOTIFICATION_URL": settings.notification_url,
        "TONGCHOU_SIGNATURES": settings.signatures.value,
        "TONGCHOU_SIMULATION": "true",
    }


async def _recording(project: Project) -> bool:
    """Whether the worker is at the activity."""
    pending = (await project.project.describe()).raw_description.pending_activities
    return any(one.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED for one in pending)


async def _draining(client: httpx.AsyncClient, health: str) -> bool:
    answer = await client.get(f"{health}/readyz")
    return answer.status_code == 503 and answer.json()["status"] == "draining"


async def attempts(project: Project) -> list[int]:
    """In which attempt each activity of the project was done that was done."""
    events = (await project.project.fetch_history()).events
    begun = {e.event_id: e.activity_task_started_event_attributes.attempt for e in events}
    return [
        begun[event.activity_task_completed_event_attributes.started_event_id]
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    ]
