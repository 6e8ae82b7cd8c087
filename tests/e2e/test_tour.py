"""The five-minute tour of the README, typed line by line as a newcomer types it, on a stack that was started as it says."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs import ROOT, blocks
from tests.starter.tongchou import up

PAGE = "README.md"
STARTS = ".venv/bin/tongchou up "
SEEN = re.compile(r"# → (.+?)(?: — .*)?$")
READS = re.compile(r"^tongchou (?:--lang en )?(?:inbox|status|ledger|stuck)\b")
"""What a reader types again where it is a moment too early: a workflow acts a moment after it has answered."""
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Step:
    """A line of the tour, and what is to be seen then."""

    command: str
    seen: str


def steps(page: str) -> list[Step]:
    """The lines of the tour, each with the comment below it."""
    (tour,) = (block for block in blocks(page) if "# → " in block.text)
    lines = tour.text.splitlines()
    found = zip(lines[::2], map(SEEN.fullmatch, lines[1::2]), strict=True)
    return [Step(command, seen.group(1)) for command, seen in found if seen]


def start_line() -> list[str]:
    """The options with which the tour has the stack started."""
    (line,) = (line for block in blocks(PAGE) for line in block.lines if line.startswith(STARTS))
    return line.removeprefix(STARTS).split()


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator["Newcomer"]:
    """Somebody in a folder that has the examples, beside a running stack."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with up(tmp_path / "var", *start_line()):
        yield Newcomer(tmp_path)


@dataclass(frozen=True)
class Newcomer:
    """Types lines into a shell of the environment that `make .venv` has made."""

    folder: Path

    def takes(self, step: Step) -> None:
        """Type the line. It has to succeed, and to show what the tour says."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            done = self._types(step.command)
            assert done.returncode == 0, f"{step.command}\n{done.stdout}{done.stderr}"
            if step.seen in done.stdout:
                return
            is_late = time.monotonic() > deadline
            assert READS.match(step.command) and not is_late, f"{step.command}: {step.seen}\n{done.stdout}"

    def _types(self, line: str) -> subprocess.CompletedProcess[str]:
        clear = {name: said for name, said in os.environ.items() if not name.startswith(("TEMPORAL_", "TONGCHOU_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["/bin/sh", "-c", line], cwd=self.folder, env={**clear, "PATH": path},
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip


def test_every_line_of_the_tour_works_and_shows_what_it_says(newcomer: Newcomer) -> None:
    for step in steps(PAGE):
        newcomer.takes(step)


@pytest.mark.parametrize("line", ["false", "echo one", "tongchou no-such-command"])
def test_a_line_that_fails_or_shows_something_else_is_not_taken(tmp_path: Path, line: str) -> None:
    with pytest.raises(AssertionError, match=line):
        Newcomer(tmp_path).takes(Step(line, "two"))


def test_the_tour_is_as_long_as_it_was_meant_to_be_and_the_same_in_both_languages() -> None:
    assert len(steps(PAGE)) == 13
    assert steps("README.zh-CN.md") == steps(PAGE)
