"""A procedure's file: what the course and the messages ask of it, and what they note in it."""

from datetime import date
from typing import Any

from temporalio import workflow

from models.base import Text
from models.catalog import CatalogChange, CatalogVerb
from models.effects import Recipient, RecipientKind
from models.finding import Finding
from models.plan import Holding
from models.procedure import (
    APPLICANT_FIELD,
    APPLICANT_NAME_FIELD,
    CODE_FIELD,
    DUE_FIELD,
    FIELDS_OF_THE_FILE,
    PARTY_FIELD,
    PROJECT_FIELD,
    ProcedureFile,
    ProcedurePlan,
    Step,
    StepEffect,
)
from models.project import State, StepRecord
from regulations import forms
from workflows import display
from workflows.file_holder import FileHolder
from workflows.ladder import Ladder


class ProcedureHolder(FileHolder[ProcedureFile]):
    """The base of what a procedure can be told, and of its course."""

    def __init__(self, file: ProcedureFile) -> None:
        super().__init__(file, file.matter, workflow.info().workflow_id)
        self.state = State.ADMISSION
        self.step: Step | None = None
        self.task_ladder: Ladder | None = None
        self.awaits_from: str | None = None
        self.awaits_correction = False
        self.missing: tuple[str, ...] = ()
        self.last_day: date | None = None
        self._changed: list[tuple[CatalogVerb, str, dict[str, Any]]] = []
        self.effects.stage = file.application.procedure

    # ------------------------------------------------------------ what the file says

    @property
    def procedure(self) -> ProcedurePlan:
        assert self.file.procedure, "the steps are resolved at admission"
        return self.file.procedure

    @property
    def parties(self) -> dict[str, Text]:
        application = self.file.application
        applicants = (application.unit, *([application.department] if application.department else []))
        return display.parties(self.file.plan, *applicants) | (self.file.procedure.names if self.file.procedure else {})

    @property
    def chapter(self) -> Text:
        return self.procedure.title

    @property
    def filers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.file.filers, self.file.application.prepared_by)))

    @property
    def applicants(self) -> tuple[str, ...]:
        application = self.file.application
        return (application.unit.code, *((application.department.code,) if application.department else ()))

    @property
    def ladder(self) -> Ladder | None:
        return self.desk.ladder or self.task_ladder

    def blocking(self) -> tuple[Finding, ...]:
        return self.desk.review.findings if self.desk.review else ()

    def answer(self, field: str) -> Any:
        """What was answered: `<field>` of the application's form, or `<form>.<field>` of another; None where nothing was.

        What begins with `@` is a fact of the file: the application's own code, the applicant's code and name, the project,
        the last day of the step's term, and the code of a further party by its name.
        """
        if field in FIELDS_OF_THE_FILE:
            return self._of_the_file(field)
        if field.startswith(PARTY_FIELD):
            return self.file.application.parties.get(field.removeprefix(PARTY_FIELD))
        form, dot, name = field.partition(".")
        if not dot:
            return self.file.application.form.get(field)
        if form == self.procedure.form:
            return self.file.application.form.get(name)
        return self.file.answers.get(form, {}).get(name)

    def _of_the_file(self, field: str) -> str | None:
        application = self.file.application
        last_day = self.ladder.deadline.receipt.due_on if self.ladder else self.last_day
        return {
            CODE_FIELD: application.code,
            APPLICANT_FIELD: application.unit.code,
            APPLICANT_NAME_FIELD: application.unit.name,
            PROJECT_FIELD: application.project,
            DUE_FIELD: last_day.isoformat() if last_day else None,
        }[field]

    def applies(self, part: Step | StepEffect) -> bool:
        """Whether the step is taken, or the effect follows, by what was answered so far."""
        return part.only_if is None or not set(forms.answers(self.answer(part.only_if.field))).isdisjoint(
            part.only_if.has
        )

    def round_of(self, step: Step) -> int:
        """Which round of the step this is; the first is 1."""
        return self.file.rounds.get(step.id, 1)

    def begin_round(self, step: Step) -> None:
        """Note that the step is taken once more."""
        before = self.file.rounds.get(step.id)
        self.update_file(rounds={**self.file.rounds, step.id: 1 if before is None else before + 1})

    def key(self, step: Step) -> str:
        """The business key of the step in this round; it is also the id of its review."""
        return f"{self.address}/{step.id}/r{self.round_of(step)}"

    def has_changed(self, change: CatalogChange) -> bool:
        """Whether the catalog took this change already, before it refused another one of the same step."""
        return (change.verb, change.entry, change.data) in self._changed

    def note_changed(self, change: CatalogChange) -> None:
        self._changed.append((change.verb, change.entry, change.data))

    def forget_changes(self) -> None:
        """All of the step's changes are done: the next time each of them is a new one."""
        self._changed.clear()

    def note_step(self, record: StepRecord) -> None:
        self.update_file(steps=(*self.file.steps, record))

    def recipients(self, *codes: str) -> tuple[Recipient, ...]:
        """Parties and organs as recipients of a notice, each once."""
        return tuple(Recipient(kind=self.kind_of(code), code=code) for code in dict.fromkeys(codes))

    def kind_of(self, code: str) -> RecipientKind:
        """What kind of party the code is, as far as the application and the plan tell."""
        application = self.file.application
        if code == application.unit.code:
            return RecipientKind.UNIT
        if application.department and code == application.department.code:
            return RecipientKind.DEPARTMENT
        known = self.file.plan is not None and any(organ.id == code for organ in self.plan.organs)
        return RecipientKind.ORGAN if known else RecipientKind.UNIT

    def is_held(self) -> bool:
        """Whether a rectification is open that the procedure waits for."""
        return any(r.closed_at is None and r.holds is not Holding.NOTHING for r in self.file.rectifications)

    def enter_state(self, state: State, awaits_from: str | None = None, missing: tuple[str, ...] = ()) -> None:
        """Note what the procedure waits for now, and from whom, and show it."""
        self.state, self.awaits_from, self.missing = state, awaits_from, missing
        self.show()
