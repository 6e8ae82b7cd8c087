"""A workflow whose activity fails, and one whose own code does."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError


@activity.defn(name="sample.fail")
def fail() -> None:
    raise ValueError("as told")


@workflow.defn(sandboxed=False)
class MeetsAFailure:
    @workflow.run
    async def run(self) -> None:
        once = RetryPolicy(maximum_attempts=1)
        try:
            await workflow.execute_activity(fail, start_to_close_timeout=timedelta(seconds=5), retry_policy=once)
        except ActivityError:
            return


@workflow.defn(sandboxed=False)
class IsAFailure:
    @workflow.run
    async def run(self) -> None:
        raise ValueError("a fault of the code")
