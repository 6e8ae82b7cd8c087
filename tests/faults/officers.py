"""Those who act while everything around them fails: they file, decide by update and by signal, and say it twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from temporalio.client import RPCTimeoutOrCancelledError, WorkflowQueryFailedError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from models.messages import DecisionReceipt
from models.project import Status
from models.review import Decision, Review, Verdict
from runtime import client as messenger
from simulation.office import Office
from tests.faults.book import Book
from tests.faults.installation import Installation
from tests.workflows.installation import application, material

PATIENCE_SECONDS = 300.0
"""How long anybody waits for anything. Longer than every fault but the longest, so whatever takes longer is stuck."""

R = TypeVar("R")


@dataclass(frozen=True)
class Voters:
    """Who decides at a gate, and how many of them it takes."""

    organ: str
    officers: tuple[str, ...]
    needed: int = 1


BUREAU = Voters("jy-data-bureau", ("chen.hao", "lin.yue", "xu.ming"))
COURSE = {
    "admission": BUREAU,
    "forwarding": BUREAU,
    "committee": Voters("jy-base-committee", ("zhou.lan", "shen.jing", "ma.chao", "tang.wei", "he.rui"), needed=3),
    "opinion": Voters("jy-ops-centre", ("gu.feng",)),
    "decision": BUREAU,
}
"""The first gates of a project in Jiangyin, across the border from the application to the technical coordination."""
GATES = tuple(COURSE)


class Late(Exception):
    """Something did not come in all the patience."""


class ProjectInHand:
    """One project with everybody who acts on it, up to the review of `last`, which is left open."""

    def __init__(self, installation: Installation, book: Book, chance: Random, code: str) -> None:
        self.code = code
        self.book = book
        self.chance = Random(chance.random())
        self.office: Office = installation.office(code)
        self.last = self.chance.choice(GATES[2:])

    async def live(self) -> float:
        """From filing to the last review; the moment when it lay open."""
        await self.insist(self.file, "the filing")
        for gate in GATES[: GATES.index(self.last)]:
            await self._pass(gate, await self.review(gate))
        await self.review(self.last)
        return time.monotonic()

    async def file(self) -> None:
        """File the project; a second call changes nothing."""
        # Where the first try arrived and only its answer was lost, the second finds it started.
        with suppress(WorkflowAlreadyStartedError):
            await self.office.file(application(self.code, "corrected.yaml"), (material("project_plan"),))
        self._moved()

    async def _pass(self, gate: str, review: Review) -> None:
        voters = COURSE[gate]
        officers = list(voters.officers)
        self.chance.shuffle(officers)
        many = self.chance.randint(voters.needed, len(officers))
        acts = [self._decide(review.review_id, voters.organ, officer) for officer in officers[:many]]
        await asyncio.gather(*acts)

    async def _decide(self, review_id: str, organ: str, officer: str) -> None:
        decision = self.decision(review_id, organ, officer)
        await asyncio.sleep(self.chance.choice((0.0, 0.0, 0.1, 0.4)))
        ways: tuple[Callable[[Decision], Awaitable[None]], ...] = (self.by_update, self.by_signal)
        many = self.chance.choice((1, 1, 2, 3))
        await asyncio.gather(*(self.chance.choice(ways)(decision) for _ in range(many)))

    def decision(self, review_id: str, organ: str, officer: str) -> Decision:
        """An approval by the officer in that review. The same two always have the same id."""
        place = review_id.removeprefix(f"{self.code}/").replace("/", ".")
        return Decision(
            decision_id=f"{officer}.{place}",
            review_id=review_id,
            organ=organ,
            officer=officer,
            verdict=Verdict.APPROVE,
        )

    async def by_update(self, decision: Decision) -> None:
        """Send it and wait for the answer, again and again where the line breaks."""
        sent = self.book.decision(self.code, decision.decision_id, decision.review_id)

        async def send() -> None:
            try:
                await messenger.update(
                    self.office.environment.client,
                    self.office.workflow_id,
                    "submit_decision",
                    decision,
                    DecisionReceipt,
                    update_id=decision.decision_id,
                )
                sent.receipts += 1
            except messenger.Refusal as refusal:
                sent.refusals.append(refusal.kind)

        await self.insist(send, f"the answer to {decision.decision_id}")
        self._moved()

    async def by_signal(self, decision: Decision) -> None:
        """Send it. A signal that the server did not surely take is sent anew."""
        sent = self.book.decision(self.code, decision.decision_id, decision.review_id)
        await self.signal("decide", [decision], lambda: setattr(sent, "unsure", sent.unsure + 1))
        sent.signals += 1

    async def signal(self, name: str, arguments: list[Any], doubted: Callable[[], None]) -> None:
        """Send a signal until the server has surely taken it; `doubted` is called for each try that may have arrived."""

        async def send() -> None:
            try:
                await self.office.project.signal(name, args=arguments, rpc_timeout=timedelta(seconds=10))
            except RPCError:
                doubted()
                raise

        await self.insist(send, f"the signal {name}")

    async def review(self, gate: str) -> Review:
        """The open review of the gate, as soon as it lies open."""

        def is_open(status: Status) -> bool:
            review = status.review
            return review is not None and review.gate == gate and review.outcome is None

        review = (await self.until(is_open, f"the review of {gate}")).review
        assert review
        return review

    async def until(self, holds: Callable[[Status], bool], what: str) -> Status:
        """The first status of which it holds. Raises Late."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if holds(status := await self.insist(self.status, what)):
                self._moved()
                return status
            await asyncio.sleep(0.1)
        raise Late(f"{self.code}: {what}")

    async def status(self) -> Status:
        handle = self.office.project
        answer: Status = await handle.query("status", result_type=Status, rpc_timeout=timedelta(seconds=5))
        return answer

    async def insist(self, attempt: Callable[[], Awaitable[R]], what: str) -> R:
        """The result of the attempt, repeated while the line is broken. Raises Late when the patience is at its end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await attempt()
            except (RPCError, RPCTimeoutOrCancelledError, WorkflowQueryFailedError) as error:
                # The SDK puts an error of its own in the place of a cancellation.
                if (task := asyncio.current_task()) and task.cancelling():
                    raise asyncio.CancelledError from error
                if time.monotonic() > deadline:
                    raise Late(f"{self.code}: {what}: {error!r}") from error
                await asyncio.sleep(0.2)

    def _moved(self) -> None:
        self.book.progress[self.code].append(time.monotonic())
