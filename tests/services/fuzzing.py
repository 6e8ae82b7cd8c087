"""A service's own description, turned against it: what schemathesis makes of it is sent by a caller who may do everything.

`DEEPER=1` in the environment sends fifty times as much, and something else each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.python import asgi

from tests.input.hostile import DEEPER

_EXPECTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""Not whether good data is accepted: a description cannot say which state forbids which step."""


@contextmanager
def started(app: FastAPI) -> Iterator[FastAPI]:
    """The application between its start and its end, in this process; schemathesis starts it with its first request."""
    try:
        with client_of(app) as client:
            assert client.get("/healthz").status_code == 200
        yield app
    finally:
        asgi.shutdown_lifespans()


def client_of(app: Any) -> asgi.ASGIClient:
    """Whoever calls the application."""
    return asgi.get_client(app)


def routes(app: FastAPI) -> list[str]:
    """Every operation of the application's description, as `METHOD path`."""
    return [f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods]


def bombard(app: FastAPI, route: str, token: str, examples: int) -> None:
    """Send good and bad requests to a route of a started application. Raises where an answer is none that it describes."""
    method, path = route.split(" ", 1)
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    operation = schema[path][method]
    checks = [CHECKS.get_one(name) for name in _EXPECTED]
    with client_of(app) as client:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=examples * (50 if DEEPER else 1),
                derandomize=not DEEPER,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode))
            def holds(case: Any) -> None:
                case.call_and_validate(session=client, headers={"Authorization": f"Bearer {token}"}, checks=checks)

            # A route that takes nothing cannot be asked wrongly.
            with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
                holds()
