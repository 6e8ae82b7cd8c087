"""From payloads to values, where the codec may have handed on one that nobody reads."""

from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, EncodingPayloadConverter

from runtime.payloads.codec import UNREADABLE, UnreadablePayload


class SayingConverter(CompositePayloadConverter):
    """The converter of clear text, which says of an unreadable payload why it is one instead of not knowing its encoding.

    An activity's answer that cannot be read fails the workflow task with that reason, and what takes its messages as they
    come, as all our handlers do, never gets here.
    """

    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _Unreadable())

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """As the base class. Raises UnreadablePayload for one that the codec could not read.

        More payloads than a handler has parameters come without types: the SDK then drops a signal that cannot be converted,
        without a trace. What is unreadable among them is handed on as it is, for the handler to refuse on record.
        """
        if type_hints is None and len(payloads) > 1:
            unreadable = [payload.metadata.get("encoding") == UNREADABLE for payload in payloads]
            type_hints = [RawValue if is_so else Any for is_so in unreadable]
        return super().from_payloads(payloads, type_hints)


class _Unreadable(EncodingPayloadConverter):
    @property
    def encoding(self) -> str:
        return UNREADABLE.decode()

    def to_payload(self, value: Any) -> Payload | None:
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        raise UnreadablePayload(payload.data.decode())
