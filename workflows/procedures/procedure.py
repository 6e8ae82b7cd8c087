"""办理程序: a procedure whose steps are taken in their order. Which steps there are is data (regulations/procedures/)."""

from temporalio import workflow

from models.procedure import ProcedureFile
from workflows.procedures.steps import ProcedureWork


@workflow.defn(name="Procedure")
class Procedure(ProcedureWork):
    """Takes the steps one after the other; a return leads back, and a rejection ends it."""

    @workflow.run
    async def run(self, file: ProcedureFile) -> ProcedureFile:
        """Conduct the procedure to its end; its closed file."""
        return await self.conduct(self.steps_in_order)
