"""Who reaches a service: every route of both, with every kind of token that is not good for it, and with the right one."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI
from sqlalchemy import Engine, Table, create_engine

from services.access.guard import check_routes
from services.access.tokens import MAX_DAYS, Denial, Tokens
from services.catalog import tables as catalog_tables
from services.catalog.app import create_app as catalog_app
from services.catalog.scopes import ROUTES as CATALOG_ROUTES
from services.catalog.scopes import CatalogScope
from services.notification import tables as notification_tables
from services.notification.app import create_app as notification_app
from services.notification.scopes import ROUTES as NOTIFICATION_ROUTES
from services.notification.scopes import NotificationScope
from services.notification.settings import NotificationSettings

CASES: list[tuple[str, str, StrEnum | None]] = [
    *(("catalog", route, scope) for route, scope in CATALOG_ROUTES.items()),
    *(("notification", route, scope) for route, scope in NOTIFICATION_ROUTES.items()),
]
GUARDED = [case for case in CASES if case[2] is not None]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNAUTHORIZED = ["no", "empty", "malformed", "another scheme", "wrong", "unknown", "expired", "revoked"]


@dataclass(frozen=True)
class Service:
    """A service that is running in this process, with its tokens in the test's hand."""

    client: httpx.AsyncClient
    tokens: Tokens
    engine: Engine
    table: Table
    scopes: type[StrEnum]

    def token(self, kind: str, scope: StrEnum) -> str:
        """The `Authorization` header of that kind of token."""
        match kind:
            case "empty":
                return "Bearer "
            case "malformed":
                return "Bearer tcg_letmein"
            case "another scheme":
                return f"Basic {self.tokens.create('t', [scope], 1)}"
            case "wrong":
                return f"Bearer {self.tokens.create('t', [scope], 1)[:-64]}{'0' * 64}"
            case "unknown":
                return f"Bearer tcg_{'0' * 12}_{'0' * 64}"
            case "expired":
                return f"Bearer {Tokens(self.engine, self.table, lambda: LONG_AGO).create('t', [scope], 1)}"
            case "revoked":
                token = self.tokens.create("t", [scope], 1)
                assert self.tokens.revoke(token.split("_")[1])
                return f"Bearer {token}"
            case "another scope":
                return f"Bearer {self.tokens.create('t', set(self.scopes) - {scope}, 1)}"
            case _:
                return f"Bearer {self.tokens.create('t', [scope], 1)}"

    async def call(self, route: str, authorization: str | None = None) -> httpx.Response:
        method, path = route.split(" ")
        path = re.sub(r"{message_id}", "1", path).replace("{kind}", "organ")
        headers = {} if authorization is None else {"Authorization": authorization}
        body: dict[str, str] | None = {} if method in ("POST", "PATCH") else None
        return await self.client.request(method, re.sub(r"{[^}]+}", "x-1", path), headers=headers, json=body)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, Service]]:
    """Both services, as `__main__` makes their applications."""
    folder = tmp_path_factory.mktemp("access")
    catalog, notification = catalog_app(url(folder, "catalog")), notification_app(settings(folder))
    async with (
        running(catalog, url(folder, "catalog"), catalog_tables.TOKENS, CatalogScope) as first,
        running(notification, url(folder, "notification"), notification_tables.TOKENS, NotificationScope) as second,
    ):
        yield {"catalog": first, "notification": second}


def url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder}/{name}.db"


def settings(folder: Path) -> NotificationSettings:
    return NotificationSettings(database_url=url(folder, "notification"))


@asynccontextmanager
async def running(app: FastAPI, database_url: str, table: Table, scopes: type[StrEnum]) -> AsyncIterator[Service]:
    engine = create_engine(database_url)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        yield Service(client, Tokens(engine, table), engine, table, scopes)
    engine.dispose()


# ---------------------------------------------------------------- every route


def test_every_route_has_its_scope_and_only_the_health_is_open(tmp_path: Path) -> None:
    check_routes(catalog_app(url(tmp_path, "catalog")), CATALOG_ROUTES)
    check_routes(notification_app(settings(tmp_path)), NOTIFICATION_ROUTES)
    assert {(service, route) for service, route, scope in CASES if scope is None} == {
        *(("catalog", "GET /healthz"), ("catalog", "GET /readyz")),
        *(("notification", "GET /healthz"), ("notification", "GET /readyz")),
    }


@pytest.mark.parametrize("kind", UNAUTHORIZED)
@pytest.mark.parametrize(("service", "route", "scope"), GUARDED)
async def test_without_a_valid_token_no_route_is_reached_and_the_answer_does_not_say_why(
    services: Mapping[str, Service], service: str, route: str, scope: StrEnum, kind: str
) -> None:
    asked = services[service]
    plain = await asked.call(route)
    answer = plain if kind == "no" else await asked.call(route, asked.token(kind, scope))
    assert (answer.status_code, answer.text) == (401, plain.text)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="tongchou"'


@pytest.mark.parametrize(("service", "route", "scope"), GUARDED)
async def test_a_token_for_everything_else_does_not_reach_the_route(
    services: Mapping[str, Service], service: str, route: str, scope: StrEnum
) -> None:
    answer = await services[service].call(route, services[service].token("another scope", scope))
    assert answer.status_code == 403
    assert f'error="insufficient_scope", scope="{scope}"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("service", "route", "scope"), GUARDED)
