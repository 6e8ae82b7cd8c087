"""Large payloads are packed, and nothing that pretends to be one harms who reads it."""

import zlib

import pytest
from temporalio.api.common.v1 import Payload

from runtime.connect import data_converter
from runtime.payloads.packing import PACKED, PACKED_FROM, UNPACKED_BYTES, PackingCodec

LARGE = Payload(metadata={"encoding": b"json/plain"}, data=b'"' + b"approval " * PACKED_FROM + b'"')


async def test_a_large_payload_is_packed_and_comes_back_as_it_was() -> None:
    (packed,) = await PackingCodec().encode([LARGE])
    assert packed.metadata["encoding"] == PACKED
    assert len(packed.data) < len(LARGE.data) / 5
    assert await PackingCodec().decode([packed]) == [LARGE]


async def test_what_is_small_or_does_not_get_smaller_stays_readable_as_it_is() -> None:
    small = Payload(metadata={"encoding": b"json/plain"}, data=b'"approve"')
    dense = Payload(
        metadata={"encoding": b"binary/plain"}, data=zlib.compress(bytes(range(256)) * 9000, 0)[:PACKED_FROM]
    )
    assert await PackingCodec().encode([small]) == [small]
    (read,) = await PackingCodec().decode(await PackingCodec().encode([dense]))
    assert read == dense


@pytest.mark.parametrize(
    "data", [b"", b"no zlib", zlib.compress(b"no payload"), zlib.compress(LARGE.SerializeToString())[:-9]]
)
async def test_what_only_pretends_to_be_packed_is_handed_on_as_it_is(data: bytes) -> None:
    forged = Payload(metadata={"encoding": PACKED}, data=data)
    assert await PackingCodec().decode([forged]) == [forged]


async def test_a_payload_that_unpacks_to_more_than_fits_is_handed_on_as_it_is() -> None:
    bomb = Payload(metadata={"encoding": PACKED}, data=zlib.compress(bytes(UNPACKED_BYTES + 1)))
    assert await PackingCodec().decode([bomb]) == [bomb]


async def test_clients_and_workers_without_a_key_ring_pack() -> None:
    converter = data_converter()
    (written,) = await converter.encode(["长" * PACKED_FROM])
    assert written.metadata["encoding"] == PACKED
    assert await converter.decode([written]) == ["长" * PACKED_FROM]
