"""What the service answers when it cannot do what was asked: one JSON shape, never a 500 for bad input.

`{"type": "MissingVariable", "detail": "variables.title: …", "faults": ["…", …]}`; each fault names field, rule, value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.base import MAX_FAULTS, Text, Value, field_of, more, shown
from services.refusals import DATABASE_DOWN, OF_ANY_ROUTE, TRY_AGAIN, Responses, described

_log = structlog.get_logger(__name__)


class ConfigurationError(Exception):
    """The service cannot start: its channels or templates are wrong. The message says where and why."""


class Problem(Exception):
    """A request that is refused. `type` is part of the contract; `faults` are for people."""

    def __init__(self, status: int, type: str, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.status = status
        self.type = type
        self.faults = faults


class Refused(Value):
    """What every refusal of this service says."""

    type: str
    detail: str
    faults: tuple[str, ...]


RESPONSES = described(Refused, {**OF_ANY_ROUTE, 503: "The database does not answer, or the sender does not run"})


def told(status: int, description: str) -> Responses:
    """A further refusal of one route."""
    return described(Refused, {status: description})


def answer_problems(app: FastAPI) -> None:
    """Install the handlers that turn every refusal into the one JSON shape."""
    app.exception_handler(Problem)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    for unavailable in DATABASE_DOWN:
        app.exception_handler(unavailable)(_unavailable)


def refusal(status: int, rule: Text, headers: Mapping[str, str]) -> Response:
    """What the guard answers, in the one JSON shape."""
    type = {401: "Unauthorized", 403: "Forbidden"}.get(status, "Unavailable")
    return _response(status, type, [f"authorization: {rule.en}"], headers)


def unreadable(status: int, rule: Text) -> Response:
    """What is answered to a body that nobody reads."""
    return _response(status, "InvalidInput", [f"body: {rule.en}"])


def _response(status: int, type: str, faults: Sequence[str], headers: Mapping[str, str] | None = None) -> Response:
    """The JSON answer of a refusal."""
    return JSONResponse({"type": type, "detail": "; ".join(faults), "faults": list(faults)}, status, headers)


async def _refused(_: Request, error: Problem) -> Response:
    return _response(error.status, error.type, error.faults)


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    return _response(422, "InvalidInput", [*(_fault(e) for e in found[:MAX_FAULTS]), *more(len(found))])


async def _http(_: Request, error: HTTPException) -> Response:
    return _response(error.status_code, "HttpError", [str(error.detail)], dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("notification.database_unavailable", path=request.url.path, error=type(error).__name__)
    return _response(503, "Unavailable", ["database: cannot be reached, try again"], TRY_AGAIN)


def _fault(error: dict[str, Any]) -> str:
    location = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
    return f"{field_of(location)}: {error['msg']} (got {shown(error.get('input'))})"
