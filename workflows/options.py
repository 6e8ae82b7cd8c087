"""How activities are called: one preset for each kind of effect, and no timeout anywhere else."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, ContinueAsNewVersioningBehavior

# The record must be made, however long the database is down: no limit on attempts.
#
# No effect is a local activity, short as these are. With several handlers at once the SDK resolves local activities in
# another grouping when a history is replayed, and gives one the result of another: a worker that took over such a project
# could never go on (temporalio/sdk-python issue 1881, open for 1.32 and later; tests/workflows/test_border.py shows it).
RECORD = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
)

# Who may decide is read from the same database, and an officer waits for the answer.
AUTHORISE = ActivityConfig(
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

# A dossier holds every file of a project's life.
ARCHIVE = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=15),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
)

# A letter is a courtesy: after an hour the failure goes on record and the case goes on.
NOTIFY = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(hours=1),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
)


# A run stays with the build that began it (runtime/deployment.py); the next one begins with the current build.
TO_CURRENT_BUILD = ContinueAsNewVersioningBehavior.AUTO_UPGRADE


def named(preset: ActivityConfig, summary: str) -> ActivityConfig:
    """The preset with the sentence that the Temporal UI shows beside the activity."""
    return {**preset, "summary": summary[:200]}
