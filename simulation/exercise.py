"""Which parts of a regulation a case exercised, told from what happened and never from what the case says of itself."""

from collections.abc import Iterable, Iterator

from models.application import Application, Approach
from models.deadline import RungKind
from models.effects import EntryKind
from models.finding import Finding, Strength
from models.plan import (
    Check,
    ContributesCapabilities,
    ForbidsRepeatedCollection,
    Gate,
    MeetsConditions,
    Plan,
    RealisesPlannedReuse,
    RequiresSpecification,
    SharesResources,
)
from models.project import Status
from models.review import Outcome
from simulation.life import Life
from simulation.verdict import Exercise, Part


def exercised_checks(
    plan: Plan,
    gate: Gate,
    application: Application,
    findings: Iterable[Finding],
    planned_reuse: tuple[str, ...],
    has_conditions: bool,
) -> frozenset[Exercise]:
    """The gate's checks that had something to look at: those with findings failed, the others passed.

    A finding that is weaker than its rule is a hint to the reviewer, and the check has passed.
    """
    found = {finding.check for finding in findings if finding.strength is plan.check(finding.check).strength}
    looked_at = {
        check.id
        for check in map(plan.check, gate.checks)
        if not (application.classified and check.exempts_classified)
        and _has_something(check, application, planned_reuse, has_conditions)
    }
    return frozenset(
        Exercise(part=Part.CHECK, id=check_id, passed=check_id not in found) for check_id in looked_at | found
    )


def _has_something(
    check: Check, application: Application, planned_reuse: tuple[str, ...], has_conditions: bool
) -> bool:
    match check:
        case RequiresSpecification():
            return any(f.capability and f.approach is not Approach.SELF_BUILT for f in application.features)
        case ForbidsRepeatedCollection():
            return bool(application.collects)
        case RealisesPlannedReuse():
            return bool(planned_reuse)
        case ContributesCapabilities():
            return bool(application.contributes)
        case SharesResources():
            return bool(application.forms.get(check.form, {}).get(check.rows))
        case MeetsConditions():
            return has_conditions
        case _:
            return any(feature.kind in check.features for feature in application.features)


def demanded(plan: Plan) -> frozenset[tuple[Part, str]]:
    """Everything in the plan that a case must exercise both ways. A rung is named by its ladder's gate-free key."""
    return frozenset(_demanded(plan))


def _demanded(plan: Plan) -> Iterator[tuple[Part, str]]:
    for check in plan.checks:
        yield Part.CHECK, check.id
    for gate in (gate for stage in plan.stages for gate in stage.gates):
        yield Part.GATE, gate.id
        yield from ((Part.RUNG, f"review {rung.at} {rung.kind}") for rung in gate.rungs)
        for consequence in gate.consequences:
            yield from ((Part.SANCTION, f"{gate.id} {rule.kind}") for rule in consequence.sanctions)
            if consequence.rectification:
                rungs = consequence.rectification.rungs
                yield from ((Part.RUNG, f"rectification {rung.at} {rung.kind}") for rung in rungs)


# ---------------------------------------------------------------- what a life exercised


def exercised_in(life: Life) -> frozenset[Exercise]:
    """Gates, checks, sanctions and rungs that the life exercised."""
    if life.plan is None:
        return frozenset()
    gates = {gate.id: gate for stage in life.plan.stages for gate in stage.gates}
    return frozenset(
        [
            *_checks(life, life.plan, gates),
            *_gates(life),
            *_sanctions(life, gates),
            *_rungs(life, gates),
        ]
    )


def _checks(life: Life, plan: Plan, gates: dict[str, Gate]) -> Iterator[Exercise]:
    """Of each gate its last review, since an earlier one judged an application that was corrected afterwards."""
    planned = tuple(feature.capability for feature in life.application.features if feature.capability)
    latest = {key.split("/")[0]: findings for key, findings in _findings(life).items()}
    for gate_id in latest.keys() & gates.keys():
        gate, has_conditions = gates[gate_id], bool(life.status.conditions)
        yield from exercised_checks(plan, gate, life.application, latest[gate_id], planned, has_conditions)


def _gates(life: Life) -> Iterator[Exercise]:
    for record in life.status.passed:
        yield Exercise(part=Part.GATE, id=record.gate, passed=record.outcome is Outcome.APPROVED)


def _sanctions(life: Life, gates: dict[str, Gate]) -> Iterator[Exercise]:
    imposed = {sanction.sanction_id for sanction in life.status.sanctions}
    for record in life.status.passed:
        for rule in (rule for c in gates[record.gate].consequences for rule in c.sanctions):
            was = f"{record.review_id}/{rule.kind}" in imposed
            yield Exercise(part=Part.SANCTION, id=f"{record.gate} {rule.kind}", passed=not was)


def _rungs(life: Life, gates: dict[str, Gate]) -> Iterator[Exercise]:
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
    yield from _rectification_rungs(life, gates, told)


def _rectification_rungs(life: Life, gates: dict[str, Gate], told: dict[str, tuple[str, ...]]) -> Iterator[Exercise]:
    ordered = {
        r for gate in gates.values() for c in gate.consequences if c.rectification for r in c.rectification.rungs
    }
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
    opened = (entry for entry in life.ledger if entry.kind is EntryKind.REVIEW_OPENED)
    return {
        gate_round(entry.entry_id): tuple(Finding.model_validate(f) for f in entry.detail.get("findings", ()))
        for entry in opened
    }


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
