"""With which keys a stack encrypts: it never begins in clear text by mistake, and never forgets that it encrypted."""

from pathlib import Path

import pytest

from runtime.payloads.keyring import Algorithm, PayloadKey, create, read
from runtime.payloads.policy import PayloadPolicy
from runtime.settings import Settings
from starter import stack
from starter.commands.desk import Desk
from starter.errors import StackError
from starter.folder import Endpoints, Folder
from starter.output import Screen
from starter.parts import environment_of
from starter.ports import Ports
from starter.stack import embedded


def test_without_a_ring_payloads_are_in_clear_text(tmp_path: Path) -> None:
    assert stack._key_ring(Folder(tmp_path), None, False) is None


def test_a_folder_that_was_encrypted_once_stays_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    made = stack._key_ring(folder, None, True)
    assert made == folder.payload_keys
    keys = read(made)
    assert stack._key_ring(folder, None, False) == stack._key_ring(folder, None, True) == made
    assert read(made) == keys


def test_a_ring_that_is_named_goes_first_and_no_other_is_made(tmp_path: Path) -> None:
    named = tmp_path / "named"
    create(named, PayloadKey.fresh(Algorithm.SM4_GCM))
    folder = Folder(tmp_path / "data")
    assert stack._key_ring(folder, named, True) == named
    assert not folder.payload_keys.exists()


def test_a_folder_that_ran_in_clear_text_is_not_locked_out_of_what_it_began(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.temporal_database.touch()
    with pytest.raises(StackError, match="TONGCHOU_PAYLOADS=mixed"):
        stack._key_ring(folder, None, True)
    assert not folder.payload_keys.exists()
    assert stack._key_ring(folder, None, True, PayloadPolicy.MIXED) == folder.payload_keys
    assert stack._key_ring(folder, None, False) == folder.payload_keys, "when what began then has ended"


def test_commands_go_by_the_word_of_the_running_stack_unless_they_are_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    running = Endpoints(
        temporal="", namespace="", ui="", catalog="", notification="", data_dir=tmp_path, payloads=PayloadPolicy.MIXED
    )
    monkeypatch.setattr("starter.commands.desk.running_stack", lambda _: running)
    assert Desk(Settings(data_dir=tmp_path), Screen("en", False)).payloads is PayloadPolicy.MIXED
    monkeypatch.setenv("TONGCHOU_PAYLOADS", "strict")
    assert Desk(Settings(data_dir=tmp_path), Screen("en", False)).payloads is PayloadPolicy.STRICT
    assert environment_of(Folder(tmp_path), running)["TONGCHOU_PAYLOADS"] == "mixed"


async def test_a_stack_whose_ring_is_missing_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="missing: cannot be read"):
        async with embedded(tmp_path / "data", Ports.any_free(), payload_keys=tmp_path / "missing"):
            pytest.fail("it started in clear text")


async def test_a_stack_whose_ring_others_may_read_does_not_start(tmp_path: Path) -> None:
    file = Folder(tmp_path).payload_keys
    create(file, PayloadKey.fresh(Algorithm.AES_256_GCM))
    file.chmod(0o644)
    with pytest.raises(StackError, match="chmod 600"):
        async with embedded(tmp_path, Ports.any_free()):
            pytest.fail("it started")
