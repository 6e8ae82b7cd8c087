"""A limit on what one request may hand in, kept before anything is parsed."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 4 * 1024 * 1024


class LimitBody:
    """ASGI middleware: answers 413 to a body over 4 MiB, whatever length it announces; hands any other on, whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await _refusal()(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


async def _read(receive: Receive) -> bytes | None:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    handed = False

    async def once_more() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def _refusal() -> JSONResponse:
    rule = f"请求内容不得超过 {MAX_BODY_BYTES} 字节 (a body may have at most {MAX_BODY_BYTES} bytes)"
    return JSONResponse({"detail": [{"field": "body", "value": f"> {MAX_BODY_BYTES}", "rule": rule}]}, 413)
