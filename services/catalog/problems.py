"""What is wrong with a request, and how it is said: status, and for each fault its field, value and rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException

from models.base import MAX_FAULTS, Text, Value, field_of, shown
from services.refusals import DATABASE_DOWN, NOT_FOUND, OF_ANY_ROUTE, TRY_AGAIN, Responses, described


class Problem(Exception):
    """A request that is understood and refused. It has changed nothing."""

    def __init__(self, status: int, field: str, value: object, rule: Text) -> None:
        super().__init__(f"{field}: {rule.en}")
        self.status, self.field, self.value, self.rule = status, field, value, rule


class Fault(Value):
    """One thing that is wrong with a request: where, what was given, and what is asked for."""

    field: str
    value: str
    rule: str


class Refused(Value):
    """What every refusal of this service says."""

    detail: tuple[Fault, ...]


RESPONSES = described(Refused, OF_ANY_ROUTE)

_FURTHER = {404: NOT_FOUND, 409: "It contradicts what the catalog holds"}


def told(*statuses: int) -> Responses:
    """The further refusals of one route."""
    return described(Refused, {status: _FURTHER[status] for status in statuses})


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


def refusal(status: int, rule: Text, headers: Mapping[str, str]) -> JSONResponse:
    """What the guard answers, in the shape of every refusal of this service. The token itself is never shown."""
    return _answer(status, [_fault("authorization", "", f"{rule.zh} ({rule.en})")], headers)


def unreadable(status: int, rule: Text) -> JSONResponse:
    """What is answered to a body that nobody reads."""
    return _answer(status, [_fault("body", "", f"{rule.zh} ({rule.en})")])


def install(app: FastAPI) -> None:
    """Make every refusal of this service look alike: `{"detail": [{"field", "value", "rule"}]}`."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for raced in (IntegrityError, DataError):
        app.add_exception_handler(raced, _refused_by_database)
    for down in DATABASE_DOWN:
        app.add_exception_handler(down, _database_down)


def _answer(status: int, faults: Sequence[dict[str, str]], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": jsonable_encoder(faults)}, status, headers)


def _fault(field: str, value: object, rule: str) -> dict[str, str]:
    text = value if isinstance(value, str) else shown(value)
    # A lone surrogate is a fault of the input and must not become a fault of the answer.
    text = text[:80].encode("utf-8", "backslashreplace").decode() if len(text) <= 80 else text[:77] + "..."
    return {"field": field, "value": text, "rule": rule}


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return _answer(error.status, [_fault(error.field, error.value, f"{error.rule.zh} ({error.rule.en})")])


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    fault = _fault("request", f"{request.method} {request.url.path}", str(error.detail))
    return _answer(error.status_code, [fault], error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    told = [_fault(_path(e["loc"]), e.get("input"), e["msg"]) for e in found[:MAX_FAULTS]]
    rest = [_fault("body", "", f"has {len(found) - MAX_FAULTS} further faults")] if len(found) > MAX_FAULTS else []
    return _answer(422, [*told, *rest])


def _path(location: Sequence[Any]) -> str:
    return field_of(location[1:] or location[:1])


async def _refused_by_database(_: Request, error: Exception) -> JSONResponse:
    rule = "与目录已有内容冲突 (the database refuses it: a key is taken or a value is out of range)"
    return _answer(409, [_fault("(database)", type(error).__name__, rule)])


async def _database_down(_: Request, error: Exception) -> JSONResponse:
    rule = "目录数据库暂时不可用，请稍后重试 (the catalog's database does not answer; try again)"
    return _answer(503, [_fault("(database)", type(error).__name__, rule)], TRY_AGAIN)