async def test_a_token_for_this_scope_alone_reaches_the_route(
    services: Mapping[str, Service], service: str, route: str, scope: StrEnum
) -> None:
    answer = await services[service].call(route, services[service].token("right", scope))
    assert answer.status_code in (200, 404, 422), answer.text
    assert "Not Found" not in answer.text


# ---------------------------------------------------------------- what is no route


@pytest.mark.parametrize("service", ["catalog", "notification"])
@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json", "/nowhere", "/healthz/", "//healthz"])
async def test_what_is_no_route_is_not_even_denied_without_a_token(
    services: Mapping[str, Service], service: str, path: str
) -> None:
    assert (await services[service].call(f"GET {path}")).status_code == 401


@pytest.mark.parametrize("service", ["catalog", "notification"])
async def test_a_body_that_nobody_may_send_is_not_read(services: Mapping[str, Service], service: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    answer = await services[service].client.post("/seed", content=endless())
    assert answer.status_code == 401


async def test_two_tokens_are_none(services: Mapping[str, Service]) -> None:
    right = services["catalog"].token("right", CatalogScope.BROWSE)
    answer = await services["catalog"].client.get(
        "/items", headers=[("Authorization", right), ("Authorization", right)]
    )
    assert answer.status_code == 401


async def test_a_route_that_was_given_no_scope_is_shut_and_is_found_at_the_start(tmp_path: Path) -> None:
    app = catalog_app(url(tmp_path, "catalog"))
    app.add_api_route("/forgotten", lambda: "reached")
    with pytest.raises(ValueError, match="differ: GET /forgotten"):
        check_routes(app, CATALOG_ROUTES)
    async with running(app, url(tmp_path, "catalog"), catalog_tables.TOKENS, CatalogScope) as service:
        everything = f"Bearer {service.tokens.create('t', list(CatalogScope), 1)}"
        assert (await service.call("GET /forgotten", everything)).status_code == 403


async def test_a_refusal_is_logged_with_its_reason_and_without_the_token(services: Mapping[str, Service]) -> None:
    asked = services["catalog"]
    with structlog.testing.capture_logs() as logged:
        for kind in ("expired", "wrong", "another scope"):
            await asked.call("GET /items", asked.token(kind, CatalogScope.BROWSE))
    assert [line["reason"] for line in logged] == ["expired", "wrong", "scope"]
    assert not re.search(r"tcg_|[0-9a-f]{64}", str(logged))


async def test_tokens_that_cannot_be_looked_up_are_trouble_that_passes(tmp_path: Path) -> None:
    app = catalog_app(url(tmp_path, "catalog"))
    async with running(app, url(tmp_path, "catalog"), catalog_tables.TOKENS, CatalogScope) as service:
        right = service.token("right", CatalogScope.BROWSE)
        with service.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE token RENAME TO elsewhere")
        answer = await service.call("GET /items", right)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


# ---------------------------------------------------------------- tokens


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    engine = create_engine(url(tmp_path, "tokens"))
    catalog_tables.TOKENS.create(engine)
    return Tokens(engine, catalog_tables.TOKENS, lambda: LONG_AGO)


def test_the_database_keeps_no_secret(tokens: Tokens, tmp_path: Path) -> None:
    token = tokens.create("worker", ["facts:read"], 365)
    assert re.fullmatch(r"tcg_[0-9a-f]{12}_[0-9a-f]{64}", token)
    stored = (tmp_path / "tokens.db").read_bytes()
    assert token.split("_")[1].encode() in stored and token.split("_")[2].encode() not in stored


def test_a_token_is_good_until_the_moment_at_which_it_expires(tokens: Tokens) -> None:
    tokens.create("worker", ["facts:read"], MAX_DAYS)
    (known,) = tokens.known()
    expires = LONG_AGO + timedelta(days=MAX_DAYS)
    assert known.expires_at == expires
    assert (known.valid_at(expires - timedelta(seconds=1)), known.valid_at(expires)) == (True, False)


def test_a_second_revocation_keeps_the_first_moment_and_an_unknown_id_is_told(tokens: Tokens) -> None:
    token = tokens.create("worker", ["facts:read"], 1)
    token_id = token.split("_")[1]
    assert tokens.revoke(token_id)
    later = Tokens(tokens._engine, tokens._table, lambda: LONG_AGO + timedelta(hours=1))
    assert later.revoke(token_id)
    assert [known.revoked_at for known in tokens.known()] == [LONG_AGO]
    assert tokens.judge(token) == Denial("revoked", token_id)
    assert not tokens.revoke("0" * 12)


@pytest.mark.parametrize(
    ("name", "scopes", "days", "told"),
    [
        ("", ["facts:read"], 1, "name"),
        ("a b", ["facts:read"], 1, "name"),
        ("a", [], 1, "scope"),
        ("a", ["facts:read"], 0, "days"),
        ("a", ["facts:read"], MAX_DAYS + 1, "days"),
    ],
)
def test_a_token_without_an_end_a_scope_or_a_name_is_not_made(
    tokens: Tokens, name: str, scopes: list[str], days: int, told: str
) -> None:
    with pytest.raises(ValueError, match=f"^{told}: "):
        tokens.create(name, scopes, days)
    assert tokens.known() == []
