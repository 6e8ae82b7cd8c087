"""The catalog as a web application. It asks nobody who they are: bind it to the loopback or put a gateway before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from models.base import Value
from services.catalog import capabilities, changes, facts, items, problems, rates, resources, seed, usage
from services.catalog.dependencies import Catalog
from services.catalog.limits import LimitBody
from services.catalog.store import Store, version

TITLE = "统筹目录服务 Tongchou catalog"


class Health(Value):
    """The service answers and its database does."""

    status: str
    version: str


def create_app(database_url: str) -> FastAPI:
    """The application over that database; its tables are made when it starts.

    Raises ValueError for a URL that is neither SQLite in a file nor PostgreSQL. Starting raises OperationalError where
    the database does not answer.
    """
    store = Store(database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.create()
        yield
        store.close()

    app = FastAPI(title=TITLE, version="1.0.0", lifespan=lifespan)
    app.state.store = store
    app.add_middleware(LimitBody)
    problems.install(app)
    for part in (capabilities, resources, items, usage, facts, changes, rates, seed):
        app.include_router(part.router)
    app.add_api_route("/healthz", health, tags=["运行 health"])
    return app


def health(catalog: Catalog) -> Health:
    """200 where the database answers, with the catalog's version; 503 where it does not."""
    with catalog.reading() as session:
        return Health(status="ok", version=version(session))
