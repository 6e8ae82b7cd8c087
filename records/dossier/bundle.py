"""The file that a dossier is: a ZIP with a manifest of every file's digest, signed by the installation."""

import json
import os
import uuid
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig.json"
FORMAT = "tongchou.dossier.v1"

_MOMENT = (2000, 1, 1, 0, 0, 0)
"""The time that every file in the ZIP bears, so that the same content is the same file."""

Sign = Callable[[str], Mapping[str, str]]
"""Signs a text; answers `key_id`, `public_key` and `signature`."""


class Written(NamedTuple):
    """A bundle on disk."""

    sha256: str
    size: int


def write(target: Path, files: Mapping[str, bytes], about: Mapping[str, Any], sign: Sign) -> Written:
    """Write the whole file or nothing, over an earlier one. `about` is what the manifest says besides the digests.

    The same content gives the same bytes. Raises OSError.
    """
    listed = {name: {"sha256": sha256(content).hexdigest(), "size": len(content)} for name, content in files.items()}
    manifest = as_json({"format": FORMAT, **about, "files": listed})
    everything = {**files, MANIFEST: manifest, SIGNATURE: as_json(dict(sign(manifest.decode())))}
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{uuid.uuid4().hex}")
    try:
        # Names, opinions and letters stand in it: it is nobody's but the installation's.
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with zipfile.ZipFile(out, "w") as archive:
                for name in sorted(everything):
                    archive.writestr(_member(name), everything[name], zipfile.ZIP_DEFLATED)
            out.flush()
            os.fsync(out.fileno())
        content = temporary.read_bytes()
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Written(sha256(content).hexdigest(), len(content))


def as_json(document: Any) -> bytes:
    """Readable JSON in UTF-8, always in the same form."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode()


def as_lines(documents: list[dict[str, Any]]) -> bytes:
    """JSON lines in UTF-8."""
    return b"".join(json.dumps(d, ensure_ascii=False, sort_keys=True).encode() + b"\n" for d in documents)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _MOMENT)
    member.external_attr = 0o644 << 16
    return member
