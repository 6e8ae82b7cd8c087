"""dossier make, dossier verify: everything of a project in one file, and the proof that it is whole."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from models.base import Text
from models.dossier import DossierOrder, DossierSeal
from records import ledger
from records.dossier import verifier
from runtime.signing import KeyUnusable, read_public_key
from starter.advice import CHECK_CODE, SEE_WORKER
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput, Refused, Unreachable
from starter.output import Shown, Table
from workflows.names import TASK_QUEUE, dossier_id

app = group("dossier", "卷宗归档 the dossier of a project")

PATIENCE_SECONDS = 120.0
"""How long a dossier may take before the command gives up. It is then made all the same."""


@command(app, "make")
async def make(desk: Desk, code: Annotated[str, typer.Argument(help="项目编号 the project's code")]) -> Shown:
    """归档卷宗 make the dossier now, of a closed project or of an open one as it stands."""
    if not ledger.entries(desk.records(), code, limit=1):
        zh, en = f"code（{code}）：台账中没有这个项目", f"code: the ledger has no such project (got {code!r})"
        raise Refused(Text(zh=zh, en=en), advice=CHECK_CODE)
    seal = await _made(await desk.client(), code)
    return Shown.of(
        {**seal.model_dump(mode="json"), "path": str(desk.settings.dossiers_dir / seal.file)},
        Text(
            zh=f"卷宗 {desk.settings.dossiers_dir / seal.file}（{seal.size} 字节，台账至第 {seal.sequence} 号）",
            en=f"dossier {desk.settings.dossiers_dir / seal.file} ({seal.size} bytes, ledger up to {seal.sequence})",
        ),
        f"SHA-256 {seal.sha256}",
        *(Text(zh=f"缺：{what}", en=f"missing: {what}") for what in seal.missing),
    )


async def _made(client: Client, code: str) -> DossierSeal:
    handle = await client.start_workflow(
        "Dossier",
        DossierOrder(project=code),
        id=dossier_id(code),
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=DossierSeal,
    )
    try:
        return await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)
    except TimeoutError as error:
        zh, en = f"{PATIENCE_SECONDS:g} 秒内未完成：{handle.id}", f"not done within {PATIENCE_SECONDS:g} s: {handle.id}"
        raise Unreachable(Text(zh=zh, en=en), advice=SEE_WORKER) from error


@command(app, "verify")
def verify(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="卷宗文件 the dossier")],
    key: Annotated[
        Path | None,
        typer.Option("--key", help="本单位公钥文件 the installation's public key, such as anchors/anchor.pub"),
    ] = None,
) -> Shown:
    """核验卷宗 check a dossier offline: no server, no database."""
    try:
        verdict = verifier.verify(file, read_public_key(key) if key else None)
    except (OSError, ValueError) as error:
        raise BadInput(Text(zh=f"file（{file}）：不是卷宗：{error}", en=f"file: is no dossier: {error}")) from error
    except KeyUnusable as error:
        raise BadInput(Text(zh=f"key：{error.text.zh}", en=f"key: {error.text.en}")) from error
    if verdict.faults:
        listed = [Text(zh=f"{f.where}：{f.zh}", en=f"{f.where}: {f.en}") for f in verdict.faults]
        raise Refused(
            Text(zh=f"{file}：与归档时不符", en=f"{file} is not as it was sealed"),
            details=listed,
            advice=Text(
                zh="请查对另一份副本；原单位可用 tongchou dossier make <项目编号> 重新归档",
                en="check another copy; the installation it came from makes a new one: tongchou dossier make CODE",
            ),
        )
    columns = (Text(zh="位置", en="where"), Text(zh="未核对", en="not checked"))
    rows = [(fault.where, Text(zh=fault.zh, en=fault.en)) for fault in verdict.unchecked]
    return Shown.of(
        {"whole": True, "counts": verdict.counts, "unchecked": [fault._asdict() for fault in verdict.unchecked]},
        Text(zh=f"{file}：完好", en=f"{file}: whole"),
        ", ".join(f"{name} {count}" for name, count in verdict.counts.items()),
        Table(columns, rows) if rows else None,
    )
