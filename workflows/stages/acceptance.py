"""验收: when construction is finished, what was built is held against what was promised."""

from temporalio import workflow

from models.project import ProjectFile, State
from workflows.stage import Ending, Stage


@workflow.defn(name="Acceptance")
class AcceptanceStage(Stage):
    """Waits for the end of construction, then evaluates real reuse, residency and sharing (JY-07, JY-32, JY-34)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file where its life ends here."""
        return await self.conduct(self._acceptance)

    async def _acceptance(self) -> Ending:
        return await self.course(State.UNDER_CONSTRUCTION)
