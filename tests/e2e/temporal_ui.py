"""The Temporal UI in a real browser, as an admin has it before them."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed, so nobody looked at the Temporal UI: apt-get install chromium"
)

PATIENCE_MS = 60_000
WIDTH, HEIGHT = 1600, 1250
"""The page is made for a wide screen."""

expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's browser; where it is missing, the test that asks for it is skipped (`needs_chromium`)."""
    async with async_playwright() as playwright:
        # Root, as CI runs, has no sandbox to put a page into.
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def fresh_page(browser: Browser) -> AsyncIterator[Page]:
    """A page of somebody who was never here, in a browser that reaches this machine only. Its pictures are 1280 pixels wide."""
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=1280 / WIDTH,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(PATIENCE_MS)
    await context.route("**/*", _local_only)
    yield await context.new_page()
    await context.close()


async def _local_only(route: Route) -> None:
    await (route.continue_() if route.request.url.startswith("http://127.0.0.1:") else route.abort())


# ---------------------------------------------------------------- what it shows

COLUMNS = ("Stage", "Gate", "AwaitingOrgan", "Overdue", "DueAt")
LEFT_OUT = ("Run ID", "Type", "Start", "End")


async def choose_columns(page: Page, url: str) -> None:
    """What docs/operating.md advises for the list; the browser keeps it."""
    await page.goto(url)
    await page.get_by_test_id("workflows-summary-table-configuration-button").click()
    for title in COLUMNS:
        await page.get_by_test_id(f"orderable-list-item-{title}-add-button").click()
    for title in LEFT_OUT:
        await page.get_by_test_id(f"orderable-list-item-{title}-remove-button").click()
    await page.get_by_test_id("drawer-close-button").click()


async def listed(page: Page, url: str, count: int) -> set[str]:
    """The ids in the list under that link, once the page counts so many."""
    await page.goto(url)
    await expect(page.locator("main h1")).to_have_text(re.compile(rf"^\s*{count}\s+Workflows?\s*$"))
    if not count:
        # Before the answer has come, it counts none as well.
        await page.get_by_text("No Workflows Found").wait_for()
    rows = page.get_by_test_id("workflows-summary-configurable-table-row")
    await expect(rows).to_have_count(count)
    labels = await rows.locator("input[type=checkbox]").evaluate_all("all => all.map(one => one.ariaLabel)")
    return {label.removeprefix("Select Workflow ") for label in labels}


async def timeline(page: Page, url: str, awaited: str) -> list[str]:
    """What the timeline under that link says, each thing once, as soon as it says what is awaited."""
    await _newest_run(page, url)
    await page.get_by_text(awaited).first.wait_for()
    lines = (await page.locator("main").inner_text()).splitlines()
    return sorted({line.strip() for line in lines if "•" in line or "将于" in line})


async def details(page: Page, url: str, awaited: str) -> str:
    """The current details under that link, as the page renders them, as soon as they say what is awaited."""
    await _newest_run(page, url)
    await page.goto(page.url.replace("/timeline", "/user-metadata"))
    shown = page.frame_locator("iframe").locator("body")
    await expect(shown).to_contain_text(awaited)
    return re.sub(r"\s*\n\s*", "\n", await shown.inner_text()).strip()


async def _newest_run(page: Page, url: str) -> None:
    """The link has no run in it: the page finds the newest one by itself."""
    await page.goto(url)
    await page.wait_for_url("**/timeline")
