"""What the service answers when it cannot do what was asked: one JSON shape, never a 500 for bad input.

`{"type": "MissingVariable", "detail": "variables.title: …", "faults": ["…", …]}`; each fault names field, rule, value.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException

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


def answer_problems(app: FastAPI) -> None:
    """Install the handlers that turn every refusal into the one JSON shape."""
    app.exception_handler(Problem)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    for unavailable in (OperationalError, InterfaceError, TimeoutError):
        app.exception_handler(unavailable)(_unavailable)


def _response(status: int, type: str, faults: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    """The JSON answer of a refusal."""
    return JSONResponse({"type": type, "detail": "; ".join(faults), "faults": list(faults)}, status, headers)


async def _refused(_: Request, error: Problem) -> Response:
    return _response(error.status, error.type, error.faults)


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    return _response(422, "InvalidInput", [_fault(e) for e in error.errors()])


async def _http(_: Request, error: HTTPException) -> Response:
    return _response(error.status_code, "HttpError", [str(error.detail)], dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("notification.database_unavailable", path=request.url.path, error=type(error).__name__)
    return _response(503, "Unavailable", ["database: cannot be reached, try again"], {"Retry-After": "5"})


def _fault(error: dict[str, Any]) -> str:
    location = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
    field = ".".join(str(part) for part in location) or "(whole input)"
    shown = repr(error.get("input"))
    return f"{field}: {error['msg']} (got {shown if len(shown) <= 80 else shown[:77] + '...'})"
