"""Histories of every build still replay: a worker that takes over a running project goes on where it stands."""

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from simulation.histories import replay
from tests.replay import fingerprint
from tests.replay.record import PROCEDURES as RECORDED_PROCEDURES
from tests.replay.record import WHOLE_LIFE, read, versions
from workflows.types import PROCEDURES, STAGES

ROOT = Path(__file__).parents[2]
HISTORIES = {version.name: read(version) for version in versions()}
NEWEST = list(HISTORIES)[-1]
EACH = [(version, number) for version, histories in HISTORIES.items() for number in range(len(histories))]

REFUSES_ONLY = {"separated-duties-2026-11", "late-submission-2026-11", "whole-decision-2026-11"}
"""Patches that mark a history only where a handler refuses somebody: no command follows that could change its place."""

WHAT_TO_DO = """
The order of commands has changed: open projects would stop here. Either keep the old order behind
`workflow.patched("what-yyyy-mm")` (CONTRIBUTING, “Change a running workflow”) and record the new one beside it
(make histories VERSION=v…), or give the change up. To record this version anew would only hide it. Its commands were
"""


def kind(history: WorkflowHistory) -> str:
    """The workflow type of a history's run."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def named(place: tuple[str, int]) -> str:
    version, number = place
    return f"{version}-{number + 1}-{kind(HISTORIES[version][number])}"


@pytest.mark.parametrize("place", EACH, ids=named)
async def test_a_history_that_was_recorded_replays(place: tuple[str, int]) -> None:
    version, number = place
    history = HISTORIES[version][number]
    assert await replay([history]) == [], WHAT_TO_DO + fingerprint.of(history)


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
def test_the_fingerprints_are_those_of_the_histories(version: Path) -> None:
    """A history that took the place of an earlier one would show here: it belongs beside it, as a further version."""
    assert fingerprint.read(version) == [fingerprint.of(history) for history in HISTORIES[version.name]]


def test_there_is_a_history_of_every_workflow_type() -> None:
    registered = {workflow.__name__.removesuffix("Stage") for workflow in (*STAGES, *PROCEDURES)}
    assert {kind(history) for history in HISTORIES[NEWEST]} == registered, "make histories VERSION=v…"


def test_every_patch_has_a_history_that_took_its_new_branch() -> None:
    """Otherwise nobody would notice the next change of that branch."""
    text = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "workflows").rglob("*.py")))
    constants = dict(re.findall(r'^([A-Z_]+) = "([a-z0-9-]+-\d{4}-\d{2})"$', text, re.MULTILINE))
    given = [name.strip('"') for name in re.findall(r"workflow\.patched\(([^)]+)\)", text)]
    taken = {patch for histories in HISTORIES.values() for patch in fingerprint.patches(histories)}
    missing = sorted({constants.get(name, name) for name in given} - taken - REFUSES_ONLY)
    assert missing == [], "nothing recorded has taken these branches: make histories VERSION=v…"


def test_the_histories_stay_small_and_name_no_machine() -> None:
    for version in versions():
        assert sum((version / name).stat().st_size for name in (WHOLE_LIFE, RECORDED_PROCEDURES)) < 300_000
    events = [event for histories in HISTORIES.values() for history in histories for event in history.events]
    assert {event.workflow_task_started_event_attributes.identity for event in events} <= {"", "worker"}
