"""What is done with a payload in clear text where a key ring is set."""

from enum import StrEnum
from pathlib import Path

from models.base import Text


class PayloadPolicy(StrEnum):
    """Whether a payload that nobody encrypted is taken for what our processes wrote. Without a key ring it says nothing."""

    STRICT = "strict"
    """It is not: whoever writes Temporal's database could otherwise put clear text in the place of what was encrypted."""
    MIXED = "mixed"
    """It is: for an installation that ran in clear text, until nothing of that time is open any more."""

    @property
    def label(self) -> Text:
        return _LABELS[self]


def warning(payload_keys: Path | None, policy: PayloadPolicy) -> Text | None:
    """What nobody may overlook: payloads are encrypted with that ring, and others are taken all the same."""
    if payload_keys is None or policy is PayloadPolicy.STRICT:
        return None
    return Text(zh=f"⚠ {policy.label.zh}", en=f"⚠ {policy.label.en}")


_LABELS = {
    PayloadPolicy.STRICT: Text(zh="未加密的内容一律不予采信", en="payloads in clear text are refused"),
    PayloadPolicy.MIXED: Text(
        zh="未加密的内容仍予采信（TONGCHOU_PAYLOADS=mixed）",
        en="payloads in clear text are still taken beside encrypted ones (TONGCHOU_PAYLOADS=mixed)",
    ),
}
