"""预演: the life that lies before an application, gate by gate, before it is filed. Pure.

The days are a projection, not a promise: every gate is taken to need its whole term, nothing is returned, and what a
stage waits for happens when `Wait.assumption` says so. A check that cannot be judged yet is listed as such, with the
reason; it is never counted as passed (register A45).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from models.application import Application, Material
from models.base import Text, Value
from models.calendar import CHINA, Receipt, WorkCalendar
from models.check import (
    Check,
    ContributesCapabilities,
    ForbidsEvent,
    MatchesApproved,
    MeetsConditions,
    MeetsThreshold,
    RealisesPlannedReuse,
    RegistersCatalog,
    RequiresEvent,
    SharesResources,
)
from models.citation import Citation
from models.effects import CatalogFacts, CatalogQuestion
from models.finding import Finding
from models.plan import Fixing, Gate, Opening, Plan, StageName
from models.review import Quorum
from regulations import checks, completeness
from regulations.calendar import receipt
from regulations.scope import applies

BUILT: Final = (
    RealisesPlannedReuse,
    ContributesCapabilities,
    SharesResources,
    RegistersCatalog,
    MeetsConditions,
    MatchesApproved,
    RequiresEvent,
    ForbidsEvent,
    MeetsThreshold,
)
"""The checks of what was built, reported and answered for: before the project exists there is nothing to hold against."""

NOT_BUILT: Final = Text(zh="项目建成后方可核查", en="can be judged only of what was built")
NO_CATALOG: Final = Text(zh="目录服务无应答，未能核查", en="the catalog did not answer; it was not judged")

OFFICE_HOURS: Final = time(12, tzinfo=CHINA)
"""The moment of a projected day at which an event is taken to happen. Only its day matters to a term."""


class Wait(Value):
    """What a stage waits for before its first gate, and the day on which that is assumed to come."""

    event: str
    title: Text
    until: date
    assumption: Text
    citation: Citation


class Step(Value):
    """A gate that lies ahead: who decides, on which article, from when to when, and what it wants to see."""

    stage: StageName
    gate: str
    title: Text
    organs: tuple[str, ...]
    quorum: Quorum
    citations: tuple[Citation, ...]
    wait: Wait | None
    receipt: Receipt
    documents: tuple[Text, ...]
    forms: tuple[Text, ...]
    missing: tuple[Finding, ...]
    """What would keep the gate closed, were the application to reach it as it is."""
    neutral: bool
    """The documents give no rule for this gate."""


class Fault(Value):
    """A fault that is visible already, and the gate that would find it first."""

    stage: StageName
    gate: str
    finding: Finding


class Unjudged(Value):
    """A check of which nothing can be said yet, the gate that will first apply it, and why."""

    stage: StageName
    gate: str
    check: str
    title: Text
    reason: Text


class Rehearsal(Value):
    """What lies before the application. `waivers` and `conditions` do not exist yet, so every blocking fault blocks."""

    project: str
    regulation: str
    route: str
    plan_version: str
    filed_on: date
    calendar_version: str
    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    unjudged: tuple[Unjudged, ...]
    warnings: tuple[Text, ...]

    @property
    def ends_on(self) -> date:
        """The day on which the last gate would be decided."""
        return self.steps[-1].receipt.due_on

    @property
    def blocking(self) -> int:
        """How many of the visible faults stand against an approval."""
        findings = tuple(fault.finding for fault in self.faults)
        return len(checks.blocking(findings, (), self.filed_on))


def question(plan: Plan, application: Application) -> CatalogQuestion | None:
    """All that the catalog has to be asked once for the whole rehearsal; None where it needs nothing."""
    judged = [check for _, _, check in _first_uses(plan, application) if not isinstance(check, BUILT)]
    return checks.question(_one_gate(plan, judged), plan, application) if judged else None


def rehearse(
    plan: Plan,
    calendar: WorkCalendar,
    application: Application,
    materials: tuple[Material, ...],
    facts: CatalogFacts | None,
    filed_at: datetime,
) -> Rehearsal:
    """The whole chain of gates from a filing at that moment.

    `facts` answers `question`; None says that the catalog was not reached, and the checks that ask it stay unjudged.
    Raises UncoveredYear where the projection leaves the calendar, ValueError for a `filed_at` without a zone.
    """
    case = _Case(plan, calendar, application, materials, facts)
    judged = [item for use in _first_uses(plan, application) for item in _judged(case, *use)]
    return Rehearsal(
        project=application.code,
        regulation=plan.regulation,
        route=plan.route,
        plan_version=plan.version,
        filed_on=filed_at.astimezone(CHINA).date(),
        calendar_version=calendar.version,
        steps=tuple(_steps(case, filed_at)),
        faults=tuple(item for item in judged if isinstance(item, Fault)),
        unjudged=tuple(item for item in judged if isinstance(item, Unjudged)),
        warnings=plan.warnings,
    )


@dataclass(frozen=True)
class _Case:
    """What is rehearsed, and under which law."""

    plan: Plan
    calendar: WorkCalendar
    application: Application
    materials: tuple[Material, ...]
    facts: CatalogFacts | None


# ---------------------------------------------------------------- the chain


def _steps(case: _Case, filed_at: datetime) -> Iterator[Step]:
    at = filed_at
    for stage in case.plan.stages:
        wait = _wait(case, stage.opening, at) if stage.opening else None
        at = _on(wait.until) if wait else at
        for gate in _passed(stage.gates, case.application):
            if gate.opening:
                wait = _wait(case, gate.opening, at)
                at = _on(wait.until)
            step = _step(case, stage.name, gate, at, wait)
            yield step
            wait, at = None, _on(step.receipt.due_on)


def _passed(gates: tuple[Gate, ...], application: Application) -> list[Gate]:
    """The gates that the project will pass, as far as its application tells: a draw is taken to fall on it."""
    return [gate for gate in gates if not gate.on_demand and applies(gate, application)]


def _step(case: _Case, stage: StageName, gate: Gate, at: datetime, wait: Wait | None) -> Step:
    plan = case.plan
    return Step(
        stage=stage,
        gate=gate.id,
        title=gate.title,
        organs=gate.organs,
        quorum=gate.quorum,
        citations=gate.citations,
        wait=wait,
        receipt=receipt(f"{gate.title.zh}开始审核（预演）", at, gate.term, case.calendar),
        documents=tuple(document.title for document in gate.documents if applies(document, case.application)),
        forms=tuple(form.title for form in map(plan.form, gate.forms) if applies(form, case.application)),
        missing=completeness.missing(gate, plan, case.application, case.materials),
        neutral=gate.rule_source_missing is not None,
    )


def _wait(case: _Case, opening: Opening, at: datetime) -> Wait:
    """An opening with a day of its own comes on that day. One without is taken to come with the end of the works."""
    built_on = case.application.ends_on
    if opening.on is not None:
        until = receipt(opening.title.zh, at, opening.on, case.calendar).due_on
        assumption = Text(zh="到日自动启动，或更早报告", en="opens by itself on that day, or earlier when reported")
    else:
        until = max(at.astimezone(CHINA).date(), built_on)
        assumption = Text(zh=f"假定不早于申报的完工日 {built_on}", en=f"assumed: not before ends_on {built_on}")
    event = opening.event or opening.since or ""
    return Wait(event=event, title=opening.title, until=until, assumption=assumption, citation=opening.citation)


def _on(day: date) -> datetime:
    return datetime.combine(day, OFFICE_HOURS)


# ---------------------------------------------------------------- the checks


def _first_uses(plan: Plan, application: Application) -> list[tuple[StageName, Gate, Check]]:
    """Every check with the first gate that applies it: a fault that three gates would find is one fault."""
    first: dict[str, tuple[StageName, Gate, Check]] = {}
    for stage in plan.stages:
        for gate in _passed(stage.gates, application):
            for check_id in gate.checks:
                first.setdefault(check_id, (stage.name, gate, plan.check(check_id)))
    return list(first.values())


def _judged(case: _Case, stage: StageName, gate: Gate, check: Check) -> Sequence[Fault | Unjudged]:
    plan, application = case.plan, case.application
    if isinstance(check, BUILT):
        exempt = application.classified and check.exempts_classified
        return () if exempt or not applies(check, application) else (_unjudged(stage, gate, check, NOT_BUILT),)
    alone = _one_gate(plan, [check])
    if case.facts is None and checks.question(alone, plan, application):
        return (_unjudged(stage, gate, check, NO_CATALOG),)
    findings = checks.run(alone, plan, application, case.facts, checks.OnFile(on=plan.filed_on))
    return [Fault(stage=stage, gate=gate.id, finding=finding) for finding in findings]


def _unjudged(stage: StageName, gate: Gate, check: Check, reason: Text) -> Unjudged:
    return Unjudged(stage=stage, gate=gate.id, check=check.id, title=check.title, reason=reason)


def _one_gate(plan: Plan, wanted: Sequence[Check]) -> Gate:
    """A gate that applies just these checks: what a gate asks and finds is answered in one place only."""
    some_gate = plan.stages[0].gates[0]
    return some_gate.model_copy(update={"checks": tuple(check.id for check in wanted), "fixes": Fixing()})
