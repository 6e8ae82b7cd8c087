"""The worker: settings → clients → activities → Worker. The only place where the parts of the product meet."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from temporalio.client import Client
from temporalio.worker import Worker

import regulations
from activities.catalog import HttpCatalog
from activities.histories import FileHistories
from activities.ledger import SqlLedger
from activities.notices import HttpNotices
from activities.planning import LibraryPlanning
from activities.procedures import TemporalProcedures
from activities.registry import SqlRegistry
from activities.rounds import LawfulRounds
from records import database, migration
from runtime.connect import connect
from runtime.logging import LogContext, configure
from runtime.sandbox import workflow_runner
from runtime.settings import Settings
from runtime.shutdown import run, stop_requested
from workflows.interceptors import OneArgument
from workflows.names import TASK_QUEUE
from workflows.types import WORKFLOWS

log = structlog.get_logger()

ACTIVITY_THREADS = 16
DRAIN = timedelta(seconds=20)
"""How long running activities may take to finish after SIGTERM; shorter than what an orchestrator grants."""


@asynccontextmanager
async def build_worker(
    client: Client, settings: Settings, *, cached: int = 1000, regulations_dir: Path | None = None
) -> AsyncIterator[Worker]:
    """A worker that is ready to run, with everything that its activities reach, closed behind it.

    Brings the database to the newest revision first. `cached` is how many workflows are kept in memory between tasks,
    `regulations_dir` the folder of the law (None: the product's own).
    """
    regulations_dir = regulations_dir or Path(regulations.__path__[0])
    migration.upgrade(settings.database_url)
    engine = database.connect(settings.database_url)
    with ThreadPoolExecutor(ACTIVITY_THREADS) as threads:
        async with (
            httpx.AsyncClient(base_url=settings.catalog_url, timeout=20) as catalog,
            httpx.AsyncClient(base_url=settings.notification_url, timeout=10) as notification,
        ):
            planning = LibraryPlanning(regulations_dir, engine, settings.simulation, settings.signatures)
            ledger, registry, catalogue = SqlLedger(engine), SqlRegistry(engine), HttpCatalog(catalog)
            procedures, histories = TemporalProcedures(client), FileHistories(client, settings.histories_dir)
            yield Worker(
                client,
                task_queue=TASK_QUEUE,
                workflows=WORKFLOWS,
                activities=[
                    planning.resolve,
                    planning.resolve_procedure,
                    ledger.append,
                    registry.authority,
                    registry.impose,
                    registry.lift,
                    registry.enter,
                    catalogue.facts,
                    catalogue.change,
                    catalogue.entry,
                    catalogue.rates,
                    HttpNotices(notification).send,
                    procedures.open_rectification,
                    procedures.open,
                    LawfulRounds(planning.laws, engine).owed,
                    histories.export,
                ],
                activity_executor=threads,
                workflow_runner=workflow_runner(),
                interceptors=[LogContext(), OneArgument()],
                max_cached_workflows=cached,
                graceful_shutdown_timeout=DRAIN,
            )
    engine.dispose()


async def main() -> None:
    """Run until SIGTERM or SIGINT, then finish what is being done."""
    settings = Settings()
    configure("worker", settings.log_level)
    client = await connect()
    async with build_worker(client, settings) as worker, worker:
        log.info("worker.started", task_queue=TASK_QUEUE, namespace=client.namespace)
        await stop_requested()
        log.info("worker.draining", seconds=DRAIN.total_seconds())
    log.info("worker.stopped")


if __name__ == "__main__":
    run(main())
