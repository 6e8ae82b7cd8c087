"""`python -m services.<name> token …`: tokens are managed on the service's machine, by whoever may write its database."""

import argparse
import os
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from services.access.tokens import MAX_DAYS, Denial, Known, Tokens
from services.moments import utc_now

PROVISION_DAYS = 365
RENEW_BEFORE = timedelta(days=30)
"""A provisioned token is replaced this long before it expires."""

Clients = Mapping[str, Collection[StrEnum]]
"""Who usually reaches the service, each with the scopes that it needs."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", scopes: type[StrEnum]) -> None:
    """Add `token` with its commands to a service's command line."""
    token = commands.add_parser("token", help="访问令牌 access tokens")
    kinds = token.add_subparsers(dest="token", required=True)
    create = kinds.add_parser("create", help="签发，只显示一次 make one; it is shown once")
    create.add_argument("--name", required=True, help="使用者 who will use it")
    create.add_argument("--scope", required=True, action="append", choices=[scope.value for scope in scopes])
    create.add_argument("--days", type=int, default=PROVISION_DAYS, help=f"有效天数 valid for, 1-{MAX_DAYS}")
    create.add_argument("--output", type=Path, help="写入文件（0600）write it to a file instead")
    kinds.add_parser("list", help="列出 all of them, without their secrets")
    kinds.add_parser("revoke", help="撤销 end one now").add_argument("id")
    provision = kinds.add_parser("provision", help="为常用方备好令牌文件 a file for each usual client, kept valid")
    provision.add_argument("folder", type=Path)


def run(chosen: argparse.Namespace, tokens: Tokens, service: str, clients: Clients) -> int:
    """Do what was chosen; the exit code. Raises ValueError for bad input, OSError for a file that cannot be written."""
    match chosen.token:
        case "create":
            return _create(tokens, chosen.name, chosen.scope, chosen.days, chosen.output)
        case "list":
            print("\n".join(map(_line, tokens.known())))
            return 0
        case "revoke":
            return _revoke(tokens, chosen.id)
        case _:
            return _provision(tokens, service, clients, chosen.folder)


def _create(tokens: Tokens, name: str, scopes: Collection[str], days: int, output: Path | None) -> int:
    if output is not None and not output.parent.is_dir():
        raise ValueError(f"output: its folder must exist (got {output})")
    token = tokens.create(name, scopes, days)
    if output is None:
        print(token)
    else:
        _write(output, token)
    return 0


def _revoke(tokens: Tokens, token_id: str) -> int:
    if not tokens.revoke(token_id):
        raise ValueError(f"id: must be the id of a token, see `token list` (got {token_id!r})")
    print(f"已撤销 revoked: {token_id}")
    return 0


def _provision(tokens: Tokens, service: str, clients: Clients, folder: Path) -> int:
    """A second call changes nothing while the tokens in the files are good for another month."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, scopes in clients.items():
        file = folder / f"{service}-{name}.token"
        if not _is_good(tokens, file, frozenset(scopes)):
            _write(file, tokens.create(name, scopes, PROVISION_DAYS))
            print(f"已签发 created: {file.name}")
    return 0


def _is_good(tokens: Tokens, file: Path, scopes: Iterable[str]) -> bool:
    if not file.is_file() or file.stat().st_mode & 0o077:
        return False
    found = tokens.find(file.read_text(encoding="utf-8").strip())
    return not isinstance(found, Denial) and found.scopes == scopes and found.valid_at(utc_now() + RENEW_BEFORE)


def _write(file: Path, token: str) -> None:
    """Put the token into a file of its owner's alone. Who reads meanwhile reads the old one or the new one."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(token + "\n")
    fresh.replace(file)


def _line(token: Known) -> str:
    state = "有效 valid" if token.valid_at(utc_now()) else "已撤销 revoked" if token.revoked_at else "已过期 expired"
    until = f"{token.expires_at:%Y-%m-%dT%H:%MZ}"
    return f"{token.id}  {token.name}  {' '.join(sorted(token.scopes))}  → {until}  {state}"
