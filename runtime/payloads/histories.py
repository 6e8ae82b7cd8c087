"""Histories in clear: what the payload codec encrypted is decrypted, since a dossier has to be read when its keys are gone."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec


async def in_clear(history: str, codec: PayloadCodec | None) -> bytes:
    """Temporal's JSON of a history with every payload decoded. Raises what the codec raises for a key that it lacks."""
    if codec is None:
        return history.encode()
    document = json.loads(history)
    for node in list(payloads_in(document)):
        (clear,) = await codec.decode([payload_of(node)])
        node.clear()
        node["metadata"] = {name: b64encode(value).decode() for name, value in clear.metadata.items()}
        if clear.data:
            node["data"] = b64encode(clear.data).decode()
    return json.dumps(document, ensure_ascii=False).encode()


def payloads_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every payload of the history, wherever it stands."""
    if isinstance(node, dict):
        if isinstance(node.get("metadata"), dict) and "encoding" in node["metadata"]:
            yield node
            return
        for child in node.values():
            yield from payloads_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from payloads_in(child)


def payload_of(node: dict[str, Any]) -> Payload:
    """The payload that the JSON node is."""
    metadata = {name: b64decode(value) for name, value in node["metadata"].items()}
    return Payload(metadata=metadata, data=b64decode(node.get("data", "")))
