"""Which parts of a regulation a case exercised, told from what happened and never from what the case says of itself."""

from collections.abc import Iterable, Iterator
from typing import Any

from models.application import Application, Approach
from models.calendar import CHINA
from models.check import (
    Check,
    CompilesCatalog,
    ContributesCapabilities,
    FilesBeforeStart,
    ForbidsEvent,
    ForbidsRepeatedCollection,
    MatchesApproved,
    MeetsConditions,
    MeetsThreshold,
    RealisesPlannedReuse,
    RegistersCatalog,
    RequiresAnswer,
    RequiresEvent,
    RequiresSpecification,
    SharesBaseItems,
    SharesResources,
)
from models.deadline import RungKind
from models.effects import EntryKind, LedgerEntry
from models.finding import Finding, Strength
from models.messages import EventReport
from models.plan import Gate, Plan
from models.procedure import ProcedurePlan
from models.project import RunningLimit, Status
from models.review import Outcome
from regulations import checks
from regulations.checks import OnFile
from regulations.checks.reports import wanted_on
from regulations.forms import answers
from simulation.life import Life
from simulation.verdict import Exercise, Part


def exercised_checks(
    plan: Plan, gate: Gate, application: Application, findings: Iterable[Finding], on_file: OnFile
) -> frozenset[Exercise]:
    """The gate's checks that had something to look at: those with findings failed, the others passed.

    A finding that is weaker than its rule is a hint to the reviewer, and the check has passed.
    """
    bound = {check.id: check for check in checks.binding(gate, plan, application, on_file)}
    found = {f.check for f in findings if f.check in bound and f.strength is bound[f.check].strength}
    looked_at = {check_id for check_id, check in bound.items() if _has_something(check, application, on_file)}
    return frozenset(
        Exercise(part=Part.CHECK, id=check_id, passed=check_id not in found) for check_id in looked_at | found
    )


def _has_something(check: Check, application: Application, on_file: OnFile) -> bool:
    """Whether the check could have found a fault here: a part, a row, an answer, a report that it speaks of."""
    match check:
        case RequiresSpecification():
            return any(f.capability and f.approach is not Approach.SELF_BUILT for f in application.features)
        case ForbidsRepeatedCollection():
            return bool(application.collects)
        case RealisesPlannedReuse():
            return bool(on_file.planned_reuse)
        case ContributesCapabilities():
            return bool(application.contributes)
        case SharesResources() | RegistersCatalog():
            return bool(_rows(application, check.form, check.rows))
        case SharesBaseItems():
            return any(
                row.get(check.base_item) in check.base_items for row in _rows(application, check.form, check.rows)
            )
        case RequiresAnswer():
            form = application.forms.get(check.form, {})
            answered = _rows(application, check.form, check.rows) if check.rows else [form]
            return any(_speaks_of(check, values) for values in answered)
        case MeetsConditions():
            return bool(on_file.conditions)
        case MeetsThreshold():
            return wanted_on(check, on_file.on) is not None
        case ForbidsEvent(cleared_by=str()):
            return check.event in on_file.happened()
        case CompilesCatalog() | MatchesApproved() | RequiresEvent() | ForbidsEvent() | FilesBeforeStart():
            return True
        case _:
            return any(feature.kind in check.features for feature in application.features)


def _rows(application: Application, form: str, rows: str) -> list[dict[str, Any]]:
    listed = application.forms.get(form, {}).get(rows)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list | tuple) else []


def _speaks_of(check: RequiresAnswer, values: dict[str, Any]) -> bool:
    where = check.where
    return where is None or any(answer in where.has for answer in answers(values.get(where.field)))


def demanded(plan: Plan) -> frozenset[tuple[Part, str]]:
    """Everything in the plan that a case must exercise both ways. A rung is named by its ladder's gate-free key."""
    return frozenset(_demanded(plan))


def _demanded(plan: Plan) -> Iterator[tuple[Part, str]]:
    for check in plan.checks:
        yield Part.CHECK, check.id
    for limit in (limit for stage in plan.stages for limit in stage.limits):
        yield Part.LIMIT, limit.id
    for gate in (gate for stage in plan.stages for gate in stage.gates):
        yield Part.GATE, gate.id
        yield from ((Part.RUNG, f"review {rung.at} {rung.kind}") for rung in gate.rungs)
        if gate.sampling:
            yield Part.SAMPLING, gate.id
        for consequence in gate.consequences:
            yield from ((Part.SANCTION, f"{gate.id} {rule.kind}") for rule in consequence.sanctions)
    for order in plan.rectification_rules():
        yield from ((Part.RUNG, f"rectification {rung.at} {rung.kind}") for rung in order.rungs)
        yield from ((Part.SANCTION, f"rectification {rule.kind}") for rule in order.escalation)


