"""Where a fault strikes: the installation, the projects that are being worked on, and the chance that decides when."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.book import Book
from tests.faults.installation import Installation
from tests.faults.officers import ProjectInHand


@dataclass
class Scene:
    """One run as a fault sees it. `mending` is when the repair began, on the monotonic clock; None before."""

    installation: Installation
    chance: Random
    projects: list[ProjectInHand]
    book: Book
    mending: float | None = None
    remarks: list[str] = field(default_factory=list)
    """What the reader of the table has to know, such as why a fault was left out."""
    unnamed: list[str] = field(default_factory=list)
    """What was broken for long, and the product did not name."""

    async def pause(self, least: float, most: float) -> None:
        """Wait for a random time, in seconds."""
        await asyncio.sleep(self.chance.uniform(least, most))

    def mend(self) -> None:
        """The repair begins now; the last call counts."""
        self.mending = time.monotonic()

    async def is_filed(self, project: ProjectInHand) -> None:
        """Wait until the server has the project."""
        while not self.book.progress[project.code]:
            await asyncio.sleep(0.05)

    async def start_again(self, *parts: str) -> None:
        """Start the parts again, one after the other."""
        self.mend()
        for part in parts:
            await self.installation.start_again(part)


Strike = Callable[[Scene], Awaitable[None]]
"""Does the harm and repairs it. What is to hold afterwards is the same for every fault."""


@dataclass(frozen=True)
class Fault:
    """A fault by its name in the table. `on` are the databases of the ledger with which it makes sense."""

    name: str
    title: str
    strike: Strike
    on: tuple[str, ...] = ("sqlite", "postgresql")
    often: int = 1
    """How many of the runs of one round it gets."""
