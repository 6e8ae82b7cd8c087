"""The runbook of docs/upgrading.md, tried: a new build beside the old one, forward, back, in part, and the old one drained."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest_asyncio
from temporalio.client import WorkflowHistory

from models.plan import StageName
from runtime.deployment import DEPLOYMENT
from simulation.histories import every_run, replay
from starter.temporal import binary
from tests.workflows.installation import Installation, on_dev_server
from tests.workflows.project import Project
from worker import build_worker

PATIENCE_SECONDS = 30.0
DRAINS_SOON = (
    'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
    'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
)
"""The server looks every three minutes whether a build is drained; a test does not wait for so long."""
A, B = "2026.11-a", "2026.12-b"


@dataclass
class Site:
    """An installation whose workers are put up and taken down one by one, and the operator's command line."""

    installation: Installation
    _workers: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def put_up(self, build: str) -> None:
        stack = self._workers[build] = AsyncExitStack()
        settings = self.installation.settings.model_copy(update={"build_id": build})
        worker = await stack.enter_async_context(build_worker(self.installation.client, settings))
        await stack.enter_async_context(worker)

    async def take_down(self, build: str) -> None:
        await self._workers.pop(build).aclose()

    async def take_all_down(self) -> None:
        for build in list(self._workers):
            await self.take_down(build)

    async def command(self, *words: str) -> tuple[int, str]:
        """`temporal worker deployment …` against this server; how it ended, and what it said."""
        address = self.installation.client.service_client.config.target_host
        process = await asyncio.create_subprocess_exec(
            str(binary()),
            "worker",
            "deployment",
            *words,
            "--address",
            address,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def succeeds(self, *words: str) -> None:
        """Give the command until it is obeyed: a build that was just put up is known a moment later."""

        async def obeyed() -> bool:
            self.last = await self.command(*words)
            return self.last[0] == 0

        await soon(obeyed, " ".join(words))

    async def promote(self, build: str) -> None:
        await self.succeeds("set-current-version", "--deployment-name", DEPLOYMENT, "--build-id", build, "--yes")

    async def drainage(self, build: str) -> str:
        status, said = await self.command(
            "describe-version", "--deployment-name", DEPLOYMENT, "--build-id", build, "--output", "json"
        )
        assert status == 0, said
        return said

    async def project(self, code: str) -> Project:
        return await Project(self.installation, code).begin()


async def soon(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, f"waited for: {what}"
        await asyncio.sleep(0.2)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with on_dev_server(tmp_path, *DRAINS_SOON, worker=False) as installation:
        built = Site(installation)
        try:
            yield built
        finally:
            await built.take_all_down()


def build_of(history: WorkflowHistory) -> str:
    """The build that last worked on a run."""
    done = [e.workflow_task_completed_event_attributes for e in history.events]
    return [d.deployment_version.build_id for d in done if d.started_event_id][-1]


async def builds(project: Project) -> list[str]:
    """The builds that worked on a project's runs, in their order."""
    return [build_of(history) for history in await every_run(project.environment.client, project.project.id)]


async def approve(project: Project, gate: str, to: StageName) -> None:
    review = await project.open_review(gate)
    await project.submit_decision(project.decision(review.review_id))
    await project.reached(to)
    await project.still()


async def test_a_new_build_forward_back_and_the_old_one_drained(site: Site) -> None:
    await site.put_up(A)
    await site.promote(A)
    staying, going = await site.project("JY-2026-7001"), await site.project("JY-2026-7002")
    for project in (staying, going):
        await project.open_review("tender_neutral")

    await site.put_up(B)
    await site.promote(B)
    assert await builds(staying) == [A], "an open stage stays with the build that began it"
    await approve(going, "tender_neutral", StageName.DESIGN)
    assert await builds(going) == [A, B], "its border moves it to the current one"
    fresh = await site.project("JY-2026-7003")
    await fresh.open_review("tender_neutral")
    assert await builds(fresh) == [B]

    await site.promote(A)  # back
    await approve(staying, "tender_neutral", StageName.DESIGN)
    assert await builds(staying) == [A, A]
    await approve(fresh, "tender_neutral", StageName.DESIGN)
    assert await builds(fresh) == [B, A], "what B began moves back at its border"

    await site.promote(B)  # and forward for good
    await approve(staying, "design_neutral", StageName.ACCEPTANCE)
    await approve(fresh, "design_neutral", StageName.ACCEPTANCE)
    assert (await builds(staying))[-1] == (await builds(fresh))[-1] == B

    async def drained() -> bool:
        return "drained" in (await site.drainage(A)).replace("draining", "")

    await soon(drained, "version A drained")
    await site.take_down(A)
    assert await replay([h for p in (staying, going, fresh) for h in await p.histories()]) == []
