"""A few pages over HTTP for whoever watches a process: an orchestrator, Prometheus, the stack's own supervisor.

Served on the loop that does the work, so that a process whose loop hangs does not pass for a living one. The services have
FastAPI for that; uvicorn would take the signals of a worker, which drains by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import structlog

_log = structlog.get_logger(__name__)

JSON = "application/json"

REQUEST_SECONDS = 30.0
"""How long a request may take to arrive: whoever says nothing is not waited for."""


class AddressUnusable(Exception):
    """Nobody can listen there. The message names the address and why."""


@dataclass(frozen=True)
class Page:
    """What is answered."""

    content: str | bytes
    content_type: str = JSON
    status: HTTPStatus = HTTPStatus.OK


Pages = Mapping[str, Callable[[], Awaitable[Page]]]
"""How each path is answered. One that raises is answered with 503 and the name of the error."""


@asynccontextmanager
async def served(address: str, pages: Pages) -> AsyncIterator[None]:
    """Answer GET at `<IP>:<port>` as long as the block runs; nothing happens for an empty address. Raises AddressUnusable."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    connected: set[asyncio.StreamWriter] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.add(writer)
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), REQUEST_SECONDS)
            writer.write(_answer(request, await _page(request, pages)))
            await writer.drain()
        writer.close()
        connected.discard(writer)

    try:
        server = await asyncio.start_server(answer, host.strip("[]"), int(port))
    except (OSError, OverflowError) as error:
        raise AddressUnusable(f"cannot listen at {address}: {error}") from error
    async with server:
        try:
            yield
        finally:
            # Since Python 3.12 a server waits for whoever is connected: one that says nothing would hold up the process's end.
            for writer in connected:
                writer.close()


async def _page(request: bytes, pages: Pages) -> Page:
    method, _, rest = request.partition(b" ")
    path = rest.split(b" ", 1)[0].split(b"?", 1)[0].decode("latin-1")
    if method not in (b"GET", b"HEAD"):
        return Page('{"status": "method not allowed"}', status=HTTPStatus.METHOD_NOT_ALLOWED)
    if path not in pages:
        return Page('{"status": "not found"}', status=HTTPStatus.NOT_FOUND)
    try:
        return await pages[path]()
    except Exception as error:
        _log.warning("page.failed", path=path, exc_info=error)
        return Page(f'{{"status": "{type(error).__name__}"}}', status=HTTPStatus.SERVICE_UNAVAILABLE)


def _answer(request: bytes, page: Page) -> bytes:
    content = page.content.encode() if isinstance(page.content, str) else page.content
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(content)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (b"" if request.startswith(b"HEAD ") else content)
