"""The checks of a gate: what an application must show, judged against the plan and the catalog's answer.

Pure and deterministic, so that a workflow may run them and a rehearsal costs nothing. Each kind of the closed union in
`models/check.py` has one small function in this package. Nothing passes because the catalog is silent: a check that asks it
raises where there is no answer (register A45), and a capability that the answer leaves out counts as unknown.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import assert_never

from models.application import Application
from models.check import (
    Check,
    CompilesCatalog,
    ContributesCapabilities,
    FilesBeforeStart,
    ForbidsDuplicateItems,
    ForbidsEvent,
    ForbidsRepeatedCollection,
    ForbidsSelfBuilding,
    MatchesApproved,
    MeetsConditions,
    MeetsThreshold,
    RealisesPlannedReuse,
    RegistersCatalog,
    RequiresAnswer,
    RequiresCapability,
    RequiresDeclaration,
    RequiresEvent,
    RequiresSpecification,
    SharesBaseItems,
    SharesResources,
)
from models.effects import CatalogFacts, CatalogQuestion
from models.finding import Finding, Strength, Waiver
from models.plan import Gate, Plan
from regulations.checks import answers, catalog_form, parts, reports, results
from regulations.checks.case import Case, OnFile, capabilities_of, connected, distinct, enumerated, fact_of, features
from regulations.scope import applies

__all__ = ["OnFile", "binding", "blocking", "enumerated", "planned_reuse", "question", "run"]


def question(gate: Gate, plan: Plan, application: Application) -> CatalogQuestion | None:
    """All that the gate needs to know of the catalog, in one question; None where it needs nothing.

    A gate that fixes the planned reuse also asks for the proper names of the capabilities planned (register A47).
    Raises KeyError for a check that the plan does not know.
    """
    asked = [part for check in _for_anybody(gate, plan, application) if (part := _asked(check, application))]
    planned = capabilities_of(connected(application)) if gate.fixes.planned_reuse else ()
    if not asked and not planned:
        return None
    similarities = [part.collection_similarity for part in asked if part.collection_similarity is not None]
    return CatalogQuestion(
        project=application.code,
        unit=application.unit.code,
        capabilities=distinct(name for names in (*(part.capabilities for part in asked), planned) for name in names),
        collects=next((part.collects for part in asked if part.collects), ()),
        collection_similarity=min(similarities, default=None),
        items=tuple(item for part in asked for item in part.items),
        usage=any(part.usage for part in asked),
    )


def run(
    gate: Gate, plan: Plan, application: Application, facts: CatalogFacts | None, on_file: OnFile
) -> tuple[Finding, ...]:
    """Apply the gate's checks. The findings stand in the order of the gate's checks, then by subject.

    A check that does not apply to the project, or that exempts classified ones (JY-15), is left out. Raises ValueError
    where a check asks the catalog and `facts` is None (register A45), KeyError for a check that the plan does not know.
    """
    found: list[Finding] = []
    for check in binding(gate, plan, application, on_file):
        if facts is None and _asked(check, application):
            raise ValueError(f"check {check.id}: facts is None, but the check cannot pass without the catalog (A45)")
        case = Case(application, plan.filed_on, facts or CatalogFacts(version=""), on_file)
        found += sorted(_apply(check, case), key=lambda finding: finding.subject)
    return tuple(found)


def binding(gate: Gate, plan: Plan, application: Application, on_file: OnFile) -> list[Check]:
    """The checks of the gate that bind this project now."""
    happened = on_file.happened()
    return [check for check in _for_anybody(gate, plan, application) if applies(check, application, happened)]


def blocking(findings: tuple[Finding, ...], waivers: tuple[Waiver, ...], on: date) -> tuple[Finding, ...]:
    """The findings that stand in the way of an approval on that legal day (register A39).

    A mandatory rule always blocks. A rule 原则上 blocks unless a waiver covers it; a waiver holds to the end of its day
    of expiry. Advice never blocks.
    """
    return tuple(f for f in findings if _blocks(f, waivers, on))


def planned_reuse(application: Application, facts: CatalogFacts | None) -> tuple[str, ...]:
    """The capabilities that the project plans to reuse or connect, by their proper names, each once (register A47).

    Raises ValueError where some are planned and `facts` is None: an alias would be held against the project later.
    """
    planned = capabilities_of(connected(application))
    if planned and facts is None:
        raise ValueError(f"planned reuse of {application.code}: facts is None, but {planned} must be resolved (A45)")
    return distinct(fact_of(facts, name).name for name in planned) if facts else ()


def _for_anybody(gate: Gate, plan: Plan, application: Application) -> list[Check]:
    checks = [plan.check(check_id) for check_id in gate.checks]
    return [check for check in checks if not (application.classified and check.exempts_classified)]


def _asked(check: Check, application: Application) -> CatalogQuestion | None:
    """What this check alone asks. Whoever is given None here is never shown the facts' absence as a pass."""
    ask = partial(CatalogQuestion, project=application.code, unit=application.unit.code)
    match check:
        case RequiresCapability(listed=True) if own := features(application, check.features):
            return ask(capabilities=check.capabilities + capabilities_of(own))
        case RequiresSpecification() if own := connected(application):
            return ask(capabilities=capabilities_of(own))
        case ForbidsDuplicateItems() if wanted := parts.wanted(check, application):
            return ask(items=wanted)
        case ForbidsRepeatedCollection() if application.collects:
            return ask(collects=application.collects, collection_similarity=check.similarity)
        case RealisesPlannedReuse():
            return ask(capabilities=capabilities_of(connected(application)), usage=True)
        case ContributesCapabilities() | SharesResources() | RegistersCatalog():
            return ask(usage=True)
    return None


def _apply(check: Check, case: Case) -> Iterable[Finding]:
    match check:
        case ForbidsSelfBuilding():
            return parts.self_building(check, case)
        case RequiresCapability():
            return parts.capability(check, case)
        case RequiresDeclaration():
            return parts.declaration(check, case)
        case RequiresSpecification():
            return parts.specification(check, case)
        case ForbidsDuplicateItems():
            return parts.duplicate_items(check, case)
        case ForbidsRepeatedCollection():
            return parts.repeated_collection(check, case)
        case RealisesPlannedReuse():
            return results.unrealised_reuse(check, case)
        case ContributesCapabilities():
            return results.contributions(check, case)
        case MeetsConditions():
            return results.conditions(check, case)
        case CompilesCatalog():
            return catalog_form.compiled_catalog(check, case)
        case SharesResources():
            return catalog_form.shared_resources(check, case)
        case RegistersCatalog():
            return catalog_form.registered_catalog(check, case)
        case SharesBaseItems():
            return catalog_form.base_items(check, case)
        case RequiresAnswer():
            return answers.required_answer(check, case)
        case MatchesApproved():
            return answers.approved_match(check, case)
        case FilesBeforeStart():
            return answers.filed_before_start(check, case)
        case RequiresEvent():
            return reports.required_event(check, case)
        case ForbidsEvent():
            return reports.forbidden_event(check, case)
        case MeetsThreshold():
            return reports.threshold(check, case)
        case _:
            assert_never(check)


def _blocks(finding: Finding, waivers: tuple[Waiver, ...], on: date) -> bool:
    if finding.strength is not Strength.IN_PRINCIPLE:
        return finding.strength is Strength.MANDATORY
    return not any(
        w.rule == finding.rule and w.subject in (None, finding.subject) and on <= w.expires_on for w in waivers
    )
