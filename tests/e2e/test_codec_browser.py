"""The Temporal UI in a real browser, on a workflow whose payloads are encrypted: who sees clear text, and who does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from temporalio.testing import WorkflowEnvironment

from runtime.connect import data_converter
from runtime.payloads.keyring import Algorithm, PayloadKey, create
from services.access.tokens import Tokens
from services.codec.app import create_app
from services.codec.database import TOKENS, connect
from services.codec.sessions import COOKIE
from services.codec.settings import CodecSettings
from simulation.environment import served
from starter.ports import Ports, settle
from starter.temporal import binary
from tests.e2e.temporal_ui import needs_chromium

pytestmark = needs_chromium

OPINION = "同意，联系人张三，电话 13812345678"
SUMMARY = "示例摘要"


@dataclass(frozen=True)
class Site:
    """A Temporal server with one encrypted workflow, its UI, the codec server, and a token for it."""

    page: str
    codec: str
    token: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("codec")
    keys = folder / "ring.json"
    create(keys, PayloadKey.fresh(Algorithm.SM4_GCM))
    ports, _ = settle(Ports.any_free())
    ui = f"http://127.0.0.1:{ports.ui}"
    settings = CodecSettings(payload_keys=keys, database_url=f"sqlite:///{folder}/codec.db", ui_origin=ui)
    async with served(create_app(settings)) as codec, _server(keys, ports.ui, codec) as server:
        # No worker: what is filed stands in the history's first event.
        handle = await server.client.start_workflow(
            "Application", {"opinion": OPINION}, id="project:JY-1", task_queue="nobody", static_summary=SUMMARY
        )
        page = f"{ui}/namespaces/default/workflows/{handle.id}/{handle.first_execution_run_id}/history"
        yield Site(page, codec, Tokens(connect(settings.database_url), TOKENS).create("r", {"payloads:read"}, 1))


@asynccontextmanager
async def _server(keys: Path, ui_port: int, codec: str) -> AsyncIterator[WorkflowEnvironment]:
    started = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary()),
        data_converter=data_converter(keys),
        ui=True,
        ui_port=ui_port,
        dev_server_extra_args=["--ui-codec-endpoint", f"{codec}/payloads"],
    )
    async with started as server:
        yield server


async def _log_in(page: Page, site: Site) -> None:
    """As the codec server's page says it."""
    await page.goto(f"{site.codec}/payloads/login")
    await page.get_by_label("令牌").fill(site.token)
    await page.get_by_role("button", name="登录").click()
    endpoint = await page.locator("code").inner_text()
    await page.goto(site.page)
    await page.locator("[data-testid^=data-encoder-status]").click()
    await page.get_by_test_id("use-local-endpoint-input").check(force=True)
    await page.get_by_test_id("data-encoder-endpoint-input").fill(endpoint)
    await page.get_by_test_id("data-encoder-include-credentials").click()
    # The page has a dozen closed dialogues, each with such a button.
    await page.locator("button[data-testid=confirm-modal-button]:visible").click()
    await page.reload()


async def test_without_login_the_ui_shows_no_clear_text(site: Site, page: Page) -> None:
    async with page.expect_response("**/payloads/decode**") as answer:
        await page.goto(site.page)
    assert (await answer.value).status == 401
    await expect(page.locator("[data-testid=data-encoder-status-error]")).to_be_visible()
    await expect(page.get_by_text("project:JY-1").first).to_be_visible()
    await expect(page.get_by_text("Workflow Execution Started").first).to_be_visible()
    shown = await page.content()
    assert not any(secret in shown for secret in ("张三", "13812345678", SUMMARY))


async def test_with_login_the_ui_shows_clear_text(site: Site, page: Page) -> None:
    await _log_in(page, site)
    await expect(page.get_by_text("13812345678").first).to_be_visible()
    await expect(page.get_by_text(SUMMARY).first).to_be_visible()
    cookies = await page.context.cookies(f"{site.codec}/payloads")
    ours = {cookie["name"]: cookie for cookie in cookies}[COOKIE]
    assert (ours["httpOnly"], ours["sameSite"], ours["path"]) == (True, "Strict", "/payloads")
