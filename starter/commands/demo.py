"""demo: a whole life on a stack of its own, played through the real command, and the account of it."""

from pathlib import Path
from typing import Annotated

import typer

from models.base import Text
from starter import completion
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.parts import ROOT

app = group()

EXAMPLES = ROOT / "examples"


@command(app, "demo")
async def demo(
    desk: Desk,
    regime: Annotated[
        str, typer.Argument(autocompletion=completion.regimes, help="办法代码 a regime with a script in examples/")
    ] = "jiangyin",
    script: Annotated[Path | None, typer.Option("--script", help="另一演示脚本 another script (YAML)")] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="数据目录；缺省新建 default: a new folder")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="演示后继续运行，Ctrl-C 停止 keep the stack running")] = False,
) -> None:
    """演示：一个项目从申报到办结 one project from filing to its end; exit code 0 only for a whole life."""
    # Only here: a demonstration runs this command thirty times, and each run would read all this for nothing.
    from starter.demo.performance import new_folder, perform

    file = script or EXAMPLES / regime / "script.yaml"
    if not file.is_file():
        raise BadInput(Text(zh=f"没有演示脚本 {file}", en=f"there is no script {file}"))
    account = await perform(file, data_dir or new_folder(desk.settings.data_dir), desk.screen, keep=keep)
    if not account.complete:
        raise typer.Exit(1)
