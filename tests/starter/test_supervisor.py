"""The processes together: their order, and that none is left behind whatever becomes of their supervisor."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from starter.errors import ProcessFailed
from starter.folder import claimed
from starter.supervisor import Supervisor
from tests.starter.programs import ENDS, exists, part

ROOT = Path(__file__).parents[2]

NOTES_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path({file!r}).open("a") as file: file.write({name!r})
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""


async def test_parts_stop_in_the_reverse_of_their_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    async with claimed(tmp_path / "var") as (folder, lock), Supervisor(folder, lock) as supervisor:
        for name in "abc":
            await supervisor.start(part(name, NOTES_ITS_END.format(file=str(order), name=name)))
    assert order.read_text() == "cba"


async def test_a_part_that_fails_to_start_takes_the_started_ones_with_it(tmp_path: Path) -> None:
    pids: dict[str, int] = {}
    with pytest.raises(ProcessFailed, match="exit code 3"):
        async with claimed(tmp_path) as (folder, lock), Supervisor(folder, lock) as supervisor:
            await supervisor.start(part("temporal"))
            pids = supervisor.pids
            await supervisor.start(part("catalog", ENDS))
    assert not exists(pids["temporal"])


async def test_the_part_that_died_is_reported_by_name(tmp_path: Path) -> None:
    async with claimed(tmp_path) as (folder, lock), Supervisor(folder, lock) as supervisor:
        await supervisor.start(part("catalog"))
        await supervisor.start(part("worker"))
        report = asyncio.create_task(supervisor.first_to_die())
        os.kill(supervisor.pids["worker"], signal.SIGKILL)
        assert (await report).name == "worker"


async def test_a_restarted_part_is_a_new_process_under_the_old_name(tmp_path: Path) -> None:
    async with claimed(tmp_path) as (folder, lock), Supervisor(folder, lock) as supervisor:
        await supervisor.start(part("worker"))
        first = supervisor.pids["worker"]
        await supervisor.restart("worker")
        second = supervisor.pids["worker"]
        assert (exists(first), exists(second)) == (False, True)
    assert not exists(second)


SUPERVISOR = """
import asyncio, pathlib, sys
from starter.folder import claimed
from starter.supervisor import Supervisor
from tests.starter.programs import part

async def main():
    async with claimed(pathlib.Path(sys.argv[1])) as (folder, lock), Supervisor(folder, lock) as supervisor:
        await supervisor.start(part("catalog"))
        await supervisor.start(part("worker"))
        folder.stack_file.write_text("{}")
        print(*supervisor.pids.values(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_when_the_supervisor_is_killed_its_processes_end_and_the_folder_is_free_again(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, tmp_path, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in (await process.stdout.readline()).split()]
    assert all(exists(pid) for pid in pids)
    process.kill()
    await process.wait()
    # The claim waits for the guard, which holds the lock until the last process has ended.
    async with claimed(tmp_path) as (folder, _lock):
        assert not any(exists(pid) for pid in pids)
        assert not folder.stack_file.exists()
