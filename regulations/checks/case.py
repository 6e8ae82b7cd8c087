"""What a check looks at, and how it says what it found. Shared by all kinds of checks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias, TypeVar

from models.application import Application, Approach, Feature
from models.base import Text
from models.check import Check
from models.effects import CapabilityFact, CatalogFacts
from models.finding import Finding, Strength
from models.messages import EventReport
from models.project import Condition

Evidence: TypeAlias = tuple[str, ...]
Key = TypeVar("Key", str, tuple[str, str])


@dataclass(frozen=True)
class OnFile:
    """What the project's file says besides the application. `on` is the legal day of the judgement."""

    on: date
    planned_reuse: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    events: tuple[EventReport, ...] = ()
    approved_forms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def happened(self) -> frozenset[str]:
        """The names of the events that were reported."""
        return frozenset(report.event for report in self.events)

    def last(self, event: str) -> EventReport | None:
        """The report of the event that came last; None where there is none."""
        return next((report for report in reversed(self.events) if report.event == event), None)


@dataclass(frozen=True)
class Case:
    """What one run looks at. `facts` is empty only for a check that asked the catalog nothing."""

    application: Application
    filed_on: date
    facts: CatalogFacts
    on_file: OnFile


def enumerated(parts: Sequence[str], limit: int = 5) -> Text:
    """The first `limit` parts as one phrase, and how many there are in all. Keeps a message readable."""
    shown, rest = parts[:limit], len(parts) - limit
    if rest <= 0:
        return Text(zh="、".join(shown), en=", ".join(shown))
    return Text(zh=f"{'、'.join(shown)}等 {len(parts)} 项", en=f"{', '.join(shown)} and {rest} more")


def finding(check: Check, subject: str, zh: str, en: str, evidence: Evidence = (), *, advice: bool = False) -> Finding:
    return Finding(
        check=check.id,
        rule=check.rule,
        subject=subject,
        message=Text(zh=zh, en=en),
        remedy=check.remedy,
        strength=Strength.ENCOURAGED if advice else check.strength,
        citation=check.citation,
        evidence=evidence,
    )


def features(application: Application, kinds: tuple[str, ...]) -> list[Feature]:
    return [feature for feature in application.features if feature.kind in kinds]


def connected(application: Application) -> list[Feature]:
    return [f for f in application.features if f.approach is not Approach.SELF_BUILT and capability_of(f)]


def capability_of(feature: Feature) -> str:
    return (feature.capability or "").strip()


def capabilities_of(features: list[Feature]) -> tuple[str, ...]:
    return distinct(name for feature in features if (name := capability_of(feature)))


def shown(feature: Feature) -> Evidence:
    return f"kind={feature.kind}", f"approach={feature.approach}", f"capability={capability_of(feature)}"


def as_of(case: Case) -> str:
    return f"catalog={case.facts.version}"


def fact_of(facts: CatalogFacts, name: str) -> CapabilityFact:
    unknown = CapabilityFact(asked=name, name=name, state="unknown")
    return next((fact for fact in facts.capabilities if fact.asked == name), unknown)


def distinct(values: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(values))
