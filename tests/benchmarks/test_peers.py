"""The programs that we are compared with do the whole job, and are honest about what is on disk."""

import asyncio
import json
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from benchmarks.peers.outcome import table
from benchmarks.peers.showing import Showing
from benchmarks.six_gates import GATES

ROOT = Path(__file__).parents[2]
ALONE, MANY, WARM_UP = 1, 2, 1
PROGRAMS = {"dbos_gates": ("--poll", "0.01"), "spiff_gates": ()}


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_peer_leaves_a_notice_and_a_record_for_each_gate_of_each_project(program: str, tmp_path: Path) -> None:
    counts = ("--alone", str(ALONE), "--many", str(MANY), "--at-once", "2")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.peers.{program}", str(tmp_path), *PROGRAMS[program], *counts),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    figures = json.loads(told.splitlines()[-1])
    with sqlite3.connect(tmp_path / "world.db") as world:
        found = world.execute("SELECT kind, count(*), count(DISTINCT project) FROM effect GROUP BY kind").fetchall()
    projects = ALONE + MANY + WARM_UP
    assert dict((kind, (rows, different)) for kind, rows, different in found) == {
        kind: (GATES * projects, projects) for kind in ("notice", "decision")
    }
    assert len(figures["effective"]) == len(figures["acknowledged"]) == GATES * ALONE
    waits = zip(figures["acknowledged"], figures["effective"], strict=True)
    assert all(0 < kept <= effect for kept, effect in waits), "nothing is seen before it cannot get lost"
    synced = "journal_mode=wal, synchronous=2"
    assert figures["durability"] == f"state {synced}; effects {synced}", "every commit is on disk"


def test_the_table_judges_us_against_dbos_and_says_what_each_leaves_out() -> None:
    ours = Showing([0.02, 0.02], 4.0, 0.3, "synced", [0.01, 0.01])
    found = {"ours": [ours], "DBOS on SQLite": [Showing([0.01], 8.0, 0.1, "synced", [0.005])]}
    alone, many = table(found)
    _, dbos = alone.rows
    assert dbos.figure == pytest.approx(2.0) and dbos.verdict == "missed"
    assert "missed because" in dbos.reason and "no deadline" in dbos.reason
    assert many.rows[1].figure == pytest.approx(0.5)
