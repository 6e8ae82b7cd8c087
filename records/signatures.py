"""Whether a decision is signed as it has to be: by a key of that very officer, valid at that moment, over that statement. Pure."""

from datetime import datetime

from models.authority import UNSIGNED, SignedStatement
from models.base import Text
from models.calendar import CHINA
from models.officer_key import OfficerKey
from runtime.signing import is_signed

HALF = Text(
    zh="signature 与 key_id 必须同时给出",
    en="signature and key_id must be given together",
)


def objection(
    signed: SignedStatement,
    key: OfficerKey | None,
    *,
    officer: str,
    on_behalf_of: str | None,
    at: datetime,
    required: bool,
) -> Text | None:
    """Why the decision cannot count as it is signed; None where it can. `key` is what is on record under its key id.

    A signature that is given has to hold, required or not.
    """
    if signed.signature is None and signed.key_id is None:
        return UNSIGNED if required else None
    if signed.signature is None or signed.key_id is None:
        return HALF
    return _objection_to_key(signed.key_id, key, officer, on_behalf_of, at) or _objection_to_signature(signed, key)


def _objection_to_key(
    key_id: str, key: OfficerKey | None, officer: str, on_behalf_of: str | None, at: datetime
) -> Text | None:
    if key is None:
        # What was sent is a stranger's text: shown, but not all of it.
        return Text(zh=f"未登记的签名密钥 {key_id:.40}", en=f"no key {key_id:.40} is registered")
    if key.officer != officer:
        return _of_another(key, officer, on_behalf_of)
    if at < key.valid_from:
        since = _moment(key.valid_from)
        return Text(
            zh=f"签名密钥 {key.key_id} 自 {since} 起有效，此前的意见不得用它签名",
            en=f"the key {key.key_id} is valid from {since} on, which is later than the decision",
        )
    if not key.is_valid(at):
        assert key.revoked_at
        since = _moment(key.revoked_at)
        return Text(
            zh=f"签名密钥 {key.key_id} 已于 {since} 撤销（{key.revoked_reason}）",
            en=f"the key {key.key_id} was revoked on {since} ({key.revoked_reason})",
        )
    return None


def _of_another(key: OfficerKey, officer: str, on_behalf_of: str | None) -> Text:
    if key.officer == on_behalf_of:
        return Text(
            zh=f"代理人 {officer} 须用本人密钥签名，{key.key_id} 是被代理人 {key.officer} 的密钥",
            en=f"{officer} signs with a key of their own; {key.key_id} is that of {key.officer}, who is stood in for",
        )
    return Text(
        zh=f"签名密钥 {key.key_id} 属于 {key.officer}，不属于 {officer}",
        en=f"the key {key.key_id} belongs to {key.officer}, not to {officer}",
    )


def _objection_to_signature(signed: SignedStatement, key: OfficerKey | None) -> Text | None:
    assert key and signed.signature is not None
    if is_signed(signed.statement, signed.signature, key.public_key):
        return None
    return Text(
        zh="签名不符：意见内容、审核编号、所审材料或流程（life）与签名时不一致，请核对后重新签名",
        en="the signature does not fit: decision, review, materials or life of the workflow are not what was signed; "
        "look again and sign anew",
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
