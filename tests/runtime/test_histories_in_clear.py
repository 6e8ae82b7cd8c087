"""Histories that were written with keys are read without them, once they are in a dossier."""

import asyncio
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from records.dossier.project_files import project_file
from runtime.payloads import keyring
from runtime.payloads.codec import UNREADABLE, ClearPayload, EncryptingCodec, UnknownKey
from runtime.payloads.histories import in_clear, payload_of, payloads_in
from runtime.payloads.live import LiveKeyRing
from runtime.payloads.policy import PayloadPolicy
from tests.replay.record import read


def codec(folder: Path, policy: PayloadPolicy = PayloadPolicy.STRICT) -> EncryptingCodec:
    """A codec with a key of its own, as workers and commands have it."""
    folder.mkdir()
    keyring.create(folder / "keys.json", keyring.PayloadKey.fresh(keyring.Algorithm.SM4_GCM))
    return EncryptingCodec(LiveKeyRing(folder / "keys.json"), policy, lenient=True)


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


def test_a_history_from_before_the_keys_passes_unchanged_where_clear_text_is_taken(
    history: str, tmp_path: Path
) -> None:
    ours = codec(tmp_path / "ours", PayloadPolicy.MIXED)
    assert json.loads(asyncio.run(in_clear(history, ours))) == json.loads(history)


def sealed_by_us(history: str, with_codec: EncryptingCodec) -> dict[str, Any]:
    """The history as our processes write it: what Temporal has to read stays in clear."""
    document: dict[str, Any] = json.loads(encrypted(history, with_codec))
    for event, clear in zip(document["events"], json.loads(history)["events"], strict=True):
        for name, attributes in clear.items():
            if isinstance(attributes, dict) and "searchAttributes" in attributes:
                event[name]["searchAttributes"] = attributes["searchAttributes"]
    return document


def test_what_temporal_has_to_read_is_no_clear_text_that_somebody_slipped_in(history: str, tmp_path: Path) -> None:
    ours = codec(tmp_path / "ours")
    sealed = sealed_by_us(history, ours)
    assert sealed != json.loads(encrypted(history, ours))
    assert json.loads(asyncio.run(in_clear(json.dumps(sealed), ours))) == json.loads(history)


def test_clear_text_in_the_place_of_an_answer_is_told(history: str, tmp_path: Path) -> None:
    """Whoever may write Temporal's database put it there: no dossier may take it for what happened."""
    ours = codec(tmp_path / "ours")
    forged, answered = sealed_by_us(history, ours), "activityTaskCompletedEventAttributes"
    event = next(event for event in forged["events"] if "result" in event.get(answered, {}))
    (payload,) = event[answered]["result"]["payloads"]
    payload |= clear_payload(b'{"granted": true}')
    with pytest.raises(ClearPayload):
        asyncio.run(in_clear(json.dumps(forged), ours))


def test_a_message_in_clear_text_is_what_its_workflow_took_it_for(history: str, tmp_path: Path) -> None:
    """Anybody can send one: it holds up no dossier, and says nothing in it."""
    ours = codec(tmp_path / "ours")
    signal = {"signalName": "decide", "input": {"payloads": [clear_payload(b'{"decision_id": "stray"}')]}}
    sealed = sealed_by_us(history, ours)
    sealed["events"].append({"workflowExecutionSignaledEventAttributes": signal})
    told = json.loads(asyncio.run(in_clear(json.dumps(sealed), ours)))["events"][-1]
    (payload,) = told["workflowExecutionSignaledEventAttributes"]["input"]["payloads"]
    assert payload_of(payload).metadata["encoding"] == UNREADABLE
    assert b"stray" not in payload_of(payload).data


def clear_payload(data: bytes) -> dict[str, Any]:
    """A payload in clear text, as it stands in Temporal's JSON."""
    return {"metadata": {"encoding": b64encode(b"json/plain").decode()}, "data": b64encode(data).decode()}


def test_a_history_whose_key_is_gone_is_not_taken_for_clear(history: str, tmp_path: Path) -> None:
    sealed = encrypted(history, codec(tmp_path / "theirs"))
    with pytest.raises(UnknownKey):
        asyncio.run(in_clear(sealed, codec(tmp_path / "ours")))
