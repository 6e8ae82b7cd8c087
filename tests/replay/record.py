"""Writes the histories that tests/replay keeps, as a further version: `python -m tests.replay.record v5`.

Run it after a deliberate change of the workflows' course, never to make a failing replay pass: what no longer replays here
would not go on in production either. So no version is written over (`--again`: the newest, while it was never released);
all of them are replayed for ever.
"""

import asyncio
import json
import lzma
import re
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import WorkflowHistory

from models.base import Text
from models.calendar import CHINA
from models.dossier import DossierOrder
from models.effects import EntryKind, LedgerEntry
from models.offices import WatchOrder
from models.project import State
from models.rounds import RoundOrder
from records import database, ledger
from runtime.payloads.histories import in_clear
from runtime.payloads.packing import PackingCodec
from simulation.case import ProcedureCase
from simulation.case_file import CASES_DIR
from simulation.environment import environment
from simulation.player import histories_of
from simulation.runner import chosen_cases
from tests.replay import fingerprint
from tests.workflows.installation import on_dev_server
from tests.workflows.project import Project
from tests.workflows.test_a_whole_life import lived
from tests.workflows.test_adoption import old_law, order
from tests.workflows.test_renewal import SMALL, renewed
from workflows import names
from workflows.names import TASK_QUEUE

HISTORIES = Path(__file__).parent / "histories"
"""A folder for each version."""

WHOLE_LIFE = "whole-life.jsonl.xz"
"""Every run of one project, one history a line. In one file, because the runs have the plan in common: a fifth of the size."""

_IDENTITY = re.compile(r"\d+@[\w.-]+")
"""What the SDK calls a worker: its process and the machine's name, which is nobody's business."""


PROCEDURES = "procedures.jsonl.xz"
"""Every run of a procedure of each workflow type beside the pipeline."""

PLAYED = (
    ("jiangyin-procedures-capability", "the form of Wuxi"),
    ("jiangxi-procedures-sharing", "the parties do not agree"),
    ("jiujiang-procedures-cloud", "T17"),
    ("jiujiang-procedures-reports", "are too few"),
    ("jingdezhen-procedures-money", "renewed for a fourth"),
)
"""The cases that are played for it: their file, and words of the sentence."""


async def record(version: Path) -> int:
    """Live the example's whole life on the real server, and another's that renews a run and its law; how many runs."""
    with TemporaryDirectory() as folder:
        async with on_dev_server(Path(folder)) as installation:
            project = Project(installation, "JY-2026-0001")
            await lived(project)
            other = Project(installation, "JY-2026-0002")
            await _renewed_and_adopted(other)
            third = Project(installation, "JY-2026-0003")
            await _decided_between_reviews(third)
            dossier = await installation.client.start_workflow(
                "Dossier", DossierOrder(project=project.code), id=names.dossier_id(project.code), task_queue=TASK_QUEUE
            )
            await dossier.result()
            lives = [run for life in (project, other, third) for run in await life.histories()]
            histories = [*lives, await dossier.fetch_history()]
    return await _write(version / WHOLE_LIFE, histories)


async def _renewed_and_adopted(project: Project) -> None:
    """A stage that goes on in a second run with its open review, and then in the next stage under a later law."""
    await project.begin(plan=old_law(), renews_after=SMALL)
    review = await project.open_review("tender_neutral")
    await renewed(project)
    await project.say("adopt", order())
    await project.submit_decision(project.decision(review.review_id))
    await project.recorded(EntryKind.PLAN_ADOPTED)
    await project.open_review("design_neutral")
    await project.still()


async def _decided_between_reviews(project: Project) -> None:
    """A decision by signal on a review that does not open: the signal waits for it a moment, and is refused."""
    await project.begin(awaits_correction=True)
    await project.waits(State.AWAITING_MATERIALS)
    await project.project.signal("decide", project.decision(f"{project.code}/Tender/tender_neutral/r1"))
    await project.recorded(EntryKind.DECISION_REFUSED)
    await project.still()


