"""Judges a case: chooses the judge that it names, and returns the verdict. An empty folder of its own for each."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import assert_never

from simulation.case import Case, ChecksCase, DeadlineCase, LifeCase, ProcedureCase
from simulation.compare import about
from simulation.exercise import exercised_in
from simulation.judge_pure import judge_checks, judge_deadline
from simulation.player import play
from simulation.timeline import timeline
from simulation.verdict import Verdict


async def judge(regulation: str, case: Case) -> Verdict:
    """The verdict on the case. Raises CaseError where the case itself is faulty: a path that leads nowhere, no base."""
    began = time.monotonic()
    async with _folder() as folder:
        verdict = await _judged(regulation, case, folder)
    return verdict.model_copy(update={"seconds": time.monotonic() - began})


async def _judged(regulation: str, case: Case, folder: Path) -> Verdict:
    match case:
        case ChecksCase():
            return await judge_checks(regulation, case, folder)
        case DeadlineCase():
            return judge_deadline(regulation, case, folder)
        case LifeCase() | ProcedureCase():
            return await _lived(regulation, case, folder)
        case _:
            assert_never(case)


async def _lived(regulation: str, case: LifeCase | ProcedureCase, folder: Path) -> Verdict:
    life = await play(regulation, case, folder)
    return Verdict(
        case=case.name,
        differences=tuple(about(case.expect, life)),
        exercised=exercised_in(life),
        timeline=timeline(life),
        counts=life.counts,
    )


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    with TemporaryDirectory(prefix="tongchou-case-") as name:
        yield Path(name)
