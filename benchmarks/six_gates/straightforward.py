"""A straightforward Temporal program for the same job, as a good engineer writes it at first.

A parent, a child for each stage, a signal for the decision, a timer for its deadline, search attributes for the list in
the UI, and one activity for each letter, each record and each question of who may decide. It leaves the same records and
letters as ours (benchmarks/six_gates/comparison.py counts them). It has no law as data, so none travels with the project;
no answer for the officer, no refusal on record, no return, no reminder, no second officer, no chained ledger.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from benchmarks.six_gates.effects import Authority, Entry, Letter, may_decide, record, tell
    from models.application import Application
    from models.base import Value

QUEUE = "benchmark-straightforward"
SECONDS = timedelta(seconds=20)
TERM = timedelta(days=28)
STAGES = (
    ("admission", "jy-data-bureau"),
    ("coordination", "jy-ops-centre"),
    ("tender", "jy-data-bureau"),
    ("design", "jy-ops-centre"),
    ("acceptance", "jy-data-bureau"),
    ("evaluation", "jy-ops-centre"),
)
STAGE = SearchAttributeKey.for_keyword("Stage")
STATE = SearchAttributeKey.for_keyword("State")
AWAITING = SearchAttributeKey.for_keyword_list("AwaitingOrgan")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")


class Stage(Value):
    """What a child is given."""

    application: Application
    gate: str
    organ: str


class Verdict(Value):
    """What an officer sends."""

    decision_id: str
    officer: str
    approve: bool
    opinion: str = ""


class Outcome(Value):
    """What a child answers."""

    gate: str
    approved: bool
    officer: str
    decided_at: datetime


def child_id(project: str, gate: str) -> str:
    """Where the officer of a gate sends the decision."""
    return f"{project}/{gate}"


@workflow.defn
class SimpleProject:
    """The project: one stage after the other, until one is refused."""

    @workflow.run
    async def run(self, application: Application) -> list[Outcome]:
        code, unit = application.code, application.unit.code
        await _record(code, "project.filed", application.title)
        await _tell(code, "admitted", unit, {"title": application.title})
        outcomes: list[Outcome] = []
        for gate, organ in STAGES:
            stage = Stage(application=application, gate=gate, organ=organ)
            outcome = await workflow.execute_child_workflow(
                SimpleStage.run, stage, id=child_id(workflow.info().workflow_id, gate)
            )
            outcomes.append(outcome)
            if not outcome.approved:
                break
        await _record(code, "project.closed", application.title, {"outcomes": len(outcomes)})
        letters = {"title": application.title, "outcome": "办结"}
        await asyncio.gather(*(_tell(code, "closed", to, letters) for to in (unit, STAGES[-1][1])))
        return outcomes


@workflow.defn
class SimpleStage:
    """A stage: tell the organ, wait for its officer, put it on record, tell the unit."""

    def __init__(self) -> None:
        self._verdicts: list[Verdict] = []
        self._state = "begun"

    @workflow.run
    async def run(self, stage: Stage) -> Outcome:
        code = stage.application.code
        due_at = workflow.now() + TERM
        workflow.upsert_search_attributes([STAGE.value_set(stage.gate), STATE.value_set("under_review")])
        await _record(code, "stage.opened", stage.gate)
        workflow.upsert_search_attributes([AWAITING.value_set([stage.organ]), DUE_AT.value_set(due_at)])
        self._state = "open"
        await _record(code, "review.opened", stage.gate, {"organ": stage.organ, "due_at": due_at.isoformat()})
        await _tell(code, "review_opened", stage.organ, {"gate": stage.gate, "due_on": due_at.date().isoformat()})
        verdict = await self._decided(stage)
        await _record(code, "decision", stage.gate, verdict.model_dump(mode="json"))
        self._state = "decided"
        workflow.upsert_search_attributes([AWAITING.value_unset(), DUE_AT.value_unset()])
        await _record(code, "gate.closed", stage.gate, {"approved": verdict.approve, "officer": verdict.officer})
        await _tell(code, "gate_approved", stage.application.unit.code, {"gate": stage.gate})
        return Outcome(gate=stage.gate, approved=verdict.approve, officer=verdict.officer, decided_at=workflow.now())

    async def _decided(self, stage: Stage) -> Verdict:
        """The first verdict of somebody who may decide. The deadline only makes it late."""
        while True:
            try:
                await workflow.wait_condition(lambda: bool(self._verdicts), timeout=TERM)
            except TimeoutError:
                await _tell(stage.application.code, "overdue", stage.organ, {"gate": stage.gate})
                await workflow.wait_condition(lambda: bool(self._verdicts))
            verdict = self._verdicts.pop(0)
            question = Authority(officer=verdict.officer, organ=stage.organ, at=workflow.now())
            if await workflow.execute_activity(may_decide, question, start_to_close_timeout=SECONDS):
                return verdict

    @workflow.signal
    def decide(self, verdict: Verdict) -> None:
        """A decision; it counts if its officer may decide."""
        self._verdicts.append(verdict)

    @workflow.query
    def state(self) -> str:
        """`begun`, `open` while a decision is awaited, `decided` as soon as one is on record."""
        return self._state


async def _record(project: str, kind: str, gate: str, detail: dict[str, Any] | None = None) -> None:
    entry = Entry(project=project, kind=kind, gate=gate, at=workflow.now(), detail=detail or {})
    await workflow.execute_activity(record, entry, start_to_close_timeout=SECONDS)


async def _tell(project: str, template: str, recipient: str, variables: dict[str, Any]) -> None:
    letter = Letter(project=project, template=template, recipient=recipient, variables=variables)
    await workflow.execute_activity(tell, letter, start_to_close_timeout=SECONDS)
