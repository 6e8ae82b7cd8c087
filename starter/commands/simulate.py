"""simulate: worked cases of a regulation, played on real parts with time skipped, and held against what they expect."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.base import Text
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput
from starter.parts import ROOT

app = group()

CANNOT_BE_USED = 2
"""The exit code with which the simulation says that a case file is faulty."""


@command(app, "simulate")
def simulate(
    desk: Desk,
    files: Annotated[list[Path] | None, typer.Argument(help="案例文件；缺省全部 case files; default: all")] = None,
    only: Annotated[str, typer.Option("--only", help="只演示标题含此语的案例 cases whose sentence has the words")] = "",
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=16, help="同时演示的案例数 cases at the same time")] = 2,
    quiet: Annotated[bool, typer.Option("--quiet", help="不显示时间线 no timelines")] = False,
) -> None:
    """演示案例：打印时间线，与预期有任何差异即失败 print the timelines and fail on any difference."""
    switches = [*(["--quiet"] if quiet else []), *(["--json"] if desk.screen.as_json else [])]
    arguments = ["--jobs", str(jobs), "--only", only, *switches, *map(str, files or ())]
    # A process of its own: the simulation runs the worker, which the command line never does.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "simulation", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode == CANNOT_BE_USED:
        text = Text(zh="案例文件有误", en="a case file cannot be used")
        raise BadInput(text, details=done.stderr.strip().splitlines())
    sys.stderr.write(done.stderr)
    if done.returncode:
        raise typer.Exit(done.returncode)
