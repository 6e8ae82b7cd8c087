"""The codec between our converter and Temporal: compress where it helps, then encrypt; on the way back the reverse.

Format, version 1. Metadata in clear: `encoding: binary/encrypted`, `encryption-format`, `encryption-cipher`,
`encryption-key-id`. Data: a fresh 96-bit nonce, the ciphertext, the 128-bit tag (NIST SP 800-38D). The ciphertext is one
byte for the packing (0 as it is, 1 zlib) and the serialised payload. All of the metadata is associated data of the cipher,
so none of it can be changed or exchanged.
"""

import secrets
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from runtime.payloads.keyring import Algorithm, PayloadKey
from runtime.payloads.live import LiveKeyRing
from runtime.payloads.packing import unpacked
from runtime.payloads.policy import PayloadPolicy

ENCRYPTED = b"binary/encrypted"
UNREADABLE = b"binary/unreadable"
"""The encoding of what a lenient codec hands on in place of a payload that it may not take."""
FORMAT = b"tongchou-payload/1"

_ENCODING, _FORMAT, _CIPHER, _KEY_ID = "encoding", "encryption-format", "encryption-cipher", "encryption-key-id"
_METADATA = {_ENCODING, _FORMAT, _CIPHER, _KEY_ID}
_NONCE_BYTES, _TAG_BYTES = 12, 16
_AS_IT_IS, _ZLIB = b"\x00", b"\x01"

WORTH_PACKING = 256
"""Bytes below which zlib's own overhead eats what it saves."""

MAX_UNPACKED = 32 * 1024 * 1024
"""What a packed payload may unpack to. Temporal takes 2 MB a payload, so an honest one stays far below."""


class PayloadError(Exception):
    """A payload cannot be read. Nothing of its content stands in the message."""


class UnknownKey(PayloadError):
    """The payload was encrypted with a key that is not on the ring; `key_id` says which one is missing."""

    def __init__(self, key_id: str, file: Path) -> None:
        super().__init__(f"payload key {key_id!r} is not on the ring {file}; put it back to read what it encrypted")
        self.key_id = key_id


class UnreadablePayload(PayloadError):
    """The payload is not taken, whatever it holds. No key would mend that."""


class TamperedPayload(UnreadablePayload):
    """The payload is not what was encrypted: changed, cut off, or put under another key or format."""


class ClearPayload(UnreadablePayload):
    """The payload is in clear text, and only what was encrypted is taken."""

    def __init__(self) -> None:
        super().__init__(
            "a payload in clear text, where only encrypted ones are taken: it was not written with our keys; an installation "
            "that ran in clear text is moved with TONGCHOU_PAYLOADS=mixed (docs/secrecy.md)"
        )


class EncryptingCodec(PayloadCodec):
    """Encrypts every payload with the active key of the ring, and reads those of all its keys.

    A payload that we did not encrypt is taken under the policy MIXED only: histories from before, and what other clients send.

    A lenient codec does not raise for a payload that it may not take. It hands on one that no converter reads, so that whoever
    needs it fails, and a workflow that takes messages as they come can refuse it: raised in a worker, before the workflow sees
    anything, one forged signal would stop its workflow for ever. A missing key is raised all the same: it comes back.
    """

    def __init__(
        self, ring: LiveKeyRing, policy: PayloadPolicy = PayloadPolicy.STRICT, *, lenient: bool = False
    ) -> None:
        self._ring, self._policy, self._lenient = ring, policy, lenient

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload encrypted under a nonce of its own."""
        key = self._ring.active_key
        return [_encrypted(payload, key) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload as it was. Raises UnknownKey; TamperedPayload or ClearPayload for one that cannot be what we encrypted."""
        return [self._read(payload) for payload in payloads]

    def _read(self, payload: Payload) -> Payload:
        try:
            return self._decrypted(payload)
        except UnreadablePayload as error:
            if not self._lenient:
                raise
            return Payload(metadata={_ENCODING: UNREADABLE}, data=str(error).encode())

    def _decrypted(self, payload: Payload) -> Payload:
        encoding = payload.metadata.get(_ENCODING)
        if encoding != ENCRYPTED and self._policy is PayloadPolicy.STRICT:
            raise ClearPayload
        if encoding != ENCRYPTED:
            return _as_it_came(payload)
        if set(payload.metadata) != _METADATA or payload.metadata[_FORMAT] != FORMAT:
            raise TamperedPayload(f"an encrypted payload that is not of the format {FORMAT.decode()}")
        key_id = payload.metadata[_KEY_ID].decode("ascii", "backslashreplace")
        key = self._ring.find(key_id)
        if key is None:
            raise UnknownKey(key_id, self._ring.file)
        if payload.metadata[_CIPHER] != key.algorithm.encode():
            _refuse(key)
        return _restored(_opened(payload.data, key), key)


def _as_it_came(payload: Payload) -> Payload:
    clear = unpacked(payload)
    if clear.metadata.get(_ENCODING) == UNREADABLE:
        # Only we say so: the reason in it is told in logs, and nobody else has a say in those.
        raise TamperedPayload("a payload that pretends to have been refused")
    return clear


def _encrypted(payload: Payload, key: PayloadKey) -> Payload:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = Cipher(_block_cipher(key), GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(_associated(key))
    sealed = cipher.update(_packed(payload.SerializeToString())) + cipher.finalize()
    metadata = {
        _ENCODING: ENCRYPTED,
        _FORMAT: FORMAT,
        _CIPHER: key.algorithm.encode(),
        _KEY_ID: key.id.encode(),
    }
    return Payload(metadata=metadata, data=nonce + sealed + cipher.tag)


def _opened(data: bytes, key: PayloadKey) -> bytes:
    if len(data) < _NONCE_BYTES + _TAG_BYTES:
        _refuse(key)
    nonce, sealed, tag = data[:_NONCE_BYTES], data[_NONCE_BYTES:-_TAG_BYTES], data[-_TAG_BYTES:]
    cipher = Cipher(_block_cipher(key), GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(_associated(key))
    try:
        return cipher.update(sealed) + cipher.finalize()
    except InvalidTag:
        _refuse(key)


def _block_cipher(key: PayloadKey) -> AES | SM4:
    return SM4(key.material) if key.algorithm is Algorithm.SM4_GCM else AES(key.material)


def _associated(key: PayloadKey) -> bytes:
    """The metadata with the length before each part, so that no two of them read the same."""
    parts = (ENCRYPTED, FORMAT, key.algorithm.encode(), key.id.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _packed(content: bytes) -> bytes:
    if WORTH_PACKING <= len(content) <= MAX_UNPACKED:
        packed = zlib.compress(content)
        if len(packed) < len(content):
            return _ZLIB + packed
    return _AS_IT_IS + content


def _restored(content: bytes, key: PayloadKey) -> Payload:
    packing, rest = content[:1], content[1:]
    if packing not in (_AS_IT_IS, _ZLIB):
        _refuse(key)
    try:
        return Payload.FromString(_unpacked(rest, key) if packing == _ZLIB else rest)
    except (DecodeError, zlib.error):
        _refuse(key)


def _unpacked(packed: bytes, key: PayloadKey) -> bytes:
    """At most `MAX_UNPACKED` bytes: whoever holds a key must not be able to fill the memory of all who read."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, MAX_UNPACKED)
    if not unpacking.eof or unpacking.unused_data:
        _refuse(key)
    return content


def _refuse(key: PayloadKey) -> NoReturn:
    raise TamperedPayload(f"a payload under key {key.id!r} is not what was encrypted") from None
