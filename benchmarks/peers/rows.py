"""What Temporal's workers put on record, as somebody sees it who reads their SQLite file from outside."""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from benchmarks.peers.world import PATIENCE_SECONDS, POLL_SECONDS, Late


class Rows:
    """The rows that were seen, by project and kind."""

    def __init__(self) -> None:
        self._seen: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._changed = asyncio.Condition()
        self._last = 0

    async def until(self, project: str, kind: str, many: int) -> str:
        """Wait for that many rows of the kind; what the last of them says. Raises Late."""
        rows = self._seen[project, kind]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
                await self._changed.wait_for(lambda: len(rows) >= many)
        except TimeoutError:
            raise Late(f"{project}: {kind} number {many}") from None
        return rows[many - 1]

    async def watch(self, connection: sqlite3.Connection, query: str) -> None:
        """Look for further rows until it is cancelled. The query asks for number, project, kind and what they say."""
        while True:
            if found := connection.execute(query, (self._last,)).fetchall():
                async with self._changed:
                    for number, project, kind, said in found:
                        self._last = number
                        self._seen[project, kind].append(said)
                    self._changed.notify_all()
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def watched(file: Path, query: str) -> AsyncIterator[Rows]:
    """The rows of the file as long as the block lasts. The file and its tables have to be there."""
    rows = Rows()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        watching = asyncio.create_task(rows.watch(connection, query))
        try:
            yield rows
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
