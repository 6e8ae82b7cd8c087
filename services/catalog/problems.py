"""What is wrong with a request, and how it is said: status, and for each fault its field, value and rule."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.base import Text

RETRY_AFTER_SECONDS = 5


class Problem(Exception):
    """A request that is understood and refused. It has changed nothing."""

    def __init__(self, status: int, field: str, value: object, rule: Text) -> None:
        super().__init__(f"{field}: {rule.en}")
        self.status, self.field, self.value, self.rule = status, field, value, rule


def conflict(field: str, value: object, rule: Text) -> Problem:
    """409: the request is well formed and contradicts what the catalog holds."""
    return Problem(409, field, value, rule)


def unprocessable(field: str, value: object, rule: Text) -> Problem:
    """422: the request names something that it may not name."""
    return Problem(422, field, value, rule)


def missing(field: str, value: object, rule: Text) -> Problem:
    """404: the addressed thing is not in the catalog."""
    return Problem(404, field, value, rule)


def other_content(field: str, value: object) -> Problem:
    """409: the business key is taken by something else. The same content again would have been a no-op."""
    rule = Text(zh="该标识已登记，且内容不同", en="already registered, with other content")
    return conflict(field, value, rule)


def install(app: FastAPI) -> None:
    """Make every refusal of this service look alike: `{"detail": [{"field", "value", "rule"}]}`."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    for raced in (IntegrityError, DataError):
        app.add_exception_handler(raced, _refused_by_database)
    for down in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(down, _database_down)


def _answer(status: int, faults: Sequence[dict[str, str]], headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": jsonable_encoder(faults)}, status, headers)


def _fault(field: str, value: object, rule: str) -> dict[str, str]:
    text = value if isinstance(value, str) else repr(value)
    # A lone surrogate is a fault of the input and must not become a fault of the answer.
    shown = text.encode("utf-8", "backslashreplace").decode()
    return {"field": field, "value": shown if len(shown) <= 80 else shown[:77] + "...", "rule": rule}


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return _answer(error.status, [_fault(error.field, error.value, f"{error.rule.zh} ({error.rule.en})")])


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(422, [_fault(_path(e["loc"]), e.get("input"), e["msg"]) for e in error.errors()])


def _path(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


async def _refused_by_database(_: Request, error: Exception) -> JSONResponse:
    rule = "与目录已有内容冲突 (the database refuses it: a key is taken or a value is out of range)"
    return _answer(409, [_fault("(database)", type(error).__name__, rule)])


async def _database_down(_: Request, error: Exception) -> JSONResponse:
    rule = "目录数据库暂时不可用，请稍后重试 (the catalog's database does not answer; try again)"
    return _answer(503, [_fault("(database)", type(error).__name__, rule)], {"Retry-After": str(RETRY_AFTER_SECONDS)})
