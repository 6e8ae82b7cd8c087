"""The workflow sandbox: what workflow code may not touch, and that our code is imported into it once in a process.

The SDK's own sandbox imports all code anew for every run of a workflow: a project of nine runs would pay for that import
nine times, in time and in memory, and a worker that starts once more for each type (`make bench` tells how much). Here the
guard against the clock, chance and IO is the SDK's, and the copy of our modules that it watches is the process's. Runs
therefore share the state of those modules: there is none, and `tests/test_architecture.py` looks for some.
"""

import threading
from functools import cache
from typing import Any

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext
from temporalio.worker.workflow_sandbox._runner import _Instance

PASSTHROUGH = ("models", "activities.ports", "typing_inspection")
"""Shared modules: our values, the declarations of the activities, and what pydantic needs at run time beside itself.

Never `workflows` or `regulations`: a module that is passed through escapes the sandbox's guard against the clock,
chance and IO, and nothing says so.
"""

RESTRICTIONS = SandboxRestrictions.default.with_passthrough_modules(*PASSTHROUGH)
"""The guard itself: what workflow code may not touch, and what it shares."""


class SharedSandbox(SandboxedWorkflowRunner):
    """The SDK's sandbox, in which all runs of a process meet the same copy of our modules."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The run, in the sandbox of the process."""
        return _InShared(det)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The runner of every worker."""
    return SharedSandbox(restrictions=RESTRICTIONS)


class _ContextOfThread(RestrictionContext):
    """Whether code is being imported or run is told of each thread: several runs are active at a time."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    @property
    def is_runtime(self) -> bool:
        return getattr(self._of_thread, "is_runtime", False)

    @is_runtime.setter
    def is_runtime(self, value: bool) -> None:
        self._of_thread.is_runtime = value

    @property
    def in_activation(self) -> bool:
        return getattr(self._of_thread, "in_activation", False)

    @in_activation.setter
    def in_activation(self, value: bool) -> None:
        self._of_thread.in_activation = value


_IMPORTING = threading.Lock()


class _InShared(_Instance):
    def __init__(self, det: WorkflowInstanceDetails) -> None:
        # The SDK's own constructor does the same with an importer of its own.
        self.instance_details = det
        self.runner_class = UnsandboxedWorkflowRunner
        self.importer = _importer()
        self._current_thread_id = None
        self.globals_and_locals = {"__file__": "workflow_sandbox.py"}
        with _IMPORTING:
            self._create_instance()

    def _run_code(self, code: str, **extra_globals: Any) -> None:
        super()._run_code(_compiled(code), **extra_globals)


@cache
def _compiled(code: str) -> Any:
    """The SDK hands a text over for each payload; what it does with it is the same for a text that is compiled."""
    return compile(code, "workflow_sandbox.py", "exec")


@cache
def _importer() -> Importer:
    return Importer(RESTRICTIONS, _ContextOfThread())
