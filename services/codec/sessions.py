"""How a browser is known after its user has logged in: a cookie that scripts cannot read, for the length of a working day.

The Temporal UI cannot send a token of ours; it sends the cookies of the codec server. A session stands for the token with
which it was opened: the token is judged again at every request, so a revoked one ends its sessions at once.
"""

import hashlib
import secrets
from http.cookies import CookieError, SimpleCookie
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "tongchou_codec"
MAX_SESSIONS = 1000


class Sessions:
    """The open sessions of this process; a restart ends them all. Each lasts for so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._open: dict[str, tuple[str, float]] = {}

    def open(self, token: str) -> str:
        """A session for that token; what to put into the cookie. The oldest ends where there are too many."""
        self._drop_expired()
        if len(self._open) >= MAX_SESSIONS:
            del self._open[next(iter(self._open))]
        secret = secrets.token_urlsafe(32)
        self._open[_digest(secret)] = (token, monotonic() + self.seconds)
        return secret

    def token(self, secret: str) -> str | None:
        """The token of the session; None where there is none, or its time is over."""
        token, until = self._open.get(_digest(secret), (None, 0.0))
        return token if monotonic() < until else None

    def end(self, secret: str) -> None:
        """A second call does nothing."""
        self._open.pop(_digest(secret), None)

    def _drop_expired(self) -> None:
        now = monotonic()
        self._open = {key: kept for key, kept in self._open.items() if now < kept[1]}


class CookieAsToken:
    """ASGI middleware before the guard: a session's cookie becomes the token that it stands for.

    Only for requests that come from the UI's pages, or from none: a page of another origin must not use a cookie that the
    browser adds by itself. An `Authorization` header goes first.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, ui_origin: str) -> None:
        self._app, self._sessions, self._ui_origin = app, sessions, ui_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            own = headers.get("origin") in (None, self._ui_origin)
            token = self._sessions.token(session_of(headers)) if own and "authorization" not in headers else None
            if token is not None:
                scope = {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]}
        await self._app(scope, receive, send)


def session_of(headers: Headers) -> str:
    """What stands in our cookie; empty where there is none."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
