"""Reads the figures in the background, and tells them at `/metrics`, with `/healthz` and `/readyz` beside them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import Engine
from temporalio.client import Client

from records import migration
from records.open_matters import open_matters
from records.pace import Pace
from runtime.health import Health, NotReady
from runtime.pages import Page, served
from starter import probing
from starter.figures import engine as temporal
from starter.figures.exposition import Examination, Figures
from starter.figures.source import Source
from starter.stuck import picture

EXAMINED_SECONDS = 60.0
"""How long there is a rest at least before everything that runs is looked at again."""


def figures_of(client: Client, records: Engine, every: float) -> Figures:
    """The sources, none of them read yet. `every` is the pause between two readings, in seconds."""
    pace = Pace()
    return Figures(
        Source("temporal", partial(temporal.read, client), every),
        Source("records", partial(asyncio.to_thread, _caught_up, pace, records), every),
        Source("examination", partial(_examine, client, records), max(every, EXAMINED_SECONDS)),
    )


@asynccontextmanager
async def exported(figures: Figures, address: str) -> AsyncIterator[None]:
    """Read and tell as long as the block runs. Raises AddressUnusable."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    ProcessCollector(registry=registry)

    async def metrics() -> Page:
        return Page(generate_latest(registry), CONTENT_TYPE_LATEST)

    health = Health({source.name: partial(_answers, source) for source in figures.sources})
    reading = [asyncio.create_task(source.keep_reading()) for source in figures.sources]
    try:
        async with served(address, {"/metrics": metrics, **health.pages}):
            yield
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _answers(source: Source[Any]) -> None:
    if not source.up:
        raise NotReady("was not read" if source.read_at is None else "does not answer")


def _caught_up(pace: Pace, records: Engine) -> Pace:
    migration.require_current(records)
    pace.catch_up(records)
    return pace


async def _examine(client: Client, records: Engine) -> Examination:
    """As `tongchou stuck` does, without asking any workflow for its answer."""
    now = datetime.now(UTC)
    # The ledger first: what is opened meanwhile is found running.
    matters = await asyncio.to_thread(open_matters, records)
    seen, others = await probing.look(client, now, asking=False)
    lost = await probing.lost(client, matters, {one.workflow_id for one in seen}, now)
    found = picture(seen, probing.known_types(), now, [*others, *lost])
    return Counter(broken.trouble for broken in found.broken)
