"""Whether a process lives, and whether it can do its work: what an orchestrator asks, and what a supervisor waits for.

`/healthz` asks nobody else: a process is not to be killed because a database is away. `/readyz` asks whatever the work needs.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from runtime.pages import Page, Pages

CHECK_SECONDS = 5.0
"""After this time a part that has not answered counts as one that does not."""

Check = Callable[[], Awaitable[object]]
"""Returns where a part is as it should be, and raises where it is not."""

OK = "ok"


class NotReady(Exception):
    """A part answers, and not as it should. The message is shown to whoever asks: it names nobody and no secret."""


class Health:
    """What a process knows of itself. `draining` is for the process to set: it finishes, and takes nothing new."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self.draining = False
        self._checks = checks
        self._under_way: dict[str, asyncio.Task[object]] = {}

    @property
    def pages(self) -> Pages:
        """`/healthz` and `/readyz`."""
        return {"/healthz": self.live, "/readyz": self.ready}

    async def live(self) -> Page:
        """200 as long as anybody is here to answer."""
        return Page(json.dumps({"status": OK}))

    async def ready(self) -> Page:
        """200 where every part is as it should be, else 503 with what each part said."""
        found = dict(zip(self._checks, await asyncio.gather(*map(self._outcome, self._checks)), strict=True))
        ready = not self.draining and all(said == OK for said in found.values())
        status = "draining" if self.draining else "ready" if ready else "not ready"
        document = json.dumps({"status": status, "checks": found}, ensure_ascii=False)
        return Page(document, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    async def _outcome(self, name: str) -> str:
        # One that still waits for its part is waited for again: whoever asks often must not pile them up.
        task = self._under_way.get(name)
        if task is None or task.done():
            task = self._under_way[name] = asyncio.ensure_future(_run(self._checks[name]))
        try:
            await asyncio.wait_for(asyncio.shield(task), CHECK_SECONDS)
        except NotReady as reason:
            return str(reason)
        except Exception as error:
            return type(error).__name__
        return OK


async def _run(check: Check) -> object:
    return await check()
