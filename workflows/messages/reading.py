"""Reading what is sent to a workflow: from a raw payload to a value, or to a refusal that says what is wrong."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.base import Text, faults

MAX_MESSAGE_BYTES = 128 * 1024
NOTHING = RawValue(Payload())
"""The default of a handler's argument, so that a message without one is refused instead of failing the workflow task."""

Message = TypeVar("Message", bound=BaseModel)


class Refused(ApplicationError):
    """A message that counts for nothing. `reason` is told to the sender, and on record where nobody waits for an answer."""

    def __init__(self, reason: Text, kind: str) -> None:
        super().__init__(f"{reason.zh} / {reason.en}", reason.model_dump(), type=kind, non_retryable=True)
        self.reason = reason


def read(model: type[Message], raw: RawValue) -> Message:
    """The value that a raw payload holds. Raises Refused (`Malformed`) naming field, value and rule.

    Payloads are read here and not by the converter: one that does not validate would fail the workflow task for ever,
    or, as a signal, be dropped without a trace.
    """
    size = len(raw.payload.data)
    if size > MAX_MESSAGE_BYTES:
        zh, en = (
            f"内容过大：{size} 字节，上限 {MAX_MESSAGE_BYTES}",
            f"too large: {size} bytes, limit {MAX_MESSAGE_BYTES}",
        )
        raise Refused(Text(zh=zh, en=en), "Malformed")
    try:
        value = workflow.payload_converter().from_payload(raw.payload)
    except Exception as error:  # whatever a converter raises on bytes that are none of its business
        raise Refused(Text(zh="内容不是 JSON 对象", en="the payload is not a JSON object"), "Malformed") from error
    if not isinstance(value, dict):
        zh, en = f"内容不是 JSON 对象，而是 {value!r:.80}", f"the payload is not a JSON object but {value!r:.80}"
        raise Refused(Text(zh=zh, en=en), "Malformed")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        listed = "; ".join(faults(error))
        raise Refused(Text(zh=f"内容有误：{listed}", en=f"malformed: {listed}"), "Malformed") from error
