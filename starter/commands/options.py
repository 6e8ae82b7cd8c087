"""The arguments and options that several commands share, described once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[
    str, typer.Argument(help="项目编号，或 rectification:<整改编号>、<程序>:<编号> a project's code, or a workflow id")
]
Organ = Annotated[str, typer.Option("--organ", help="机关代码 code of the organ")]
Officer = Annotated[str, typer.Option("--officer", help="经办人代码 code of the officer")]
By = Annotated[str, typer.Option("--by", help="项目单位经办人代码 code of the unit's officer")]
Reason = Annotated[str, typer.Option("--reason", help="理由 the reason")]
ReviewId = Annotated[
    str | None, typer.Option("--review", help="审核编号；缺省为正在进行的 review id; default: the open one")
]
Materials = Annotated[
    list[str] | None,
    typer.Option("--material", help="材料，种类=文件，可重复 KIND=PATH, may be repeated", metavar="KIND=PATH"),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
OutFile = Annotated[Path | None, typer.Option("--out", help="写入文件或目录 write to this file or folder")]
OperatorName = Annotated[
    str | None, typer.Option("--by", help="办理人；缺省为登录用户 who does it; default: whoever is logged in")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", help="私钥文件；缺省在数据目录 keys 中 the private key; default: in the data folder"),
]
