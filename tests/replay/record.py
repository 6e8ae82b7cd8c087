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

from tests.workflows.installation import on_dev_server
from tests.workflows.project import Project
from tests.workflows.test_a_whole_life import lived

WHOLE_LIFE = Path(__file__).parent / "histories" / "whole-life.jsonl.xz"
"""Every run of one project, one history a line. In one file, because the runs have the plan in common: a fifth of the size."""

_IDENTITY = re.compile(r"\d+@[\w.-]+")
"""What the SDK calls a worker: its process and the machine's name, which is nobody's business."""


async def record() -> int:
    """Live the example's whole life on the real server, and keep every run of it; how many there are."""
    with TemporaryDirectory() as folder:
        async with on_dev_server(Path(folder)) as installation:
            project = Project(installation, "JY-2026-0001")
            await lived(project)
            histories = await project.histories()
    lines = [_line(history) for history in histories]
    WHOLE_LIFE.parent.mkdir(exist_ok=True)
    WHOLE_LIFE.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    return len(lines)


def read() -> list[WorkflowHistory]:
    """The histories on file, in the order of their runs; the procedures beside the project at the end."""
    lines = lzma.decompress(WHOLE_LIFE.read_bytes()).decode().splitlines()
    return [WorkflowHistory.from_json("project:JY-2026-0001", line) for line in lines]


def _line(history: WorkflowHistory) -> str:
    compact = json.dumps(json.loads(history.to_json()), ensure_ascii=False, separators=(",", ":"))
    return _IDENTITY.sub("worker", compact)


if __name__ == "__main__":
    print(asyncio.run(record()), WHOLE_LIFE.name, WHOLE_LIFE.stat().st_size)
