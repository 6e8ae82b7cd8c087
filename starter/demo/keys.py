"""The keys of a demonstration: every officer who decides gets one, and in the end each decision is verified against it."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from models.base import Text
from models.calendar import CHINA
from models.effects import EntryKind, LedgerEntry
from models.statement import statement_of_record
from records import officer_keys
from runtime import signing
from runtime.settings import Settings
from starter.demo.account import SignatureLine
from starter.demo.live import LiveView
from starter.demo.script import Decide, Script
from starter.demo.shell import Played, Shell


def signers(script: Script) -> tuple[str, ...]:
    """The officers who decide, in the order of their first appearance."""
    return tuple(dict.fromkeys(step.officer for step in script.steps if isinstance(step, Decide)))


async def provide(script: Script, shell: Shell, engine: Engine, view: LiveView) -> list[Played]:
    """Make and register the keys: the first as its officer would type it, the others likewise without a line each."""
    first, *others = signers(script) or ("",)
    if not first:
        return []
    view.note(
        Text(
            zh=f"审核意见须经电子签名：{len(others) + 1} 名经办人各有密钥，公钥已登记",
            en=f"decisions must be signed: {len(others) + 1} officers get a key each, and it is registered",
        )
    )
    words = ["key", "create", first, "--register"]
    view.line(" ".join(["tongchou", *words]))
    played = await shell.run(words)
    view.answer(played)
    await asyncio.to_thread(_make, others, Settings(data_dir=shell.data_dir), engine)
    return [played]


def _make(officers: Iterable[str], settings: Settings, engine: Engine) -> None:
    for officer in officers:
        public_key = signing.create(settings.key_file(officer))
        officer_keys.register(engine, officer, public_key, by="demo", at=datetime.now(CHINA))


def verified(engine: Engine, ledger: Iterable[LedgerEntry]) -> list[SignatureLine]:
    """Every decision on record, with whether its signature is proved by the entry and the registered key alone."""
    return [_verified(engine, entry) for entry in ledger if entry.kind is EntryKind.DECISION_COUNTED]


def _verified(engine: Engine, entry: LedgerEntry) -> SignatureLine:
    signature, key_id = entry.detail.get("signature"), entry.detail.get("key_id")
    key = officer_keys.find(engine, key_id) if key_id else None
    holds = (
        signature is not None
        and key is not None
        and key.officer == entry.officer
        and signing.is_signed(statement_of_record(entry), signature, key.public_key)
    )
    return SignatureLine(entry.detail["review_id"], entry.officer or "", key_id, holds)
