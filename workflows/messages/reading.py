"""Reading what is sent to a workflow: from a raw payload to a value, or to a refusal that says what is wrong."""

import math
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.base import Text, faults

MAX_MESSAGE_BYTES = 128 * 1024
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
    """Foreign text as the ledger can hold it: without NUL, and no longer than a reason."""
    shown = text.replace("\0", "␀")
    return shown if len(shown) <= MAX_REASON else f"{shown[:MAX_REASON]}…"


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
    if fault := _unkeepable(value):
        raise Refused(fault, "Malformed")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        listed = "; ".join(faults(error))
        raise Refused(Text(zh=f"内容有误：{listed}", en=f"malformed: {listed}"), "Malformed") from error


def _unkeepable(value: Any) -> Text | None:
    """Why a value could be read but not recorded: no database keeps a NUL, and no JSON a number that is none."""
    match value:
        case str() if "\0" in value:
            return Text(zh=f"内容含 NUL 字符：{value:.80}", en=f"the payload holds a NUL character: {value:.80}")
        case float() if not math.isfinite(value):
            return Text(zh=f"内容含非数值 {value}", en=f"the payload holds {value}, which is no number")
        case dict():
            parts = [part for item in value.items() for part in item]
        case list():
            parts = value
        case _:
            return None
    return next((fault for part in parts if (fault := _unkeepable(part))), None)
