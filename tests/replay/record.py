"""Writes the histories that tests/replay keeps: `python -m tests.replay.record`.

Run it after a deliberate change of the workflows' course, never to make a failing replay pass: what no longer replays here
would not go on in production either.
"""

import asyncio
import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import WorkflowHistory

from tests.workflows.installation import on_dev_server
from tests.workflows.project import Project
from tests.workflows.test_a_whole_life import lived

HISTORIES = Path(__file__).parent / "histories"


async def record() -> list[Path]:
    """Live the example's whole life on the real server, and keep every run of it; the files written."""
    with TemporaryDirectory() as folder:
        async with on_dev_server(Path(folder)) as installation:
            project = Project(installation, "JY-2026-0001")
            await lived(project)
            histories = await project.histories()
    for old in HISTORIES.glob("*.json.gz"):
        old.unlink()
    return [write(number, history) for number, history in enumerate(histories, start=1)]


def write(number: int, history: WorkflowHistory) -> Path:
    """Keep one history, compressed; the same history makes the same file."""
    kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    file = HISTORIES / f"{number:02}-{kind}.json.gz"
    file.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
    return file


if __name__ == "__main__":
    for written in asyncio.run(record()):
        print(written.name, written.stat().st_size)
