"""The payload codec: whatever goes in comes out, nothing of it can be seen or changed, and keys change while it runs."""

import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from runtime.connect import data_converter
from runtime.payloads import codec as codecs
from runtime.payloads.codec import ClearPayload, EncryptingCodec, TamperedPayload, UnknownKey, UnreadablePayload
from runtime.payloads.keyring import Algorithm, KeyRing, KeyRingError, PayloadKey, activate, add, create, read
from runtime.payloads.live import LiveKeyRing
from runtime.payloads.policy import PayloadPolicy, warning

AES, SM4 = Algorithm.AES_256_GCM, Algorithm.SM4_GCM

payloads = st.builds(
    Payload, metadata=st.dictionaries(st.text(max_size=20), st.binary(max_size=40)), data=st.binary(max_size=2000)
).filter(lambda payload: payload.metadata.get("encoding") != codecs.ENCRYPTED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "payload-keys.json"


def ring(file: Path, algorithm: Algorithm = AES, key_id: str = "first") -> EncryptingCodec:
    create(file, PayloadKey.fresh(algorithm, key_id))
    return EncryptingCodec(LiveKeyRing(file, check_seconds=0))


@pytest.fixture(scope="module", params=Algorithm)
def codec(request: pytest.FixtureRequest) -> "EncryptingCodec":
    with TemporaryDirectory() as folder:
        return ring(Path(folder) / "ring.json", request.param)


CLEAR = Payload(metadata={"encoding": b"json/plain"}, data='{"opinion":"同意。张三，13812345678"}'.encode())


# ---------------------------------------------------------------- round trip and secrecy


@settings(deadline=None)
@given(payload=payloads)
async def test_any_payload_comes_back_as_it_was(codec: EncryptingCodec, payload: Payload) -> None:
    (encoded,) = await codec.encode([payload])
    assert encoded.metadata["encoding"] == b"binary/encrypted"
    assert await codec.decode([encoded]) == [payload]


@settings(deadline=None)
@given(payload=payloads, data=st.data())
async def test_any_flipped_byte_is_refused(codec: EncryptingCodec, payload: Payload, data: st.DataObject) -> None:
    (encoded,) = await codec.encode([payload])
    place = data.draw(st.integers(0, len(encoded.data) - 1))
    changed = bytearray(encoded.data)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TamperedPayload, match="first"):
        await codec.decode([Payload(metadata=encoded.metadata, data=bytes(changed))])


@settings(deadline=None)
@given(payload=payloads, end=st.integers(0, 60))
async def test_a_payload_that_is_cut_off_is_refused(codec: EncryptingCodec, payload: Payload, end: int) -> None:
    (encoded,) = await codec.encode([payload])
    with pytest.raises(TamperedPayload):
        await codec.decode([Payload(metadata=encoded.metadata, data=encoded.data[: min(end, len(encoded.data) - 1)])])


@pytest.mark.parametrize("name", ["encryption-format", "encryption-cipher"])
async def test_metadata_cannot_be_changed_taken_away_or_added(codec: EncryptingCodec, name: str) -> None:
    (encoded,) = await codec.encode([CLEAR])
    for metadata in ({**encoded.metadata, name: b"other"}, {k: v for k, v in encoded.metadata.items() if k != name}):
        with pytest.raises(TamperedPayload):
            await codec.decode([Payload(metadata=metadata, data=encoded.data)])
    with pytest.raises(TamperedPayload):
        await codec.decode([Payload(metadata={**encoded.metadata, "messageType": b"x"}, data=encoded.data)])


async def test_a_payload_cannot_be_put_under_another_key_even_one_of_the_same_bytes(tmp_path: Path) -> None:
    """The key's id is associated data: the cipher notices what the bytes of the key alone would not show."""
    key = PayloadKey.fresh(AES, "first")
    create(tmp_path / "a", key)
    create(tmp_path / "b", key.model_copy(update={"id": "second"}))
    (encoded,) = await EncryptingCodec(LiveKeyRing(tmp_path / "a")).encode([CLEAR])
    moved = Payload(metadata={**encoded.metadata, "encryption-key-id": b"second"}, data=encoded.data)
    with pytest.raises(TamperedPayload, match="second"):
        await EncryptingCodec(LiveKeyRing(tmp_path / "b")).decode([moved])


async def test_the_same_payload_never_looks_the_same_twice(codec: EncryptingCodec) -> None:
    encoded = await codec.encode([CLEAR] * 50)
    assert len({payload.data[:12] for payload in encoded}) == 50
    assert all(b"13812345678" not in payload.SerializeToString() for payload in encoded)


@pytest.mark.parametrize("clear", [CLEAR, Payload(), Payload(metadata={"encoding": b"binary/null"})])
async def test_clear_text_is_refused_and_the_way_out_named(codec: EncryptingCodec, clear: Payload) -> None:
    with pytest.raises(ClearPayload, match="TONGCHOU_PAYLOADS=mixed"):
        await codec.decode([clear])


