"""The guard before an application: no route is reached without a token, and none without the scope that it asks for.

Two parts, so that what is forgotten stays shut. The middleware asks for a token before anything of the request is read,
also for a path that leads nowhere. The dependency of every route then looks its scope up in the service's table; a route
that the table does not know is refused to everybody.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import structlog
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.base import Text
from services.access.tokens import Access, Admission, Denial
from services.refusals import DATABASE_DOWN, TRY_AGAIN

_log = structlog.get_logger(__name__)

Routes = Mapping[str, StrEnum | None]
"""The scope that each route asks for, by method and path (`GET /entry`). None: open to everybody."""

Refusal = Callable[[int, Text, Mapping[str, str]], Response]
"""How a service says that it refuses: status, rule, headers."""

CHALLENGE = 'Bearer realm="tongchou"'

_UNAUTHORIZED = Text(zh="需要有效的访问令牌", en="a valid access token is required")
_UNAVAILABLE = Text(zh="令牌数据库暂时不可用，请稍后重试", en="the database of the tokens does not answer; try again")


class OutOfScope(Exception):
    """The caller is known, and has no token for this."""

    def __init__(self, scope: str | None) -> None:
        super().__init__(scope)
        self.scope = scope


def guard(app: FastAPI, routes: Routes, access: Access, refusal: Refusal) -> None:
    """Put the guard before the application. Call it last, so that it stands before every other middleware.

    The application must have been made with `dependencies=[Depends(scope_of(routes))]`.
    """

    async def out_of_scope(_: Request, error: Exception) -> Response:
        assert isinstance(error, OutOfScope)
        needed = error.scope or "—"
        rule = Text(zh=f"令牌的权限不含 {needed}", en=f"the token is not for {needed}")
        challenge = f'{CHALLENGE}, error="insufficient_scope"' + (f', scope="{error.scope}"' if error.scope else "")
        return refusal(403, rule, {"WWW-Authenticate": challenge})

    app.add_exception_handler(OutOfScope, out_of_scope)
    app.add_middleware(_Guard, access=access, refusal=refusal, open_paths=_open_paths(routes))


def scope_of(routes: Routes) -> Callable[[Request], Awaitable[None]]:
    """The dependency of every route: raises OutOfScope where the caller's token is not for the route's scope."""

    async def check(request: Request) -> None:
        route = f"{request.method} {request.scope['route'].path}"
        scope = routes.get(route)
        if scope is None and route in routes:
            return
        admission: Admission = request.state.admission
        if scope is None or not admission.allows(scope):
            _log.warning("access.refused", reason="scope", caller=admission.caller, needs=scope, route=route)
            raise OutOfScope(scope)

    return check


def check_routes(app: FastAPI, routes: Routes) -> None:
    """Raise ValueError where the application has a route without a scope, or the table one that is no route."""
    described = {f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    declared = {route.replace(":path}", "}") for route in routes}
    if described != declared:
        raise ValueError(f"routes: each must have its scope (differ: {', '.join(sorted(described ^ declared))})")


class _Guard:
    """ASGI middleware: 401 for a request without a token that is valid now; the others go on with their Admission."""

    def __init__(self, app: ASGIApp, access: Access, refusal: Refusal, open_paths: frozenset[str]) -> None:
        self._app, self._access, self._refusal, self._open_paths = app, access, refusal, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._open_paths):
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._judged(scope, receive, send)

    async def _judged(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = await run_in_threadpool(self._access.judge, _token(Headers(scope=scope)))
        except DATABASE_DOWN as error:
            _log.error("access.database_unavailable", error=type(error).__name__)
            await self._refusal(503, _UNAVAILABLE, TRY_AGAIN)(scope, receive, send)
            return
        if isinstance(found, Denial):
            _log.warning("access.refused", reason=found.reason, token=found.token_id, method=scope["method"])
            await self._refusal(401, _UNAUTHORIZED, {"WWW-Authenticate": CHALLENGE})(scope, receive, send)
            return
        scope.setdefault("state", {})["admission"] = found
        await self._app(scope, receive, send)


def _token(headers: Headers) -> str | None:
    """What stands behind `Bearer`. None where there is no such header, or more than one."""
    sent = headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else None


def _open_paths(routes: Routes) -> frozenset[str]:
    return frozenset(route.partition(" ")[2] for route, scope in routes.items() if scope is None)
