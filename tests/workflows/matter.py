"""What the tests say to a workflow of any kind, and see of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from pydantic import BaseModel

from models.effects import EntryKind, LedgerEntry
from models.messages import Answer, Submission
from runtime import client as messenger
from simulation.office import Office
from simulation.stillness import still
from tests.workflows.installation import Installation

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

    def ledger(self, *kinds: EntryKind) -> list[LedgerEntry]:
        """What is on record of it, of these kinds (none: of all)."""
        return self.installation.ledger(self.code, *kinds)

    async def still(self) -> None:
        """Wait until nothing of it is under way: every notice is delivered."""
        await still(self.environment.client, [self.workflow_id])
