"""What counts as broken and what as waiting; how it shows on a real installation is tests/e2e/test_stuck.py."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from models.base import Text
from models.calendar import CHINA
from starter.cli import app
from starter.commands import stuck as command
from starter.stuck import Broken, Picture, Seen, SeenEffect, SeenTask, Trouble, Waiting, broken, picture

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SOUND = Seen("project:P-1", "Application", "P-1", NOW - timedelta(days=30), awaiting=("bureau",))
KNOWN = {"Application"}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def effect(name: str = "catalog.facts", attempt: int = 1, taken: bool = True, **more: Any) -> SeenEffect:
    return SeenEffect(name, attempt, taken, ago(60), **more)


@pytest.mark.parametrize(
    "seen, trouble",
    [
        (replace(SOUND, workflow_type="Abolished"), Trouble.UNKNOWN_TYPE),
        (replace(SOUND, task=SeenTask(3, True, ago(1), reason="bug")), Trouble.TASK_FAILING),
        (replace(SOUND, problems=("category=WorkflowTaskFailed",)), Trouble.TASK_FAILING),
        (replace(SOUND, task=SeenTask(1, False, ago(30))), Trouble.TASK_UNTAKEN),
        (replace(SOUND, task=SeenTask(2, False, ago(30), timed_out=True)), Trouble.TASK_UNTAKEN),
        (replace(SOUND, effects=(effect(attempt=3, reason="503"),)), Trouble.EFFECT_FAILING),
        (replace(SOUND, effects=(effect(paused=True),)), Trouble.EFFECT_PAUSED),
        (replace(SOUND, effects=(effect(taken=False),)), Trouble.TASK_UNTAKEN),
        (replace(SOUND, silent_timer=ago(600)), Trouble.TIMER_SILENT),
        (replace(SOUND, unanswered="deadline exceeded"), Trouble.NO_ANSWER),
    ],
)
def test_each_trouble_is_told_by_its_name(seen: Seen, trouble: Trouble) -> None:
    told = broken(seen, KNOWN, NOW)
    assert told and told.trouble is trouble


@pytest.mark.parametrize(
    "seen",
    [
        SOUND,
        replace(SOUND, due_at=ago(10 * 86400), overdue=True),
        replace(SOUND, task=SeenTask(1, True, ago(5))),
        replace(SOUND, task=SeenTask(1, False, ago(1))),
        replace(SOUND, task=SeenTask(2, True, ago(3), timed_out=True)),
        replace(SOUND, effects=(effect(attempt=2, reason="503"),)),
    ],
)
def test_what_waits_for_a_person_or_is_just_being_handled_is_not_broken(seen: Seen) -> None:
    assert broken(seen, KNOWN, NOW) is None


def test_the_part_behind_a_failing_effect_is_named_the_worst_one_first() -> None:
    seen = replace(SOUND, effects=(effect("notices.send", 3), effect("ledger.append", 9, reason="locked")))
    told = broken(seen, KNOWN, NOW)
    assert told and told.part and (told.part.en, told.attempts, told.reason) == ("the ledger's database", 9, "locked")


def test_a_picture_sorts_everything_into_one_of_three() -> None:
    moving = replace(SOUND, workflow_id="project:P-2", effects=(effect(attempt=2),))
    failing = replace(SOUND, workflow_id="project:P-3", effects=(effect(attempt=7),))
    lost = Broken(workflow_id="project:P-4", project="P-4", trouble=Trouble.LOST)
    found = picture([SOUND, moving, failing], KNOWN, NOW, [lost])
    assert [one.workflow_id for one in found.broken] == ["project:P-4", "project:P-3"]
    assert [one.workflow_id for one in found.waiting] == ["project:P-1"]
    assert found.moving == ("project:P-2",)
    assert found.waiting[0].awaiting == ("bureau",)


def test_without_an_answer_the_due_day_is_the_last_one_in_time() -> None:
    over = datetime(2026, 12, 19, tzinfo=CHINA)
    found = picture([replace(SOUND, due_at=over)], KNOWN, NOW)
    assert found.waiting[0].due_on == date(2026, 12, 18)


@pytest.mark.parametrize("is_broken", [False, True])
def test_the_command_ends_with_1_exactly_where_something_is_broken(
    monkeypatch: pytest.MonkeyPatch, is_broken: bool
) -> None:
    part = Text(zh="目录服务", en="the catalog")
    trouble = Broken(workflow_id="project:P-3", trouble=Trouble.EFFECT_FAILING, since=NOW, attempts=7, part=part)
    waits = Waiting(workflow_id="project:P-1", project="P-1", awaiting=("bureau",), overdue=True)
    found = Picture(broken=(trouble,) if is_broken else (), waiting=(waits,), moving=())

    async def examined(_: object) -> Picture:
        return found

    monkeypatch.setattr(command, "examine", examined)
    shown = CliRunner().invoke(app, ["stuck"])
    assert shown.exit_code == (1 if is_broken else 0)
    assert "等待有关方面办理" in shown.stdout and "bureau" in shown.stdout
    assert ("目录服务" in shown.stdout) is is_broken
    as_json = CliRunner().invoke(app, ["stuck", "--json"])
    assert Picture.model_validate_json(as_json.stdout) == found
