"""Whoever acts in a simulated life, with what they have to know: where the project stands, who serves where."""

from datetime import datetime

import httpx
from pydantic import BaseModel
from temporalio.client import WorkflowHistory

from models.application import Application
from models.calendar import CHINA
from models.procedure import ProcedureApplication
from models.project import Status
from models.review import Review
from simulation.events import VERIFICATION
from simulation.histories import every_run
from simulation.law import register_of, serving
from simulation.matter import Matter, ProjectMatter
from simulation.office import Office, Stuck
from simulation.stillness import still
from workflows import names


class Actor:
    """The unit, the officers and the other systems of one life."""

    def __init__(self, regulation: str, matter: Matter, office: Office, catalog: httpx.AsyncClient) -> None:
        self.regulation = regulation
        self.matter = matter
        self.office = office
        self.catalog = catalog
        self.sent = 0
        self._register = register_of(regulation)
        self._beside: list[str] = []

    @property
    def application(self) -> Application | ProcedureApplication:
        """The application as it was handed in last."""
        return self.matter.application

    @property
    def project(self) -> ProjectMatter:
        """The project. Raises Stuck where a procedure is played, which has no pipeline."""
        if not isinstance(self.matter, ProjectMatter):
            raise Stuck(f"{self.matter.workflow_id} is no project")
        return self.matter

    # ------------------------------------------------------------ the matter

    async def file(self) -> None:
        """File the project or the procedure, and wait until nothing is under way."""
        await self.office.start(self.matter.workflow_type, self.matter.file(self.office.environment.shift))
        await self.still()

    async def still(self) -> None:
        """Wait until what was filed and its rectifications have nothing under way."""
        client = self.office.environment.client
        await still(client, [*self._beside, self.matter.workflow_id])
        opened = self._rectification_ids(await self.office.status())
        if opened != self._beside:
            self._beside = opened
            await still(client, [*opened, self.matter.workflow_id])

    async def statuses(self) -> tuple[Status, Status | None]:
        """Where it stands, and its newest rectification."""
        status = await self.office.status()
        newest = self._rectification_ids(status)[-1:]
        return status, (await self.office.status(newest[0]) if newest else None)

    async def histories(self) -> list[WorkflowHistory]:
        """Every run of what was filed and of its rectifications."""
        client = self.office.environment.client
        found = await every_run(client, self.matter.workflow_id)
        for workflow_id in self._rectification_ids(await self.office.status()):
            found.append(await client.get_workflow_handle(workflow_id).fetch_history())
        return found

    async def newest_rectification(self) -> str:
        """The workflow id of the newest rectification. Raises Stuck where there is none."""
        ids = self._rectification_ids(await self.office.status())
        if not ids:
            raise Stuck(f"{self.office.code}: there is no rectification")
        return ids[-1]

    def _rectification_ids(self, status: Status) -> list[str]:
        return [names.rectification_id(reference.rectification_id) for reference in status.rectifications]

    # ------------------------------------------------------------ who and where

    async def now(self) -> datetime:
        """The legal moment, in China's time."""
        return (await self.office.environment.now()).astimezone(CHINA)

    async def target(self, gate: str) -> str:
        """The workflow in which the gate is decided."""
        return await self.newest_rectification() if self.verifies(gate) else self.matter.workflow_id

    def verifies(self, gate: str) -> bool:
        """Whether the gate is that of a rectification, and not one of that name in what was filed."""
        return gate == VERIFICATION and self.matter.organs(gate) is None

    async def open_review(self, gate: str) -> Review:
        """The open review of the gate. Raises Stuck where it is not open."""
        review = (await self.office.status(await self.target(gate))).review
        if review is None or review.outcome is not None or review.gate != gate:
            status = await self.office.status()
            raise Stuck(
                f"{gate}: no review is open; {status.workflow_id} is at {status.stage}/{status.gate}, {status.state}"
            )
        return review

    async def officers(self, organ: str) -> list[str]:
        """The officers of the organ who have nothing to do with the unit, in the order of the register. Where the organ itself
        applied, all but the one who prepared the application."""
        today, applied = (await self.now()).date(), self.application
        of_unit = serving(self._register, applied.unit.code, today)
        partial = [applied.prepared_by] if applied.unit.code == organ else of_unit
        return [officer for officer in serving(self._register, organ, today) if officer not in partial]

    async def organ_of(self, officer: str, among: tuple[str, ...] = ()) -> str:
        """The organ for which the officer speaks: the first of those awaited in which they serve, or of their posts."""
        posts = [post.organ for o in self._register.officers if o.id == officer for post in o.posts]
        return next((organ for organ in among if organ in posts), (*posts, *among, officer)[0])

    async def say(self, name: str, message: BaseModel, workflow_id: str | None = None) -> str:
        """Send an update; what it was answered. Raises messenger.Refusal."""
        return (await self.office.say(name, message, workflow_id)).message.zh

    def next_id(self, prefix: str) -> str:
        """A new id, the same each time the case is played."""
        self.sent += 1
        return f"{prefix}{self.sent}"
