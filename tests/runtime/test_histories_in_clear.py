"""Histories that were written with keys are read without them, once they are in a dossier."""

import asyncio
import json
from base64 import b64encode
from pathlib import Path

import pytest

from records.dossier.project_files import project_file
from runtime.payloads import keyring
from runtime.payloads.codec import EncryptingCodec, UnknownKey
from runtime.payloads.histories import in_clear, payload_of, payloads_in
from runtime.payloads.live import LiveKeyRing
from tests.replay.record import read


def codec(folder: Path) -> EncryptingCodec:
    """A codec with a key of its own."""
    folder.mkdir()
    keyring.create(folder / "keys.json", keyring.PayloadKey.fresh(keyring.Algorithm.SM4_GCM))
    return EncryptingCodec(LiveKeyRing(folder / "keys.json"))


def encrypted(history: str, with_codec: EncryptingCodec) -> str:
    """The history as it would be, had it been written with the codec."""
    document = json.loads(history)
    for node in list(payloads_in(document)):
        (sealed,) = asyncio.run(with_codec.encode([payload_of(node)]))
        node |= {
            "metadata": {name: b64encode(value).decode() for name, value in sealed.metadata.items()},
            "data": b64encode(sealed.data).decode(),
        }
    return json.dumps(document)


@pytest.fixture(scope="module")
def history() -> str:
    first: str = next(h for h in read() if h.workflow_id == "project:JY-2026-0001").to_json()
    return first


def test_an_encrypted_history_is_in_clear_again(history: str, tmp_path: Path) -> None:
    ours = codec(tmp_path / "ours")
    sealed = encrypted(history, ours)
    assert "jy-data-bureau" not in sealed
    clear = asyncio.run(in_clear(sealed, ours))
    assert json.loads(clear) == json.loads(history)
    assert project_file({"it": clear})[0] is not None


def test_a_history_from_before_the_keys_passes_unchanged(history: str, tmp_path: Path) -> None:
    assert json.loads(asyncio.run(in_clear(history, codec(tmp_path / "ours")))) == json.loads(history)


def test_a_history_whose_key_is_gone_is_not_taken_for_clear(history: str, tmp_path: Path) -> None:
    sealed = encrypted(history, codec(tmp_path / "theirs"))
    with pytest.raises(UnknownKey):
        asyncio.run(in_clear(sealed, codec(tmp_path / "ours")))
