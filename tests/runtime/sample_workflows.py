"""Workflows and an activity for the tests of this folder; the sandbox imports workflows by the name of their module."""

import time
from datetime import UTC, datetime, timedelta

from temporalio import activity, workflow

from models import plan


@activity.defn(name="sample.count")
def count(number: int) -> int:
    # Imported here: the sandbox imports this module for each workflow run, and structlog would be refused there.
    import structlog

    structlog.get_logger("sample").info("sample.counted", number=number)
    return number + 1


@workflow.defn(sandboxed=True)
class Counting:
    @workflow.run
    async def run(self, number: int) -> int:
        workflow.logger.info("counting.opened", extra={"number": number})
        counted: int = await workflow.execute_activity(
            "sample.count", number, result_type=int, start_to_close_timeout=timedelta(seconds=5)
        )
        workflow.logger.info("counting.closed")
        return counted


@workflow.defn
class ReadsTheClock:
    @workflow.run
    async def run(self) -> str:
        return datetime.now(UTC).isoformat()


@workflow.defn
class SharesTheValues:
    @workflow.run
    async def run(self) -> int:
        return id(plan.Plan)


@workflow.defn
class TellsItsModule:
    """Tells apart the imports of this module: each makes an object of its own."""

    made = object()

    @workflow.run
    async def run(self) -> int:
        return id(self.made)


@workflow.defn
class OpensAfterAWhile:
    """Waits for an activity, then opens; what it commands tells whether a signal came before or after."""

    def __init__(self) -> None:
        self.is_open = False
        self.signals = 0

    @workflow.run
    async def run(self) -> None:
        await self._do("sample.wait")
        self.is_open = True
        await self._do("sample.open")
        await workflow.wait_condition(lambda: self.signals > 0)

    @workflow.signal
    async def knock(self) -> None:
        await self._do("sample.knock_open" if self.is_open else "sample.knock_closed")
        self.signals += 1

    @workflow.query
    def is_it_open(self) -> bool:
        return self.is_open

    @workflow.query
    def who_knows_how_much(self) -> tuple[int, int]:
        """Which object in memory answers, and how many events it has dealt with."""
        return id(self), workflow.info().get_current_history_length()

    async def _do(self, name: str) -> None:
        await workflow.execute_activity(
            name, task_queue="sample-activities", start_to_close_timeout=timedelta(minutes=1)
        )


@workflow.defn(sandboxed=False)
class TakesItsTime:
    """Keeps a worker from its next task for a moment."""

    @workflow.run
    async def run(self) -> None:
        time.sleep(1.2)
