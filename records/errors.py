"""What is wrong with a value that may not go on record.

Every error here is the caller's: the same call fails again, however often it is repeated. A database that is down or
locked raises SQLAlchemy's `OperationalError` instead, which time mends.
"""

from collections.abc import Sequence
from datetime import datetime


class RecordError(ValueError):
    """A value that the records refuse. The message names field, value and rule; nothing was changed."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field}: {rule} (got {_shown(value)})")


class EntryInvalid(RecordError):
    """A ledger entry that cannot be kept as it is."""


class EntryConflict(RecordError):
    """A ledger entry whose `entry_id` is on record with another content."""


class SanctionConflict(RecordError):
    """A sanction whose `sanction_id` is on record for another case."""


class UnknownSanction(RecordError):
    """A sanction is to be lifted that was never imposed."""


class ChangeInvalid(RecordError):
    """A change of a register that cannot be kept as it is."""


class ChangeConflict(RecordError):
    """A change of a register whose `key` is on record for another entry."""


class KeyRefused(RecordError):
    """An officer's key that cannot be registered or revoked so."""


class MaterialTooLarge(RecordError):
    """A file over the limit of the materials store."""


class UnknownMaterial(RecordError):
    """A digest under which the materials store holds nothing, or something that is no digest."""


class MaterialDamaged(RecordError):
    """A stored file whose bytes no longer have the digest under which they were stored."""


class DelegationRefused(RecordError):
    """A delegation that is not granted or not revoked. One line for each fault: `field: rule (got value)`."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        ValueError.__init__(self, "\n".join(faults))


class RegisterError(ValueError):
    """A register file that is not imported. One line for each fault: `file: key: rule (got value)`."""

    def __init__(self, file: str, faults: Sequence[str]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))


def fault(key: str, value: object, rule: str) -> str:
    """One fault in the words of `models.base.faults`."""
    return f"{key}: {rule} (got {_shown(value)})"


def require_zone(field: str, at: datetime, error: type[RecordError] = RecordError) -> None:
    """Refuse a moment without a zone, which would be another moment on another machine."""
    if at.utcoffset() is None:
        raise error(field, at.isoformat(), "must have a time zone")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
