"""链: the canonical form of a ledger entry, and the digest by which the next entry of its project holds on to it.

Nothing but the standard library and plain JSON: a dossier carries this file with it, and whoever has no installation of ours
checks a chain by it. A document is an entry as it is exported (`records.ledger.RecordedEntry` as JSON): `position`, `sequence`,
`previous`, `digest`, `recorded_at` and the `entry` itself.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORM = "tongchou.ledger/1"
"""Which canonical form it is. It stands in every form, so that no digest of another form or thing can be taken for one."""

ALGORITHMS = ("sha256", "sm3")
"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016). A chain may go on in another one; each digest names its own."""


def digest_of(document: Mapping[str, Any], algorithm: str = "sha256") -> str:
    """The digest of the canonical form, as `<algorithm>:<hexadecimal>`.

    Raises ValueError for an unknown algorithm, and what `canonical` raises.
    """
    content = canonical(document)
    if algorithm == "sha256":
        return f"sha256:{hashlib.sha256(content).hexdigest()}"
    if algorithm == "sm3":
        return f"sm3:{_sm3(content)}"
    raise ValueError(f"algorithm: must be one of {', '.join(ALGORITHMS)} (got {algorithm!r})")


def is_intact(document: Mapping[str, Any]) -> bool:
    """Whether the document has the digest that it bears. What has no canonical form has none."""
    try:
        return bool(digest_of(document, algorithm_of(document["digest"])) == document["digest"])
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return False


def algorithm_of(digest: str) -> str:
    """The algorithm that a digest names."""
    return digest.partition(":")[0]


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document in its one form: JSON in UTF-8, keys in order, no spaces, moments in UTC to the microsecond.

    What is empty (null) is left out of the entry and of its citations, so that a field that is added to them some day, with
    None as its default, changes no digest of before. Raises ValueError, TypeError or KeyError for what is no such document.
    """
    entry = _filled(document["entry"])
    form = {
        "form": FORM,
        "position": document["position"],
        "sequence": document["sequence"],
        "previous": document["previous"],
        "recorded_at": moment(document["recorded_at"]),
        "entry": {
            **entry,
            "at": moment(entry["at"]),
            "citations": [_filled(citation) for citation in entry["citations"]],
        },
    }
    return json.dumps(form, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def moment(at: datetime | str) -> str:
    """The moment in UTC, always with six digits of a second. Raises ValueError where it has no zone."""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    if known.utcoffset() is None:
        raise ValueError(f"moment: must have a time zone (got {at})")
    return known.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _sm3(content: bytes) -> str:
    # Only a chain in SM3 needs the library.
    from cryptography.hazmat.primitives import hashes

    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    return sm3.finalize().hex()