# ---------------------------------------------------------------- what a life exercised


def exercised_in(life: Life) -> frozenset[Exercise]:
    """Gates, checks, sanctions and rungs that the life of a project exercised; the steps that a procedure took."""
    if life.procedure:
        return frozenset(_steps(life, life.procedure))
    if life.plan is None or not isinstance(life.application, Application):
        return frozenset()
    gates = {gate.id: gate for stage in life.plan.stages for gate in stage.gates}
    return frozenset(
        [
            *_checks(life, life.plan, life.application, gates),
            *_gates(life),
            *_sanctions(life, gates),
            *_escalations(life),
            *_limits(life),
            *_draws(life),
            *_rungs(life, life.plan, gates),
        ]
    )


def _steps(life: Life, procedure: ProcedurePlan) -> Iterator[Exercise]:
    """A step that was done in time and led on has passed."""
    for record in life.status.steps:
        passed = record.outcome in (None, Outcome.APPROVED) and not record.overdue
        yield Exercise(part=Part.STEP, id=f"{procedure.id}.{record.step}", passed=passed)


def _checks(life: Life, plan: Plan, application: Application, gates: dict[str, Gate]) -> Iterator[Exercise]:
    """Of each gate its last review, since an earlier one judged an application that was corrected afterwards."""
    latest = {gate_round(entry.entry_id).split("/")[0]: entry for entry in _of_kind(life, EntryKind.REVIEW_OPENED)}
    for gate_id in latest.keys() & gates.keys():
        findings, on_file = _found(latest[gate_id]), _on_file(life, application, latest[gate_id])
        yield from exercised_checks(plan, gates[gate_id], application, findings, on_file)


def _on_file(life: Life, application: Application, opened: LedgerEntry) -> OnFile:
    """The project's file when that review opened, as far as it matters to what a check looked at."""
    reported = [e for e in _of_kind(life, EntryKind.EVENT_REPORTED) if e.at <= opened.at and "event_id" in e.detail]
    return OnFile(
        on=opened.at.astimezone(CHINA).date(),
        planned_reuse=tuple(feature.capability for feature in application.features if feature.capability),
        conditions=life.status.conditions,
        events=tuple(EventReport.model_validate(entry.detail) for entry in reported),
    )


def _gates(life: Life) -> Iterator[Exercise]:
    for record in life.status.passed:
        yield Exercise(part=Part.GATE, id=record.gate, passed=record.outcome is Outcome.APPROVED)


def _sanctions(life: Life, gates: dict[str, Gate]) -> Iterator[Exercise]:
    imposed = {sanction.sanction_id for sanction in life.status.sanctions}
    for record in life.status.passed:
        for rule in (rule for c in gates[record.gate].consequences for rule in c.sanctions):
            was = f"{record.review_id}/{rule.kind}" in imposed
            yield Exercise(part=Part.SANCTION, id=f"{record.gate} {rule.kind}", passed=not was)


def _escalations(life: Life) -> Iterator[Exercise]:
    """The sanctions that stood by in each rectification: imposed, or not needed by the time that it closed."""
    imposed = {sanction.sanction_id for sanction in life.status.sanctions}
    closed = {reference.rectification_id for reference in life.status.rectifications if reference.closed_at}
    for entry in _of_kind(life, EntryKind.RECTIFICATION_OPENED):
        code = entry.entry_id.rpartition("/")[2]
        for step, kind in enumerate(entry.detail.get("escalation", ()), start=1):
            was = f"{code}/s{step}/{kind}" in imposed
            if was or code in closed:
                yield Exercise(part=Part.SANCTION, id=f"rectification {kind}", passed=not was)


def _limits(life: Life) -> Iterator[Exercise]:
    """A limit that still runs shows nothing yet."""
    for running in life.status.limits:
        if was_late(running) or running.met_at:
            yield Exercise(part=Part.LIMIT, id=running.limit, passed=not was_late(running))


