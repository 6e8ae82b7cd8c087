"""Processes whose clock is wrong (libfaketime), while that of the machine and of the Temporal server is right."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

from tests.faults.scene import Fault, Scene

LIBRARY = "faketime/libfaketime.so.1"
PACKAGE = "libfaketime"
WRONG = ("+3h", "-2d", "+40d", "-400d")
"""By how much the clocks are wrong: over midnight, over a term, over a year."""


async def wrong_clocks(scene: Scene) -> None:
    """Worker and services run with a wrong clock each, and then with the right one again. No deadline may move by it."""
    library = _library()
    if library is None:
        scene.remarks.append(f"left out: {PACKAGE} is not installed and cannot be")
        return
    await scene.pause(0.0, 1.0)
    parts = ["worker", "catalog", "notification"]
    for part in parts:
        with _clock(library, scene.chance.choice(WRONG)):
            await scene.installation.start_again(part)
    await scene.pause(4.0, 8.0)
    await scene.start_again(*parts)


@contextmanager
def _clock(library: Path, offset: str) -> Iterator[None]:
    """What is started meanwhile has a clock that is wrong by the offset; its intervals are right."""
    wrong = {"LD_PRELOAD": str(library), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with mock.patch.dict(os.environ, wrong):
        yield


@cache
def _library() -> Path | None:
    """libfaketime, installed where it is missing and that is possible."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", PACKAGE], capture_output=True, timeout=120, check=False)
        found = _installed()
    return found


def _installed() -> Path | None:
    return next((lib for root in ("/usr/lib", "/usr/local/lib") for lib in Path(root).glob(f"**/{LIBRARY}")), None)


CLOCKS = (Fault("wrong clocks", "时钟不准", wrong_clocks),)
