"""What strangers send: nonsense of every kind, decisions that come twice, late, early, or into another's review."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue

from models.messages import Submission
from models.project import State
from models.review import Verdict
from tests.faults.officers import BUREAU, GATES, ProjectInHand
from tests.faults.scene import Fault, Scene
from tests.workflows.test_messages import MALFORMED

A_FEW, MANY = 40, 1_000
HURRY = timedelta(seconds=30)


def poison(data: bytes, **metadata: bytes) -> RawValue:
    return RawValue(Payload(metadata={name.replace("_", "-"): value for name, value in metadata.items()}, data=data))


POISON: dict[str, list[Any]] = {
    "no ciphertext": [poison(b"", encoding=b"binary/encrypted")],
    "an unknown format": [poison(b"\x00" * 64, encoding=b"binary/encrypted", encryption_format=b"none/9")],
    "an unknown key": [
        poison(
            b"\x07" * 64,
            encoding=b"binary/encrypted",
            encryption_format=b"tongchou-payload/1",
            encryption_cipher=b"AES-256-GCM",
            encryption_key_id=b"nobody",
        )
    ],
    "protobuf of nothing": [poison(b"\xff" * 64, encoding=b"binary/protobuf", messageType=b"no.such.Message")],
    "no encoding": [poison(b"{}")],
}
"""Payloads that no converter and no codec reads."""


async def strangers(scene: Scene, many: int = A_FEW) -> None:
    """Nonsense by signal, all at once, mixed with decisions that are out of place. Each must be on record, or count."""
    victim = scene.chance.choice(scene.projects)
    await scene.is_filed(victim)
    kinds = list(MALFORMED.values())
    sending = [_nonsense(victim, scene.chance.choice(kinds)[0]) for _ in range(many)]
    for project in scene.projects:
        await scene.is_filed(project)
        sending += [_out_of_place(scene, project, gate) for gate in GATES]
    scene.mend()
    await asyncio.gather(*sending, _earlier_round(scene))


async def thousand(scene: Scene) -> None:
    """The same with a thousand signals to one project in one moment."""
    await strangers(scene, MANY)


async def poisoned(scene: Scene) -> None:
    """Payloads that nobody can read, as signals and as updates, to every project."""
    for project in scene.projects:
        await scene.is_filed(project)
    scene.mend()
    await asyncio.gather(
        *(_nonsense(project, arguments) for project in scene.projects for arguments in POISON.values()),
        *(_refused_update(scene, project, arguments) for project in scene.projects for arguments in POISON.values()),
    )


async def _nonsense(project: ProjectInHand, arguments: list[Any]) -> None:
    book = project.book

    def doubted() -> None:
        book.nonsense_unsure[project.code] += 1

    await project.signal("decide", arguments, doubted)
    book.nonsense[project.code] += 1


async def _refused_update(scene: Scene, project: ProjectInHand, arguments: list[Any]) -> None:
    """An update that nobody can read is answered with a refusal; accepted, or never answered, it would be a fault."""
    handle = project.office.project
    try:
        async with asyncio.timeout(HURRY.total_seconds()):
            await handle.execute_update("submit_decision", args=arguments)
    except WorkflowUpdateFailedError:
        return
    except TimeoutError:
        scene.unnamed.append(f"{project.code}: an unreadable update was not answered")
        return
    scene.unnamed.append(f"{project.code}: an unreadable update was accepted")


async def _out_of_place(scene: Scene, project: ProjectInHand, gate: str) -> None:
    """A decision for that gate by somebody of the bureau, whatever gate is open: early, late, or in the wrong organ."""
    await asyncio.sleep(scene.chance.uniform(0.0, 4.0))
    stage = "Application" if gate in ("admission", "forwarding") else "TechnicalCoordination"
    round_ = scene.chance.choice((1, 2, 9))
    decision = project.decision(f"{project.code}/{stage}/{gate}/r{round_}", BUREAU.organ, "xu.ming")
    stray = decision.model_copy(update={"decision_id": f"stray.{gate}.r{round_}"})
    for _ in range(scene.chance.randint(1, 2)):
        await project.by_signal(stray)


async def _earlier_round(scene: Scene) -> None:
    """A project of its own is returned and handed in anew; then a decision of the first round comes once more."""
    code = f"{scene.projects[0].code}x"
    project = ProjectInHand(scene.installation, scene.book, scene.chance, code)
    await project.insist(project.file, "the filing")
    first = await project.review("admission")
    returned = project.decision(first.review_id, BUREAU.organ, "chen.hao").model_copy(
        update={"verdict": Verdict.RETURN, "opinion": "请补正"}
    )
    await project.by_update(returned)
    await project.until(lambda status: status.state is State.AWAITING_MATERIALS, "the return")
    handed_in = Submission(submitted_by="liu.fang")
    await project.insist(lambda: project.office.say("submit", handed_in), "the submission")
    late = project.decision(first.review_id, BUREAU.organ, "lin.yue")
    await project.by_signal(late)
    second = await project.review("admission")
    await project.by_signal(late)
    await project.by_update(project.decision(second.review_id, BUREAU.organ, "lin.yue"))
    await project.review("forwarding")
    scene.projects.append(project)


MESSAGES = (
    Fault("strange signals", "异常信号", strangers, often=2),
    Fault("poison payloads", "无法读取的内容", poisoned),
)
THOUSAND = Fault("1,000 signals", "一千个信号同时到达", thousand)
