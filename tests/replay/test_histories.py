"""Histories of an earlier build still replay: a worker that takes over a running project goes on where it stands."""

import gzip
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from simulation.histories import replay
from workflows.types import PROCEDURES, STAGES

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json.gz"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.name.removesuffix(".json.gz"))
async def test_a_history_that_was_recorded_replays(file: Path) -> None:
    history = WorkflowHistory.from_json("project:JY-2026-0001", gzip.decompress(file.read_bytes()).decode())
    assert await replay([history]) == []


def test_there_is_a_history_of_every_workflow_type() -> None:
    recorded = {file.name.removesuffix(".json.gz").partition("-")[2] for file in HISTORIES}
    assert recorded == {workflow.__name__.removesuffix("Stage") for workflow in (*STAGES, *PROCEDURES)}
