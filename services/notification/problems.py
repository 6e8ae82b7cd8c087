"""What the service answers when it cannot do what was asked: one JSON shape, never a 500 for bad input.

`{"type": "MissingVariable", "detail": "variables.title: …", "faults": ["…", …]}`; each fault names field, rule, value.
"""

import json
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
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


def problem_response(status: int, type: str, faults: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    """The JSON answer of a refusal. Characters that UTF-8 cannot hold are escaped: the input may contain anything."""
    content = json.dumps({"type": type, "detail": "; ".join(faults), "faults": list(faults)}, ensure_ascii=False)
    body = content.encode("utf-8", errors="backslashreplace")
    return Response(body, status_code=status, headers=headers, media_type="application/json")


async def _refused(_: Request, error: Problem) -> Response:
    return problem_response(error.status, error.type, error.faults)


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    return problem_response(422, "InvalidInput", [_fault(e) for e in error.errors()])


async def _http(_: Request, error: HTTPException) -> Response:
    return problem_response(error.status_code, "HttpError", [str(error.detail)], dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("notification.database_unavailable", path=request.url.path, error=type(error).__name__)
    return problem_response(503, "Unavailable", ["database: cannot be reached, try again"], {"Retry-After": "5"})


def _fault(error: dict[str, Any]) -> str:
    field = ".".join(str(part) for part in error["loc"] if part != "body") or "(whole input)"
    shown = ascii(error.get("input")) if isinstance(error.get("input"), bytes) else repr(error.get("input"))
    return f"{field}: {error['msg']} (got {shown if len(shown) <= 80 else shown[:77] + '...'})"
