"""Who may speak for whom: what a workflow asks the register of officers, and what it is answered."""

from datetime import datetime
from enum import StrEnum

from models.base import Text, Value


class SignaturePolicy(StrEnum):
    """Whether a decision has to be signed by the officer's key."""

    REQUIRED = "required"
    OFF = "off"

    @property
    def label(self) -> Text:
        return _POLICY_LABELS[self]


_POLICY_LABELS = {
    SignaturePolicy.REQUIRED: Text(zh="审核意见须经电子签名", en="decisions must be signed"),
    SignaturePolicy.OFF: Text(
        zh="未要求电子签名，审核意见可不签名", en="signatures are off: decisions may be unsigned"
    ),
}


UNSIGNED = Text(
    zh="须经电子签名：请用 tongchou decide 或 tongchou sign 签名后再提交",
    en="must be signed: sign it with `tongchou decide` or `tongchou sign` before it is sent",
)
"""Why a decision without a signature does not count where one is required."""


UNSIGNED_ACT = Text(
    zh="须经电子签名：请用 tongchou retract 或 tongchou waive 提交",
    en="must be signed: send it with `tongchou retract` or `tongchou waive`",
)
"""The same of a retraction or a waiver."""


class SignedStatement(Value):
    """What an officer signed: the canonical statement (models/statement.py), and the signature with the key's id."""

    statement: str
    signature: str | None = None
    """Ed25519 over the statement's UTF-8 bytes, in base64."""
    key_id: str | None = None
    policy: SignaturePolicy = SignaturePolicy.REQUIRED
    """What the proceeding was admitted under. A worker whose own setting is stricter goes by that."""
    life: str | None = None
    """The life that the statement names; None of a statement of version 1, which an earlier build asked about."""


class AuthorityQuestion(Value):
    """May this officer act for this organ, at this legal moment? With `signed`: and is that the officer's signature?"""

    officer: str
    organ: str
    at: datetime
    on_behalf_of: str | None = None
    signed: SignedStatement | None = None


class Authority(Value):
    """The answer. `reason` says why not, in the two languages, where it is not granted."""

    granted: bool
    post: str = ""
    """The post that gives the authority: the officer's own, or the one of whom the officer stands in for."""
    delegation: str | None = None
    """The id of the delegation 代理 under which the officer acts on behalf of another."""
    signed: bool = False
    """Whether a signature was verified."""
    life: str | None = None
    """The life that the verified statement names: the entry has to say what was signed, be it of an earlier build."""
    reason: Text | None = None
