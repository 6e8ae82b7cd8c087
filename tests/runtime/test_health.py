"""Whether a process lives and can work, as it is asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from runtime import health, pages
from runtime.health import Health, NotReady
from runtime.pages import AddressUnusable, Page, served
from starter.ports import LOOPBACK, Ports, settle


def free_address() -> str:
    ports, _ = settle(Ports.any_free())
    return f"{LOOPBACK}:{ports.worker_health}"


@asynccontextmanager
async def asking(told: pages.Pages) -> AsyncIterator[httpx.AsyncClient]:
    address = free_address()
    async with served(address, told), httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
        yield client


async def sound() -> None:
    return None


async def test_a_process_is_ready_when_every_part_is_and_says_which_is_not() -> None:
    wrong: list[Exception] = []

    async def part() -> None:
        if wrong:
            raise wrong[0]

    asked = Health({"records": part, "temporal": sound})
    async with asking(asked.pages) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (
            200,
            {"status": "ready", "checks": {"records": "ok", "temporal": "ok"}},
        )
        for error, told in (
            (NotReady("is of an older release"), "is of an older release"),
            (OSError("id=7"), "OSError"),
        ):
            wrong[:] = [error]
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["checks"]) == (503, {"records": told, "temporal": "ok"})
            assert (await client.get("/healthz")).status_code == 200, "no restart mends another part"
        wrong.clear()
        assert (await client.get("/readyz")).status_code == 200


async def test_a_process_that_drains_lives_and_is_not_ready() -> None:
    asked = Health({"records": sound})
    async with asking(asked.pages) as client:
        asked.draining = True
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "draining")
        assert (await client.get("/healthz")).status_code == 200


async def test_a_part_that_hangs_is_asked_once_however_often_the_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    asked, answer = 0, asyncio.Event()

    async def hangs() -> None:
        nonlocal asked
        asked += 1
        await answer.wait()

    health_of = Health({"records": hangs})
    for _ in range(3):
        assert (await health_of.ready()).status == 503
    assert asked == 1
    answer.set()
    assert (await health_of.ready()).status == 200


async def test_what_is_no_page_is_told_so_and_a_page_that_fails_brings_nothing_down() -> None:
    async def fails() -> Page:
        raise RuntimeError("of somebody")

    async with asking({"/page": fails, "/healthz": Health({}).live}) as client:
        assert (await client.get("/nowhere")).status_code == 404
        assert (await client.post("/healthz")).status_code == 405
        answer = await client.get("/page?x=1")
        assert (answer.status_code, answer.json()) == (503, {"status": "RuntimeError"})
        answer = await client.head("/healthz")
        assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "16")


async def test_noise_and_silence_do_not_disturb_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "REQUEST_SECONDS", 0.05)
    address = free_address()
    host, _, port = address.partition(":")
    async with served(address, Health({}).pages):
        for sent in (b"", b"\x16\x03\x01", b"G" * 100_000, b"\r\n\r\n"):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(sent)
            await asyncio.wait_for(reader.read(), 5)
            writer.close()
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"http://{address}/healthz")).status_code == 200


async def test_an_address_that_is_taken_is_named() -> None:
    address = free_address()
    async with served(address, {}):
        with pytest.raises(AddressUnusable, match=address):
            async with served(address, {}):
                pass


async def test_without_an_address_nothing_listens() -> None:
    async with served("", Health({}).pages):
        pass


async def test_whoever_is_connected_and_says_nothing_is_not_waited_for_at_the_end() -> None:
    address = free_address()
    host, _, port = address.partition(":")
    async with served(address, {}):
        reader, writer = await asyncio.open_connection(host, int(port))
        # Until the server has taken the connection, too.
        await asyncio.sleep(0.1)
    assert await asyncio.wait_for(reader.read(), pages.REQUEST_SECONDS / 3) == b""
    writer.close()