async def test_an_installation_that_is_being_moved_takes_clear_text_as_it_is(file: Path) -> None:
    ring(file)
    mixed = EncryptingCodec(LiveKeyRing(file), PayloadPolicy.MIXED)
    (encoded,) = await mixed.encode([CLEAR])
    assert await mixed.decode([CLEAR, Payload(), encoded]) == [CLEAR, Payload(), CLEAR]


async def test_a_lenient_codec_hands_clear_text_on_as_something_that_nobody_reads(file: Path) -> None:
    ring(file)
    (handed_on,) = await EncryptingCodec(LiveKeyRing(file), lenient=True).decode([CLEAR])
    assert handed_on.metadata["encoding"] == codecs.UNREADABLE
    assert b"13812345678" not in handed_on.data


@pytest.mark.parametrize("policy", PayloadPolicy)
async def test_nobody_else_says_why_a_payload_was_refused(file: Path, policy: PayloadPolicy) -> None:
    """The reason stands in logs, which hold nothing that somebody wrote."""
    ring(file)
    forged = Payload(metadata={"encoding": codecs.UNREADABLE}, data=b"13812345678")
    (handed_on,) = await EncryptingCodec(LiveKeyRing(file), policy, lenient=True).decode([forged])
    assert handed_on.metadata["encoding"] == codecs.UNREADABLE
    assert b"13812345678" not in handed_on.data


# ---------------------------------------------------------------- packing


async def test_a_payload_is_packed_only_where_that_makes_it_smaller(codec: EncryptingCodec) -> None:
    long, short = Payload(data=b"approved " * 5000), Payload(data=b"approved")
    noise = Payload(data=bytes(range(256)) * 2)
    packed, as_it_is, incompressible = await codec.encode([long, short, noise])
    assert len(packed.data) < 1000
    assert len(as_it_is.data) == len(short.SerializeToString()) + 1 + 12 + 16
    assert len(incompressible.data) <= len(noise.SerializeToString()) + 1 + 12 + 16


