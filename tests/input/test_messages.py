"""Whatever is sent to a workflow, it is read as a value that can be kept, or refused with a reason that can be."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter

from models import messages
from models.application import Application
from models.base import Input
from models.limits import DEPTH, MESSAGE_BYTES
from models.review import Decision
from tests.input.hostile import json_values, texts, tried
from workflows.messages.reading import MAX_REASON, Refused, read

CONVERTER = pydantic_data_converter.payload_converter
SPOKEN: dict[type[Input], dict[str, Any]] = {
    Decision: {"decision_id": "d", "review_id": "r", "organ": "o", "officer": "a", "verdict": "return", "opinion": "x"},
    messages.Submission: {"submitted_by": "a", "condition_answers": {"c": "x"}, "form": {"f": 1}, "note": "n"},
    messages.RectificationResponse: {"submitted_by": "a", "statement": "x", "materials": []},
    messages.WaiverRequest: {
        **{"organ": "o", "officer": "a", "rule": "JY-01", "subject": None, "reason": "x"},
        **{"document": "0" * 64, "expires_on": "2026-01-01"},
    },
    messages.Extension: {"organ": "o", "officer": "a", "review_id": "r", "working_days": 5, "reason": "x"},
    messages.LimitExtension: {"organ": "o", "officer": "a", "limit": "l", "until": "2026-01-01", "reason": "x"},
    messages.ClockPause: {"organ": "o", "officer": "a", "review_id": "r", "ground": "g", "reason": "x"},
    messages.ClockResumption: {"organ": "o", "officer": "a", "review_id": "r", "reason": "x"},
    messages.Withdrawal: {"withdrawn_by": "a", "reason": "x"},
    messages.Suspension: {"organ": "o", "officer": "a", "reason": "x"},
    messages.Resumption: {"organ": "o", "officer": "a", "reason": "x"},
    messages.Retraction: {"decision_id": "d", "organ": "o", "officer": "a", "reason": "x"},
    messages.Adoption: {"organ": "o", "officer": "a", "as_of": "2026-01-01", "version": None, "reason": "x"},
    messages.ChangeReport: {"reported_by": "a", "kind": "investment", "description": "x", "investment": "1.00"},
    messages.FindingReport: {
        **{"finding_id": "f", "organ": "o", "officer": "a", "rule": "JY-01", "subject": "x", "description": "x"},
        "limit_on": "2026-01-01",
    },
    messages.EventReport: {
        **{"event_id": "e", "event": "x", "occurred_on": "2026-01-01", "reported_by": "a", "data": {"k": [1]}}
    },
}
"""Every message that a workflow reads, as it should be."""


@pytest.fixture(autouse=True)
def _outside_a_workflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The converter that a workflow has; how a whole project takes such messages is tests/workflows/test_messages.py."""
    monkeypatch.setattr(workflow, "payload_converter", lambda: CONVERTER)
    yield


def test_every_message_is_here() -> None:
    inputs = {value for value in vars(messages).values() if isinstance(value, type) and issubclass(value, Input)}
    assert {*inputs, Decision} - {Input, messages.SignedAct} <= {*SPOKEN, Application}
    for model, good in SPOKEN.items():
        assert read(model, sent(json.dumps(good).encode()))


def sent(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


@st.composite
def spoilt_messages(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    spoilt = dict(good)
    for _ in range(draw(st.integers(1, 3))):
        field = draw(st.sampled_from(sorted(good)))
        match draw(st.sampled_from(["drop", "rename", "value", "value", "value"])):
            case "drop":
                spoilt.pop(field, None)
            case "rename":
                spoilt[draw(texts)] = spoilt.pop(field, None)
            case "value":
                spoilt[field] = draw(json_values)
    return json.dumps(spoilt, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("model", SPOKEN, ids=lambda model: str(model.__name__))
def test_a_message_is_a_value_or_refused(model: type[Input]) -> None:
    @tried(50)
    @given(st.one_of(spoilt_messages(SPOKEN[model]), spoilt_messages(SPOKEN[model]), st.binary(max_size=30)))
    def holds(data: bytes) -> None:
        require_value_or_refusal(model, sent(data))

    holds()


ENCODINGS = [b"json/plain", b"json/protobuf", b"binary/plain", b"binary/null", b"binary/encrypted", b"\xff", b""]


@tried(100)
@given(st.binary(max_size=60), st.sampled_from(ENCODINGS))
def test_bytes_of_any_encoding_are_refused(data: bytes, encoding: bytes) -> None:
    require_value_or_refusal(Decision, sent(data, encoding))


HOSTILE = [
    "[" * 60_000,
    "9" * 100_000,
    '{"a": ' + "9" * 100_000 + "}",
    '{"a": 1e400000000}',
    '{"\\u0000": 1}',
    '{"' + "k" * 100_000 + '": 1}',
    "{" + ",".join(f'"k{n}": 1' for n in range(9000)) + "}",
    '{"\\u001b[2J": 1}',
    "\ufeff{}",
    '{"a": "' + "x" * MESSAGE_BYTES + '"}',
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: str(text[:20]).encode("unicode_escape").decode())
@pytest.mark.parametrize("model", [Decision, messages.EventReport, messages.Submission])
def test_what_is_too_much_is_refused(model: type[Input], text: str) -> None:
    with pytest.raises(Refused):
        require_value_or_refusal(model, sent(text.encode()), raises=True)


def event(data: str) -> RawValue:
    good = json.dumps(SPOKEN[messages.EventReport] | {"data": "HERE"})
    return sent(good.replace('"HERE"', data).encode())


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ('{"a":' * DEPTH + "1" + "}" * DEPTH, "must not be nested more than"),
        ('{"a": "\\u001b[2J"}', "data.a: must not hold the control character U+001B"),
        ('{"a\\u0007": 1}', "data: must not hold the control character U+0007"),
        ('{"a": NaN}', "data.a: must be a number"),
    ],
)
def test_free_data_has_the_limits_of_everything(data: str, rule: str) -> None:
    with pytest.raises(Refused, match=re.escape(rule)):
        read(messages.EventReport, event(data))


@pytest.mark.parametrize(
    "day", [0, 1e-300, 1700006400, "1767225600", "2026-01-01T00:00:00", "２０２６-01-01", "20260101", True]
)
def test_a_day_is_written_as_one(day: Any) -> None:
    with pytest.raises(Refused, match=r"occurred_on: .*must be a day such as"):
        read(messages.EventReport, sent(json.dumps({**SPOKEN[messages.EventReport], "occurred_on": day}).encode()))


def require_value_or_refusal(model: type[Input], raw: RawValue, *, raises: bool = False) -> None:
    try:
        value = read(model, raw)
    except Refused as refusal:
        for reason in (refusal.reason.zh, refusal.reason.en):
            assert reason and len(reason) <= MAX_REASON + 1
            assert reason.encode() and "\0" not in reason
        if raises:
            raise
        return
    kept = CONVERTER.to_payload(value)
    assert CONVERTER.from_payload(kept, model) == value, "a history keeps it"
    detail = json.dumps(value.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)
    assert "\0" not in detail and detail.encode(), "a ledger keeps it"
