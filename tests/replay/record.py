"""Writes the histories that tests/replay keeps: `python -m tests.replay.record`.

Run it after a deliberate change of the workflows' course, never to make a failing replay pass: what no longer replays here
would not go on in production either.
"""

import asyncio
import json
import lzma
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import WorkflowHistory

from models.rounds import RoundOrder
from simulation.case import ProcedureCase
from simulation.case_file import CASES_DIR
from simulation.environment import environment
from simulation.player import histories_of
from simulation.runner import chosen_cases
from tests.workflows.installation import on_dev_server
from tests.workflows.project import Project
from tests.workflows.test_a_whole_life import lived
from workflows.names import TASK_QUEUE

WHOLE_LIFE = Path(__file__).parent / "histories" / "whole-life.jsonl.xz"
"""Every run of one project, one history a line. In one file, because the runs have the plan in common: a fifth of the size."""

_IDENTITY = re.compile(r"\d+@[\w.-]+")
"""What the SDK calls a worker: its process and the machine's name, which is nobody's business."""


PROCEDURES = WHOLE_LIFE.with_name("procedures.jsonl.xz")
"""Every run of a procedure of each workflow type beside the pipeline."""

PLAYED = (
    ("jiangyin-procedures-capability", "the form of Wuxi"),
    ("jiangxi-procedures-sharing", "the parties do not agree"),
    ("jiujiang-procedures-cloud", "T17"),
    ("jiujiang-procedures-reports", "are too few"),
    ("jingdezhen-procedures-money", "renewed for a fourth"),
)
"""The cases that are played for it: their file, and words of the sentence."""


async def record() -> int:
    """Live the example's whole life on the real server, and keep every run of it; how many there are."""
    with TemporaryDirectory() as folder:
        async with on_dev_server(Path(folder)) as installation:
            project = Project(installation, "JY-2026-0001")
            await lived(project)
            histories = await project.histories()
    return _write(WHOLE_LIFE, histories)


async def record_procedures() -> int:
    """Play the chosen cases and a round of a schedule, and keep every run of them; how many there are."""
    histories = await _round()
    for name, words in PLAYED:
        ((regulation, case),) = chosen_cases([CASES_DIR / f"{name}.yaml"], words)
        assert isinstance(case, ProcedureCase)
        with TemporaryDirectory() as folder:
            histories += await histories_of(regulation, case, Path(folder))
    return _write(PROCEDURES, histories)


async def _round() -> list[WorkflowHistory]:
    """A round that nobody owes anything in: what it starts is recorded by itself."""
    with TemporaryDirectory() as folder:
        async with environment(Path(folder)) as installation:
            handle = await installation.client.start_workflow(
                "ReportRound",
                RoundOrder(regulation="jiangxi", schedule="annual_sharing_report"),
                id="report_round:recorded",
                task_queue=TASK_QUEUE,
            )
            await handle.result()
            return [await handle.fetch_history()]


def _write(file: Path, histories: list[WorkflowHistory]) -> int:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(lzma.compress("\n".join(map(_line, histories)).encode(), preset=9))
    return len(histories)


def read() -> list[WorkflowHistory]:
    """The histories on file: of a whole life in the order of its runs, then of the procedures."""
    lines = [
        line for file in (WHOLE_LIFE, PROCEDURES) for line in lzma.decompress(file.read_bytes()).decode().splitlines()
    ]
    return [WorkflowHistory.from_json(kept["workflow_id"], kept["history"]) for kept in map(json.loads, lines)]


def _line(history: WorkflowHistory) -> str:
    kept = {"workflow_id": history.workflow_id, "history": json.loads(history.to_json())}
    return _IDENTITY.sub("worker", json.dumps(kept, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    print(asyncio.run(record()), WHOLE_LIFE.name, WHOLE_LIFE.stat().st_size)
    print(asyncio.run(record_procedures()), PROCEDURES.name, PROCEDURES.stat().st_size)