async def record_procedures(version: Path) -> int:
    """Play the chosen cases and a round of a schedule, and keep every run of them; how many there are."""
    histories = await _scheduled()
    for name, words in PLAYED:
        ((regulation, case),) = chosen_cases([CASES_DIR / f"{name}.yaml"], words)
        assert isinstance(case, ProcedureCase)
        with TemporaryDirectory() as folder:
            histories += await histories_of(regulation, case, Path(folder))
    return await _write(version / PROCEDURES, histories)


async def _scheduled() -> list[WorkflowHistory]:
    """What a schedule starts: a round that nobody owes anything in (what it would start is recorded by itself), a watch that
    finds an office vacant, for want of any officer, and an anchoring."""
    with TemporaryDirectory() as folder:
        async with environment(Path(folder)) as installation:
            _file_where_nobody_decides(installation.settings.database_url)
            order = RoundOrder(regulation="jiangxi", schedule="annual_sharing_report")
            started: list[tuple[str, list[Any]]] = [
                ("ReportRound", [order]),
                ("OfficeWatch", [WatchOrder()]),
                ("Anchoring", []),
            ]
            histories = []
            for workflow, arguments in started:
                handle = await installation.client.start_workflow(
                    workflow, args=arguments, id=f"{workflow}:recorded", task_queue=TASK_QUEUE
                )
                await handle.result()
                histories.append(await handle.fetch_history())
            return histories


def _file_where_nobody_decides(database_url: str) -> None:
    engine = database.connect(database_url)
    ledger.append(
        engine,
        LedgerEntry(
            entry_id="JY-RECORDED/project.filed",
            project="JY-RECORDED",
            at=datetime(2026, 3, 2, 9, tzinfo=CHINA),
            kind=EntryKind.PROJECT_FILED,
            stage="Application",
            officer="unit.one",
            summary=Text(zh="受理申报", en="application admitted"),
            detail={"regulation": "jiangyin", "route": "filing_only", "unit": "unit"},
        ),
    )
    engine.dispose()


async def _write(file: Path, histories: list[WorkflowHistory]) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [await _line(history) for history in histories]
    file.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    return len(histories)


def versions() -> list[Path]:
    """The folders of the recorded versions, the oldest first."""
    return sorted(
        (folder for folder in HISTORIES.iterdir() if folder.is_dir()), key=lambda folder: int(folder.name[1:])
    )


def read(version: Path | None = None) -> list[WorkflowHistory]:
    """The histories of a version (None: the newest): of a whole life in the order of its runs, then of the procedures."""
    files = ((version or versions()[-1]) / name for name in (WHOLE_LIFE, PROCEDURES))
    lines = [line for file in files for line in lzma.decompress(file.read_bytes()).decode().splitlines()]
    return [WorkflowHistory.from_json(kept["workflow_id"], kept["history"]) for kept in map(json.loads, lines)]


async def _line(history: WorkflowHistory) -> str:
    """Unpacked: what the runs have in common is kept once in the file, and in packed payloads nothing is."""
    kept = {
        "workflow_id": history.workflow_id,
        "history": json.loads(await in_clear(history.to_json(), PackingCodec())),
    }
    return _IDENTITY.sub("worker", json.dumps(kept, ensure_ascii=False, separators=(",", ":")))


def main(name: str, again: bool) -> None:
    """Record everything as the version `v<number>`. Exits where there is such a one already, or one that is newer."""
    newest = max((int(folder.name[1:]) for folder in versions()), default=0)
    if not re.fullmatch(r"v[1-9][0-9]*", name) or int(name[1:]) < newest + (not again):
        sys.exit(f"record: VERSION must be newer than v{newest} (got {name!r}); what is recorded is kept")
    version = HISTORIES / name
    print(asyncio.run(record(version)), WHOLE_LIFE, (version / WHOLE_LIFE).stat().st_size)
    print(asyncio.run(record_procedures(version)), PROCEDURES, (version / PROCEDURES).stat().st_size)
    fingerprint.write(version, read(version))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "", "--again" in sys.argv)
