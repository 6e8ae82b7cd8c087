"""The data folder: claimed by one stack at a time, and honest about whether one runs."""

from pathlib import Path

import pytest

from starter.errors import AlreadyRunning, StackError
from starter.folder import Endpoints, claimed, running_stack


def endpoints(folder: Path) -> Endpoints:
    return Endpoints(
        temporal="127.0.0.1:7233",
        namespace="default",
        ui="http://127.0.0.1:8233",
        catalog="http://127.0.0.1:8701",
        notification="http://127.0.0.1:8702",
        data_dir=folder,
        pids={"worker": 17},
    )


async def test_a_second_claim_of_the_same_folder_is_refused_in_both_languages(tmp_path: Path) -> None:
    async with claimed(tmp_path):
        with pytest.raises(AlreadyRunning) as refusal:
            async with claimed(tmp_path):
                pass
    assert str(tmp_path) in refusal.value.text.zh
    assert str(tmp_path) in refusal.value.text.en


async def test_a_folder_can_be_claimed_again_after_its_stack_ended(tmp_path: Path) -> None:
    for _ in range(2):
        async with claimed(tmp_path) as (folder, _lock):
            assert folder.logs.is_dir()


async def test_a_new_folder_is_closed_to_other_users_of_the_machine(tmp_path: Path) -> None:
    async with claimed(tmp_path / "var") as (folder, _lock):
        assert folder.root.stat().st_mode & 0o077 == 0


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StackError, match="file/var"):
        async with claimed(tmp_path / "file" / "var"):
            pass


async def test_the_published_endpoints_are_found_while_the_stack_runs(tmp_path: Path) -> None:
    assert running_stack(tmp_path) is None
    async with claimed(tmp_path) as (folder, _lock):
        assert running_stack(tmp_path) is None
        folder.publish(endpoints(tmp_path))
        assert running_stack(tmp_path) == endpoints(tmp_path)
        folder.retract()
        assert running_stack(tmp_path) is None


async def test_what_a_killed_stack_left_behind_deceives_nobody(tmp_path: Path) -> None:
    async with claimed(tmp_path) as (folder, _lock):
        folder.publish(endpoints(tmp_path))
    assert folder.stack_file.exists()
    assert running_stack(tmp_path) is None
    async with claimed(tmp_path):
        assert running_stack(tmp_path) is None


async def test_asking_does_not_keep_a_stack_from_starting(tmp_path: Path) -> None:
    async with claimed(tmp_path) as (folder, _lock):
        folder.publish(endpoints(tmp_path))
    running_stack(tmp_path)
    async with claimed(tmp_path):
        pass
