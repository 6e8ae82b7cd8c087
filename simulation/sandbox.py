"""One workflow sandbox for many short lives: the guard of `runtime.sandbox`, with our code imported once in a process."""

import threading
from functools import cache
from typing import Any

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext
from temporalio.worker.workflow_sandbox._runner import _Instance

from runtime.sandbox import RESTRICTIONS, ValidatingOnce


class SharedSandbox(ValidatingOnce):
    """The same guard against the clock, chance and IO, but our code is imported once in a process, and not for each run.

    For simulations and tests, where that import is most of what a run costs. Runs share the state of our modules: there
    is none, and what came to have some would be seen here first.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The run, in the sandbox of the process."""
        return _InShared(det)


def shared_runner() -> SandboxedWorkflowRunner:
    """The runner of workers that play one short life after another."""
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
