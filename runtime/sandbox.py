"""What the workflow sandbox shares with the process, and what it imports anew for every workflow run."""

from typing import Any

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSTHROUGH = ("models", "activities.ports", "typing_inspection")
"""Shared modules: our values, the declarations of the activities, and what pydantic needs at run time beside itself.

Never `workflows` or `regulations`: a module that is passed through escapes the sandbox's guard against the clock,
chance and IO, and nothing says so.
"""

RESTRICTIONS = SandboxRestrictions.default.with_passthrough_modules(*PASSTHROUGH)
"""The guard itself: what workflow code may not touch, and what it shares."""

_VALIDATED: set[type] = set()


class ValidatingOnce(SandboxedWorkflowRunner):
    """The SDK's sandbox. A workflow type that a worker of this process has validated is not validated again.

    To validate a type is to import all our code anew: seconds for all of them, and a simulation starts a worker for each life.
    """

    def prepare_workflow(self, defn: Any) -> None:
        """Create the workflow once for trial; raises what its imports raise in the sandbox."""
        if defn.cls not in _VALIDATED:
            super().prepare_workflow(defn)
            _VALIDATED.add(defn.cls)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The runner of every worker and replayer. Sharing the values saves their import in each workflow run."""
    return ValidatingOnce(restrictions=RESTRICTIONS)
