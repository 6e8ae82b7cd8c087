"""锚定: the heads of the ledger's chains, signed, in an append-only file outside of its database.

One JSON document a line. A line names the heads that changed since the one before it, holds on to that line by its digest, and is
signed with the installation's key (Ed25519), which lies beside the file. Whoever has only the database cannot make one.
A copy of the file that is kept elsewhere, and the public key, tell even where somebody has the whole machine.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import Field, ValidationError

from models.base import Text, Value
from records.chain.discrepancies import Discrepancy, Tampering
from runtime import signing
from runtime.installation_key import InstallationKey, public_key_file

Heads = Mapping[str, tuple[int, str]]
"""Of each project, the number and the digest of its last entry."""


class Anchor(Value):
    """One line. `position` is how far in the ledger it goes, `previous` the digest of the line before it."""

    number: int
    at: datetime
    position: int
    heads: dict[str, tuple[int, str]]
    previous: str | None = None
    signature: str = ""

    @property
    def statement(self) -> str:
        """What is signed: the line without its signature."""
        return _plain(self.model_dump(mode="json", exclude={"signature"}))

    @property
    def line(self) -> bytes:
        return _plain(self.model_dump(mode="json")).encode()


class AnchorsDamaged(Exception):
    """The file's last line is none of ours: nothing is added to it before somebody has looked. The message says why."""


class AnchorsFile:
    """The file, its lock and its key, all in one folder, which is made where it is missing."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def public_key(self) -> str:
        """The installation's own public key. Raises FileNotFoundError where nothing was anchored yet, KeyUnusable."""
        return signing.read_public_key(public_key_file(self.file.parent))

    @contextmanager
    def writing(self) -> Iterator["AnchorsWriter"]:
        """The right to add a line, for one writer at a time; the others wait.

        A last line that a crash cut short is finished or taken away first. Raises AnchorsDamaged, KeyUnusable, OSError.
        """
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield AnchorsWriter(opened, InstallationKey(self.file.parent))


class AnchorsWriter:
    """The file while it is locked. `last` is its last line, `heads` are the newest anchored head of every project."""

    def __init__(self, opened: BinaryIO, key: InstallationKey) -> None:
        self._opened = opened
        self._key = key
        self.last: Anchor | None = None
        self.heads: dict[str, tuple[int, str]] = {}
        self._read()

    @property
    def public_key(self) -> str:
        """That of the key with which lines are signed."""
        return self._key.public_key

    def append(self, position: int, heads: Heads, at: datetime | None = None) -> Anchor:
        """Add a line, and see it on the disk."""
        anchor = Anchor(
            number=self.last.number + 1 if self.last else 1,
            at=at or datetime.now(UTC),
            position=position,
            heads=dict(heads),
            previous=digest_of(self.last.line) if self.last else None,
        )
        signed = anchor.model_copy(update={"signature": self._key.sign(anchor.statement)})
        self._write(signed.line + b"\n")
        self.last = signed
        self.heads.update(heads)
        return signed

    def _write(self, content: bytes) -> None:
        self._opened.write(content)
        self._opened.flush()
        os.fsync(self._opened.fileno())

    def _read(self) -> None:
        """A line is whole when it ends. One that a crash cut short never was an anchor: nobody has been told of it."""
        whole = 0
        self._opened.seek(0)
        for line in self._opened:
            anchor = parsed(line.removesuffix(b"\n"))
            if not line.endswith(b"\n"):
                if anchor is None or not is_signed(anchor, self.public_key):
                    self._opened.truncate(whole)
                    break
                self._write(b"\n")
            whole += len(line)
            self.last = anchor
            self.heads.update(anchor.heads if anchor else {})
        if whole and (self.last is None or not is_signed(self.last, self.public_key)):
            raise AnchorsDamaged(f"{self._opened.name}: the last line is no anchor of this installation")


