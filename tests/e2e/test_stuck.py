"""`tongchou stuck` on a running installation that is really broken: each fault is named, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from models.plan import StageName
from simulation.office import Office
from starter import probing
from starter.stuck import Broken, Trouble, Waiting
from tests.faults.installation import Installation
from tests.faults.patience import eventually
from tests.faults.stuck import seen_by_the_product
from tests.workflows.installation import application, material
from workflows.names import TASK_QUEUE


async def named(house: Installation, trouble: Trouble, holds: Callable[[Broken], bool] = lambda _: True) -> Broken:
    """The first thing that is told to be broken in that way, as soon as it is."""

    async def find() -> Broken | None:
        found = (await seen_by_the_product(house)).broken
        return next((one for one in found if one.trouble is trouble and holds(one)), None)

    return await eventually(find, f"{trouble} is told")


async def is_sound(house: Installation) -> bool:
    """Whether nothing is told to be broken but what a test has terminated for good."""
    return all(one.trouble is Trouble.LOST for one in (await seen_by_the_product(house)).broken)


async def filed(house: Installation, code: str) -> Office:
    office = house.office(code)
    await office.file(application(code, "corrected.yaml"), (material("project_plan"),))
    return office


async def test_a_project_under_review_waits_for_its_organ_and_nothing_is_broken(house: Installation) -> None:
    review = await (await filed(house, "S-1")).open_review("admission")

    async def told() -> Waiting | None:
        picture = await seen_by_the_product(house)
        assert picture.broken == ()
        return next((one for one in picture.waiting if one.project == "S-1"), None)

    waiting = await eventually(told, "the waiting project")
    assert waiting.awaiting == ("jy-data-bureau",)
    assert (waiting.since, waiting.due_on) == (review.opened_at, review.deadline.receipt.due_on)
    assert not waiting.overdue


async def test_a_catalog_that_is_down_is_named_as_what_has_to_be_mended(house: Installation) -> None:
    office = await filed(house, "S-2")
    house.kill("catalog")
    await office.decide("admission", "jy-data-bureau", "chen.hao")
    await office.decide("forwarding", "jy-data-bureau", "lin.yue")
    told = await named(house, Trouble.EFFECT_FAILING)
    assert told.workflow_id == "project:S-2" and told.attempts and told.attempts > 2
    assert told.part and told.part.zh == "目录服务"
    assert told.reason == "All connection attempts failed", "not the server's words for a failure that is long"
    await house.start_again("catalog")
    await office.until(lambda s: s.stage is StageName.TECHNICAL_COORDINATION and s.review is not None, "the review")
    await eventually(lambda: is_sound(house), "the end of the fault")


async def test_a_run_of_a_type_that_no_worker_knows_is_named(house: Installation) -> None:
    handle = await house.client.start_workflow("Abolished", id="abolished:S-3", task_queue=TASK_QUEUE)
    told = await named(house, Trouble.UNKNOWN_TYPE)
    assert (told.workflow_id, told.reason) == ("abolished:S-3", "Abolished")
    await handle.terminate()


async def test_a_workflow_task_that_fails_is_named_with_its_reason(house: Installation) -> None:
    handle = await house.client.start_workflow("Application", {"nonsense": 1}, id="project:S-4", task_queue=TASK_QUEUE)
    told = await named(house, Trouble.TASK_FAILING)
    assert told.workflow_id == "project:S-4" and told.reason
    await handle.terminate()


async def test_a_project_that_was_terminated_behind_our_back_is_lost(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "SETTLING", timedelta(0))
    office = await filed(house, "S-5")
    await office.open_review("admission")
    await office.project.terminate()
    told = await named(house, Trouble.LOST)
    assert (told.workflow_id, told.reason) == ("project:S-5", "TERMINATED")
    assert told.since and told.since < datetime.now(UTC)


async def test_without_a_worker_that_is_what_is_told(house: Installation) -> None:
    house.kill("worker")
    told = await named(house, Trouble.NO_WORKER)
    assert told.workflow_id is None
    await house.start_again("worker")
    await eventually(lambda: is_sound(house), "the end of the fault")
