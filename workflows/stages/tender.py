"""招标: what is put out to tender must be what was coordinated and approved."""

from temporalio import workflow

from models.project import ProjectFile, State
from workflows.stage import Ending, Stage


@workflow.defn(name="Tender")
class TenderStage(Stage):
    """Passes the gates of the tender; neutral where the documents give no rule, and then it says so (register A22)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file where its life ends here."""
        return await self.conduct(self._tender)

    async def _tender(self) -> Ending:
        return await self.course(State.AWAITING_EVENT)
