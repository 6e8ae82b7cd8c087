"""What the workflow sandbox shares with the process, and what it imports anew for every workflow run."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSTHROUGH = ("models", "activities.ports", "typing_inspection")
"""Shared modules: our values, the declarations of the activities, and what pydantic needs at run time beside itself.

Never `workflows` or `regulations`: a module that is passed through escapes the sandbox's guard against the clock,
chance and IO, and nothing says so.
"""


def workflow_runner() -> SandboxedWorkflowRunner:
    """The runner of every worker and replayer. Sharing the values saves their import in each workflow run."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSTHROUGH))
