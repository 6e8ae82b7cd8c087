"""A project as a stage holds it: where it stands, what became of its gates and findings, and how it shows itself."""

from datetime import date, datetime
from typing import Any

from temporalio import workflow

from models.effects import CatalogFacts
from models.plan import Gate, Holding
from models.project import Condition, FindingRecord, Fixed, GateRecord, OpenStage, ProjectFile, State, Status
from models.review import Review
from workflows.messages.adoption import AdoptionMessages
from workflows.messages.decisions import Decisions
from workflows.messages.events import Events
from workflows.messages.organs import OrganMessages
from workflows.messages.unit import UnitMessages


class Project(Decisions, Events, UnitMessages, OrganMessages, AdoptionMessages):
    """Everything that a project can be told, and where it stands. A stage adds the course that it takes."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file)
        self.state = State.ADMISSION
        self.gate: Gate | None = None
        self.missing: tuple[str, ...] = ()
        self.awaited_event: str | None = None
        self.opens_on: date | None = None
        self.facts: CatalogFacts | None = None
        """What the catalog said when the open review was opened."""
        self.asked: str | None = None
        self.opened: set[str] = set()
        self.opening: str | None = None
        self.opens_at: datetime | None = None
        self.reopened: dict[str, int] = {}
        self.carried: OpenStage | None = None
        self.effects.stage = file.stage
        self.effects.round = file.round

    # ------------------------------------------------------------ where it stands

    def enter(self, gate: Gate) -> None:
        """Note which gate the project stands at."""
        self.gate = gate
        self.effects.gate = gate.id

    def enter_state(self, state: State, missing: tuple[str, ...] = ()) -> None:
        """Note what the project waits for now, and show it."""
        self.state, self.missing = state, missing
        self.show()

    def review_id(self, gate: Gate) -> str:
        """The id of the gate's review in this round; a gate that was opened again counts on."""
        again = self.reopened.get(gate.id)
        suffix = f".{again + 1}" if again else ""
        return f"{self.file.code}/{self.file.stage}/{gate.id}/r{self.file.round}{suffix}"

    def open_again(self, gates: tuple[Gate, ...]) -> None:
        """These gates are passed anew in this round: their reviews get new ids, so that a late decision cannot stray."""
        for gate in gates:
            self.reopened[gate.id] = self.reopened.get(gate.id, 0) + 1

    def place(self, gate: Gate) -> dict[str, Any]:
        """Where a notice speaks of."""
        return {"stage": self.file.stage.label.zh, "gate": gate.title.zh}

    def is_held(self, *by: Holding) -> bool:
        """Whether a rectification is open that holds the project, or the stage."""
        return any(r.holds in by and r.closed_at is None for r in self.file.rectifications)

    # ------------------------------------------------------------ the file

    def file_gate(self, record: GateRecord, conditions: tuple[Condition, ...]) -> None:
        """File the outcome of a gate and the conditions under which it was approved."""
        self.update_file(passed=(*self.file.passed, record), conditions=(*self.file.conditions, *conditions))

    def keep_fixed(self, review_id: str) -> None:
        """Keep what was fixed before this review's approval fixes anew: a retraction brings it back."""
        self.fixed_before[review_id] = Fixed(**{name: getattr(self.file, name) for name in Fixed.model_fields})

    def fix_planned_reuse(self, capabilities: tuple[str, ...], catalog_version: str) -> None:
        """Fix what acceptance will be judged against (register A47)."""
        self.update_file(planned_reuse=capabilities, catalog_version=catalog_version)

    def note_findings(self, gate: Gate, review: Review) -> None:
        """Follow each fault through the rounds: new ones are found here, those that the checks miss now are mended."""
        present = {finding.key for finding in review.findings}
        known = {record.finding.key for record in self.file.findings if not record.mended_in}
        followed = tuple(_followed(record, gate, review, present) for record in self.file.findings)
        new = tuple(FindingRecord(finding=f, found_in=review.review_id) for f in review.findings if f.key not in known)
        self.update_file(findings=(*followed, *new))

    # ------------------------------------------------------------ showing

    def build_status(self) -> Status:
        ladder = self.desk.ladder
        now = self.effects.now()
        return Status(
            workflow_id=self.address,
            workflow_type=workflow.info().workflow_type,
            project=self.file.code,
            title=self.file.application.title,
            regulation=self.file.application.regulation,
            warnings=self.file.plan.warnings if self.file.plan else (),
            department=self.file.application.department.code,
            unit=self.file.application.unit.code,
            stage=self.file.stage,
            gate=self.gate.id if self.gate else None,
            gate_title=self.gate.title if self.gate else None,
            round=self.file.round,
            state=State.SUSPENDED if self.file.suspended else self.state,
            awaiting=self.desk.awaited(),
            names=self.parties,
            due_on=ladder.deadline.receipt.due_on if ladder else self.opens_on,
            overdue=bool(ladder and ladder.is_overdue(now)),
            review=self.desk.snapshot(),
            materials=self.file.materials,
            findings=self._findings_with_waivers(),
            conditions=self.file.conditions,
            waivers=self.file.waivers,
            sanctions=self.file.sanctions,
            rectifications=self.file.rectifications,
            passed=self.file.passed,
            missing=self.missing,
            awaited_event=self.awaited_event,
            awaited_event_title=self.event_title(self.awaited_event) if self.awaited_event else None,
            limits=self.limits.file(),
            plan_version=self.file.plan.version if self.file.plan else None,
            adopting=self.file.adopting,
            signatures=self.signatures,
            life=self.life,
            outcome=self.file.outcome,
        )

    def _findings_with_waivers(self) -> tuple[FindingRecord, ...]:
        waived = {(w.rule, w.subject) for w in self.file.waivers if w.expires_on >= self.effects.now().date()}
        return tuple(
            record.model_copy(
                update={
                    "waived": bool(
                        {(record.finding.rule, None), (record.finding.rule, record.finding.subject)} & waived
                    )
                }
            )
            for record in self.file.findings
        )


def _followed(record: FindingRecord, gate: Gate, review: Review, present: set[str]) -> FindingRecord:
    judged_here = record.finding.check in gate.checks
    if record.mended_in or not judged_here or record.finding.key in present:
        return record
    return record.model_copy(update={"mended_in": review.review_id})
