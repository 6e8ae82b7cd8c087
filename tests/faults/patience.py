"""Waiting for what comes by itself, as the tests of faults do it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

R = TypeVar("R")

PATIENCE_SECONDS = 90.0


async def eventually(look: Callable[[], Awaitable[R | None]], what: str, seconds: float = PATIENCE_SECONDS) -> R:
    """The first answer that is not empty. Raises TimeoutError, which names it, when the time is up."""
    try:
        async with asyncio.timeout(seconds):
            while not (found := await look()):
                await asyncio.sleep(0.2)
            return found
    except TimeoutError:
        raise TimeoutError(f"{what} did not come in {seconds:g} seconds") from None
