"""Large payloads without a key ring: packed, since a project's file travels from run to run for years.

Small ones stay as they are. What an admin reads in the Temporal UI (summaries, current details, decisions, ledger entries)
is small; the files are packed to a fifth, and are read by `tongchou`. The encoding is the one of Temporal's own samples.
"""

import zlib
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

PACKED = b"binary/zlib"
PACKED_FROM = 16 * 1024
"""Bytes from which a payload is packed."""
UNPACKED_BYTES = 16 * 1024 * 1024
"""What a payload may unpack to. Temporal takes 2 MB in one payload, and whoever sends one does not choose our memory."""


class PackingCodec(PayloadCodec):
    """Packs large payloads, and reads packed ones and all others."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload, packed where that makes it smaller."""
        return [_packed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload as it was. One that only pretends to be packed is handed on as it is, and no converter reads it."""
        return [unpacked(payload) for payload in payloads]


def _packed(payload: Payload) -> Payload:
    if len(payload.data) < PACKED_FROM:
        return payload
    packed = zlib.compress(payload.SerializeToString())
    return Payload(metadata={"encoding": PACKED}, data=packed) if len(packed) < len(payload.data) else payload


def unpacked(payload: Payload) -> Payload:
    """The payload that was packed; any other, and one that is broken or unpacks to too much, as it is."""
    if payload.metadata.get("encoding") != PACKED:
        return payload
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(payload.data, UNPACKED_BYTES)
        return Payload.FromString(data) if unpacking.eof else payload
    except Exception:  # whatever zlib and protobuf raise on bytes that are none of theirs
        return payload
