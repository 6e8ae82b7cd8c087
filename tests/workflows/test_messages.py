"""What a stranger may send. Nothing of it stops a project, and nothing is lost: it counts, or it is refused with a reason."""

import json
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue

from models.effects import EntryKind
from models.project import State
from tests.workflows.project import BUREAU, Project

GATE = "tender_neutral"


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


def decision(**changes: Any) -> dict[str, Any]:
    """A decision as a foreign system writes it, wrong where the test wants it to be."""
    usual = {
        "decision_id": "x1",
        "review_id": "JY-1/Tender/tender_neutral/r1",
        "organ": BUREAU,
        "officer": "chen.hao",
        "verdict": "approve",
    }
    return usual | changes


MALFORMED: dict[str, tuple[list[Any], str]] = {
    "text": ([raw(b'"approve"')], "JSON"),
    "a number": ([raw(b"7")], "JSON"),
    "null": ([raw(b"", "binary/null")], "JSON"),
    "bytes": ([raw(b"\xff\xfe", "binary/plain")], "JSON"),
    "an unknown encoding": ([raw(b"{}", "application/secret")], "JSON"),
    "broken JSON": ([raw(b'{"decision_id":')], "JSON"),
    "nothing at all": ([], "JSON"),
    "an empty object": ([{}], "decision_id"),
    "an unknown verdict": ([decision(verdict="perhaps")], "verdict"),
    "an unknown field": ([decision(priority=1)], "priority"),
    "a bad code": ([decision(officer="陈 浩")], "officer"),
    "too much": ([decision(opinion="长" * 60_000)], "bytes"),
    "a NUL in a value": ([decision(review_id="JY\0")], "NUL"),
    "a NUL in a name": ([decision(**{"re\0view": 1})], "NUL"),
    "a control character": ([decision(opinion="\x1b[2J")], "opinion: must not hold the control character U+001B"),
    "too deep": ([decision(opinion=json.loads("[" * 150 + "]" * 150))], "levels deep"),
    "five thousand unknown fields": ([decision(**{f"f{n}": n for n in range(5_000)})], "500 fields"),
}


async def test_malformed_decisions_are_on_record_with_their_reasons_and_the_project_lives_on(project: Project) -> None:
    await project.begin()
    review = await project.open_review(GATE)
    for number, (what, (arguments, named)) in enumerate(MALFORMED.items(), start=1):
        await project.project.signal("decide", args=arguments)
        refused = (await project.recorded(EntryKind.DECISION_REFUSED, number))[-1]
        assert named in refused.summary.zh + refused.summary.en, what
        assert len(refused.summary.zh) < 2_000, "a reason is for reading"
    await project.submit_decision(project.decision(review.review_id))
    await project.recorded(EntryKind.GATE_CLOSED)


@pytest.mark.parametrize("message", ["submit_decision", "submit", "suspend", "withdraw", "extend"])
async def test_a_malformed_update_is_refused_and_changes_nothing(project: Project, message: str) -> None:
    await project.begin()
    await project.open_review(GATE)
    malformed: list[list[Any]] = [[], [7], [None], [{}], [{"nonsense": 1}], [{}, {}]]
    for arguments in malformed:
        with pytest.raises(WorkflowUpdateFailedError):
            await project.raw(message, *arguments)
    assert (await project.status()).state is State.UNDER_REVIEW
