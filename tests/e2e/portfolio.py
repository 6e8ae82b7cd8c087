"""What an admin has before them: an installation with projects in several stages, a late procedure, and a finished life."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models.calendar import CHINA
from starter.demo.live import LiveView
from starter.demo.player import Player
from starter.demo.scene import furnished, read_scene
from starter.demo.shell import Played, Shell, line_of
from tests.starter.conftest import provide_keys
from tests.starter.tongchou import CORRECTED, EXAMPLE, ROOT, Tongchou, changed, copied, up

FINISHED = "project:JY-2026-0001"
RECTIFIED = "rectification:JY-2026-0001-R1"
DOSSIER = "dossier:JY-2026-0001"
FILED = "project:JY-2026-0002"
COORDINATED = "project:JY-2026-0003"
TENDERED = "project:JY-2026-0004"
EXPLAINED = "capability_misuse:JY-CM-2026-0001"
LATE = "capability_stop:JY-CS-2026-0001"
RUNNING = {FILED, COORDINATED, TENDERED, EXPLAINED, LATE}

BUREAU, CENTRE, COMMITTEE = "jy-data-bureau", "jy-ops-centre", "jy-base-committee"
TITLE = "江阴市智慧停车综合管理平台"
DAYS_LATE = timedelta(days=60)
"""How long before today the late procedure's term began: it is of five working days, and no holiday lasts so long."""


@contextmanager
def portfolio(folder: Path) -> Iterator[Tongchou]:
    """`tongchou up --with-examples`, filled. Decisions are signed, as in production."""
    with up(folder / "var", "--with-examples") as tongchou:
        provide_keys(tongchou.data_dir)
        _fill(tongchou, folder / "files")
        # Last: what it leaves in the catalog may not be built a second time.
        asyncio.run(_live_the_demonstration(tongchou))
        yield tongchou


@dataclass(frozen=True)
class _InProcess(Shell):
    """Runs the script's lines in this process: the imports of forty commands are most of what they cost."""

    tongchou: Tongchou

    async def run(self, words: Sequence[str], *, refused: bool = False) -> Played:
        told = await asyncio.to_thread(self.tongchou, *words)
        output = told.stdout + told.stderr
        return Played(line=line_of(words), refused=refused, code=told.code, output=output, seconds=0)


async def _live_the_demonstration(tongchou: Tongchou) -> None:
    assert tongchou.endpoints
    scene = read_scene(ROOT / "examples" / "jiangyin" / "script.yaml")
    async with furnished(scene, tongchou.endpoints) as props:
        shell, view = _InProcess(tongchou.data_dir, "zh", tongchou), LiveView(props.plan, "zh", quiet=True)
        await Player(scene.script, scene.folder, shell, props.client, props.catalog, view).play()


def _fill(tongchou: Tongchou, folder: Path) -> None:
    filed(tongchou, folder, FILED, "江阴市道路照明智能管控平台")
    filed(tongchou, folder, COORDINATED, "江阴市城市内涝监测预警平台", EXAMPLE)
    coordinated(tongchou, COORDINATED)
    decided(tongchou, COORDINATED, "committee", COMMITTEE, "zhou.lan", "return", "--opinion", "自建机房与统建要求不符")
    filed(tongchou, folder, TENDERED, "江阴市渣土运输监管平台")
    coordinated(tongchou, TENDERED)
    for member in ("zhou.lan", "shen.jing", "ma.chao"):
        decided(tongchou, TENDERED, "committee", COMMITTEE, member)
    decided(tongchou, TENDERED, "opinion", CENTRE, "gu.feng")
    decided(tongchou, TENDERED, "decision", BUREAU, "xu.ming")
    tongchou.status(TENDERED, until=lambda s: s["stage"] == "Tender" and s["missing"])
    examples = ROOT / "examples" / "procedures" / "jiangyin"
    tongchou.document("procedure", "start", examples / "capability_misuse.yaml")
    late = folder / "capability_stop.yaml"
    decided_on = (datetime.now(CHINA) - DAYS_LATE).date()
    late.write_bytes((examples / "capability_stop.yaml").read_bytes())
    tongchou.document("procedure", "start", changed(late, "decided_on: 2026-03-02", f"decided_on: {decided_on}"))
    tongchou.status(EXPLAINED, until=lambda s: s["awaiting"])
    tongchou.status(LATE, until=lambda s: s["overdue"])


def filed(tongchou: Tongchou, folder: Path, project: str, title: str, example: Path = CORRECTED) -> None:
    """File the example under another code and title, and wait for its first review."""
    code = project.partition(":")[2]
    file = changed(copied(folder / code, code, example), TITLE, title)
    assert tongchou("start", file).code == 0
    tongchou.status(project, until=lambda s: s["review"])


def coordinated(tongchou: Tongchou, project: str) -> None:
    """Admit the project, and bring it before the committee."""
    decided(tongchou, project, "admission", BUREAU, "chen.hao")
    decided(tongchou, project, "forwarding", BUREAU, "lin.yue")
    tongchou.status(project, until=lambda s: s["gate"] == "committee" and s["review"])


def decided(
    tongchou: Tongchou, project: str, gate: str, organ: str, officer: str, verdict: str = "approve", *more: str
) -> None:
    """Decide in that gate's review, as soon as it lies open."""

    def is_open(status: Any) -> bool:
        review = status["review"]
        return bool(review) and review["outcome"] is None and review["gate"] == gate

    tongchou.status(project, until=is_open)
    told = tongchou("decide", project, "--organ", organ, "--officer", officer, "--verdict", verdict, *more)
    assert told.code == 0, told
