"""Parts that live and do not work: a database that is locked or full, a service that refuses, dawdles or stands still."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from starter.stuck import Trouble
from tests.faults.installation import Installation
from tests.faults.scene import Fault, Scene
from tests.faults.stuck import seen_by_the_product

OUTAGE_SECONDS = 150.0
"""Longer than the catalog's client waits (20 s), than an attempt may take (30 s), than the longest pause between two (60 s)
and than a command goes on trying (60 s). A letter's own limit of an hour is tried under time skipping (test_outages.py)."""

_FULL = "the disk is full"


async def locked(scene: Scene) -> None:
    """Another process holds on to the records, at times for longer than a whole attempt to write."""
    await scene.pause(0.0, 2.0)
    with scene.installation.locked_ledger():
        await asyncio.sleep(scene.chance.choice((2.0, 5.0, 8.0, 22.0)))
        scene.mend()


async def full(scene: Scene) -> None:
    """Nothing more can be written where the records lie."""
    await scene.pause(0.0, 2.0)
    house = scene.installation
    with _no_room(house) if house.is_on_sqlite else _refusing_statements(house):
        await scene.pause(2.0, 6.0)
        scene.mend()


@contextmanager
def _no_room(house: Installation) -> Iterator[None]:
    """No file of the worker may grow, its log included. Every write fails, as on a full disk (EFBIG instead of ENOSPC)."""
    pid = house.pid("worker")
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def _refusing_statements(house: Installation) -> Iterator[None]:
    """Every new line of the ledger is refused with the error of a full disk (53100), by a trigger: a real limit would let
    PostgreSQL panic, which is the fault `kill database`."""
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_FULL}' USING ERRCODE = '53100'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER no_room BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        with house.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER no_room ON ledger_entry")


async def refused(scene: Scene) -> None:
    """Something answers in the place of the notification service: every letter is refused for good, reads come later."""
    await scene.pause(0.0, 1.5)
    house = scene.installation
    house.kill("notification")
    address = urlsplit(house.stack.endpoints.notification)
    await asyncio.sleep(0.2)
    server = await asyncio.start_server(_refuse, address.hostname, address.port, reuse_address=True)
    await scene.pause(2.0, 6.0)
    server.close()
    await scene.start_again("notification")


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        asked = await reader.readuntil(b"\r\n\r\n")
        answer = b"422 Unprocessable Content" if asked.startswith(b"POST") else b"503 Service Unavailable"
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno" % answer)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def slow(scene: Scene) -> None:
    """Both services stand still again and again, once for longer than the client of the letters waits (10 s)."""
    services = ("catalog", "notification")
    spells = [scene.chance.uniform(0.3, 2.0) for _ in range(4)] + [12.0]
    scene.chance.shuffle(spells)
    for spell in spells:
        async with scene.installation.standing(scene.chance.choice(services)):
            await asyncio.sleep(spell)
        await scene.pause(0.1, 0.5)
    scene.mend()


async def outage(scene: Scene) -> None:
    """The catalog takes requests and answers none, for longer than every timeout; then `stuck` has to name it."""
    async with scene.installation.standing("catalog"):
        await asyncio.sleep(OUTAGE_SECONDS)
        told = (await seen_by_the_product(scene.installation)).broken
        named = {one.part.en for one in told if one.trouble is Trouble.EFFECT_FAILING and one.part}
        if "the catalog" not in named:
            scene.unnamed.append(f"a catalog that was down for {OUTAGE_SECONDS:g} s; told was {told}")
        scene.mend()


TROUBLES = (
    Fault("database locked", "台账数据库被锁", locked),
    Fault("database full", "台账数据库写满", full),
    Fault("notices refused", "通知被拒", refused),
    Fault("slow services", "服务迟缓", slow),
)
OUTAGE = Fault("catalog down", "目录服务长时间中断", outage)
