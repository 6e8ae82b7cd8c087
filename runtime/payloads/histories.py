"""Histories in clear: what the payload codec encrypted is decrypted, since a dossier has to be read when its keys are gone."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from runtime.payloads.codec import ENCRYPTED, UNREADABLE, ClearPayload

_NEVER_ENCRYPTED = frozenset({"searchAttributes", "indexedFields", "header", "markerRecordedEventAttributes"})
"""Where Temporal writes itself, or has to read. What is encrypted there all the same is decrypted."""

_MESSAGES = frozenset(
    {
        "workflowExecutionSignaledEventAttributes",
        "workflowExecutionUpdateAdmittedEventAttributes",
        "workflowExecutionUpdateAcceptedEventAttributes",
    }
)
"""What anybody may have sent. One that cannot be read was refused by its workflow, and says nothing but that here, too."""


async def in_clear(history: str, codec: PayloadCodec | None) -> bytes:
    """Temporal's JSON of a history with every payload decoded. Raises what the codec raises for a key that it lacks.

    Raises ClearPayload, too, where clear text stands in the place of what our processes wrote, and the codec takes none.
    """
    if codec is None:
        return history.encode()
    document = json.loads(history)
    for node, below in [*_payloads_below(document, frozenset())]:
        given = payload_of(node)
        is_clear = given.metadata["encoding"] != ENCRYPTED
        if is_clear and below & _NEVER_ENCRYPTED:
            continue
        (clear,) = await codec.decode([given])
        if is_clear and clear.metadata["encoding"] == UNREADABLE and not below & _MESSAGES:
            raise ClearPayload
        node.clear()
        node["metadata"] = {name: b64encode(value).decode() for name, value in clear.metadata.items()}
        if clear.data:
            node["data"] = b64encode(clear.data).decode()
    return json.dumps(document, ensure_ascii=False).encode()


def payloads_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every payload of the history, wherever it stands."""
    return (payload for payload, _ in _payloads_below(node, frozenset()))


def payload_of(node: dict[str, Any]) -> Payload:
    """The payload that the JSON node is."""
    metadata = {name: b64decode(value) for name, value in node["metadata"].items()}
    return Payload(metadata=metadata, data=b64decode(node.get("data", "")))


def _payloads_below(node: Any, below: frozenset[str]) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every payload, and the names of the fields in which it stands."""
    if isinstance(node, dict):
        if isinstance(node.get("metadata"), dict) and "encoding" in node["metadata"]:
            yield node, below
            return
        for name, child in node.items():
            yield from _payloads_below(child, below | {name})
    elif isinstance(node, list):
        for child in node:
            yield from _payloads_below(child, below)
