"""SIGKILL of every part at any moment, alone and all at once, as when the power fails."""

from functools import partial

from tests.faults.installation import DATABASE
from tests.faults.scene import Fault, Scene


async def killed(scene: Scene, part: str) -> None:
    """The part dies, and comes again after a while. Every third time it dies once more, just after its start."""
    await scene.pause(0.0, 2.5)
    scene.installation.kill(part)
    await scene.pause(0.0, 3.0)
    await scene.start_again(part)
    if scene.chance.random() < 1 / 3:
        await scene.pause(0.0, 0.5)
        scene.installation.kill(part)
        await scene.start_again(part)


async def all_killed(scene: Scene) -> None:
    """Everything dies in one moment, and is started again in an order that chance decides."""
    await scene.pause(0.5, 2.5)
    parts = list(scene.installation.parts)
    for part in parts:
        scene.installation.kill(part)
    await scene.pause(0.0, 2.0)
    # The worker does not start without a server and a database; the services stand alone.
    first = [part for part in ("temporal", DATABASE) if part in parts]
    others = [part for part in parts if part not in first]
    scene.chance.shuffle(others)
    await scene.start_again(*first, *others)


KILLS = (
    Fault("kill worker", "杀死工作进程", partial(killed, part="worker"), often=3),
    Fault("kill catalog", "杀死目录服务", partial(killed, part="catalog"), often=2),
    Fault("kill notification", "杀死通知服务", partial(killed, part="notification"), often=2),
    Fault("kill database", "杀死台账数据库", partial(killed, part=DATABASE), on=("postgresql",), often=3),
    Fault("kill temporal", "杀死 Temporal", partial(killed, part="temporal"), often=3),
    Fault("kill everything", "全部杀死", all_killed, often=2),
)
