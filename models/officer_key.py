"""An officer's key as it is on record: with what signatures are verified, whose it is, and from when until when."""

import hashlib
from base64 import b64decode
from datetime import datetime

from models.base import Value

KEY_BYTES = 32
"""An Ed25519 public key (RFC 8032, 5.1.5)."""


class OfficerKey(Value):
    """A registered public key. It is valid from `valid_from` on, and from `revoked_at` on it is not any more."""

    key_id: str
    officer: str
    public_key: str
    """The raw 32 bytes in base64."""
    valid_from: datetime
    revoked_at: datetime | None = None
    revoked_reason: str | None = None
    registered_by: str
    recorded_at: datetime

    def is_valid(self, at: datetime) -> bool:
        """Whether a decision at that moment may be signed with it."""
        return self.valid_from <= at and (self.revoked_at is None or at < self.revoked_at)


def key_id_of(public_key: str) -> str:
    """The id of a public key: the first 16 hexadecimal digits of the SHA-256 of its raw bytes.

    Raises ValueError for what is no base64 of 32 bytes.
    """
    raw = b64decode(public_key, validate=True)
    if len(raw) != KEY_BYTES:
        raise ValueError(f"public_key: must be {KEY_BYTES} bytes (got {len(raw)})")
    return hashlib.sha256(raw).hexdigest()[:16]
