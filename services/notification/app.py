"""通知服务: the notification service, put together from its parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from models.limits import NOTICE_BODY_BYTES
from services.access.guard import guard, scope_of
from services.access.tokens import Access, Tokens
from services.limits import LimitBody
from services.metrics import count
from services.notification.channels import load_channels
from services.notification.database import Database
from services.notification.problems import RESPONSES, answer_problems, refusal, unreadable
from services.notification.reads import Reads
from services.notification.rendering import Templates
from services.notification.routes import router
from services.notification.scopes import ROUTES
from services.notification.sending import Sender
from services.notification.service import NoticeService
from services.notification.settings import NotificationSettings
from services.notification.store import Store
from services.notification.tables import TOKENS


def create_app(settings: NotificationSettings, access: Access | None = None) -> FastAPI:
    """Build the service. Its tables and its sender start with the app and end with it.

    `access` judges who may call (None: the tokens in the database).

    Raises `ConfigurationError` where the channels file or a template is wrong.
    """
    database = Database(settings.database_url)
    store, reads = Store(database), Reads(database)
    channels = load_channels(settings.channels)
    sender = Sender(store, channels, settings)
    service = NoticeService(settings, Templates(), channels, store, reads, sender)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(database.prepare)
        await asyncio.to_thread(service.number_templates)
        async with _sending(sender) as app.state.sending:
            yield
        database.close()

    app = FastAPI(
        title="统筹 · 通知服务",
        summary="Notices, their delivery states and the in-box",
        lifespan=lifespan,
        dependencies=[Depends(scope_of(ROUTES))],
        responses=RESPONSES,
        # A browser brings no token; the description itself is at /openapi.json, for whoever has one.
        docs_url=None,
        redoc_url=None,
    )
    app.state.service, app.state.store, app.state.reads = service, store, reads
    answer_problems(app)
    app.include_router(router)
    app.add_middleware(LimitBody, most=NOTICE_BODY_BYTES, refusal=unreadable)
    guard(app, ROUTES, access or Tokens(database.engine, TOKENS), refusal)
    count(app, "notification")
    return app


@asynccontextmanager
async def _sending(sender: Sender) -> AsyncIterator[asyncio.Task[None]]:
    """Run the sender beside the app. At the end it finishes its batch, so that no send is left without its note."""
    stop = asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await task
