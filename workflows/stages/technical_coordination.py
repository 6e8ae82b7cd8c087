"""技术统筹: what the project would build is held against what already exists, before money is spent on it."""

from temporalio import workflow

from models.project import ProjectFile, State
from workflows.stage import Ending, Stage


@workflow.defn(name="TechnicalCoordination")
class TechnicalCoordinationStage(Stage):
    """Passes the coordination gates; the last approval fixes the planned reuse that acceptance is judged by (JY-06, JY-14)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file where its life ends here."""
        return await self.conduct(self._coordination)

    async def _coordination(self) -> Ending:
        return await self.course(State.AWAITING_EVENT)
