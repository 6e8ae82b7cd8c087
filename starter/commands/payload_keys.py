"""payload-key create, add, activate, list: the ring of keys with which payloads are encrypted before Temporal keeps them."""

from pathlib import Path
from typing import Annotated

import typer

from models.base import Text, Value
from runtime.payloads import keyring
from runtime.payloads.keyring import Algorithm, KeyId, KeyRing, PayloadKey
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import built
from starter.folder import Folder
from starter.output import Shown, Table

app = group("payload-key", "载荷密钥 the keys of what Temporal keeps")

File = Annotated[
    Path | None,
    typer.Option(
        "--file", help="密钥环文件 the ring's file; default: TONGCHOU_PAYLOAD_KEYS, else the data folder's own"
    ),
]
Cipher = Annotated[Algorithm, typer.Option("--algorithm", help="算法 the cipher of the new key")]
Id = Annotated[str | None, typer.Option("--id", help="密钥编号 its id; default: the day and chance")]

_NEXT = Text(
    zh="已加入，仅用于解密。待所有进程都有此密钥后，再运行 tongchou payload-key activate {id}",
    en="added, to read with only. When every process has it: tongchou payload-key activate {id}",
)


class _Named(Value):
    id: KeyId | None


@command(app, "create")
def create(desk: Desk, file: File = None, algorithm: Cipher = Algorithm.AES_256_GCM, id: Id = None) -> Shown:
    """新建密钥环 make a ring with one key; never over one that exists."""
    return _shown(keyring.create(_file(desk, file), _key(algorithm, id)))


@command(app, "add")
def add(desk: Desk, file: File = None, algorithm: Cipher = Algorithm.AES_256_GCM, id: Id = None) -> Shown:
    """加入新密钥 put a new key on the ring, to read with; `activate` makes it the one to write with."""
    key = _key(algorithm, id)
    return _shown(
        keyring.add(_file(desk, file), key), Text(zh=_NEXT.zh.format(id=key.id), en=_NEXT.en.format(id=key.id))
    )


@command(app, "activate")
def activate(desk: Desk, id: Annotated[str, typer.Argument(help="密钥编号 the key's id")], file: File = None) -> Shown:
    """启用 encrypt with this key from now on; running processes follow within seconds."""
    return _shown(keyring.activate(_file(desk, file), id))


@command(app, "list")
def list_all(desk: Desk, file: File = None) -> Shown:
    """查看 the keys of the ring, without their secrets."""
    return _shown(keyring.read(_file(desk, file)))


def _file(desk: Desk, file: Path | None) -> Path:
    return file or desk.settings.payload_keys or Folder(desk.settings.data_dir.resolve()).payload_keys


def _key(algorithm: Algorithm, key_id: str | None) -> PayloadKey:
    return PayloadKey.fresh(algorithm, built(_Named, id=key_id).id)


def _shown(ring: KeyRing, *notes: Text) -> Shown:
    columns = tuple(
        Text(zh=zh, en=en)
        for zh, en in (("密钥编号", "key"), ("算法", "cipher"), ("生成时间", "made"), ("启用", "active"))
    )
    rows = [
        (key.id, key.algorithm, key.created_at.isoformat(), "*" if key.id == ring.active else "") for key in ring.keys
    ]
    document = {
        "active": ring.active,
        "keys": [key.model_dump(mode="json", exclude={"secret"}) for key in ring.keys],
    }
    return Shown.of(document, Table(columns, rows), *notes)
