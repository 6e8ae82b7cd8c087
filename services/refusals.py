"""What the services refuse alike: for what, how it is described at `/openapi.json`, and when to try again.

In what shape a service says it is the service's own, in its `problems.py`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.base import Value

Responses = dict[int | str, dict[str, Any]]

OF_ANY_ROUTE: Mapping[int, str] = {
    400: "The body is no JSON",
    401: "No token that is valid now",
    403: "The token is not for this",
    413: "The body is too large",
    422: "A value is wrong",
    503: "The database does not answer",
}
"""What any route may answer beside its own answers."""

NOT_FOUND = "There is no such thing"

DATABASE_DOWN = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises where the database does not answer."""

TRY_AGAIN: Mapping[str, str] = {"Retry-After": "5"}
"""The header of a 503; in seconds."""


def described(model: type[Value], refusals: Mapping[int, str]) -> Responses:
    """The refusals, by status, as FastAPI has them described: each in the service's own shape."""
    return {status: {"model": model, "description": description} for status, description in refusals.items()}
