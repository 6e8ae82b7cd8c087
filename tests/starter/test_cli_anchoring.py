"""The ledger of a running installation: anchored by its schedule, and verified against Temporal itself."""

import asyncio
import time
from pathlib import Path

import pytest
from temporalio.client import Client, Schedule, ScheduleOverlapPolicy, WorkflowHistory
from temporalio.worker import Replayer

from runtime.connect import data_converter
from starter import upkeep
from starter.schedules import shape
from tests.starter.tongchou import Tongchou
from workflows import names
from workflows.upkeep.anchoring import Anchoring

QUERY = "WorkflowType = 'Anchoring' AND ExecutionStatus = 'Completed'"


async def anchored(installation: Tongchou) -> list[WorkflowHistory]:
    """What the schedule starts, begun now and ended; the histories of all anchorings."""
    assert installation.endpoints
    client = await Client.connect(installation.endpoints.temporal, data_converter=data_converter())
    before = await client.count_workflows(QUERY)
    schedule = client.get_schedule_handle(names.ANCHORING)
    assert shape((await schedule.describe()).schedule) == shape(upkeep.anchoring()), "`tongchou up` has put it there"
    await schedule.trigger()
    deadline = time.monotonic() + 60
    while (await client.count_workflows(QUERY)).count == before.count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    return [history async for history in client.list_workflows(QUERY).map_histories()]


def test_the_installation_anchors_its_ledger_and_is_verified_against_temporal(
    installation: Tongchou, tmp_path: Path
) -> None:
    installation.start("JY-2026-0501", tmp_path)
    histories = asyncio.run(anchored(installation))
    asyncio.run(replayed(histories))

    told = installation.document("ledger", "verify", "--live")
    assert told["holds"], told["findings"]
    assert told["anchors"]["number"] >= 1
    alone = installation.document("ledger", "verify", "JY-2026-0501", "--live")
    assert alone["compared"] == 1 and alone["entries"] >= 2, "every entry comes from a history"

    file = installation.data_dir / "anchors" / "anchors.jsonl"
    whole = file.read_bytes()
    file.write_bytes(b"")
    try:
        assert installation("ledger", "verify").code == 0, "the file alone cannot tell what was cut off"
        cut = installation("ledger", "verify", "--live", "--lang", "en")
        assert (cut.code, "which Temporal knows, is not in the file" in cut.stdout) == (1, True)
    finally:
        file.write_bytes(whole)


async def replayed(histories: list[WorkflowHistory]) -> None:
    replayer = Replayer(workflows=[Anchoring], data_converter=data_converter())
    for history in histories:
        await replayer.replay_workflow(history)


def test_schedule_apply_names_the_installations_own_schedules(installation: Tongchou) -> None:
    assert installation.document("schedule", "apply")["installation"] == ["office_watch", "anchoring"]
    told = installation("schedule", "pause", names.ANCHORING)
    assert told.code == 0, told.stderr
    assert installation("schedule", "resume", names.ANCHORING).code == 0


@pytest.mark.parametrize("schedule", [upkeep.watch(), upkeep.anchoring()])
def test_a_schedule_of_the_installation_never_runs_twice_at_once(schedule: Schedule) -> None:
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
