"""The HTTP interface: Temporal's codec protocol (docs.temporal.io/codec-server), and the login for browsers."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Depends, Request, Response
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from sqlalchemy import Engine, text
from starlette.concurrency import run_in_threadpool
from temporalio.api.common.v1 import Payload, Payloads

from models.base import Value
from models.limits import PAYLOADS_BODY_BYTES
from runtime.payloads.codec import EncryptingCodec
from services.access.tokens import Access, Admission, Denial
from services.codec import pages
from services.codec.problems import Problem
from services.codec.scopes import CodecScope
from services.codec.sessions import COOKIE, Sessions, session_of
from services.codec.settings import CodecSettings
from services.health import alive

router = APIRouter()
_log = structlog.get_logger(__name__)

MAX_BODY_BYTES = PAYLOADS_BODY_BYTES
MAX_PAYLOADS = 1000
MAX_FORM_BYTES = 1024


class Ready(Value):
    """The service answers, and so does the database of its tokens."""

    status: str


def _codec(request: Request) -> EncryptingCodec:
    codec: EncryptingCodec = request.app.state.codec
    return codec


CodecOf = Annotated[EncryptingCodec, Depends(_codec)]
Turn = Callable[[list[Payload]], Awaitable[list[Payload]]]


@router.post("/payloads/decode")
async def decode(request: Request, codec: CodecOf) -> Response:
    """解密. 422 where a payload cannot be read: the answer names the key that is missing."""
    return await _turned(request, codec.decode, "payloads.decoded")


@router.post("/payloads/encode")
async def encode(request: Request, codec: CodecOf) -> Response:
    """加密, with the active key."""
    return await _turned(request, codec.encode, "payloads.encoded")


async def _turned(request: Request, turn: Turn, event: str) -> Response:
    given = _payloads(await _body(request, MAX_BODY_BYTES))
    answer = Payloads(payloads=await turn(given))
    admission: Admission = request.state.admission
    # Who looked at how much. What it was stands in no log.
    _log.info(event, caller=admission.caller, payloads=len(given))
    return Response(
        MessageToJson(answer, indent=None), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _payloads(body: bytes) -> list[Payload]:
    try:
        given = Parse(body, Payloads(), max_recursion_depth=10)
    except (ParseError, UnicodeDecodeError, RecursionError):
        # The error's own text would quote the body.
        raise Problem(422, 'body: must be {"payloads": [{"metadata": {…}, "data": "…"}]}, values in base64') from None
    if len(given.payloads) > MAX_PAYLOADS:
        raise Problem(413, f"payloads: at most {MAX_PAYLOADS} in one request")
    return list(given.payloads)


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise Problem(413, f"body: at most {most} bytes")
    return bytes(body)


# ---------------------------------------------------------------- login


@router.get("/payloads/login")
def login_page() -> Response:
    """登录页."""
    return pages.login()


@router.post("/payloads/login")
async def log_in(request: Request) -> Response:
    """登录: a token that may see payloads opens a session. 401 for any other."""
    access: Access = request.app.state.access
    sessions: Sessions = request.app.state.sessions
    settings: CodecSettings = request.app.state.settings
    form = parse_qs((await _body(request, MAX_FORM_BYTES)).decode("utf-8", "replace"))
    token = form.get("token", [""])[0].strip()
    found = await run_in_threadpool(access.judge, token)
    if isinstance(found, Denial) or not found.allows(CodecScope.READ):
        reason = found.reason if isinstance(found, Denial) else "scope"
        _log.warning("access.refused", reason=reason, route="POST /payloads/login")
        return pages.login(401, "令牌无效，或无权查看明文。 This token is not valid, or not for seeing payloads.")
    _log.info("session.opened", caller=found.caller)
    endpoint = f"{request.base_url}payloads"
    answer = pages.logged_in(settings.ui_origin, endpoint, settings.session_hours)
    answer.set_cookie(
        COOKIE,
        sessions.open(token),
        max_age=sessions.seconds,
        # Cookies know no ports: on this path nothing else that listens on the host gets to see it.
        path="/payloads",
        httponly=True,
        samesite="strict",
        secure=settings.ui_origin.startswith("https://"),
    )
    return answer


@router.post("/payloads/logout")
def log_out(request: Request) -> Response:
    """退出: the session ends. A second call does nothing."""
    sessions: Sessions = request.app.state.sessions
    sessions.end(session_of(request.headers))
    answer = pages.login()
    answer.delete_cookie(COOKIE, path="/payloads", httponly=True, samesite="strict")
    return answer


router.add_api_route("/healthz", alive)


@router.get("/readyz")
def ready(request: Request) -> Ready:
    """200 while the database of the tokens answers."""
    engine: Engine = request.app.state.engine
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Ready(status="ready")
