"""What the tests say to a workflow of any kind, and see of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType

from models.effects import EntryKind, LedgerEntry
from models.messages import Answer, Submission
from runtime import client as messenger
from simulation.office import Office
from simulation.stillness import still
from tests.workflows.installation import Installation

Spoken = TypeVar("Spoken")

PATIENCE_SECONDS = 25.0
"""Real time that anything may take while the legal clock stands."""


class Matter(Office):
    """A project or a procedure of an installation, with whoever speaks to it."""

    def __init__(self, installation: Installation, code: str, workflow_id: str | None = None) -> None:
        super().__init__(installation, code, workflow_id)
        self.installation = installation

    async def say(self, name: str, message: BaseModel, workflow_id: str | None = None, **more: str) -> Answer:
        """Send an update; `update_id` may be given. Raises messenger.Refusal."""
        target = workflow_id or self.workflow_id
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await messenger.update(self.environment.client, target, name, message, Answer, **more)

    async def submit(self, by: str, update_id: str | None = None, **given: Any) -> Answer:
        """Hand in. Raises messenger.Refusal."""
        more = {"update_id": update_id} if update_id else {}
        return await self.say("submit", Submission(submitted_by=by, **given), **more)

    async def refused(self, speaking: Awaitable[Any]) -> messenger.Refusal:
        """The refusal that was answered. Fails where the message was accepted."""
        try:
            answer = await speaking
        except messenger.Refusal as refusal:
            return refusal
        raise AssertionError(f"should have been refused: {answer}")

    @staticmethod
    async def at_once(*speaking: Awaitable[Spoken]) -> tuple[list[Spoken], list[messenger.Refusal]]:
        """What was answered to messages of one moment: those that were accepted, and the refusals of the others.

        Raises what is neither, as where one was never answered.
        """
        answers = await asyncio.gather(*speaking, return_exceptions=True)
        accepted: list[Spoken] = []
        refused: list[messenger.Refusal] = []
        for answer in answers:
            if isinstance(answer, messenger.Refusal):
                refused.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                accepted.append(answer)
        return accepted, refused

    async def accepted(self, count: int) -> None:
        """Wait until the run has so many updates in hand or answered."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._accepted() < count:
                await asyncio.sleep(0.02)

    async def _accepted(self) -> int:
        history = await self.project.fetch_history()
        kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
        return sum(event.event_type == kind for event in history.events)

    def ledger(self, *kinds: EntryKind) -> list[LedgerEntry]:
        """What is on record of it, of these kinds (none: of all)."""
        return self.installation.ledger(self.code, *kinds)

    async def still(self) -> None:
        """Wait until nothing of it is under way: every notice is delivered."""
        await still(self.environment.client, [self.workflow_id])
