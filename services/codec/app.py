"""The codec server as a web application, put together from its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from runtime.payloads.codec import EncryptingCodec
from runtime.payloads.live import LiveKeyRing
from runtime.payloads.policy import PayloadPolicy
from services.access.guard import guard, scope_of
from services.access.tokens import Tokens
from services.codec import problems
from services.codec.database import TOKENS, connect, prepare
from services.codec.routes import router
from services.codec.scopes import ROUTES
from services.codec.sessions import CookieAsToken, Sessions
from services.codec.settings import CodecSettings
from services.metrics import count


def create_app(settings: CodecSettings) -> FastAPI:
    """The application. Its table is made when it starts; a changed key ring is seen without a restart.

    Raises KeyRingError where the key ring cannot be used, ValueError for a database that it cannot use.
    """
    if settings.payload_keys is None:
        raise ValueError("TONGCHOU_PAYLOAD_KEYS: must name the key ring (got none)")
    engine = connect(settings.database_url)
    access, sessions = Tokens(engine, TOKENS), Sessions(settings.session_hours * 3600)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        prepare(engine)
        yield
        engine.dispose()

    app = FastAPI(
        title="统筹 · 明文查看 codec server",
        lifespan=lifespan,
        dependencies=[Depends(scope_of(ROUTES))],
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.engine, app.state.access, app.state.sessions = settings, engine, access, sessions
    # It shows what is there, and the UI sends it everything that an event holds, search attributes too: nothing rests on it.
    app.state.codec = EncryptingCodec(LiveKeyRing(settings.payload_keys), PayloadPolicy.MIXED)
    problems.install(app)
    app.include_router(router)
    guard(app, ROUTES, access, problems.refusal)
    app.add_middleware(CookieAsToken, sessions=sessions, ui_origin=settings.ui_origin)
    # Outermost: a browser asks beforehand, without token and cookie, whether it may ask.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[settings.ui_origin],
        allow_credentials=True,
        allow_methods=["POST"],
        allow_headers=["authorization", "authorization-extras", "content-type", "x-namespace"],
    )
    count(app, "codec")
    return app