def _draws(life: Life) -> Iterator[Exercise]:
    for entry in _of_kind(life, EntryKind.INSPECTION_DRAWN):
        if entry.gate:
            yield Exercise(part=Part.SAMPLING, id=entry.gate, passed=not entry.detail["drawn"])


def _rungs(life: Life, plan: Plan, gates: dict[str, Gate]) -> Iterator[Exercise]:
    told = told_rungs(life)
    for key, rungs in told.items():
        ladder = "rectification" if key.startswith("rectification/") else "review"
        if key.split("/")[0] in (*gates, "rectification"):
            yield from (Exercise(part=Part.RUNG, id=f"{ladder} {rung}", passed=False) for rung in rungs)
    for record in life.status.passed:
        key = gate_round(record.review_id)
        for rung in gates[record.gate].rungs:
            if f"{rung.at} {rung.kind}" not in told.get(key, ()):
                yield Exercise(part=Part.RUNG, id=f"review {rung.at} {rung.kind}", passed=True)
    yield from _rectification_rungs(life, plan, told)


def _rectification_rungs(life: Life, plan: Plan, told: dict[str, tuple[str, ...]]) -> Iterator[Exercise]:
    ordered = {rung for order in plan.rectification_rules() for rung in order.rungs}
    for number, reference in enumerate(life.status.rectifications, start=1):
        for rung in ordered if reference.closed_at else ():
            name = f"{rung.at} {rung.kind}"
            if name not in told.get(f"rectification/r{number}", ()):
                yield Exercise(part=Part.RUNG, id=f"rectification {name}", passed=True)


# ---------------------------------------------------------------- reading a life


def found_in(life: Life) -> dict[str, tuple[str, ...]]:
    """What the checks had found when each review opened, as `check subject`, by gate and round."""
    return {key: tuple(f"{f.check} {f.subject}" for f in findings) for key, findings in _findings(life).items()}


def _findings(life: Life) -> dict[str, tuple[Finding, ...]]:
    return {gate_round(entry.entry_id): _found(entry) for entry in _of_kind(life, EntryKind.REVIEW_OPENED)}


def _found(opened: LedgerEntry) -> tuple[Finding, ...]:
    return tuple(Finding.model_validate(finding) for finding in opened.detail.get("findings", ()))


def _of_kind(life: Life, kind: EntryKind) -> list[LedgerEntry]:
    return [entry for entry in life.ledger if entry.kind is kind]


def told_rungs(life: Life) -> dict[str, tuple[str, ...]]:
    """The rungs that were told, as `half reminder`, in their order, by gate and round or rectification."""
    told: dict[str, list[str]] = {}
    for sent in life.notices:
        parts = sent.notice.notice_id.split("/")
        kind = next((i for i, part in enumerate(parts) if i >= FIRST_OF_KEY and part in set(RungKind)), None)
        if kind is not None:
            rung, rungs = f"{parts[kind - 1]} {parts[kind]}", told.setdefault(gate_round(parts[2 : kind - 1]), [])
            rungs += [rung] if rung not in rungs else []
    return {key: tuple(rungs) for key, rungs in told.items()}


def was_late(running: RunningLimit) -> bool:
    """Whether a limit of the unit became overdue, be it met since. One that moved on is late by its new last day only."""
    if running.met_at is not None:
        return running.met_at >= running.deadline.receipt.due_at
    return any(rung.kind is RungKind.OVERDUE for rung in running.deadline.told)


FIRST_OF_KEY = 4
"""Where in a notice's id the rung's kind may stand at the earliest: after project, template, matter and moment."""


def gate_round(review_id: str | list[str]) -> str:
    """A review by its gate and round, `committee/r2`; a rectification, `X-R1`, by its number, `rectification/r1`."""
    parts = review_id.split("/") if isinstance(review_id, str) else review_id
    if len(parts) == 1:
        return f"rectification/r{parts[0].rpartition('-R')[2]}"
    return "/".join(parts[-2:])


def blocking_of(status: Status) -> tuple[str, ...]:
    """What was found against an approval when the review opened, advice left out, as `check subject`."""
    findings = status.review.findings if status.review else ()
    return tuple(f"{f.check} {f.subject}" for f in findings if f.strength is not Strength.ENCOURAGED)