class AnchorsRead(Value):
    """What a file of anchors tells: the digests that it anchors, how far it goes, and what is wrong with the file itself.

    `digests` are those of its lines, by their numbers. `torn` tells of a last line that a crash cut short: it is left out, and is
    no fault.
    """

    anchored: dict[str, dict[int, str]] = Field(default_factory=dict)
    findings: tuple[Discrepancy, ...] = ()
    number: int = 0
    position: int = 0
    digests: dict[int, str] = Field(default_factory=dict)
    torn: bool = False

    @property
    def digest(self) -> str | None:
        """That of the last line."""
        return self.digests.get(self.number)


def read(file: Path, public_key: str) -> AnchorsRead:
    """Every anchor of the file that bears that key's signature. Raises OSError.

    What the file once had at its end and has no more, it cannot tell: `number` and `digest` are to be held against what others
    know of the last anchor.
    """
    reader = _Reader(public_key)
    with file.open("rb") as opened:
        for line in opened:
            reader.take(line)
    return reader.outcome()


class _Reader:
    """Reads line after line."""

    def __init__(self, public_key: str) -> None:
        self._public_key = public_key
        self._anchored: dict[str, dict[int, str]] = {}
        self._findings: list[Discrepancy] = []
        self._lines = 0
        self._last: Anchor | None = None
        self._digest: str | None = None
        self._digests: dict[int, str] = {}
        self._torn = False

    def take(self, line: bytes) -> None:
        self._lines += 1
        content = line.removesuffix(b"\n")
        anchor = parsed(content)
        is_ours = anchor is not None and is_signed(anchor, self._public_key)
        if not is_ours and not line.endswith(b"\n"):
            self._torn = True
            return
        self._last, self._digest = self._taken(anchor, content, is_ours), digest_of(content)

    def _taken(self, anchor: Anchor | None, content: bytes, is_ours: bool) -> Anchor | None:
        """The anchor, where nothing is wrong with its line."""
        if anchor is None or anchor.line != content:
            self._blame("不是锚定记录，或已被改动", "is no anchor, or was changed")
            return None
        if not is_ours:
            self._blame("不是本系统锚定密钥的签名", "does not bear the signature of the installation's key")
            return None
        self._hold(anchor)
        return anchor

    def outcome(self) -> AnchorsRead:
        return AnchorsRead(
            anchored=self._anchored,
            findings=tuple(self._findings),
            number=self._last.number if self._last else 0,
            position=self._last.position if self._last else 0,
            digests=self._digests,
            torn=self._torn,
        )

    def _hold(self, anchor: Anchor) -> None:
        self._digests[anchor.number] = digest_of(anchor.line)
        for project, (number, digest) in anchor.heads.items():
            self._anchored.setdefault(project, {})[number] = digest
        # Behind a line that is wrong itself nothing can be said of what comes between.
        follows = self._last is not None or self._lines == 1
        expected = self._last.number + 1 if self._last else 1
        if follows and (anchor.number != expected or anchor.previous != self._digest):
            between = f"{expected}–{anchor.number - 1}" if anchor.number > expected else str(expected)
            self._blame(f"之前缺第 {between} 次锚定", f"does not follow: anchor {between} is missing before it")

    def _blame(self, zh: str, en: str) -> None:
        reason = Text(zh=f"锚定文件第 {self._lines} 行{zh}", en=f"line {self._lines} of the anchors {en}")
        self._findings.append(Discrepancy(fault=Tampering.ANCHORS, reason=reason))


def digest_of(line: bytes) -> str:
    """The digest of a line, by which the next one holds on to it."""
    return f"sha256:{hashlib.sha256(line).hexdigest()}"


def parsed(line: bytes) -> Anchor | None:
    """The anchor in that line; None for what is none."""
    try:
        return Anchor.model_validate_json(line)
    except ValidationError:
        return None


def is_signed(anchor: Anchor, public_key: str) -> bool:
    """Whether the anchor bears that key's signature."""
    return signing.is_signed(anchor.statement, anchor.signature, public_key)


def _plain(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
