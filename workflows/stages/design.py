"""设计: the detailed design, before construction begins."""

from temporalio import workflow

from models.project import ProjectFile, State
from workflows.stage import Ending, Stage


@workflow.defn(name="Design")
class DesignStage(Stage):
    """Passes the gates of the design; neutral where the documents give no rule, and then it says so (register A22)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file where its life ends here."""
        return await self.conduct(self._design)

    async def _design(self) -> Ending:
        return await self.course(State.AWAITING_EVENT)
