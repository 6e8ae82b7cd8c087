"""What a token of the catalog can be for, and what each route asks for."""

from collections.abc import Mapping
from enum import StrEnum


class CatalogScope(StrEnum):
    """The closed set of the catalog's scopes."""

    FACTS = "facts:read"
    """Ask what a workflow asks: facts of a project, where an entry stands, rates."""
    CHANGES = "changes:write"
    """Tell of changes of entries, as workflows do."""
    BROWSE = "catalog:read"
    """Look through the catalog and what has happened to its entries."""
    USAGE = "usage:write"
    """Report calls and residency, as the platform does."""
    MAINTAIN = "catalog:maintain"
    """Fill and mend the catalog."""
    METRICS = "metrics:read"
    """Read what the service counts, as Prometheus does."""


ROUTES: Mapping[str, CatalogScope | None] = {
    "POST /facts": CatalogScope.FACTS,
    "GET /entry": CatalogScope.FACTS,
    "POST /rates": CatalogScope.FACTS,
    "POST /changes": CatalogScope.CHANGES,
    "GET /capabilities": CatalogScope.BROWSE,
    "GET /capabilities/lookup": CatalogScope.BROWSE,
    "GET /capabilities/{name}/changes": CatalogScope.BROWSE,
    "GET /resources": CatalogScope.BROWSE,
    "GET /resources/{resource_id}": CatalogScope.BROWSE,
    "GET /resources/{resource_id}/changes": CatalogScope.BROWSE,
    "GET /demands/{key}/changes": CatalogScope.BROWSE,
    "GET /items": CatalogScope.BROWSE,
    "GET /projects/{project}/usage": CatalogScope.BROWSE,
    "POST /calls": CatalogScope.USAGE,
    "POST /residents": CatalogScope.USAGE,
    "POST /capabilities": CatalogScope.MAINTAIN,
    "PATCH /capabilities/{name}": CatalogScope.MAINTAIN,
    "POST /resources": CatalogScope.MAINTAIN,
    "POST /resources/{resource_id}/steps": CatalogScope.MAINTAIN,
    "POST /items": CatalogScope.MAINTAIN,
    "POST /seed": CatalogScope.MAINTAIN,
    "GET /metrics": CatalogScope.METRICS,
    "GET /healthz": None,
    "GET /readyz": None,
}

CLIENTS: Mapping[str, frozenset[CatalogScope]] = {
    "worker": frozenset({CatalogScope.FACTS, CatalogScope.CHANGES}),
    "operator": frozenset(CatalogScope) - {CatalogScope.CHANGES, CatalogScope.METRICS},
    "metrics": frozenset({CatalogScope.METRICS}),
}
"""Who usually reaches the catalog. An operator fills it and reports usage; entries are led by workflows alone."""
