"""What was measured is written whatever ends the run, and what was started for it is stopped."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, os, signal, sys
from benchmarks.conduct import conduct
from benchmarks.tables import Report

class Told(Report):
    def write(self):
        print("written:", self.failures)

async def measure():
    try:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
        await asyncio.sleep(60)
    finally:
        print("stopped")

sys.exit(conduct(Told("try"), measure()))
"""


@pytest.mark.parametrize("asked", ["SIGTERM", "SIGINT"])
def test_a_run_that_is_asked_to_stop_stops_its_parts_and_writes_the_report(asked: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, asked], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    told = done.stdout.splitlines()
    assert (told[0], told[-1]) == ("stopped", "written: ['stopped before it was over']"), done.stderr
    assert done.returncode == 1
