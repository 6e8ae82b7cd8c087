"""Reading what is sent to a workflow: from a raw payload to a value, or to a refusal that says what is wrong."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.base import Text, faults, shown
from models.limits import MESSAGE_BYTES, unfit

MAX_REASON = 600
"""Characters of a reason. What a stranger sends may be long; a clerk reads its beginning."""
NOTHING = RawValue(Payload())
"""The default of a handler's argument, so that a message without one is refused instead of failing the workflow task."""

Message = TypeVar("Message", bound=BaseModel)


class Refused(ApplicationError):
    """A message that counts for nothing. `reason` is told to the sender, and on record where nobody waits for an answer."""

    def __init__(self, reason: Text, kind: str) -> None:
        reason = Text(zh=clear(reason.zh), en=clear(reason.en))
        super().__init__(f"{reason.zh} / {reason.en}", reason.model_dump(), type=kind, non_retryable=True)
        self.reason = reason


def clear(text: str) -> str:
    """Foreign text as the ledger can hold it: without NUL and halves of characters, and no longer than a reason."""
    kept = text[: MAX_REASON + 1].replace("\0", "␀").encode("utf-8", "backslashreplace").decode()
    return kept if len(kept) <= MAX_REASON else f"{kept[:MAX_REASON]}…"


def read(model: type[Message], raw: RawValue) -> Message:
    """The value that a raw payload holds. Raises Refused (`Malformed`) naming field, value and rule.

    Payloads are read here and not by the converter: one that does not validate would fail the workflow task for ever,
    or, as a signal, be dropped without a trace.
    """
    size = len(raw.payload.data)
    if size > MESSAGE_BYTES:
        raise _malformed(
            f"内容过大：{size} 字节，上限 {MESSAGE_BYTES}", f"too large: {size} bytes, limit {MESSAGE_BYTES}"
        )
    try:
        value = workflow.payload_converter().from_payload(raw.payload)
    except Exception as error:  # whatever a converter raises on bytes that are none of its business
        raise _malformed("内容不是 JSON 对象", "the payload is not a JSON object") from error
    if not isinstance(value, dict):
        raise _malformed(
            f"内容不是 JSON 对象，而是 {shown(value)}", f"the payload is not a JSON object but {shown(value)}"
        )
    if fault := unfit(value):
        raise _malformed(fault.zh, f"malformed: {fault.en}")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        listed = "; ".join(faults(error))
        raise _malformed(f"内容有误：{listed}", f"malformed: {listed}") from error


def _malformed(zh: str, en: str) -> Refused:
    return Refused(Text(zh=zh, en=en), "Malformed")
