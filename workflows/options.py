"""How activities are called: one preset for each kind of effect, and no timeout anywhere else."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

# The record must be made, however long the database is down: no limit on attempts. Local, because it is one short write.
RECORD = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
)

# Who may decide is read from the same database, and an officer waits for the answer.
AUTHORISE = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
)

# The law and the facts: a gate may wait for them for days, but never goes on without them (register A45).
LOOKUP = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
)

# A procedure or an exported history must come to be, like a record, but over the network.
ENSURE = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
)

# A letter is a courtesy: after an hour the failure goes on record and the case goes on.
NOTIFY = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(hours=1),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
)


def named(preset: ActivityConfig, summary: str) -> ActivityConfig:
    """The preset with the sentence that the Temporal UI shows beside the activity."""
    return {**preset, "summary": summary[:200]}


def named_local(preset: LocalActivityConfig, summary: str) -> LocalActivityConfig:
    """The same for a local activity."""
    return {**preset, "summary": summary[:200]}
