"""What one request may hand in, kept before anything is parsed. How much it is stands in `models.limits`."""

import re
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.base import Text
from models.limits import DEPTH

Refusal = Callable[[int, Text], Response]
"""How a service says that it does not take a body: status, rule."""

# A string that nobody closes reaches to the end: were it no token, each quote in it would be tried anew, and a body of some
# kilobytes would hold up the service for minutes.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class LimitBody:
    """ASGI middleware: hands a body on, whole, or refuses it, whatever length it announces.

    413 for a body over `most` bytes; 422 for JSON of more than `DEPTH` levels, and for bytes that are no UTF-8 text without
    NUL, in which nobody could count them.
    """

    def __init__(self, app: ASGIApp, most: int, refusal: Refusal) -> None:
        self._app, self._most, self._refusal = app, most, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive, self._most)
        if body is None:
            size = self._most
            rule = Text(zh=f"请求内容不得超过 {size} 字节", en=f"a body may have at most {size} bytes")
            await self._refusal(413, rule)(scope, receive, send)
        elif rule_broken := _unreadable(body):
            await self._refusal(422, rule_broken)(scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)


async def _read(receive: Receive, most: int) -> bytes | None:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _unreadable(body: bytes) -> Text | None:
    if b"\0" in body or not _is_utf8(body):
        return Text(zh="请求内容须为 UTF-8 文本，且不含 NUL", en="a body must be UTF-8 text without NUL")
    if _is_deep(body):
        return Text(
            zh=f"请求内容嵌套不得超过 {DEPTH} 层", en=f"a body must not be nested more than {DEPTH} levels deep"
        )
    return None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return False
    depth = 0
    for token in _TOKEN.finditer(body):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth > DEPTH:
            return True
    return False


def _again(body: bytes, receive: Receive) -> Receive:
    handed = False

    async def once_more() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more
