"""`make pictures`: the pictures of docs/operating.md, taken in a real browser from an installation that is put up for them.

Beside them stands what they say (`ui.json`), so that a test can tell when they are older than what they show.
"""

import asyncio
import json
import re
import tempfile
from pathlib import Path

from playwright.async_api import FloatRect, Page

from starter.links import Pages
from tests.e2e.portfolio import COORDINATED, FINISHED, LATE, RUNNING, portfolio
from tests.e2e.temporal_ui import HEIGHT, WIDTH, choose_columns, chromium, details, fresh_page, listed, timeline
from tests.starter.tongchou import ROOT, Tongchou

FOLDER = ROOT / "docs" / "pictures"
SAID = FOLDER / "ui.json"
MOST_BYTES = 200_000
HEIGHTS = {"running": 560, "overdue": 560, "details": 1050, "finished": 1050, "late": 1170}
"""Where a picture would go on with nothing, or with more of the same."""

_PROVISIONAL = re.compile(r"（暂定：[^）]*）")

Says = dict[str, list[str]]


async def look(tongchou: Tongchou, page: Page, folder: Path | None = None) -> Says:
    """Open each page of a workflow that has a picture, and tell what it says; with a folder, take the pictures."""
    assert tongchou.endpoints and tongchou.endpoints.ui
    pages = Pages(tongchou.endpoints.ui, tongchou.endpoints.namespace)
    says: Says = {}

    async def note(name: str, said: list[str]) -> None:
        says[name] = [lasting(line) for line in said]
        if folder:
            await _take(page, folder, name)

    await note("details", (await details(page, pages.workflow(COORDINATED), "已计意见")).splitlines())
    await note("timeline", await timeline(page, pages.workflow(COORDINATED), "将于"))
    await note("late", await timeline(page, pages.workflow(LATE), "督办"))
    await note("finished", (await details(page, pages.workflow(FINISHED), "结果")).splitlines())
    return says


async def _take_lists(tongchou: Tongchou, page: Page, folder: Path) -> None:
    assert tongchou.endpoints and tongchou.endpoints.ui
    pages = Pages(tongchou.endpoints.ui, tongchou.endpoints.namespace)
    links = {link.id: link.url for link in pages.standing()}
    await choose_columns(page, links["running"])
    for name, shown in {"running": RUNNING, "overdue": {LATE}}.items():
        await listed(page, links[name], len(shown))
        await _take(page, folder, name)


async def _take(page: Page, folder: Path, name: str) -> None:
    clip = FloatRect(x=0, y=0, width=WIDTH, height=HEIGHTS.get(name, HEIGHT))
    await page.screenshot(path=folder / f"ui-{name}.png", clip=clip)


def lasting(line: str) -> str:
    """The line without what another day changes: every digit, and whether a year's calendar is out."""
    return re.sub(r"\d", "0", _PROVISIONAL.sub("", line))


async def _take_all(tongchou: Tongchou) -> None:
    async with chromium() as browser, fresh_page(browser) as page:
        await _take_lists(tongchou, page, FOLDER)
        said = await look(tongchou, page, FOLDER)
    SAID.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Take every picture anew."""
    with tempfile.TemporaryDirectory() as folder, portfolio(Path(folder)) as tongchou:
        asyncio.run(_take_all(tongchou))
    for picture in sorted(FOLDER.glob("ui-*.png")):
        print(picture.relative_to(ROOT), picture.stat().st_size)


if __name__ == "__main__":
    main()
