"""Plays a script: waits for what each step waits for, runs its line, and shows where the project then stands."""

import asyncio
from pathlib import Path

import httpx
import yaml
from temporalio.client import Client

from models.base import Text
from models.project import State, Status
from models.review import Verdict
from runtime.client import NoSuchWorkflow
from starter.demo.live import LiveView
from starter.demo.script import Command, Decide, Report, Script, Step, address_of
from starter.demo.shell import Played, Shell, line_of
from starter.worklist import place, status_of
from workflows.names import project_id

WAIT_SECONDS = 30.0
"""How long a step waits for its gate. The project acts within a moment; only a step that never comes takes longer."""

POLL_SECONDS = 0.1


class Stuck(Exception):
    """The script cannot go on. `text` says at which step, and why."""

    def __init__(self, step: int, why: Text) -> None:
        super().__init__(why.en)
        self.text = Text(zh=f"第 {step} 步：{why.zh}", en=f"step {step}: {why.en}")


class Player:
    """One script on one installation. What was run is kept in `played`, also where the script gets stuck."""

    def __init__(
        self, script: Script, folder: Path, shell: Shell, client: Client, catalog: httpx.AsyncClient, view: LiveView
    ) -> None:
        self.played: list[Played] = []
        self._script, self._folder, self._shell = script, folder, shell
        self._client, self._catalog, self._view = client, catalog, view

    async def play(self) -> None:
        """Take every step in its order, and wait until the project has closed. Raises Stuck."""
        for number, step in enumerate(self._script.steps, start=1):
            await self._take(number, step)
        last = len(self._script.steps)
        await self._reached(last, project_id(self._script.project), State.CLOSED)

    async def _take(self, number: int, step: Step) -> None:
        if step.note:
            self._view.note(step.note.text)
        if step.when:
            await self._reached(number, address_of(step, self._script), step.when)
        if isinstance(step, Report):
            await self._report(number, step)
        else:
            await self._run(number, step)

    # ------------------------------------------------------------ waiting

    async def _reached(self, number: int, workflow_id: str, when: str) -> None:
        """Wait until the gate's review is open there, or the state is reached. Raises Stuck after WAIT_SECONDS."""
        status: Status | None = None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not (status and stands(status, when)):
                    status = await self._status(workflow_id)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise Stuck(number, _not_reached(when, status)) from None

    async def _status(self, workflow_id: str) -> Status | None:
        """The status, shown as well; None while the workflow is not there yet."""
        try:
            status = await status_of(self._client, workflow_id)
        except NoSuchWorkflow:
            return None
        self._view.show(status)
        return status

    # ------------------------------------------------------------ acting

    async def _run(self, number: int, step: Command) -> None:
        words = [*step.words(self._script.project, self._folder), *await self._all_met(step)]
        self._view.line(line_of(words))
        played = await self._shell.run(words, refused=step.refused)
        self.played.append(played)
        self._view.answer(played)
        if not played.as_expected:
            raise Stuck(number, _unexpected(played))

    async def _all_met(self, step: Command) -> list[str]:
        """Who decides judges every point: those that the script does not name are met."""
        if not isinstance(step, Decide) or step.verdict is Verdict.ABSTAIN:
            return []
        status = await self._status(address_of(step, self._script))
        review = status.review if status else None
        return ["--all-met"] if review and review.outcome is None and review.points else []

    async def _report(self, number: int, step: Report) -> None:
        for path, body in _reports(number, step, self._script.project, self._folder):
            self._view.line(f"POST {self._catalog.base_url.join(path)} {_briefly(body)}")
            answer = await self._catalog.post(path, json=body)
            if answer.is_error:
                why = Text(zh=f"目录服务未接受：{answer.text}", en=f"the catalog refuses it: {answer.text}")
                raise Stuck(number, why)


def stands(status: Status, when: str) -> bool:
    """Whether the workflow is in that state, or has the review of that gate open."""
    review = status.review
    return status.state == when or (review is not None and review.outcome is None and review.gate == when)


def _reports(number: int, step: Report, project: str, folder: Path) -> list[tuple[str, dict[str, object]]]:
    calls = [
        ("/calls", {"call_id": f"demo-{number}-{n}", "project": project, "capability": name, "count": count})
        for n, (name, count) in enumerate(step.calls.items(), start=1)
    ]
    residents = [
        ("/residents", {"project": project, "capability": name, "attested": attested})
        for name, attested in step.residents.items()
    ]
    seeds = [("/seed", yaml.safe_load((folder / step.seed).read_text(encoding="utf-8")))] if step.seed else []
    return [*seeds, *calls, *residents]


def _briefly(body: dict[str, object]) -> str:
    text = str(body)
    return text if len(text) <= 140 else f"{text[:137]}…"


def _not_reached(when: str, status: Status | None) -> Text:
    awaited = State(when).label if when in set(State) else Text(zh=when, en=when)
    if status is None:
        return Text(
            zh=f"等待“{awaited.zh}”，但没有这个办理", en=f"waits for “{awaited.en}”, but nothing of it has begun"
        )
    held, state, gate = place(status), status.state.label, status.gate_title or Text(zh="—", en="—")
    return Text(
        zh=f"等待“{awaited.zh}”，但停在 {held.zh} · {gate.zh}（{state.zh}）",
        en=f"waits for “{awaited.en}”, but it stands at {held.en} · {gate.en} ({state.en})",
    )


def _unexpected(played: Played) -> Text:
    wanted = Text(zh="应被拒绝", en="was to be refused") if played.refused else Text(zh="未成功", en="failed")
    return Text(
        zh=f"{wanted.zh}（退出码 {played.code}）：{played.line}\n{played.output}",
        en=f"{wanted.en} (exit code {played.code}): {played.line}\n{played.output}",
    )
