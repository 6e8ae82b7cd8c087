"""通知服务: the notification service, put together from its parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.notification.channels import load_channels
from services.notification.database import Database
from services.notification.problems import answer_problems
from services.notification.reads import Reads
from services.notification.rendering import Templates
from services.notification.routes import router
from services.notification.sending import Sender
from services.notification.service import NoticeService
from services.notification.settings import NotificationSettings
from services.notification.store import Store


def create_app(settings: NotificationSettings) -> FastAPI:
    """Build the service. Its tables and its sender start with the app and end with it.

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

    app = FastAPI(title="统筹 · 通知服务", summary="Notices, their delivery states and the in-box", lifespan=lifespan)
    app.state.service, app.state.store, app.state.reads = service, store, reads
    answer_problems(app)
    app.include_router(router)
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
