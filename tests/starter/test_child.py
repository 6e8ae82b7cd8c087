"""One process: its log, what is said when it fails, and how it is stopped."""

import asyncio
from pathlib import Path

import pytest

from starter.child import Child, Program, start
from starter.errors import ProcessFailed
from tests.starter.programs import ENDS, IGNORES_SIGTERM, WAITS, exists, program, says_up


async def never(_: Child) -> bool:
    return False


async def test_a_process_that_ends_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    child = await start(program("catalog", ENDS), tmp_path)
    with pytest.raises(ProcessFailed) as failure:
        await child.until(says_up, seconds=10)
    assert failure.value.tail == "no such table: 台账"
    assert "exit code 3" in failure.value.text.en
    assert str(tmp_path / "catalog.log") in failure.value.text.zh


async def test_a_process_that_is_never_ready_is_reported_when_the_time_is_up(tmp_path: Path) -> None:
    child = await start(program("catalog", WAITS), tmp_path)
    with pytest.raises(ProcessFailed, match=r"0\.2 seconds"):
        await child.until(never, seconds=0.2)
    await child.stop(grace=5)


async def test_the_last_words_of_an_earlier_run_are_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "catalog.log").write_text("of yesterday\n")
    child = await start(program("catalog", ENDS), tmp_path)
    failure = await child.died()
    assert "yesterday" not in str(failure)
    assert "of yesterday" in (tmp_path / "catalog.log").read_text()


async def test_a_killed_process_is_reported_by_the_name_of_the_signal(tmp_path: Path) -> None:
    child = await start(program("worker", WAITS), tmp_path)
    child.process.kill()
    assert "SIGKILL" in str(await child.died())


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match="nowhere"):
        await start(Program("temporal", [tmp_path / "nowhere"], {}), tmp_path)


async def test_a_process_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    child = await start(program("worker", IGNORES_SIGTERM), tmp_path)
    await child.until(says_up, seconds=10)
    async with asyncio.timeout(10):
        await child.stop(grace=0.2)
    assert not exists(child.pid)


async def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    child = await start(program("worker", WAITS), tmp_path)
    await child.stop(grace=5)
    async with asyncio.timeout(1):
        await child.stop(grace=5)
