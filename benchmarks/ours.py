"""Ours: a project of a regime from filing to its end, on the installed product, acted on as fast as it can be."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from benchmarks.installation import Installation
from models.application import Application, Material
from models.calendar import CHINA
from models.messages import Answer, DecisionReceipt, EventReport, Submission
from models.project import ProjectFile, ProjectOutcome, State
from models.review import Decision, Judgement, QuorumRule, Verdict
from runtime import client as messenger
from simulation.case import LifeCase
from simulation.case_file import CASES_DIR, application_of, load, material
from simulation.law import register_of, serving
from simulation.stillness import still
from simulation.stock import stock
from workflows import names

PATIENCE_SECONDS = 300.0
MATERIALS = ("tender_result", "design_document", "acceptance_report")
"""What the unit hands in when it is asked for anything; what is not wanted does no harm."""
CASE_FILE, CASE = "jiangyin-post-evaluation.yaml", "A project in order passes its six stages without a sanction"
"""The application, and what the catalog has to know of it so that nothing is returned."""

_numbers = count(1)


class Late(Exception):
    """A project stood still for longer than the patience."""


@dataclass
class Latencies:
    """Seconds from sending a decision until its effect was seen."""

    answered: list[float] = field(default_factory=list)
    """Updates: until they were answered."""
    shown: list[float] = field(default_factory=list)
    """Signals: until a query showed that the decision counts."""


@dataclass(frozen=True)
class Filing:
    """An application with the documents that go with it."""

    application: Application
    materials: tuple[Material, ...] = ()
    register: str = "jiangyin"
    """Whose officers decide: a regulation with worked cases."""


async def prepared(installation: Installation) -> Filing:
    """The next project in order, with everything in the catalog that its acceptance will ask for."""
    case = _case()
    application, materials = application_of("jiangyin", case)
    renamed = application.model_copy(update={"code": f"JY-2026-{next(_numbers):05}"})
    await stock(installation.catalog, case.catalog, renamed)
    return Filing(renamed, materials)


def _case() -> LifeCase:
    found = next(case for case in load(CASES_DIR / CASE_FILE).cases if case.en == CASE)
    assert isinstance(found, LifeCase)
    return found


class Project:
    """One project with everybody who acts on it.

    `by_signal` says which decisions go as signals: every n-th, 0 for none. Where they are `patient`, nobody acts before all
    that is under way has ended, so that what is counted is the same each time.
    """

    def __init__(
        self,
        installation: Installation,
        filing: Filing,
        *,
        poll_seconds: float,
        by_signal: int = 0,
        patient: bool = False,
    ) -> None:
        self.filing = filing
        self.latencies = Latencies()
        self.decisions = 0
        self._client = installation.client
        self._poll = poll_seconds
        self._by_signal = by_signal
        self._patient = patient
        self._register = register_of(filing.register)
        self._handed_in: set[str] = set()
        self._decided: set[str] = set()
        """The reviews that have their outcome, and are shown as open until the workflow comes to close them."""

    @property
    def workflow_id(self) -> str:
        return names.project_id(self.filing.application.code)

    async def live(self) -> None:
        """From filing to its end. Raises Late, and AssertionError where it does not end as completed."""
        await self._file()
        while True:
            status = await self._status(self._is_actionable)
            if status["outcome"]:
                assert status["outcome"] == ProjectOutcome.COMPLETED, status["outcome"]
                # The last letters are under way.
                await self._client.get_workflow_handle(self.workflow_id).result()
                return
            await self._act(status)

    async def _act(self, status: dict[str, Any]) -> None:
        if self._patient:
            await still(self._client, [self.workflow_id])
        if self._review(status):
            await self._decide(status)
        elif status["state"] == State.AWAITING_MATERIALS:
            await self._submit(status)
        else:
            await self._report(status)

    # ------------------------------------------------------------ acting

    async def _file(self) -> None:
        application = self.filing.application
        file = ProjectFile(
            code=application.code,
            application=application,
            materials=self.filing.materials,
            filers=(application.prepared_by,),
        )
        await self._client.start_workflow("Application", file, id=self.workflow_id, task_queue=names.TASK_QUEUE)

    async def _decide(self, status: dict[str, Any]) -> None:
        """Let the officers approve one by one until the review is closed."""
        review = status["review"]
        rule = review["quorum"]["rule"]
        for organ in status["awaiting"]:
            for officer in self._officers(organ):
                closed = await self._say(self._decision(review, organ, officer), rule)
                if closed:
                    self._decided.add(review["review_id"])
                    return
                if rule != QuorumRule.MAJORITY:
                    break

    async def _say(self, decision: Decision, rule: str) -> bool:
        """Send the decision and wait for its effect; whether the review has its outcome by it."""
        # A signal is not answered: only where one decision is the outcome is that known.
        if self._by_signal and rule == QuorumRule.ANY_OF and self.decisions % self._by_signal == 0:
            await self._send(decision)
            return True
        return await self._ask(decision)

    def _decision(self, review: dict[str, Any], organ: str, officer: str) -> Decision:
        self.decisions += 1
        return Decision(
            decision_id=f"d{self.decisions}",
            review_id=review["review_id"],
            organ=organ,
            officer=officer,
            verdict=Verdict.APPROVE,
            judgements={point["id"]: Judgement.MET for point in review["points"]},
        )

    async def _ask(self, decision: Decision) -> bool:
        start = time.perf_counter()
        receipt = await messenger.update(
            self._client,
            self.workflow_id,
            "submit_decision",
            decision,
            DecisionReceipt,
            update_id=decision.decision_id,
        )
        self.latencies.answered.append(time.perf_counter() - start)
        return receipt.outcome is not None

    async def _send(self, decision: Decision) -> None:
        start = time.perf_counter()
        await self._client.get_workflow_handle(self.workflow_id).signal("decide", decision)
        await self._status(lambda s: _counts(s, decision), poll_seconds=0.002)
        self.latencies.shown.append(time.perf_counter() - start)

    async def _submit(self, status: dict[str, Any]) -> None:
        message = Submission(
            submitted_by=self.filing.application.prepared_by,
            materials=tuple(material(kind) for kind in MATERIALS if kind not in self._handed_in),
        )
        self._handed_in.update(MATERIALS)
        await messenger.update(self._client, self.workflow_id, "submit", message, Answer)

    async def _report(self, status: dict[str, Any]) -> None:
        event = status["awaited_event"]
        report = EventReport(event_id=f"e-{event}", event=event, occurred_on=_today(), reported_by="system", data={})
        await self._client.get_workflow_handle(self.workflow_id).signal("report_event", report)
        await self._status(lambda s: s["awaited_event"] != event)

    def _officers(self, organ: str) -> list[str]:
        return serving(self._register, organ, _today())

    # ------------------------------------------------------------ seeing

    async def _status(
        self, holds: Callable[[dict[str, Any]], bool], poll_seconds: float | None = None
    ) -> dict[str, Any]:
        """The first status of which it holds. Raises Late."""
        handle = self._client.get_workflow_handle(self.workflow_id)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status: dict[str, Any] = await handle.query("status", result_type=dict[str, Any])
            if holds(status):
                return status
            if time.monotonic() > deadline:
                raise Late(f"{self.workflow_id}: {status['stage']}/{status['gate']} {status['state']}")
            await asyncio.sleep(self._poll if poll_seconds is None else poll_seconds)

    def _is_actionable(self, status: dict[str, Any]) -> bool:
        waits = status["state"] in (State.AWAITING_MATERIALS, State.UNDER_CONSTRUCTION, State.AWAITING_EVENT)
        awaits = status["state"] == State.AWAITING_MATERIALS or status["awaited_event"]
        return bool(status["outcome"] or self._review(status) or (waits and awaits))

    def _review(self, status: dict[str, Any]) -> dict[str, Any]:
        """The review that lies open; empty where none does."""
        review = status["review"]
        is_open = review and not review["outcome"] and review["review_id"] not in self._decided
        return review if is_open else {}


def _today() -> date:
    return datetime.now(CHINA).date()


def _counts(status: dict[str, Any], decision: Decision) -> bool:
    reviews = [*status["passed"], *([status["review"]] if status["review"] else [])]
    return any(
        counted["decision"]["decision_id"] == decision.decision_id
        for review in reviews
        if review["review_id"] == decision.review_id
        for counted in review["decisions"]
    )
