"""The catalog as a web application. Who calls must bring a token; the scopes of its routes stand in scopes.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from models.base import Value
from models.limits import CATALOG_BODY_BYTES
from services.access.guard import guard, scope_of
from services.access.tokens import Access, Tokens
from services.catalog import capabilities, changes, facts, items, problems, rates, resources, seed, usage
from services.catalog.dependencies import Catalog
from services.catalog.scopes import ROUTES
from services.catalog.store import Store, version
from services.catalog.tables import TOKENS
from services.health import alive
from services.limits import LimitBody
from services.metrics import count

TITLE = "统筹目录服务 Tongchou catalog"


class Ready(Value):
    """The service answers and its database does."""

    status: str
    version: str


def create_app(database_url: str, access: Access | None = None) -> FastAPI:
    """The application over that database; its tables are made when it starts.

    `access` judges who may call (None: the tokens in the database).

    Raises ValueError for a URL that is neither SQLite in a file nor PostgreSQL. Starting raises OperationalError where
    the database does not answer.
    """
    store = Store(database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.create()
        yield
        store.close()

    app = FastAPI(
        title=TITLE,
        version="1.0.0",
        lifespan=lifespan,
        dependencies=[Depends(scope_of(ROUTES))],
        responses=problems.RESPONSES,
        # A browser brings no token; the description itself is at /openapi.json, for whoever has one.
        docs_url=None,
        redoc_url=None,
    )
    app.state.store = store
    app.add_middleware(LimitBody, most=CATALOG_BODY_BYTES, refusal=problems.unreadable)
    problems.install(app)
    for part in (capabilities, resources, items, usage, facts, changes, rates, seed):
        app.include_router(part.router)
    app.add_api_route("/healthz", alive, tags=["运行 health"])
    app.add_api_route("/readyz", ready, tags=["运行 health"])
    guard(app, ROUTES, access or Tokens(store.engine, TOKENS), problems.refusal)
    count(app, "catalog")
    return app


def ready(catalog: Catalog) -> Ready:
    """200 where the database answers, with the catalog's version; 503 where it does not."""
    with catalog.reading() as session:
        return Ready(status="ready", version=version(session))
