"""up: the embedded stack, kept running in the foreground."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from models.base import Text
from records import register
from runtime.payloads import policy
from starter import completion
from starter.clients import catalog_of, sow
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.errors import ProcessFailed
from starter.failures import BadInput
from starter.folder import Endpoints
from starter.output import Shown, field
from starter.parts import ROOT
from starter.ports import Ports
from starter.stack import embedded

app = group()

EXAMPLES = ROOT / "examples"

_PORTS = Ports()


@command(app, "up")
async def up(
    desk: Desk,
    with_examples: Annotated[
        bool, typer.Option("--with-examples", help="导入示例登记册和目录 import the example register and catalog")
    ] = False,
    regime: Annotated[
        str,
        typer.Option(
            "--regime", autocompletion=completion.regimes, help="示例所属办法 whose examples: a folder of examples/"
        ),
    ] = "jiangyin",
    temporal_port: Annotated[int, typer.Option(min=0, max=65535, help="0：任选 any free one")] = _PORTS.temporal,
    ui_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.ui,
    catalog_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.catalog,
    notification_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.notification,
    codec_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.codec,
    figures_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.figures,
    worker_metrics_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.worker_metrics,
    worker_health_port: Annotated[int, typer.Option(min=0, max=65535)] = _PORTS.worker_health,
    encrypted: Annotated[
        bool,
        typer.Option("--encrypted", help="自此加密 Temporal 中的内容 from now on, encrypt what Temporal keeps"),
    ] = False,
) -> None:
    """启动整套系统 start Temporal, both services and the worker on this machine; Ctrl-C stops them."""
    script = script_of(regime)
    ports = Ports(
        temporal=temporal_port,
        ui=ui_port,
        catalog=catalog_port,
        notification=notification_port,
        codec=codec_port,
        figures=figures_port,
        worker_metrics=worker_metrics_port,
        worker_health=worker_health_port,
    )
    keys, payloads = desk.settings.payload_keys, desk.settings.payloads
    folder = desk.settings.data_dir
    async with embedded(
        folder, ports, payload_keys=keys, encrypted=encrypted, payloads=payloads, watched=True
    ) as stack:
        notes = list(stack.notes)
        if with_examples:
            notes.append(await import_examples(desk, stack.endpoints, script))
        desk.screen.show(_addresses(stack.endpoints, notes))
        await stack.serve(lambda failure: desk.screen.warn(_restarted(failure)))
    desk.screen.warn(Text(zh="已停止", en="stopped"))


def _addresses(endpoints: Endpoints, notes: list[Text]) -> Shown:
    return Shown.of(
        endpoints,
        *notes,
        field("Temporal", "Temporal", f"{endpoints.temporal} (namespace {endpoints.namespace})"),
        field("管理页面", "Temporal UI", endpoints.ui),
        field("目录服务", "catalog", endpoints.catalog),
        field("通知服务", "notification", endpoints.notification),
        field("明文查看", "codec server", f"{endpoints.codec}/payloads/login" if endpoints.codec else None),
        field("指标", "metrics", f"{endpoints.figures}/metrics" if endpoints.figures else None),
        field("密钥环", "key ring", str(endpoints.payload_keys) if endpoints.payload_keys else None),
        policy.warning(endpoints.payload_keys, endpoints.payloads),
        field("数据目录", "data folder", str(endpoints.data_dir)),
        Text(zh="按 Ctrl-C 停止", en="Ctrl-C stops it"),
    )


def _restarted(failure: ProcessFailed) -> Text:
    return Text(zh=f"{failure.text.zh}\n正在重新启动", en=f"{failure.text.en}\nit is being started again")


# ---------------------------------------------------------------- examples


def script_of(regime: str) -> Path:
    """The script of the regime's demonstration: it names the register and the catalog that its example needs."""
    script = EXAMPLES / regime / "script.yaml"
    if script.is_file():
        return script
    known = ", ".join(sorted(file.parent.name for file in EXAMPLES.glob("*/script.yaml")))
    raise BadInput(
        Text(zh=f"regime {regime}：没有示例；可用：{known}", en=f"regime {regime}: no examples; known: {known}")
    )


async def import_examples(desk: Desk, endpoints: Endpoints, script: Path) -> Text:
    """Import the register and seed the catalog of one regime's example. A second time nothing changes.

    One regime only: a catalog is a city's or a province's own, and the same name leads to different things in two of them.
    """
    said = yaml.safe_load(script.read_text(encoding="utf-8"))
    engine = desk.records(create=True)
    counts = register.import_register(engine, script.parent / said["parties"])
    engine.dispose()
    async with catalog_of(endpoints) as catalog:
        for seed in said["catalog"]:
            await sow(catalog, script.parent / seed)
    return Text(
        zh=f"示例：登记册新增或变更 {counts.changed}，目录已就绪",
        en=f"examples: {counts.changed} changes in the register, the catalog is filled",
    )
