"""A script is read strictly, before anything is started, and every step of it is a line that could be typed."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.main import get_command

from regulations.files import library
from regulations.resolve import resolve
from starter.cli import app
from starter.demo.scene import read_scene
from starter.demo.script import Report, gate_faults, read_script
from starter.failures import BadInput
from tests.starter.tongchou import ROOT, changed

SCRIPT = ROOT / "examples" / "jiangyin" / "script.yaml"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The example's script among its files, to be spoilt."""
    for folder in ("examples", "services/catalog/seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path / "examples" / "jiangyin" / "script.yaml"


def test_every_line_of_the_example_is_one_that_the_command_understands() -> None:
    script, command = read_script(SCRIPT), get_command(app)
    lines = [s.words(script.project, SCRIPT.parent) for s in script.steps if not isinstance(s, Report)]
    assert len(lines) > 30
    for words in lines:
        with command.make_context("tongchou", list(words)) as context:
            name, found, rest = command.resolve_command(context, list(words))  # type: ignore[attr-defined]  # a group
            found.make_context(name, rest, parent=context).close()


def test_the_example_waits_only_for_gates_of_its_plan() -> None:
    scene = read_scene(SCRIPT)
    law = library()["jiangyin"]
    plan = resolve(law, scene.application, date(2026, 3, 2), dict.fromkeys(law.organs, 5))
    assert gate_faults(scene.script, plan) == []


def test_a_gate_that_the_plan_does_not_know_is_named_with_its_step(script: Path) -> None:
    scene = read_scene(changed(script, "when: operation_eligibility", "when: coronation"))
    law = library()["jiangyin"]
    plan = resolve(law, scene.application, date(2026, 3, 2), dict.fromkeys(law.organs, 5))
    (fault,) = gate_faults(scene.script, plan)
    assert (
        fault == f"steps.{len(scene.script.steps) - 1}.when: must be a gate of the plan or a state (got 'coronation')"
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("verdict: return", "verdict: shrug", "verdict"),
        ("does: inbox", "does: wait", "steps.3"),
        ("officer: zhou.lan", "clerk: zhou.lan", "officer"),
        ("file: corrected.yaml", "file: absent.yaml", "absent.yaml"),
        ("case: rectification:JY-2026-0001-R1", "case: JY-2026-0001-R1", "case"),
        (
            "verification\n    case: rectification:JY-2026-0001-R1",
            "verification\n    case: nowhere",
            "<procedure>:<code>",
        ),
        ("{联勤联动平台: 340}", "{联勤联动平台: 0}", "calls"),
        ("project: JY-2026-0001", "project: JY-2026-0009", "JY-2026-0009"),
        ("title:", "title: [", "script.yaml"),
        ("application: application.yaml", "application: application.yaml\napplication: x", "second time"),
    ],
)
def test_a_fault_in_the_script_is_named_before_anything_is_started(
    script: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        read_scene(changed(script, old, new))
    assert named in " ".join(map(str, refusal.value.details)) + refusal.value.text.zh
