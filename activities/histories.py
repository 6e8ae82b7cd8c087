"""The histories port: a finished run's history as a file, kept when the namespace's retention has ended."""

import asyncio
import os
import re
import uuid
from pathlib import Path, PurePosixPath

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities import ports
from models.effects import FinishedRun
from models.plan import StageName

_NOT_A_STAGE = 99
"""The number of a run that is none of the six stages, a procedure's: it stands behind them in the folder."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class FileHistories(ports.Histories):
    """Writes `folder/<project code>/<NN>-<stage>-r<round>-<run id>.json`, as `temporal workflow replay` reads it.

    `NN` is the stage's number, 01 to 06. The payloads are written as they are stored: encoded, where a codec is on.
    """

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder

    @activity.defn(name="histories.export")
    async def export(self, run: FinishedRun) -> str:
        """Write the run's history and return the file's name, relative to the folder. A second call writes it again.

        Raises a non-retryable ApplicationError of type `HistoryGone` where the server no longer has the run, and of
        type `UnsafeName` where an id would not make a file name. A full disk raises OSError, which is retried.
        """
        name = file_name(run)
        text = await self._history(run)
        await asyncio.to_thread(_write, self._folder / name, text)
        return str(name)

    async def _history(self, run: FinishedRun) -> str:
        handle = self._client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
        try:
            return (await handle.fetch_history()).to_json()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            message = f"the server no longer has run {run.run_id} of {run.workflow_id}"
            raise ApplicationError(message, type="HistoryGone", non_retryable=True) from error


def file_name(run: FinishedRun) -> PurePosixPath:
    """Where the run's history lies within the folder. Raises a non-retryable ApplicationError of type `UnsafeName`."""
    code = run.workflow_id.partition(":")[2]
    for field, value in (("workflow_id", code), ("stage", run.stage), ("run_id", run.run_id)):
        if not _SAFE.fullmatch(value):
            message = f"{field}: must give a part of a file name (got {value!r})"
            raise ApplicationError(message, type="UnsafeName", non_retryable=True)
    return PurePosixPath(code, f"{_number(run.stage):02}-{run.stage}-r{run.round}-{run.run_id}.json")


def _number(stage: str) -> int:
    stages = [name.value for name in StageName]
    return stages.index(stage) + 1 if stage in stages else _NOT_A_STAGE


def _write(file: Path, text: str) -> None:
    """Write the whole file or nothing, and over an earlier one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A run may be exported twice at once, when an attempt that was given up is still writing.
    temporary = file.with_name(f".{uuid.uuid4().hex}")
    try:
        with temporary.open("x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
