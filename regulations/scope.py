"""To which projects an entry of the plan applies. Pure."""

from collections.abc import Collection

from models.application import Application
from models.scope import Scope, Scoped


def applies(entry: Scoped, application: Application, events: Collection[str] = ()) -> bool:
    """Whether the entry applies to this application, given the names of the events that were reported so far."""
    if entry.except_for is not None and _holds(entry.except_for, application, events):
        return False
    return entry.applies_to is None or _holds(entry.applies_to, application, events)


def _holds(scope: Scope, application: Application, events: Collection[str]) -> bool:
    features = {feature.kind for feature in application.features}
    return all(
        not wanted or not found.isdisjoint(wanted)
        for wanted, found in (
            (scope.kinds, {application.kind}),
            (scope.categories, set(application.categories)),
            (scope.features, features),
            (scope.events, set(events)),
        )
    )
