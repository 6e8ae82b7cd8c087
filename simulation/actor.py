"""Whoever acts in a simulated life, with what they have to know: where the project stands, who serves where."""

from datetime import datetime

import httpx
from pydantic import BaseModel
from temporalio.client import WorkflowHistory

from models.application import Application, Material
from models.calendar import CHINA
from models.plan import Gate, Plan
from models.project import Status
from models.review import Review
from simulation.case import LifeCase
from simulation.case_file import base_data, edit_application
from simulation.edits import Edit, edited
from simulation.events import VERIFICATION
from simulation.histories import every_run
from simulation.law import register_of, serving
from simulation.office import Office, Stuck
from simulation.stillness import still
from workflows import names


class Actor:
    """The unit, the officers and the other systems of one life."""

    def __init__(
        self,
        regulation: str,
        case: LifeCase,
        office: Office,
        catalog: httpx.AsyncClient,
        application: Application,
        materials: tuple[Material, ...],
        plan: Plan | None,
    ) -> None:
        self.regulation = regulation
        self.office = office
        self.catalog = catalog
        self.application = application
        self.plan = plan
        self.sent = 0
        self._written = edited(base_data(regulation, case.base), case)
        self._materials = materials
        self._register = register_of(regulation)
        self._beside: list[str] = []

    # ------------------------------------------------------------ the project

    async def file(self) -> None:
        """File the project and wait until nothing is under way."""
        await self.office.file(self.application, self._materials)
        await self.still()

    async def still(self) -> None:
        """Wait until project and rectifications have nothing under way."""
        client = self.office.environment.client
        await still(client, [*self._beside, names.project_id(self.office.code)])
        opened = self._rectification_ids(await self.office.status())
        if opened != self._beside:
            self._beside = opened
            await still(client, [*opened, names.project_id(self.office.code)])

    async def statuses(self) -> tuple[Status, Status | None]:
        """Where the project stands, and its newest rectification."""
        status = await self.office.status()
        newest = self._rectification_ids(status)[-1:]
        return status, (await self.office.status(newest[0]) if newest else None)

    async def histories(self) -> list[WorkflowHistory]:
        """Every run of the project and of its rectifications."""
        client = self.office.environment.client
        found = await every_run(client, names.project_id(self.office.code))
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

    # ------------------------------------------------------------ the application

    def correct(self, edit: Edit) -> Application:
        """The application as it was handed in last, with further edits. Raises CaseError."""
        self._written = edited(self._written, edit)
        self.application = edit_application(self._written, Edit(), "submit").application()
        return self.application

    def another(self, edit: Edit, code: str) -> Application:
        """Another project of the same unit."""
        changed = edited(self._written, edit) | {"code": code}
        return edit_application(changed, Edit(), "apply").application()

    # ------------------------------------------------------------ who and where

    async def now(self) -> datetime:
        """The legal moment, in China's time."""
        return (await self.office.environment.now()).astimezone(CHINA)

    async def target(self, gate: str) -> str:
        """The workflow in which the gate is decided."""
        return await self.newest_rectification() if gate == VERIFICATION else names.project_id(self.office.code)

    async def open_review(self, gate: str) -> Review:
        """The open review of the gate. Raises Stuck where it is not open."""
        review = (await self.office.status(await self.target(gate))).review
        if review is None or review.outcome is not None or review.gate != gate:
            status = await self.office.status()
            raise Stuck(f"{gate}: no review is open; the project is at {status.stage}/{status.gate}, {status.state}")
        return review

    async def officers(self, organ: str) -> list[str]:
        """The officers of the organ who have nothing to do with the unit, in the order of the register."""
        today = (await self.now()).date()
        partial = serving(self._register, self.application.unit.code, today)
        return [officer for officer in serving(self._register, organ, today) if officer not in partial]

    async def organ_of(self, officer: str, among: tuple[str, ...] = ()) -> str:
        """The organ for which the officer speaks: the first of those awaited in which they serve, or of their posts."""
        posts = [post.organ for o in self._register.officers if o.id == officer for post in o.posts]
        return next((organ for organ in among if organ in posts), (*posts, *among, officer)[0])

    def gate(self, gate_id: str) -> Gate:
        """The gate in the plan. Raises Stuck where the plan has none of that name."""
        for stage in self.plan.stages if self.plan else ():
            for gate in stage.gates:
                if gate.id == gate_id:
                    return gate
        raise Stuck(f"the plan has no gate {gate_id!r}")

    async def say(self, name: str, message: BaseModel, workflow_id: str | None = None) -> str:
        """Send an update; what it was answered. Raises messenger.Refusal."""
        return (await self.office.say(name, message, workflow_id)).message.zh

    def next_id(self, prefix: str) -> str:
        """A new id, the same each time the case is played."""
        self.sent += 1
        return f"{prefix}{self.sent}"
