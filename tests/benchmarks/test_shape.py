"""The floor has the shape of our projects: nothing that they ask of Temporal is left out of it."""

import json
import lzma
from pathlib import Path

from temporalio.client import WorkflowHistory

from benchmarks.shape import shape_of
from simulation.counts import counts_of

RECORDED = Path(__file__).parents[1] / "replay" / "histories" / "v5" / "whole-life.jsonl.xz"
PROJECT = "project:JY-2026-0001"


def recorded() -> list[WorkflowHistory]:
    """The runs of a whole life with a return and a rectification."""
    with lzma.open(RECORDED, "rt", encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines if line.startswith(f'{{"workflow_id":"{PROJECT}"')]
    return [WorkflowHistory.from_json(run["workflow_id"], run["history"]) for run in runs]


def test_the_shape_of_a_recorded_life_has_all_its_activities_timers_messages_and_runs() -> None:
    runs = recorded()
    shape, counts = shape_of(runs), counts_of(runs)
    assert shape.activities == counts.activities
    assert shape.timers == counts.timers
    assert shape.messages == counts.updates + counts.signals
    assert len(shape.runs) == counts.hand_overs + 1
    assert counts.events > 1_000, "the recording is a whole life"


def test_an_update_is_answered_after_the_activities_that_ours_waits_for() -> None:
    waits = [m.activities for run in shape_of(recorded()).runs for m in run.messages if m.kind == "update"]
    assert set(waits) <= {1, 2, 3}, "who may decide, and its record; seldom what the stage did meanwhile"
    assert sorted(waits)[len(waits) // 2] == 2
