"""metrics: the figures of the installation for Prometheus, in the foreground."""

from typing import Annotated

import typer

from models.base import Text
from runtime.logging import configure
from runtime.pages import AddressUnusable
from runtime.settings import ADDRESS
from runtime.shutdown import stop_requested
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.output import Shown, field
from starter.ports import LOOPBACK, Ports

app = group()

EVERY_SECONDS = 15.0


@command(app, "metrics")
async def metrics(
    desk: Desk,
    address: Annotated[
        str, typer.Option("--address", help="监听地址 where to listen: IP:port")
    ] = f"{LOOPBACK}:{Ports().figures}",
    every: Annotated[
        float, typer.Option("--every", min=1, help="统计间隔（秒） seconds between two readings")
    ] = EVERY_SECONDS,
) -> None:
    """运行指标 tell Prometheus what is open, overdue, awaited and broken; Ctrl-C stops it."""
    # The records and Prometheus' library are slow to import, and no other command needs all of them.
    from records import database
    from starter.figures.exporter import exported, figures_of

    _check(address)
    configure("metrics", desk.settings.log_level)
    records = database.connect(desk.database_url)
    figures = figures_of(await desk.client(), records, every)
    try:
        async with exported(figures, address):
            url = f"http://{address}/metrics"
            desk.screen.show(Shown.of({"metrics": url}, field("指标", "metrics", url)))
            await stop_requested()
    except AddressUnusable as error:
        raise BadInput(Text(zh=f"--address 不可用：{error}", en=f"--address: {error}")) from error
    finally:
        records.dispose()


def _check(address: str) -> None:
    import re

    if not address or not re.fullmatch(ADDRESS, address):
        raise BadInput(
            Text(zh=f"--address 应为 IP:端口（现为 {address!r}）", en=f"--address: must be IP:port (got {address!r})")
        )
