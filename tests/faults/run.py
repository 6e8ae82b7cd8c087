"""One run: a burst of projects on a living installation, a fault in the middle, and the audit after it."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from random import Random

from models.base import Value
from models.messages import Withdrawal
from runtime.client import NoSuchWorkflow, Refusal
from tests.faults.audit import Finding, audited
from tests.faults.book import Book
from tests.faults.installation import Installation
from tests.faults.officers import Late, ProjectInHand
from tests.faults.scene import Fault, Scene
from tests.faults.stuck import named_as_broken

LEAVES_OPEN = 0.3
"""The share of projects that stay: the portfolio of an installation grows, and later faults find it there."""


class RunResult(Value):
    """What a run showed. The lists hold each violation in words; a run without one has none."""

    run: int
    seed: int
    fault: str
    database: str
    projects: int
    decisions: int
    messages: int
    acknowledged: int
    counted: int
    refused: int
    recovery_seconds: float
    seconds: float
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.moved or self.stuck or self.failed)


async def one_run(
    installation: Installation, fault: Fault, *, seed: int, run: int, database: str, alone: asyncio.Lock | None = None
) -> RunResult:
    """Do the run of that number. The same seed and number decide everything but what the machine's own timing adds.

    Several may overlap: one strikes at a time (`alone`), while the projects of the one before still recover.
    """
    chance, book = Random(f"{seed}/{database}/{run}"), Book()
    stem = f"F{database[0].upper()}{seed}-{run:04}-{installation.sitting}"
    codes = [f"{stem}-{n}" for n in range(1, chance.randint(3, 5) + 1)]
    projects = [ProjectInHand(installation, book, chance, code) for code in codes]
    scene = Scene(installation, chance, projects, book)
    finished: dict[str, float] = {}
    late: list[str] = []

    async def live(project: ProjectInHand) -> None:
        try:
            finished[project.code] = await project.live()
        except Late as error:
            late.append(str(error))
        except NoSuchWorkflow as error:
            late.append(f"{project.code}: {error}")

    # The group outlives the lock: the next run may strike while these projects still recover.
    async with asyncio.TaskGroup() as group, alone or asyncio.Lock():
        began = time.monotonic()
        for project in projects:
            group.create_task(live(project))
        try:
            await fault.strike(scene)
        except Late as error:
            late.append(str(error))
    stuck = (*await _in_words(installation, late), *scene.unnamed)
    findings = [await audited(installation, project, replayed=project is projects[0]) for project in projects]
    await _leave(chance, projects)
    return RunResult(
        run=run,
        seed=seed,
        fault=fault.name,
        database=database,
        projects=len(projects),
        decisions=len(book.decisions),
        messages=sum(s.receipts + s.signals + len(s.refusals) for s in book.decisions.values())
        + sum(book.nonsense.values()),
        acknowledged=book.acknowledged,
        counted=sum(finding.counted for finding in findings),
        refused=sum(finding.refused for finding in findings),
        recovery_seconds=round(book.recovery(scene.mending, finished), 2) if scene.mending else 0.0,
        seconds=round(time.monotonic() - began, 1),
        stuck=stuck,
        remarks=tuple(scene.remarks),
        **_joined(findings),
    )


async def _in_words(installation: Installation, late: list[str]) -> tuple[str, ...]:
    """Each project that does not go on, and whether the product names it by itself."""
    if not late:
        return ()
    named = await named_as_broken(installation)
    return tuple(
        f"{what}; {named.get(what.partition(':')[0], 'and `tongchou stuck` does not name it')}" for what in late
    )


def _joined(findings: list[Finding]) -> dict[str, tuple[str, ...]]:
    def each(name: str) -> tuple[str, ...]:
        return tuple(what for finding in findings for what in getattr(finding, name))

    return {
        "lost": each("lost"),
        "doubled": each("doubled"),
        "moved": each("moved"),
        "failed": each("failed") + each("unreplayable"),
    }


async def _leave(chance: Random, projects: list[ProjectInHand]) -> None:
    """Most projects are withdrawn in the end; the others stay open, and later faults find them."""
    for project in projects:
        if chance.random() >= LEAVES_OPEN:
            withdrawal = Withdrawal(withdrawn_by="liu.fang", reason="演练结束")
            # Where the first try arrived and only its answer was lost, the project has ended.
            with suppress(NoSuchWorkflow, Refusal):
                await project.insist(partial(project.office.say, "withdraw", withdrawal), "the withdrawal")
