"""Bars on long work: on a terminal, and nowhere else."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.base import Text
from starter import progress
from starter.backup import back_up, extent, restore
from starter.output import Screen
from tests.starter.tongchou import NO_SERVER, ROOT

TITLE = Text(zh="核验", en="verifying")


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: where it is looked at, and where it is written to."""
    looked_at, written_to = os.openpty()
    try:
        yield looked_at, written_to
    finally:
        os.close(looked_at)


def seen(looked_at: int) -> str:
    """What has been written to the terminal, once nobody writes any more."""
    found = b""
    while True:
        try:
            found += (chunk := os.read(looked_at, 65536))
        except OSError:  # so Linux says that the other end is closed
            chunk = b""
        if not chunk:
            return found.decode("utf-8", "replace")


def walked(screen: Screen) -> None:
    with progress.bar(screen, TITLE, 3) as told:
        assert [*progress.counted("abc", told)] == ["a", "b", "c"]


def test_a_bar_is_shown_on_a_terminal_only_and_never_with_json(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    walked(Screen("en", as_json=False))
    assert pipe.getvalue() == ""
    for as_json, is_shown in ((False, True), (True, False)):
        with terminal() as (looked_at, written_to):
            with os.fdopen(written_to, "w", encoding="utf-8") as screen:
                monkeypatch.setattr(sys, "stderr", screen)
                walked(Screen("en", as_json))
            assert ("verifying" in seen(looked_at)) is is_shown


def test_a_command_shows_its_bar_beside_an_answer_that_goes_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_bytes(b"x" * 100_000)
    environment = {**os.environ, "TONGCHOU_DATA_DIR": str(tmp_path / "data"), "TEMPORAL_ADDRESS": NO_SERVER}
    environment |= {"TERM": "xterm", "PYTHONPATH": str(ROOT)}
    with terminal() as (looked_at, written_to):
        command = [sys.executable, "-m", "starter", "backup", str(tmp_path / "backup.tar.gz")]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=written_to, text=True, check=True
        )
        os.close(written_to)
        shown = seen(looked_at)
    assert "备份" in shown and "100%" in shown
    assert done.stdout.startswith("已备份 1 个文件")


async def test_every_byte_of_a_backup_is_told_when_it_is_packed_and_when_it_is_laid_out(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "worker.log").write_bytes(b"left out")
    (folder / "large").write_bytes(os.urandom(3_000_000))
    (folder / "small").write_bytes(b"x")
    expected, told = extent(folder), list[float]()
    await back_up(folder, tmp_path / "backup", told.append)
    assert sum(told) == expected == 3_000_001
    assert len(told) > 10, "a large file is told while it is read"
    told.clear()
    await restore(tmp_path / "backup", tmp_path / "fresh", told.append)
    assert sum(told) >= (tmp_path / "backup").stat().st_size
    assert (tmp_path / "fresh" / "large").read_bytes() == (folder / "large").read_bytes()
