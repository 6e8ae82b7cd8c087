"""One project that is returned again and again: does a decision of its twentieth round cost more than one of its first?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.growth.course import GATES, application, decision, review_id
from benchmarks.growth.population import Record, decide, file
from benchmarks.installation import Installation
from benchmarks.measuring import timed
from models.messages import Answer, Submission
from models.review import Verdict
from runtime import client as messenger
from simulation.histories import every_run
from workflows import names

PROJECTS = 3
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Round:
    """What one round of one project showed. A round is a run of its own."""

    number: int
    answered: float
    """Seconds from sending the return to its answer."""
    opened: float
    """Seconds from sending the return to the next round being on record."""
    resubmitted: float
    """Seconds from handing in anew to the next review being on record as open."""
    events: int = 0
    history_bytes: int = 0
    file_bytes: int = 0
    """What the run began with."""


async def rounds(built: Installation, wanted: Sequence[int], projects: int = PROJECTS) -> list[Round]:
    """The median of some projects, each returned until the last of the wanted rounds is over. One before them warms up."""
    await _life(built, "JY-2026-90000", 1)
    lives = [await _life(built, f"JY-2026-9{number:04}", max(wanted)) for number in range(1, projects + 1)]
    return [_median([life[number - 1] for life in lives]) for number in wanted]


def _median(found: list[Round]) -> Round:
    return Round(
        found[0].number,
        median(r.answered for r in found),
        median(r.opened for r in found),
        median(r.resubmitted for r in found),
        round(median(r.events for r in found)),
        round(median(r.history_bytes for r in found)),
        round(median(r.file_bytes for r in found)),
    )


async def _life(built: Installation, code: str, last: int) -> list[Round]:
    """Everything that happened to one project, round by round. Raises population.TooLate."""
    record, gate = Record(built), GATES[0]
    await file(built, code)
    await record.opened(review_id(code, gate), WAIT_SECONDS)
    passed = []
    for number in range(1, last + 1):
        began = time.perf_counter()
        _, answered = await timed(decide(built, code, decision(code, gate, number, Verdict.RETURN, round_=number)))
        await record.opened(f"{code}/Application/r{number + 1}", WAIT_SECONDS)
        opened = time.perf_counter() - began
        began = time.perf_counter()
        submission = Submission(submitted_by=application(code).prepared_by)
        await messenger.update(built.client, names.project_id(code), "submit", submission, Answer)
        await record.opened(review_id(code, gate, number + 1), WAIT_SECONDS)
        passed.append(Round(number, answered, opened, time.perf_counter() - began))
    return await _with_histories(built, code, passed)


async def _with_histories(built: Installation, code: str, passed: list[Round]) -> list[Round]:
    histories = await every_run(built.client, names.project_id(code))
    return [
        Round(
            r.number,
            r.answered,
            r.opened,
            r.resubmitted,
            len(history.events),
            sum(event.ByteSize() for event in history.events),
            history.events[0].ByteSize(),
        )
        for r, history in zip(passed, histories, strict=False)
    ]
