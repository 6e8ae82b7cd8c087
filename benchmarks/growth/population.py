"""Many open projects on one installation: they are filed, wait at their gates, and are decided on."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from random import Random

from sqlmodel import Session, col, select

from benchmarks.growth.course import GATES, PLAN, Standing, application, approval, review_id, vote
from benchmarks.installation import Installation
from benchmarks.measuring import at_once
from models.effects import EntryKind
from models.messages import DecisionReceipt
from models.project import RENEWS_AFTER, ProjectFile
from models.review import Decision
from records.tables import LedgerRow
from runtime import client as messenger
from workflows import names

IN_FLIGHT = 48
"""How many projects are being filed at a time, up to the moment when the first review of each is on record as open."""

AT_ONCE = 32
"""How many messages are on their way at a time, where many are sent."""

POLL_SECONDS = 0.1
OPENINGS = (EntryKind.REVIEW_OPENED, EntryKind.STAGE_OPENED)


class TooLate(Exception):
    """What was waited for did not come in its time."""


class Record:
    """The ledger as it grows, read from outside and each line once."""

    def __init__(self, built: Installation) -> None:
        self._engine = built.engine
        self._position = 0
        self.counted: Counter[str] = Counter()
        """Decisions on record, by project."""
        self.open: set[str] = set()
        """The reviews that were opened, by their id, and the rounds of stages, as `<code>/<stage>/r<round>`."""

    def read(self) -> None:
        """Take in what was put on record since the last call."""
        columns = (LedgerRow.position, LedgerRow.kind, LedgerRow.project, LedgerRow.entry_id)
        query = select(*columns).where(col(LedgerRow.position) > self._position).order_by(col(LedgerRow.position))
        with Session(self._engine) as session:
            for position, kind, project, entry_id in session.exec(query):
                self._position = position
                if kind == EntryKind.DECISION_COUNTED:
                    self.counted[project] += 1
                elif kind in OPENINGS:
                    self.open.add(entry_id.replace(f"/{kind}/", "/", 1))

    async def opened(self, place: str, within: float) -> None:
        """Wait until that review, or round of a stage, is on record as open. Raises TooLate."""
        began = time.monotonic()
        while place not in self.open:
            if time.monotonic() - began > within:
                raise TooLate(f"{place} did not open in {within:.0f} s")
            await asyncio.sleep(POLL_SECONDS / 5)
            self.read()


@dataclass(frozen=True)
class Filed:
    """How many projects were filed in how many seconds, until the first review of each was on record as open."""

    projects: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.projects / self.seconds


class Population:
    """The open projects of an installation, and where each stands."""

    def __init__(self, built: Installation, chance: Random) -> None:
        self.installation = built
        self.record = Record(built)
        self.standing: dict[str, Standing] = {}
        self._chance = chance

    def __len__(self) -> int:
        return len(self.standing)

    async def grow(self, size: int, within: float) -> Filed:
        """File projects until there are `size`, with a bounded number under way.

        Files no more when `within` seconds are over, and waits for those that are under way; `Filed` says how many came.
        Raises TooLate where they do not come.
        """
        began, before = time.monotonic(), len(self)
        waiting: list[str] = []
        while True:
            self.record.read()
            waiting = [code for code in waiting if not self._waits(code)]
            late = time.monotonic() - began > within
            room = 0 if late else min(size - len(self), IN_FLIGHT - len(waiting))
            if not waiting and not room:
                return Filed(len(self) - before, time.monotonic() - began)
            if late and time.monotonic() - began > within + 120:
                raise TooLate(f"the first review of {len(waiting)} projects did not open")
            batch = [f"JY-2026-{len(self) + number:05}" for number in range(1, room + 1)]
            self.standing.update(dict.fromkeys(batch, Standing()))
            await asyncio.gather(*(file(self.installation, code) for code in batch))
            waiting += batch
            await asyncio.sleep(POLL_SECONDS)

    def sample(self, many: int) -> list[str]:
        """That many projects of chance, or as many as there are."""
        return self._chance.sample(list(self.standing), min(many, len(self)))

    def fresh_sample(self, many: int) -> list[str]:
        """The same of those that wait at their first gate."""
        fresh = [code for code, standing in self.standing.items() if not standing.gate]
        return self._chance.sample(fresh, min(many, len(fresh)))

    async def approve(self, code: str) -> None:
        """Pass the project's gate, and wait for the answer: the decision is on record then."""
        decision, after = approval(code, self.standing[code])
        await decide(self.installation, code, decision)
        self.standing[code] = after

    async def signal_everyone(self) -> None:
        """Send each project a vote as a signal, which nobody answers."""
        await at_once(AT_ONCE, [partial(self._signal, code) for code in self.standing])

    async def _signal(self, code: str) -> None:
        decision, after = vote(code, self.standing[code])
        await self.installation.client.get_workflow_handle(names.project_id(code)).signal("decide", decision)
        self.standing[code] = after

    async def settled(self, codes: Iterable[str], within: float) -> float:
        """Wait until all that was sent to them is on record and their next review is open; the seconds that it took.

        Raises TooLate.
        """
        began = time.monotonic()
        left = list(codes)
        while left:
            self.record.read()
            left = [code for code in left if not self._waits(code)]
            if left and time.monotonic() - began > within:
                raise TooLate(f"{len(left)} projects did not settle in {within:.0f} s")
            if left:
                await asyncio.sleep(POLL_SECONDS / 5)
        return time.monotonic() - began

    def _waits(self, code: str) -> bool:
        standing = self.standing[code]
        recorded = self.record.counted[code] >= standing.decisions
        return recorded and review_id(code, GATES[standing.gate]) in self.record.open


async def file(built: Installation, code: str) -> None:
    """File one project, as the command does."""
    filed = application(code)
    handed = ProjectFile(
        code=code,
        application=filed,
        materials=(PLAN,),
        filers=(filed.prepared_by,),
        renews_after=RENEWS_AFTER,
    )
    await built.client.start_workflow("Application", handed, id=names.project_id(code), task_queue=names.TASK_QUEUE)


async def decide(built: Installation, code: str, decision: Decision) -> None:
    """Send the decision, and wait for the answer: it is on record then."""
    target = names.project_id(code)
    await messenger.update(
        built.client, target, "submit_decision", decision, DecisionReceipt, update_id=decision.decision_id
    )
