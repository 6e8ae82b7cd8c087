"""A stage border under load, on the real server: what was answered is on record, once, in whatever stage it came."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from models.effects import EntryKind
from models.messages import ChangeKind, ChangeReport
from models.plan import StageName
from models.project import State
from simulation.histories import replay
from tests.workflows.installation import on_dev_server
from tests.workflows.project import UNIT, Project

UPDATES = 200
AT_ONCE = 8
"""How many updates of one project a client may have under way; the server allows ten in a run."""


@pytest_asyncio.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Project]:
    """A project on the dev server, whose clock is the real one."""
    async with on_dev_server(tmp_path) as built:
        yield Project(built, "JY-2026-9001")


async def test_of_two_hundred_updates_across_two_borders_none_is_lost_or_doubled(busy: Project) -> None:
    await busy.begin()
    review = await busy.open_review("tender_neutral")
    gate = asyncio.Semaphore(AT_ONCE)

    async def report(number: int) -> str:
        change = ChangeReport(reported_by=UNIT, kind=ChangeKind.CONTENT, description=f"第 {number} 项")
        async with gate:
            await busy.say("report_change", change, update_id=f"u{number}")
        return f"u{number}"

    reports = [asyncio.create_task(report(number)) for number in range(UPDATES)]
    await busy.recorded(EntryKind.CHANGE_REPORTED, 20)
    await busy.submit_decision(busy.decision(review.review_id))
    design = await busy.open_review("design_neutral")
    await busy.recorded(EntryKind.CHANGE_REPORTED, 100)
    await busy.submit_decision(busy.decision(design.review_id))
    answered = await asyncio.gather(*reports)
    status = await busy.until(lambda s: s.state is State.UNDER_CONSTRUCTION, "construction")
    assert status.stage is StageName.ACCEPTANCE

    entries = busy.ledger(EntryKind.CHANGE_REPORTED)
    recorded = Counter(entry.entry_id.rpartition("/")[2] for entry in entries)
    assert recorded == Counter(answered)
    assert {entry.stage for entry in entries} >= {StageName.TENDER, StageName.DESIGN}, "both borders were crossed"
    assert await replay(await busy.histories()) == []
