"""后评价: the finished project in its yearly assessment, on which next year's operation funds depend."""

from temporalio import workflow

from models.project import ProjectFile, State
from workflows.stage import Ending, Stage


@workflow.defn(name="PostEvaluation")
class PostEvaluationStage(Stage):
    """Waits for the assessment period, assesses, decides on operation funds, and closes the project (JY-33, JY-35)."""

    @workflow.run
    async def run(self, file: ProjectFile) -> ProjectFile:
        """Conduct the stage; the project's closed file."""
        return await self.conduct(self._post_evaluation)

    async def _post_evaluation(self) -> Ending:
        return await self.course(State.AWAITING_EVENT)
