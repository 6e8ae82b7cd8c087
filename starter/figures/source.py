"""A source of figures, read again and again in the background: a scrape tells what was read last, and costs nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

_log = structlog.get_logger(__name__)

Figures = TypeVar("Figures")

REST = 9.0
"""How many times as long as a reading took there is a rest at least: an installation is not kept busy by being counted."""

AGAIN_SECONDS = 10.0
"""After this time a source that did not answer is asked again, however rarely it is read otherwise."""


class Source(Generic[Figures]):
    """What was read last, and how it went. `figures` are None while the source does not answer: old ones would deceive."""

    def __init__(self, name: str, read: Callable[[], Awaitable[Figures]], every: float) -> None:
        """`every` is the pause between two readings, in seconds; a longer one follows a reading that took long."""
        self.name = name
        self.figures: Figures | None = None
        self.read_at: float | None = None
        """When it was last read, in seconds since 1970 (UTC); None where it never was."""
        self.seconds = 0.0
        self._read, self._every = read, every
        self._away = False

    @property
    def up(self) -> bool:
        return self.figures is not None

    async def keep_reading(self) -> None:
        """Read until cancelled."""
        while True:
            await self.refresh()
            every = self._every if self.up else min(self._every, AGAIN_SECONDS)
            await asyncio.sleep(max(every, REST * self.seconds))

    async def refresh(self) -> None:
        """Read now. A source that fails is logged once, and its figures are gone until it answers again."""
        began = time.monotonic()
        try:
            self.figures = await self._read()
            self.read_at, self._away = time.time(), False
        except Exception as error:
            if not self._away:
                _log.warning("figures.unread", source=self.name, exc_info=error)
            self.figures, self._away = None, True
        self.seconds = time.monotonic() - began
