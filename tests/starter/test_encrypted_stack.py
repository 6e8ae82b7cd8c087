"""With which keys a stack encrypts: it never begins in clear text by mistake, and never forgets that it encrypted."""

from pathlib import Path

import pytest

from runtime.payloads.keyring import Algorithm, PayloadKey, create, read
from starter import stack
from starter.errors import StackError
from starter.folder import Folder
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