async def test_a_bomb_is_refused_before_it_fills_the_memory(
    codec: EncryptingCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds a key can make one: 64 MiB in 64 kB."""
    bomb = b"\x01" + zlib.compress(Payload(data=bytes(64 * 1024 * 1024)).SerializeToString())
    monkeypatch.setattr(codecs, "_packed", lambda _: bomb)
    (encoded,) = await codec.encode([Payload()])
    with pytest.raises(TamperedPayload):
        await codec.decode([encoded])


@pytest.mark.parametrize("content", [b"", b"\x02abc", b"\x00\xff", b"\x01abc", b"\x01" + zlib.compress(b"") + b"more"])
async def test_what_a_key_holder_made_wrongly_is_refused(
    codec: EncryptingCodec, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codecs, "_packed", lambda _: content)
    (encoded,) = await codec.encode([Payload()])
    with pytest.raises(TamperedPayload):
        await codec.decode([encoded])


# ---------------------------------------------------------------- keys and their rotation


async def test_a_missing_key_is_named(tmp_path: Path) -> None:
    (encoded,) = await ring(tmp_path / "ours").encode([CLEAR])
    with pytest.raises(UnknownKey, match="first") as refused:
        await ring(tmp_path / "theirs", key_id="second").decode([encoded])
    assert refused.value.key_id == "first"


@settings(deadline=None, max_examples=20)
@given(turns=st.lists(st.sampled_from(Algorithm), min_size=1, max_size=4))
async def test_histories_of_every_key_that_was_ever_active_stay_readable(turns: list[Algorithm]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ring"
        running = ring(file)
        written = await running.encode([CLEAR])
        for number, algorithm in enumerate(turns):
            add(file, PayloadKey.fresh(algorithm, f"key-{number}"))
            activate(file, f"key-{number}")
            written += await running.encode([CLEAR])
        assert [p.metadata["encryption-key-id"].decode() for p in written] == [
            "first",
            *(f"key-{n}" for n in range(len(turns))),
        ]
        fresh = EncryptingCodec(LiveKeyRing(file))
        assert await fresh.decode(written) == await running.decode(written) == [CLEAR] * len(written)


async def test_a_key_is_rotated_while_writer_and_reader_run(file: Path) -> None:
    """The reader looks at the file when it meets an unknown key, however short ago it looked."""
    writer = ring(file)
    reader = EncryptingCodec(LiveKeyRing(file, check_seconds=3600))
    add(file, PayloadKey.fresh(SM4, "second"))
    assert [p.metadata["encryption-key-id"] for p in await writer.encode([CLEAR])] == [b"first"]
    activate(file, "second")
    encoded = await writer.encode([CLEAR])
    assert [p.metadata["encryption-key-id"] for p in encoded] == [b"second"]
    assert await reader.decode(encoded) == [CLEAR]


async def test_a_file_that_breaks_while_it_is_used_stops_nobody(file: Path) -> None:
    running = ring(file)
    encoded = await running.encode([CLEAR])
    file.write_text("{", encoding="utf-8")
    assert await running.decode(await running.encode([CLEAR]) + encoded) == [CLEAR, CLEAR]


# ---------------------------------------------------------------- the file


def test_the_file_is_for_its_owner_only(file: Path) -> None:
    ring(file)
    assert file.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604, 0o644):
        file.chmod(mode)
        with pytest.raises(KeyRingError, match=f"{mode:04o}.*chmod 600"):
            read(file)


def test_a_ring_is_never_made_anew(file: Path) -> None:
    ring(file)
    before = file.read_bytes()
    with pytest.raises(KeyRingError, match="exists already"):
        create(file, PayloadKey.fresh(AES))
    assert file.read_bytes() == before


def test_an_id_is_taken_once_and_only_a_key_that_is_there_becomes_active(file: Path) -> None:
    ring(file)
    before = file.read_bytes()
    with pytest.raises(KeyRingError, match="on the ring already"):
        add(file, PayloadKey.fresh(AES, "first"))
    with pytest.raises(KeyRingError, match="not on the ring; there are: first"):
        activate(file, "second")
    assert file.read_bytes() == before


def test_a_change_that_breaks_off_leaves_the_old_ring(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(file)
    before = file.read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("runtime.payloads.keyring.os.fsync", broken)
    with pytest.raises(OSError, match="no space"):
        add(file, PayloadKey.fresh(AES, "second"))
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == [f".{file.name}.lock", file.name]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Invalid JSON"),
        ('{"version": 2, "active": "a", "keys": []}', "version"),
        ('{"active": "b", "keys": [%s]}', "active"),
        ('{"active": "a", "keys": [%s, %s]}', "twice"),
        ('{"active": "a", "keys": [{"id": "a", "algorithm": "ROT-13"}]}', "algorithm"),
        ('{"active": "a", "keys": [{"id": "a", "algorithm": "SM4-GCM", "created_at": 0, "secret": "c2VjcmV0"}]}', "16"),
        (
            '{"active": "a", "keys": [{"id": "a", "algorithm": "SM4-GCM", "created_at": 0, "secret": "my secret"}]}',
            "64",
        ),
    ],
)
def test_a_file_that_is_no_ring_is_told_without_its_secrets(file: Path, content: str, reason: str) -> None:
    key = '{"id": "a", "algorithm": "SM4-GCM", "created_at": 0, "secret": "c2l4dGVlbiBieXRlcyEhIQ=="}'
    file.write_text(content.replace("%s", key), encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(KeyRingError, match=reason) as refused:
        read(file)
    assert str(file) in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("c2l4dGVl", "c2VjcmV0", "my secret"))


def test_a_key_shows_itself_to_nobody(file: Path) -> None:
    key = PayloadKey.fresh(AES)
    secret = key.secret.get_secret_value()
    assert secret not in f"{key!r} {key} {key.model_dump_json()} {KeyRing(active=key.id, keys=(key,))!r}"


def test_keys_are_random() -> None:
    keys = [PayloadKey.fresh(algorithm) for algorithm in Algorithm for _ in range(20)]
    assert len({key.material for key in keys}) == len({key.id for key in keys}) == 40


# ---------------------------------------------------------------- who uses it


async def test_the_converter_encrypts_where_a_ring_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(file)
    assert not isinstance(data_converter().payload_codec, EncryptingCodec)
    monkeypatch.setenv("TONGCHOU_PAYLOAD_KEYS", str(file))
    (payload,) = await data_converter().encode(["同意"])
    assert payload.metadata["encoding"] == codecs.ENCRYPTED
    assert await data_converter(file).decode([payload]) == ["同意"]


async def test_the_converter_reads_no_tampered_payload(file: Path) -> None:
    ring(file)
    (payload,) = await data_converter(file).encode(["同意"])
    changed = Payload(metadata=payload.metadata, data=payload.data[:-1] + bytes([payload.data[-1] ^ 1]))
    with pytest.raises(UnreadablePayload, match="is not what was encrypted"):
        await data_converter(file).decode([changed])


async def test_the_converter_takes_clear_text_only_where_that_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(file)
    (clear,) = await data_converter().encode(["同意"])
    with pytest.raises(UnreadablePayload, match="a payload in clear text"):
        await data_converter(file).decode([clear])
    assert await data_converter(file, PayloadPolicy.MIXED).decode([clear]) == ["同意"]
    monkeypatch.setenv("TONGCHOU_PAYLOADS", "mixed")
    assert await data_converter(file).decode([clear]) == ["同意"]


def test_only_who_encrypts_and_takes_clear_text_is_warned(file: Path) -> None:
    told = warning(file, PayloadPolicy.MIXED)
    assert told and "TONGCHOU_PAYLOADS=mixed" in told.en and "TONGCHOU_PAYLOADS=mixed" in told.zh
    assert warning(file, PayloadPolicy.STRICT) is None
    assert warning(None, PayloadPolicy.MIXED) is None


def test_a_converter_without_its_ring_is_none(tmp_path: Path) -> None:
    """Never clear text because a file is missing."""
    with pytest.raises(KeyRingError, match="cannot be read"):
        data_converter(tmp_path / "missing")
