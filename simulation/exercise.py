"""Which parts of a regulation a case exercised, told from what happened and never from what the case says of itself."""

from collections.abc import Iterator

from models.application import Application, Approach
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
from simulation.verdict import Exercise, Part


def exercised_checks(
    plan: Plan,
    gate: Gate,
    application: Application,
    found: frozenset[str],
    planned_reuse: tuple[str, ...],
    has_conditions: bool,
) -> frozenset[Exercise]:
    """The gate's checks that had something to look at: those with findings failed, the others passed."""
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
