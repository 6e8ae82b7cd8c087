"""The worker: settings → clients → activities → Worker. The only place where the parts of the product meet."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import ValidationError
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.worker import Worker

import regulations
from activities.anchors import FileAnchors
from activities.catalog import HttpCatalog
from activities.dossiers import FileDossiers
from activities.histories import FileHistories
from activities.ledger import SqlLedger
from activities.notices import HttpNotices
from activities.offices import RegisteredOffices
from activities.planning import LibraryPlanning
from activities.procedures import TemporalProcedures
from activities.registry import SqlRegistry
from activities.rounds import LawfulRounds
from models.base import faults
from records import database, migration
from regulations.files import RegulationError
from runtime.connect import TemporalUnreachable, connect
from runtime.deployment import deployment
from runtime.health import Health
from runtime.logging import LogContext, configure
from runtime.pages import AddressUnusable, served
from runtime.payloads.keyring import KeyRingError
from runtime.polling import require_polling
from runtime.read_ahead import forget_what_reads_ahead
from runtime.sandbox import workflow_runner
from runtime.settings import Settings
from runtime.shutdown import run, stop_requested
from runtime.tokens import TokenFileError, authorization
from runtime.tracing import TracingUnavailable
from workflows.interceptors import OneArgument, Turnstile
from workflows.names import TASK_QUEUE
from workflows.types import WORKFLOWS

log = structlog.get_logger()

ACTIVITY_THREADS = 16
DRAIN = timedelta(seconds=20)
"""How long running activities may take to finish after SIGTERM; shorter than what an orchestrator grants."""

Activities = Sequence[Callable[..., Any]]


@asynccontextmanager
async def build_worker(
    client: Client,
    settings: Settings,
    *,
    cached: int = 1000,
    regulations_dir: Path | None = None,
) -> AsyncIterator[Worker]:
    """A worker that is ready to run, with everything that its activities reach, closed behind it.

    Brings the database to the newest revision first. `cached` is how many workflows are kept in memory between tasks,
    `regulations_dir` the folder of the law (None: the product's own). Raises TokenFileError where a token cannot be read.
    """
    catalog_token = authorization(settings.catalog_token_file)
    notice_token = authorization(settings.notification_token_file)
    regulations_dir = regulations_dir or Path(regulations.__path__[0])
    migration.upgrade(settings.database_url)
    engine = database.connect(settings.database_url, ledger_digest=settings.ledger_digest)
    with ExitStack() as at_the_end:
        at_the_end.callback(engine.dispose)
        threads = at_the_end.enter_context(ThreadPoolExecutor(ACTIVITY_THREADS))
        async with (
            httpx.AsyncClient(base_url=settings.catalog_url, headers=catalog_token, timeout=20) as catalog,
            httpx.AsyncClient(base_url=settings.notification_url, headers=notice_token, timeout=10) as notification,
        ):
            planning = LibraryPlanning(regulations_dir, engine, settings.simulation, settings.signatures)
            built = Worker(
                client,
                task_queue=TASK_QUEUE,
                workflows=WORKFLOWS,
                activities=[
                    *_activities_on_records(engine, settings, planning),
                    *_activities_on_services(catalog, notification),
                    *_activities_on_temporal(client, engine, notification, settings),
                ],
                activity_executor=threads,
                workflow_runner=workflow_runner(),
                interceptors=[LogContext(), Turnstile(), OneArgument()],
                max_cached_workflows=cached,
                graceful_shutdown_timeout=DRAIN,
                deployment_config=deployment(settings.build_id),
            )
            # The time-skipping server loses an update to a run that was forgotten; a real one sends it again.
            yield built if settings.simulation else forget_what_reads_ahead(built)


def _activities_on_records(engine: Engine, settings: Settings, planning: LibraryPlanning) -> Activities:
    registry, recorded = SqlRegistry(engine, settings.signatures, simulation=settings.simulation), SqlLedger(engine)
    return [
        planning.resolve,
        planning.resolve_procedure,
        LawfulRounds(planning.laws, engine).owed,
        RegisteredOffices(planning.regulations, engine).vacant,
        recorded.append,
        recorded.shows,
        FileAnchors(engine, settings.anchors_file).anchor,
        registry.authority,
        registry.impose,
        registry.lift,
        registry.enter,
    ]


def _activities_on_services(catalog: httpx.AsyncClient, notification: httpx.AsyncClient) -> Activities:
    catalogue = HttpCatalog(catalog)
    return [
        catalogue.facts,
        catalogue.change,
        catalogue.entry,
        catalogue.rates,
        HttpNotices(notification).send,
    ]


def _activities_on_temporal(
    client: Client, engine: Engine, notification: httpx.AsyncClient, settings: Settings
) -> Activities:
    procedures = TemporalProcedures(client, archives=not settings.simulation)
    return [
        procedures.open_rectification,
        procedures.open_dossier,
        procedures.open,
        FileHistories(client, settings.histories_dir).export,
        FileDossiers(client, engine, notification, settings).compile,
    ]


def _health(client: Client, settings: Settings) -> Health:
    engine = database.connect(settings.database_url)
    return Health(
        {
            "records": partial(asyncio.to_thread, migration.require_current, engine),
            "temporal": partial(require_polling, client, TASK_QUEUE),
        }
    )


async def work(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then finish what is being done. Raises what `UNUSABLE` lists."""
    configure("worker", settings.log_level, metrics_address=settings.metrics_address)
    client = await connect()
    async with build_worker(client, settings) as worker:
        health = _health(client, settings)
        # The page outlives the worker, so that whoever asks hears that it drains.
        async with served(settings.health_address, health.pages), worker:
            log.info("worker.started", task_queue=TASK_QUEUE, namespace=client.namespace)
            await stop_requested()
            health.draining = True
            log.info("worker.draining", seconds=DRAIN.total_seconds())
    log.info("worker.stopped")


UNUSABLE = (AddressUnusable, KeyRingError, RegulationError, TemporalUnreachable, TokenFileError, TracingUnavailable)
"""What is wrong with an installation and not with the worker: its message says what to mend, and a traceback would hide it."""


def main() -> None:
    """Work as the environment says. A worker that cannot begin tells why, on stderr, and ends with 1."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit("\n".join(f"worker: {fault}" for fault in faults(error)))
    try:
        run(work(settings))
    except UNUSABLE as error:
        sys.exit(f"worker: {error}")


if __name__ == "__main__":
    main()
