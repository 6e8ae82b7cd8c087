"""Backup and restore of an embedded installation: everything that its data folder holds, in one file.

Only of a folder on which nothing runs. The ledger and Temporal's own state have to be of one moment: a ledger that is older than
the workflows would lack what they believe to be on record.
"""

import json
import os
import sqlite3
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import Field, ValidationError

from models.base import Sha256, Text, Value
from starter.errors import StackError
from starter.folder import Folder, claimed
from starter.progress import Told, ToldFile, silent

FORMAT = "tongchou.backup.v1"
MANIFEST = "backup.json"

_CHUNK = 1024 * 1024
_SQLITE = b"SQLite format 3\x00"
_LEFT_OUT = {"logs", "stack.json", "stack.lock"}
"""What is of no use elsewhere: logs, and where the parts answered."""


class Manifest(Value):
    """What a backup holds: the SHA-256 of every file, by its path in the data folder."""

    format: str = Field(pattern=f"^{FORMAT}$")
    files: dict[str, Sha256]


async def back_up(data_dir: Path, target: Path, told: Told = silent) -> Manifest:
    """Write everything in the data folder into `target`, whole or not at all. Secrets and keys are in it: guard it.

    Each byte that was packed is told; `extent` says how many there are.

    Raises AlreadyRunning where a stack works on the folder, StackError where there is nothing to back up, `target` exists, or
    either cannot be read or written.
    """
    if not data_dir.is_dir():
        raise StackError(Text(zh=f"没有数据目录 {data_dir}", en=f"there is no data folder {data_dir}"))
    if target.exists():
        raise StackError(Text(zh=f"{target} 已存在，不覆盖", en=f"{target} exists and is not overwritten"))
    async with claimed(data_dir) as (folder, _):
        try:
            return _packed(folder, target, told)
        except (OSError, sqlite3.Error, tarfile.TarError) as error:
            raise StackError(Text(zh=f"备份未完成：{error}", en=f"the backup was not made: {error}")) from error


async def restore(source: Path, data_dir: Path, told: Told = silent) -> Manifest:
    """Lay the backup out as the data folder, whole or not at all. Every file is checked by its digest first. Each byte of the
    backup that was read is told.

    Raises StackError where the folder holds something already, and for a file that is no whole backup.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise StackError(
            Text(
                zh=f"数据目录 {data_dir} 不是空的；请恢复到空目录",
                en=f"the data folder {data_dir} is not empty; restore into an empty one",
            )
        )
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=data_dir.parent, prefix=".restore-") as fresh:
            manifest = _unpacked(source, Path(fresh), told)
            if data_dir.exists():
                data_dir.rmdir()
            Path(fresh, "data").rename(data_dir)
        return manifest
    except (OSError, tarfile.TarError, ValidationError, KeyError, EOFError) as error:
        raise StackError(Text(zh=f"{source} 无法恢复：{error}", en=f"{source} cannot be restored: {error}")) from error


# ---------------------------------------------------------------- packing


def _packed(folder: Folder, target: Path, told: Told) -> Manifest:
    temporary = target.with_name(f".{uuid.uuid4().hex}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", dereference=True) as archive, TemporaryDirectory() as scratch:
                manifest = Manifest(format=FORMAT, files=dict(_added(archive, folder.root, Path(scratch), told)))
                _add_text(archive, MANIFEST, manifest.model_dump_json(indent=1))
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def extent(data_dir: Path) -> int:
    """How many bytes there are to pack, as far as one knows beforehand: a database may grow by what its log holds."""
    return sum(_size(file) for file in _files(data_dir))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # a stack that still runs takes its files away; whoever packs says that it runs
        return 0


def _added(archive: tarfile.TarFile, root: Path, scratch: Path, told: Told) -> Iterator[tuple[str, str]]:
    for file in _files(root):
        name = file.relative_to(root)
        content = _whole_database(file, scratch) if _is_database(file) else file
        with ToldFile(content, told) as opened:
            archive.addfile(archive.gettarinfo(content, f"data/{name}"), opened)
        yield str(name), _digest(content)


def _files(root: Path) -> Iterator[Path]:
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.relative_to(root).parts[0] not in _LEFT_OUT and not _is_side_file(file):
            yield file


def _is_side_file(file: Path) -> bool:
    """What SQLite keeps beside a database: its content goes into the copy of the database itself."""
    return file.suffix in (".db-wal", ".db-shm")


def _is_database(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE)) == _SQLITE


def _whole_database(file: Path, scratch: Path) -> Path:
    """A copy with everything that was committed, of which a part may still lie in the write-ahead log."""
    copy = scratch / uuid.uuid4().hex
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as into:
        source.backup(into)
    copy.chmod(file.stat().st_mode & 0o777)
    return copy


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(text.encode()), 0o600
    archive.addfile(member, BytesIO(text.encode()))


def _digest(file: Path) -> str:
    hasher = sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


# ---------------------------------------------------------------- unpacking


def _unpacked(source: Path, fresh: Path, told: Told) -> Manifest:
    with ToldFile(source, told) as opened, tarfile.open(fileobj=opened, mode="r:gz") as archive:
        # The filter refuses links and paths that lead out of the folder.
        archive.extractall(fresh, filter="data")
    manifest = Manifest.model_validate(json.loads((fresh / MANIFEST).read_text("utf-8")))
    data = fresh / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    found = {str(file.relative_to(data)): _digest(file) for file in data.rglob("*") if file.is_file()}
    if wrong := sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name)):
        raise StackError(
            Text(
                zh=f"{source} 与备份清单不符：{'、'.join(wrong[:10])}",
                en=f"{source} is not as it was made: {', '.join(wrong[:10])}",
            )
        )
    data.chmod(0o700)
    return manifest
