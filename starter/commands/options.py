"""The arguments and options that several commands share, described once."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from models.base import Text
from starter import completion
from starter.batch import AT_ONCE_MOST
from starter.failures import BadInput

T = TypeVar("T")

Project = Annotated[
    str, typer.Argument(help="项目编号，或 rectification:<整改编号>、<程序>:<编号> a project's code, or a workflow id")
]
ProjectOrBatch = Annotated[
    str | None, typer.Argument(metavar="CODE", help="项目编号；成批提交时不写 a project's code; none with --batch")
]
OrganOption = typer.Option("--organ", autocompletion=completion.organs, help="机关代码 code of the organ")
OfficerOption = typer.Option("--officer", autocompletion=completion.officers, help="经办人代码 code of the officer")
Organ = Annotated[str, OrganOption]
Officer = Annotated[str, OfficerOption]
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
AtOnce = Annotated[
    int,
    typer.Option(
        "--at-once", min=1, max=AT_ONCE_MOST, help="成批办理时同时进行的项数 how many of a batch at the same time"
    ),
]


def given(name: str, value: T | None) -> T:
    """The value that a command needs where it has no list. Raises BadInput where it was not given."""
    if value is None:
        raise BadInput(
            Text(zh=f"缺少 {name}（或以 --batch 指定清单）", en=f"{name} is missing (or name a list with --batch)")
        )
    return value


def require_alone(batch: Path, others: Mapping[str, Any]) -> None:
    """Refuse what a list says for itself. `others` are the options by the names that people know. Raises BadInput."""
    if named := [name for name, value in others.items() if value]:
        names = ", ".join(named)
        raise BadInput(
            Text(
                zh=f"--batch {batch} 不与 {names} 同用：由清单逐项给出",
                en=f"--batch {batch} goes without {names}: the list says it",
            ),
            advice=Text(zh="格式见 docs/bulk.md", en="the form is told in docs/bulk.md"),
        )
