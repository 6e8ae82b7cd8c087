"""The codec server: who may see clear text, from where, and how much at once."""

import json
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from structlog.testing import capture_logs

from runtime.payloads.keyring import Algorithm, PayloadKey, activate, add, create
from services.access.guard import check_routes
from services.access.tokens import Tokens
from services.codec import routes, sessions
from services.codec.app import create_app
from services.codec.database import TOKENS, connect, prepare
from services.codec.scopes import ROUTES, CodecScope
from services.codec.settings import CodecSettings
from services.moments import utc_now

UI = "http://127.0.0.1:8233"
CLEAR = "同意，张三 13812345678"
READ, WRITE = frozenset({CodecScope.READ}), frozenset({CodecScope.READ, CodecScope.WRITE})


@pytest.fixture
def settings(tmp_path: Path) -> CodecSettings:
    create(tmp_path / "ring", PayloadKey.fresh(Algorithm.AES_256_GCM, "first"))
    return CodecSettings(payload_keys=tmp_path / "ring", database_url=f"sqlite:///{tmp_path}/codec.db", ui_origin=UI)


@pytest.fixture
def app(settings: CodecSettings) -> FastAPI:
    return create_app(settings)


@asynccontextmanager
async def visiting(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8703") as client:
            yield client


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token; cookies are kept."""
    async with visiting(app) as client:
        yield client


@pytest.fixture
def tokens(settings: CodecSettings) -> Tokens:
    engine = connect(settings.database_url)
    prepare(engine)
    return Tokens(engine, TOKENS)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def document(*texts: str) -> dict[str, Any]:
    encoding = b64encode(b"json/plain").decode()
    return {
        "payloads": [
            {"metadata": {"encoding": encoding}, "data": b64encode(json.dumps(t).encode()).decode()} for t in texts
        ]
    }


@pytest_asyncio.fixture
async def encrypted(browser: httpx.AsyncClient, tokens: Tokens) -> dict[str, Any]:
    answer = await browser.post("/payloads/encode", json=document(CLEAR), headers=bearer(tokens.create("w", WRITE, 1)))
    sealed: dict[str, Any] = answer.json()
    assert b64decode(sealed["payloads"][0]["metadata"]["encoding"]) == b"binary/encrypted"
    return sealed


# ---------------------------------------------------------------- with a token


async def test_what_is_encoded_is_decoded_again(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any]
) -> None:
    answer = await browser.post("/payloads/decode", json=encrypted, headers=bearer(tokens.create("r", READ, 1)))
    assert answer.json() == document(CLEAR)
    assert answer.headers["cache-control"] == "no-store"


def test_every_route_has_its_scope(app: FastAPI) -> None:
    check_routes(app, ROUTES)


@pytest.mark.parametrize("route", [route for route, scope in ROUTES.items() if scope])
@pytest.mark.parametrize("case", ["none", "wrong", "expired", "revoked", "another scope"])
async def test_nobody_sees_anything_without_a_token_that_is_for_it(
    browser: httpx.AsyncClient, tokens: Tokens, settings: CodecSettings, route: str, case: str
) -> None:
    past = Tokens(connect(settings.database_url), TOKENS, now=lambda: utc_now() - timedelta(days=3))
    other = set(CodecScope) - {ROUTES[route]}
    token = {
        "none": None,
        "wrong": "tcg_0123456789ab_" + "0" * 64,
        "expired": past.create("late", WRITE, 1),
        "revoked": tokens.create("gone", WRITE, 1),
        "another scope": tokens.create("other", other, 1),
    }[case]
    for known in tokens.known():
        if known.name == "gone":
            tokens.revoke(known.id)
    method, _, path = route.partition(" ")
    answer = await browser.request(method, path, json=document(CLEAR), headers=bearer(token) if token else None)
    assert answer.status_code == (403 if case == "another scope" else 401)
    assert "payloads" not in answer.json()


async def test_a_key_that_is_rotated_meanwhile_is_seen(
    browser: httpx.AsyncClient, tokens: Tokens, settings: CodecSettings, encrypted: dict[str, Any], tmp_path: Path
) -> None:
    assert settings.payload_keys is not None
    add(settings.payload_keys, PayloadKey.fresh(Algorithm.SM4_GCM, "second"))
    activate(settings.payload_keys, "second")
    async with visiting(create_app(settings)) as newer:
        token = bearer(tokens.create("w", WRITE, 1))
        late = (await newer.post("/payloads/encode", json=document("second"), headers=token)).json()
    both = {"payloads": encrypted["payloads"] + late["payloads"]}
    assert (await browser.post("/payloads/decode", json=both, headers=token)).json() == document(CLEAR, "second")


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"payloads": 1}', b'{"payloads": [{"data": "\xe4"}]}', b"\xff\xfe", b"[" * 100_000,
     b'{"payloads": [{"metadata": {"encoding": 7}}]}', b'{"other": []}'],
)  # fmt: skip
async def test_what_is_no_list_of_payloads_is_refused_and_not_quoted(
    browser: httpx.AsyncClient, tokens: Tokens, body: bytes
) -> None:
    answer = await browser.post("/payloads/decode", content=body, headers=bearer(tokens.create("r", READ, 1)))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("body: must be")


async def test_a_changed_payload_is_refused_with_its_key(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any]
) -> None:
    encrypted["payloads"][0]["data"] = b64encode(bytes(60)).decode()
    answer = await browser.post("/payloads/decode", json=encrypted, headers=bearer(tokens.create("r", READ, 1)))
    assert (answer.status_code, "'first'" in answer.json()["detail"]) == (422, True)


async def test_there_is_a_limit_on_size_and_number(
    browser: httpx.AsyncClient, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MAX_BODY_BYTES", 10_000)
    monkeypatch.setattr(routes, "MAX_PAYLOADS", 3)
    token = bearer(tokens.create("r", READ, 1))
    for too_much in (document("a" * 10_000), document(*"abcd")):
        assert (await browser.post("/payloads/decode", json=too_much, headers=token)).status_code == 413
    assert (await browser.post("/payloads/decode", json=document(*"abc"), headers=token)).status_code == 200


# ---------------------------------------------------------------- in a browser


async def log_in(browser: httpx.AsyncClient, token: str) -> Any:
    return await browser.post("/payloads/login", data={"token": token})


async def test_who_has_logged_in_sees_clear_text_until_the_log_out(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any]
) -> None:
    answer = await log_in(browser, tokens.create("r", READ, 1))
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/payloads", "max-age=28800"))
    from_ui = {"Origin": UI}
    assert (await browser.post("/payloads/decode", json=encrypted, headers=from_ui)).json() == document(CLEAR)
    kept = dict(browser.cookies)
    await browser.post("/payloads/logout")
    browser.cookies.update(kept)
    assert (await browser.post("/payloads/decode", json=encrypted, headers=from_ui)).status_code == 401


async def test_a_session_ends_with_its_token_and_with_its_time(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in(browser, tokens.create("r", READ, 1))
    assert (await browser.post("/payloads/decode", json=encrypted)).status_code == 200
    with monkeypatch.context() as later:
        now = time.monotonic()
        later.setattr("services.codec.sessions.monotonic", lambda: now + 8 * 3600 + 1)
        assert (await browser.post("/payloads/decode", json=encrypted)).status_code == 401
    tokens.revoke(next(known.id for known in tokens.known() if known.name == "r"))
    assert (await browser.post("/payloads/decode", json=encrypted)).status_code == 401


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1:9999", "null"])
async def test_a_page_of_another_origin_gets_nothing_by_the_cookie(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any], origin: str
) -> None:
    await log_in(browser, tokens.create("r", READ, 1))
    answer = await browser.post("/payloads/decode", json=encrypted, headers={"Origin": origin})
    assert answer.status_code == 401
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in (await browser.options("/payloads/decode", headers=asked)).headers


async def test_the_ui_may_ask_with_its_cookie(browser: httpx.AsyncClient) -> None:
    asked = {
        "Origin": UI,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-namespace",
    }
    answer = await browser.options("/payloads/decode", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["access-control-allow-credentials"] == "true"


async def test_a_wrong_token_opens_no_session(browser: httpx.AsyncClient, tokens: Tokens) -> None:
    for token in ("", "<script>", tokens.create("w", {CodecScope.WRITE}, 1)):
        answer = await log_in(browser, token)
        assert (answer.status_code, "set-cookie" in answer.headers, "<script>" in answer.text) == (401, False, False)


async def test_the_login_page_lets_nobody_frame_or_script_it(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/payloads/login")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "script" not in answer.text


def test_the_number_of_sessions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 2)
    opened = sessions.Sessions(60)
    first, second, third = (opened.open(name) for name in "abc")
    assert [opened.token(secret) for secret in (first, second, third)] == [None, "b", "c"]


# ---------------------------------------------------------------- log and start


async def test_the_log_says_who_looked_and_never_at_what(
    browser: httpx.AsyncClient, tokens: Tokens, encrypted: dict[str, Any]
) -> None:
    token = tokens.create("zhou-lan", READ, 1)
    with capture_logs() as lines:
        await browser.post("/payloads/decode", json=encrypted, headers=bearer(token))
        await log_in(browser, token)
    assert {"caller": "zhou-lan", "event": "payloads.decoded", "payloads": 1}.items() <= lines[0].items()
    assert not any(word in str(lines) for word in ("张三", token, encrypted["payloads"][0]["data"]))


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "PAYLOAD_KEYS"),
        ({"TONGCHOU_PAYLOAD_KEYS": "missing"}, "missing: cannot be read"),
        ({"TONGCHOU_CODEC_UI_ORIGIN": "http://127.0.0.1:8233/"}, "must be an origin"),
    ],
)
def test_a_wrong_configuration_is_told(tmp_path: Path, variables: dict[str, str], reason: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.codec"],
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3]), **variables},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
