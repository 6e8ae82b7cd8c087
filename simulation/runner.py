"""Runs many cases at once, each life in a process of a pool: a life needs an installation of its own, and a core."""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

from regulations.files import RegulationError
from runtime.logging import configure
from simulation.case import Case
from simulation.case_file import CaseError, load
from simulation.judge import judge
from simulation.verdict import Verdict

JOBS = 2
"""Lives at the same time, unless told otherwise: the size of a small machine."""


def chosen_cases(files: Iterable[Path], words: str = "") -> Iterator[tuple[str, Case]]:
    """The cases of the files whose sentence contains the words, each with its regulation. Raises CaseError."""
    for file in files:
        cases = load(file)
        for case in cases.cases:
            if words in case.name or words in (case.en or ""):
                yield cases.regulation, case


class Runner:
    """A pool that judges cases. Used as a context; leaving it gives up what has not begun."""

    def __init__(self, jobs: int = JOBS) -> None:
        # Spawned, not forked: a fork of a process with threads and a gRPC client may never answer.
        self._pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_quiet)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, regulation: str, case: Case) -> Future[Verdict]:
        """Judge the case some time; its future verdict. A faulty case, or a faulty law, has its faults as differences."""
        return self._pool.submit(_judged, regulation, case)


def _judged(regulation: str, case: Case) -> Verdict:
    try:
        return asyncio.run(judge(regulation, case))
    except (CaseError, RegulationError) as error:
        return Verdict(case=case.name, differences=tuple(map(str, error.problems)))


def _quiet() -> None:
    """The services log every request; of a simulation only what went wrong is of interest."""
    configure("simulation", "ERROR")
