"""The floor's workflows: what a project asks of Temporal and nothing else. No law, no records, no services, no payloads."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from benchmarks.shape import Run, Shape
    from models.base import Value

QUEUE = "benchmark-floor"
TERM = timedelta(days=30)


class BareFile(Value):
    """What is handed over: the shape that is still to be lived, and where it stands. `relay` says that each run hands over."""

    shape: Shape
    stage: int = 0
    relay: bool = True


@activity.defn
async def nothing() -> None:
    """An activity without any effect."""


@workflow.defn
class Bare:
    """One project of that shape: as a relay of runs, or all of it in one."""

    def __init__(self) -> None:
        self._stage = -1
        self._reached = -1
        self._handled = -1
        self._shown = -1

    @workflow.run
    async def run(self, file: BareFile) -> int:
        stages = file.shape.runs[file.stage :]
        for number, stage in enumerate(stages, start=file.stage):
            await self._live(number, stage)
            if file.relay and number + 1 < len(file.shape.runs):
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(file.model_copy(update={"stage": number + 1}))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return len(file.shape.runs)

    async def _live(self, number: int, stage: Run) -> None:
        self._stage, self._reached, self._handled, self._shown = number, -1, -1, -1
        for place, groups in enumerate(stage.groups):
            for group in groups:
                await asyncio.gather(*(_call() for _ in range(group)))
            if place < len(stage.messages):
                await self._await(place, stage.timers[place])

    async def _await(self, place: int, timers: int) -> None:
        """Wait for the message; each timer is a limit to that, as a deadline is."""
        self._reached = place
        waits = [asyncio.create_task(asyncio.sleep(TERM.total_seconds() + n)) for n in range(timers)]
        await workflow.wait_condition(lambda: self._handled >= place)
        for wait in waits:
            wait.cancel()

    @workflow.update
    async def decide(self, activities: int) -> int:
        """The message that is awaited, answered after that many activities."""
        return await self._handle(activities)

    @workflow.signal
    async def tell(self, activities: int) -> None:
        """The same without an answer."""
        await self._handle(activities)

    async def _handle(self, activities: int) -> int:
        """As ours does: the message counts after the first activity, who may speak, and is done after the last, its record."""
        place = self._reached
        for number in range(activities):
            await _call()
            self._shown = place if number == 0 else self._shown
        self._shown = self._handled = place
        return place

    @workflow.query
    def place(self) -> tuple[int, int, int]:
        """Which run it is, which message it awaits, and which was the last that counted."""
        return self._stage, self._reached, self._shown


async def _call() -> None:
    await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=20))
