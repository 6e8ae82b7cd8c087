"""What is played: a project, or a procedure beside the pipeline. Everything that tells them apart stands here."""

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any

from models.application import Application, Material
from models.base import Value
from models.plan import Gate, Plan
from models.procedure import APPLICANT, DEPARTMENT, ProcedureApplication, ProcedureFile
from models.project import RENEWS_AFTER, ProjectFile
from simulation.case_file import edit_application, material
from simulation.edits import Edit, edited
from simulation.law import LawOfProcedure
from simulation.office import Stuck
from workflows import names


class Matter(ABC):
    """A project or a procedure, as it is filed and as those who act on it know it. `plan` is None where it is not admitted."""

    def __init__(
        self, application: Application | ProcedureApplication, materials: tuple[Material, ...], plan: Plan | None
    ) -> None:
        self.application = application
        self.materials = materials
        self.plan = plan

    @property
    @abstractmethod
    def workflow_id(self) -> str:
        """Where it is addressed."""

    @property
    @abstractmethod
    def workflow_type(self) -> str:
        """The type of the workflow that is started with its file."""

    @abstractmethod
    def file(self, shift: timedelta) -> Value:
        """The one argument of that workflow; `shift` is what the legal clock is ahead of the server's."""

    @property
    @abstractmethod
    def on_record(self) -> str:
        """Under which code its entries stand in the ledger."""

    @property
    @abstractmethod
    def answers_for(self) -> str:
        """The code of whom its sanctions stand against."""

    @abstractmethod
    def organs(self, gate: str) -> tuple[str, ...] | None:
        """Who decides in the gate, or acts in the step; None where it knows none of that name."""

    def party(self, name: str) -> str:
        """The code of whom the case calls by a name."""
        return name


class ProjectMatter(Matter):
    """A project on its way through the pipeline. `written` is its application as data, which corrections edit."""

    def __init__(
        self, application: Application, materials: tuple[Material, ...], written: dict[str, Any], plan: Plan | None
    ) -> None:
        super().__init__(application, materials, plan)
        self.project = application
        self._written = written

    @property
    def workflow_id(self) -> str:
        return names.project_id(self.project.code)

    @property
    def workflow_type(self) -> str:
        return "Application"

    def file(self, shift: timedelta) -> ProjectFile:
        application = self.project
        filers = (application.prepared_by,)
        return ProjectFile(
            code=application.code,
            application=application,
            materials=self.materials,
            filers=filers,
            clock_shift=shift,
            renews_after=RENEWS_AFTER,
        )

    @property
    def on_record(self) -> str:
        return self.project.code

    @property
    def answers_for(self) -> str:
        return self.project.department.code

    def organs(self, gate: str) -> tuple[str, ...] | None:
        found = self._gate(gate)
        return found.organs if found else None

    def gate(self, gate_id: str) -> Gate:
        """The gate in the plan. Raises Stuck where the plan has none of that name."""
        found = self._gate(gate_id)
        if found is None:
            raise Stuck(f"the plan has no gate {gate_id!r}")
        return found

    def _gate(self, gate_id: str) -> Gate | None:
        gates = (gate for stage in (self.plan.stages if self.plan else ()) for gate in stage.gates)
        return next((gate for gate in gates if gate.id == gate_id), None)

    def correct(self, edit: Edit) -> Application:
        """The application as it was handed in last, with further edits. Raises CaseError."""
        self._written = edited(self._written, edit)
        self.project = self.application = edit_application(self._written, Edit(), "submit").application()
        return self.project

    def another(self, edit: Edit, code: str) -> "ProjectMatter":
        """Another project of the same unit, with its plan. Raises CaseError."""
        written = edited(self._written, edit) | {"code": code}
        application = edit_application(written, Edit(), "apply").application()
        return ProjectMatter(application, (material("project_plan"),), written, None)


class ProcedureMatter(Matter):
    """A procedure beside the pipeline, and the law that it is played under."""

    def __init__(self, application: ProcedureApplication, materials: tuple[Material, ...], law: LawOfProcedure) -> None:
        super().__init__(application, materials, law.plan)
        self.procedure = application
        self.steps = law.procedure
        self._runs = law.runs

    @property
    def workflow_id(self) -> str:
        return names.procedure_id(self.procedure.procedure, self.procedure.code)

    @property
    def workflow_type(self) -> str:
        return self._runs.value

    def file(self, shift: timedelta) -> ProcedureFile:
        filers = (self.procedure.prepared_by,)
        return ProcedureFile(application=self.procedure, materials=self.materials, filers=filers, clock_shift=shift)

    @property
    def on_record(self) -> str:
        return self.procedure.project or self.procedure.code

    @property
    def answers_for(self) -> str:
        return (self.procedure.department or self.procedure.unit).code

    def organs(self, gate: str) -> tuple[str, ...] | None:
        return self.steps.step(gate).by if self.steps and self.steps.has(gate) else None

    def party(self, name: str) -> str:
        application = self.procedure
        known = {**application.parties, APPLICANT: application.unit.code}
        if application.department:
            known[DEPARTMENT] = application.department.code
        return known.get(name, name)
