"""The ring of keys with which payloads are encrypted: one file, several keys, one of them active.

Keys are random bytes; none is ever made of a password. A key that was once active has to stay on the ring for as long as
any history was written with it.
"""

import json
import os
import secrets
import stat
import tempfile
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from models.base import Value, faults

MODE = 0o600


class KeyRingError(Exception):
    """The ring cannot be used as it is, or the change of it is refused. The message names file, reason and remedy."""


class Algorithm(StrEnum):
    """An authenticated cipher. AES-256-GCM: NIST SP 800-38D; SM4-GCM: GB/T 32907-2016 (cipher), RFC 8998 (mode)."""

    AES_256_GCM = "AES-256-GCM"
    SM4_GCM = "SM4-GCM"

    @property
    def key_bytes(self) -> int:
        return 32 if self is Algorithm.AES_256_GCM else 16


def _is_base64(secret: SecretStr) -> SecretStr:
    try:
        b64decode(secret.get_secret_value(), validate=True)
    except (Base64Error, ValueError):
        raise ValueError("must be base64") from None
    return secret


KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]


class PayloadKey(Value):
    """One key. Its id and algorithm stand in clear beside each payload that it encrypted."""

    id: KeyId
    algorithm: Algorithm
    created_at: datetime
    secret: Annotated[SecretStr, AfterValidator(_is_base64)]

    @model_validator(mode="after")
    def _is_as_long_as_its_cipher_needs(self) -> "PayloadKey":
        if len(self.material) != self.algorithm.key_bytes:
            raise ValueError(f"secret: {self.algorithm} needs {self.algorithm.key_bytes} bytes")
        return self

    @property
    def material(self) -> bytes:
        return b64decode(self.secret.get_secret_value())

    @classmethod
    def fresh(cls, algorithm: Algorithm, key_id: str | None = None) -> "PayloadKey":
        """A new random key; without an id it gets one of the day (UTC) and chance. Raises ValidationError for a bad id."""
        now = datetime.now(UTC).replace(microsecond=0)
        material = b64encode(secrets.token_bytes(algorithm.key_bytes)).decode()
        name = key_id or f"{now:%Y%m%d}-{secrets.token_hex(4)}"
        return cls(id=name, algorithm=algorithm, created_at=now, secret=SecretStr(material))


class KeyRing(Value):
    """What a ring's file holds."""

    version: Literal[1] = 1
    active: KeyId
    keys: tuple[PayloadKey, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_a_ring(self) -> "KeyRing":
        ids = [key.id for key in self.keys]
        if len(set(ids)) < len(ids):
            raise ValueError("keys: an id stands there twice")
        if self.active not in ids:
            raise ValueError(f"active: must be one of the keys (got {self.active!r})")
        return self

    def find(self, key_id: str) -> PayloadKey | None:
        return next((key for key in self.keys if key.id == key_id), None)

    @property
    def active_key(self) -> PayloadKey:
        return next(key for key in self.keys if key.id == self.active)


# ---------------------------------------------------------------- the file


def read(file: Path) -> KeyRing:
    """The ring in that file. Raises KeyRingError where it is missing, open to others, or no ring."""
    try:
        with file.open("rb") as opened:
            _require_private(file, opened.fileno())
            content = opened.read()
    except OSError as error:
        raise KeyRingError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        return KeyRing.model_validate_json(content)
    except ValidationError as error:
        # From None: the error's own text would show what was read, and that is the keys.
        raise KeyRingError(f"{file}: is no key ring: {'; '.join(_told(error))}") from None


def create(file: Path, key: PayloadKey) -> KeyRing:
    """A new ring with that key, which is active. Its folder is made where it is missing.

    Raises KeyRingError where the file exists: to make a ring anew would lose every key on it.
    """
    with _changing(file):
        if file.exists():
            raise KeyRingError(f"{file}: exists already; add a key to it instead")
        ring = KeyRing(active=key.id, keys=(key,))
        _write(file, ring)
        return ring


def add(file: Path, key: PayloadKey) -> KeyRing:
    """Put a key on the ring, to be read with and not yet written with. Raises KeyRingError where the id is taken."""
    with _changing(file):
        ring = read(file)
        if ring.find(key.id):
            raise KeyRingError(f"{file}: key {key.id!r} is on the ring already")
        ring = KeyRing(active=ring.active, keys=(*ring.keys, key))
        _write(file, ring)
        return ring


def activate(file: Path, key_id: str) -> KeyRing:
    """Encrypt with that key from now on. A second call changes nothing. Raises KeyRingError for one that is not there."""
    with _changing(file):
        ring = read(file)
        if ring.find(key_id) is None:
            known = ", ".join(key.id for key in ring.keys)
            raise KeyRingError(f"{file}: key {key_id!r} is not on the ring; there are: {known}")
        if ring.active != key_id:
            ring = KeyRing(active=key_id, keys=ring.keys)
            _write(file, ring)
        return ring


def _require_private(file: Path, descriptor: int) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if mode & 0o077:
        raise KeyRingError(f"{file}: its mode is {mode:04o}, so others may read it; chmod 600 {file}")


def _told(error: ValidationError) -> list[str]:
    """The faults without the values: a fault near a secret would show it."""
    return [fault.partition(" (got ")[0] for fault in faults(error)]


@contextmanager
def _changing(file: Path) -> Iterator[None]:
    """One change at a time: two that each add a key to what they read would lose one of them."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, MODE)
    except OSError as error:
        raise KeyRingError(f"{file}: its folder cannot be written to: {error.strerror}") from error
    try:
        flock(lock, LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(file: Path, ring: KeyRing) -> None:
    """All of it or nothing, on the disk before it is named: a lost key is a lost history."""
    document = ring.model_dump(mode="json")
    for shown, key in zip(document["keys"], ring.keys, strict=True):
        shown["secret"] = key.secret.get_secret_value()
    descriptor, fresh = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            json.dump(document, opened, indent=2)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(fresh, file)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
