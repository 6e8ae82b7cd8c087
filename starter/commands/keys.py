"""key create, register, revoke, list: the keys with which officers sign their decisions."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from models.base import Code, Text, Value
from models.officer_key import OfficerKey, key_id_of
from records import officer_keys
from runtime import signing
from starter import documents
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.commands.options import OperatorName
from starter.failures import Refused, built
from starter.output import Shown, Table, field
from starter.signing import new_passphrase

app = group("key", "签名密钥 the keys with which officers sign")

WhichOfficer = Annotated[str, typer.Argument(help="经办人代码 code of the officer")]
KEY, FROM, REVOKED = Text(zh="密钥编号", en="key id"), Text(zh="自", en="from"), Text(zh="撤销", en="revoked")


class _Officer(Value):
    officer: Code


@command(app, "create")
def create(
    desk: Desk,
    officer: WhichOfficer,
    register: Annotated[bool, typer.Option("--register", help="同时登记公钥 register the public key, too")] = False,
    passphrase: Annotated[
        bool,
        typer.Option("--passphrase", help="私钥加口令（TONGCHOU_KEY_PASSPHRASE 或提示输入） encrypt the private key"),
    ] = False,
    by: OperatorName = None,
) -> Shown:
    """生成密钥 make a key of an officer's own on this machine; a key that lies there is never overwritten."""
    built(_Officer, officer=officer)
    file = desk.settings.key_file(officer)
    try:
        public_key = signing.create(file, new_passphrase() if passphrase else None)
    except FileExistsError as error:
        raise Refused(
            Text(zh=f"{error.args[0]} 已存在，未作改动", en=f"{error.args[0]} is there already; nothing was changed"),
            advice=Text(
                zh="更换密钥：先 tongchou key revoke，再移走旧文件",
                en="to replace it: `tongchou key revoke`, then move the old files away",
            ),
        ) from error
    public_file = file.with_suffix(signing.PUBLIC)
    known = (
        officer_keys.register(desk.records(), officer, public_key, by=by or desk.login, at=desk.now)
        if register
        else None
    )
    document = {
        "officer": officer,
        "key_id": key_id_of(public_key),
        "public_key": public_key,
        "private_key_file": str(file),
        "public_key_file": str(public_file),
        "registered": known is not None,
    }
    return Shown.of(
        document,
        field("密钥编号", "key id", key_id_of(public_key)),
        field("公钥", "public key", public_key),
        field("私钥文件", "private key", f"{file}（0600）"),
        _registered(known) if known else _to_be_registered(officer, public_file),
    )


def _registered(key: OfficerKey) -> Text:
    since = views.moment(key.valid_from)
    return Text(
        zh=f"{key.key_id} 已登记为 {key.officer} 的签名密钥，自 {since} 起有效",
        en=f"{key.key_id} is registered as a key of {key.officer}, valid from {since} on",
    )


def _to_be_registered(officer: str, file: Path) -> Text:
    line = f"tongchou key register {officer} {file}"
    return Text(zh=f"下一步，由管理员登记：{line}", en=f"next, by the admin of the register: {line}")


@command(app, "register")
def register(
    desk: Desk,
    officer: WhichOfficer,
    file: Annotated[Path, typer.Argument(metavar="FILE.pub", help="公钥文件（PEM） the public key (PEM)")],
    by: OperatorName = None,
) -> Shown:
    """登记公钥 put an officer's public key on record, valid from now on. The same one again changes nothing."""
    try:
        public_key = signing.read_public_key(file)
    except OSError as error:
        raise documents.unreadable(file, error) from error
    known = officer_keys.register(desk.records(), officer, public_key, by=by or desk.login, at=desk.now)
    return Shown.of(known, _registered(known))


@command(app, "revoke")
def revoke(
    desk: Desk,
    key_id: Annotated[str, typer.Argument(help="密钥编号 id of the key")],
    reason: Annotated[str, typer.Option("--reason", help="理由 the reason")],
    by: OperatorName = None,
) -> Shown:
    """撤销密钥 let a key sign no decision from now on. What it signed before stays signed."""
    key = officer_keys.revoke(desk.records(), key_id, reason=reason, by=by or desk.login, at=desk.now)
    since = _revoked(key)
    return Shown.of(
        key,
        Text(
            zh=f"{key.officer} 的签名密钥 {key.key_id} 自 {since} 起不再有效：{key.revoked_reason}",
            en=f"the key {key.key_id} of {key.officer} is not valid since {since}: {key.revoked_reason}",
        ),
    )


@command(app, "list")
def list_all(
    desk: Desk,
    officer: Annotated[str | None, typer.Option("--officer", help="只看此经办人 only of this officer")] = None,
) -> Shown:
    """密钥清单 the keys on record, revoked ones included."""
    found = officer_keys.keys(desk.records(), officer)
    columns = (views.OFFICER, KEY, FROM, REVOKED, Text(zh="理由", en="reason"), Text(zh="办理人", en="registered by"))
    rows = [
        (k.officer, k.key_id, views.moment(k.valid_from), _revoked(k), k.revoked_reason, k.registered_by) for k in found
    ]
    return Shown.of(found, Table(columns, rows) if rows else Text(zh="没有登记的密钥", en="no key is registered"))


def _revoked(key: OfficerKey) -> str | None:
    moment: datetime | None = key.revoked_at
    return views.moment(moment) if moment else None
