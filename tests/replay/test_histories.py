"""Histories of an earlier build still replay: a worker that takes over a running project goes on where it stands."""

import pytest
from temporalio.client import WorkflowHistory

from simulation.histories import replay
from tests.replay.record import PROCEDURES as RECORDED_PROCEDURES
from tests.replay.record import WHOLE_LIFE, read
from workflows.types import PROCEDURES, STAGES

HISTORIES = read()


def kind(history: WorkflowHistory) -> str:
    """The workflow type of a history's run."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


@pytest.mark.parametrize("history", HISTORIES, ids=[f"{n}-{kind(h)}" for n, h in enumerate(HISTORIES, start=1)])
async def test_a_history_that_was_recorded_replays(history: WorkflowHistory) -> None:
    assert await replay([history]) == []


def test_there_is_a_history_of_every_workflow_type() -> None:
    registered = {workflow.__name__.removesuffix("Stage") for workflow in (*STAGES, *PROCEDURES)}
    assert {kind(history) for history in HISTORIES} == registered


def test_the_histories_stay_small_and_name_no_machine() -> None:
    assert WHOLE_LIFE.stat().st_size + RECORDED_PROCEDURES.stat().st_size < 300_000
    identities = {e.workflow_task_started_event_attributes.identity for h in HISTORIES for e in h.events}
    assert identities <= {"", "worker"}
