"""What the codec server answers when it does not do what was asked: `{"detail": "…"}`, with no content of a payload."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from models.base import Text
from runtime.payloads.codec import PayloadError
from services.refusals import DATABASE_DOWN, TRY_AGAIN


class Problem(Exception):
    """A request that is refused. It names the field and the rule, never the value."""

    def __init__(self, status: int, rule: str) -> None:
        super().__init__(rule)
        self.status, self.rule = status, rule


def refusal(status: int, rule: Text, headers: Mapping[str, str]) -> JSONResponse:
    """What the guard answers."""
    return JSONResponse({"detail": f"{rule.zh} ({rule.en})"}, status, headers)


def install(app: FastAPI) -> None:
    """Make every refusal of this service look alike."""
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(PayloadError, _unreadable)
    for down in DATABASE_DOWN:
        app.add_exception_handler(down, _database_down)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return JSONResponse({"detail": error.rule}, error.status)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 422)


async def _database_down(_: Request, error: Exception) -> JSONResponse:
    rule = "令牌数据库暂时不可用，请稍后重试 (the database of the tokens does not answer; try again)"
    return JSONResponse({"detail": rule}, 503, TRY_AGAIN)
