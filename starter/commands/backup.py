"""backup, restore: a whole embedded installation in one file."""

from pathlib import Path
from typing import Annotated

import typer

from models.base import Text
from starter import progress
from starter.backup import Manifest, back_up, extent
from starter.backup import restore as lay_out
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import Refused
from starter.output import Shown

app = group()


@command(app, "backup")
async def backup(
    desk: Desk, file: Annotated[Path, typer.Argument(help="备份文件 the file to write, .tar.gz")]
) -> Shown:
    """备份 everything of the embedded installation, keys and secrets included. Stop it first."""
    _require_own_database(desk)
    folder = desk.settings.data_dir
    with progress.bar(desk.screen, Text(zh="备份", en="backing up"), extent(folder)) as told:
        manifest = await back_up(folder, file, told)
    return _told(
        manifest,
        file,
        Text(
            zh=f"已备份 {len(manifest.files)} 个文件到 {file}；其中有密钥，请妥善保管",
            en=f"{len(manifest.files)} files backed up to {file}; keys are in it: guard it",
        ),
    )


@command(app, "restore")
async def restore(desk: Desk, file: Annotated[Path, typer.Argument(help="备份文件 a backup")]) -> Shown:
    """恢复 lay a backup out as the data folder, which must be empty."""
    where = desk.settings.data_dir
    size = file.stat().st_size if file.is_file() else None
    with progress.bar(desk.screen, Text(zh="恢复", en="restoring"), size) as told:
        manifest = await lay_out(file, where, told)
    return _told(
        manifest,
        file,
        Text(
            zh=f"已恢复 {len(manifest.files)} 个文件到 {where}", en=f"{len(manifest.files)} files restored to {where}"
        ),
        Text(
            zh="下一步：tongchou ledger verify，然后 tongchou up", en="next: tongchou ledger verify, then tongchou up"
        ),
    )


def _require_own_database(desk: Desk) -> None:
    if "database_url" in desk.settings.model_fields_set:
        raise Refused(
            Text(
                zh="台账数据库由 TONGCHOU_DATABASE_URL 指定，不在数据目录中",
                en="TONGCHOU_DATABASE_URL names a database outside of the data folder",
            ),
            advice=Text(
                zh="请按 docs/backup.md 用数据库自己的工具备份",
                en="back it up with the database's own tools, as docs/backup.md says",
            ),
        )


def _told(manifest: Manifest, file: Path, *parts: Text) -> Shown:
    return Shown.of({"file": str(file), **manifest.model_dump(mode="json")}, *parts)
