"""Two builds of the worker at the same time: the one that runs, and a copy of the code with a compatible change."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starter import child
from starter.child import Program
from starter.folder import Folder
from starter.parts import ROOT, environment_of, worker
from starter.ports import LOOPBACK, Ports, settle
from tests.faults.scene import Fault, Scene

CODE = ("activities", "models", "records", "regulations", "runtime", "services", "workflows", "worker.py")
CHANGED = ("workflows/effects.py", "核验经办人权限：", "核验经办人权限（新版）：")
"""A summary that the UI shows: it stands in histories, and no replay compares it."""


async def two_builds(scene: Scene) -> None:
    """A newer worker comes while the older one runs; now this one dies, now that one; in the end the older one is left."""
    house = scene.installation
    async with _newer(scene) as pid:
        await scene.pause(0.5, 2.5)
        if scene.chance.random() < 0.5:
            house.kill("worker")
            await scene.pause(0.5, 2.0)
            await scene.start_again("worker")
            await scene.pause(0.5, 1.5)
        os.kill(pid, signal.SIGKILL)
        scene.mend()


@asynccontextmanager
async def _newer(scene: Scene) -> AsyncIterator[int]:
    """A worker of the changed copy, which polls; its process id."""
    house = scene.installation
    code = await asyncio.to_thread(_copied, house.folder.parent / "newer")
    folder = Folder(house.folder)
    environment = {**environment_of(folder, house.stack.endpoints), "PYTHONPATH": str(code)}
    ports, _ = settle(Ports.any_free())
    part = worker(environment, f"http://{LOOPBACK}:{ports.worker_health}")
    program = Program("worker-newer", part.program.command, part.program.environment)
    running = await child.start(program, folder.logs)
    try:
        await running.until(part.ready, part.seconds)
        yield running.pid
    finally:
        await running.stop(grace=10)


def _copied(to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for name in CODE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)
    file, old, new = to / CHANGED[0], CHANGED[1], CHANGED[2]
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return to


BUILDS = (Fault("two builds", "新旧两个版本", two_builds),)
